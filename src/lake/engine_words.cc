// What the engine says is wrong, in the words that all else here uses: without the class of error
// that it puts before, and with names as one wrote them.
#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include "lake/duckdb_internal.h"
#include "lake/sql_check_internal.h"

namespace lake {
namespace {

using Holes = std::vector<std::string>;

/// What stands where `pattern` has "{}": up to what follows it for the first time, or to the end.
/// `rest` gets what is left of the text. Nothing when it doesn't begin so.
std::optional<Holes> matched(std::string_view text, std::string_view pattern, std::string& rest) {
  Holes parts;
  bool open_end = pattern.ends_with("{}");
  while (!pattern.empty()) {
    auto hole = pattern.find("{}");
    std::string_view fixed = pattern.substr(0, hole);
    if (parts.empty() ? !text.starts_with(fixed) : text.find(fixed) == std::string_view::npos) {
      return std::nullopt;
    }
    if (!parts.empty()) parts.back() = text.substr(0, text.find(fixed));
    text.remove_prefix(text.find(fixed) + fixed.size());
    if (hole == std::string_view::npos) break;
    parts.emplace_back(text);
    pattern.remove_prefix(hole + 2);
  }
  rest = open_end ? std::string_view() : text;
  return parts;
}

/// "{0}" and "{1}" in `words` by the parts.
std::string filled(std::string_view words, const Holes& parts) {
  std::string text;
  while (!words.empty()) {
    bool hole = words.size() > 2 && words[0] == '{' && words[2] == '}';
    if (hole) text += parts.at(static_cast<std::size_t>(words[1] - '0'));
    if (!hole) text += words[0];
    words.remove_prefix(hole ? 3 : 1);
  }
  return text;
}

/// The engine's names of types as one writes them, but in quotes.
std::string with_type_names(std::string_view sentence) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kTypes{
      {{"INT8", "TINYINT"}, {"INT16", "SMALLINT"}, {"INT32", "INTEGER"}, {"INT64", "BIGINT"}}};
  std::string text;
  char quote = 0;
  while (!sentence.empty()) {
    char c = sentence.front();
    auto end = std::ranges::find_if_not(
        sentence, [](unsigned char letter) { return std::isalnum(letter) != 0 || letter == '_'; });
    auto length = std::max<std::size_t>(1, static_cast<std::size_t>(end - sentence.begin()));
    std::string_view word = sentence.substr(0, length);
    for (const auto& [engine, ours] : kTypes) {
      if (quote == 0 && word == engine) word = ours;
    }
    bool in_word = !text.empty() && std::isalpha(static_cast<unsigned char>(text.back())) != 0;
    if (quote == c) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || (c == '\'' && !in_word))) {
      quote = c;
    }
    text += word;
    sentence.remove_prefix(length);
  }
  return text;
}

struct Sentence {
  std::string_view engine, ours;
  bool goes_on = false;  ///< what follows stays
};

constexpr Sentence kSentences[] = {
    {"Referenced column \"{}\" not found in FROM clause", "there is no column \"{0}\""},
    {"Referenced column \"{}\" was not found because the FROM clause is missing",
     "there is no column \"{0}\": the statement has no FROM"},
    {"Referenced table \"{}\" not found", "there is no table or alias \"{0}\""},
    {"Table \"{}\" does not have a column named \"{}\"", "\"{0}\" has no column \"{1}\""},
    {"Values list \"{}\" does not have a column named \"{}\"", "\"{0}\" has no column \"{1}\""},
    {"Table with name {} does not exist", "there is no table {0}"},
    {"{} Function with name {} does not exist", "there is no function {1}"},
    {"Type with name {} does not exist", "there is no type {0}"},
    {"syntax error at or near \"{}\"", "syntax error at \"{0}\""},
    {"syntax error at end of input", "syntax error: the statement ends too early"},
    {"No function matches the given name and argument types '{}'",
     "no function takes these arguments: {0}; cast them to what it takes"},
    {"Could not convert string '{}' to {} when casting from source column {}",
     "'{0}' in column {2} is no {1}; try_cast gives NULL for it"},
    {"Could not convert string '{}' to {}", "'{0}' is no {1}; try_cast gives NULL for it"},
    {"Ambiguous reference to column name \"{}\" (use: {})",
     "the column \"{0}\" is in more than one table; write {1}"},
    {"column \"{}\" must appear in the GROUP BY clause or must be part of an aggregate function",
     "\"{0}\" is neither grouped by nor aggregated", true},
};

}  // namespace

std::string in_own_words(std::string_view sentence) {
  sentence = without_class(sentence);
  for (const Sentence& words : kSentences) {
    std::string rest;
    auto parts = matched(sentence, words.engine, rest);
    if (!parts) continue;
    std::string text = with_type_names(filled(words.ours, *parts));
    return words.goes_on ? text + rest : text;
  }
  return with_type_names(sentence);
}

}  // namespace lake
