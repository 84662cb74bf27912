// What the engine says about a text, as one sentence behind its place.
#include <algorithm>
#include <array>
#include <cctype>

#include "base/card.h"
#include "base/suggest.h"
#include "lake/sql_check_internal.h"
#include "lake/sql_tokens_internal.h"

namespace lake {
namespace {

using base::Code;

std::string lower_sql_name(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

/// The text between "LINE n: " and the caret's line, as it stands in the message.
struct Echo {
  std::int64_t line = 0;
  std::string text;
  std::size_t caret = 0;  ///< column in `text`
};

std::optional<Echo> find_echo(std::string_view message) {
  auto start = message.rfind("\nLINE ");
  if (start == std::string_view::npos) return {};
  std::string_view rest = message.substr(start + 6);
  auto colon = rest.find(": ");
  auto end = rest.find('\n');
  if (colon == std::string_view::npos || end == std::string_view::npos || colon > end) return {};
  auto caret = rest.find('^', end + 1);
  if (caret == std::string_view::npos) return {};
  std::size_t prefix = 5 + colon + 2;  // "LINE 12: "
  Echo echo;
  for (char c : rest.substr(0, colon)) echo.line = echo.line * 10 + (c - '0');
  echo.text = rest.substr(colon + 2, end - colon - 2);
  std::size_t column = caret - end - 1;
  if (column < prefix) return {};
  echo.caret = column - prefix;
  return echo;
}

std::string_view line_of(std::string_view sql, std::int64_t number) {
  for (; number > 1; --number) {
    auto end = sql.find('\n');
    if (end == std::string_view::npos) return {};
    sql.remove_prefix(end + 1);
  }
  return sql.substr(0, sql.find('\n'));
}

/// A long line is echoed in part, between dots.
std::size_t column_of(std::string_view line, Echo echo) {
  std::size_t skipped = 0;
  if (echo.text.starts_with("...")) {
    echo.text.erase(0, 3);
    echo.caret = echo.caret >= 3 ? echo.caret - 3 : 0;
    if (echo.text.ends_with("...")) echo.text.resize(echo.text.size() - 3);
    auto found = line.find(echo.text);
    skipped = found == std::string_view::npos ? 0 : found;
  }
  return skipped + echo.caret + 1;
}

Code code_of(std::string_view message) {
  if (message.starts_with("Permission Error")) return Code::kPermissionDenied;
  if (message.starts_with("Out of Memory Error")) return Code::kResourceExhausted;
  if (message.starts_with("INTERRUPT Error")) return Code::kCancelled;
  if (message.starts_with("IO Error")) {
    bool full = message.find("No space left") != std::string_view::npos ||
                message.find("File too large") != std::string_view::npos;
    return full ? Code::kResourceExhausted : Code::kDataLoss;
  }
  if (message.starts_with("INTERNAL Error")) return Code::kInternal;
  return Code::kInvalidArgument;
}

constexpr std::string_view kHint = " Did you mean \"";

/// The names in "Did you mean "a", "b", or "c"?".
std::vector<std::string> hinted(std::string_view hint) {
  std::vector<std::string> names;
  for (auto begin = hint.find('"'); begin != std::string_view::npos;) {
    auto end = hint.find('"', begin + 1);
    if (end == std::string_view::npos) break;
    names.emplace_back(hint.substr(begin + 1, end - begin - 1));
    begin = hint.find('"', end + 1);
  }
  return names;
}

/// "with name X does not exist": X.
std::string missing_name(std::string_view sentence) {
  constexpr std::string_view kBefore = " with name ", kAfter = " does not exist";
  auto begin = sentence.find(kBefore), end = sentence.find(kAfter);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return "";
  std::string name{sentence.substr(begin + kBefore.size(), end - begin - kBefore.size())};
  std::erase(name, '"');
  return name;
}

bool is_foreign(std::string_view name) {
  if (name == "main" || name == "temp" || name == "system") return true;
  return std::ranges::any_of(
      std::array<std::string_view, 10>{"pg_", "information_schema", "duckdb_", "sqlite_", "main.",
                                       "system.", "hriste_", "read_", "write_", "temp."},
      [&](std::string_view prefix) { return name.starts_with(prefix); });
}

/// Hints are for names that one can use and probably meant: those of the engine's own tables and
/// functions go, and so do those that have only a few letters in common.
void drop_far_hint(std::string& sentence) {
  auto hint = sentence.find(kHint);
  if (hint == std::string::npos) return;
  std::string wanted = missing_name(sentence);
  auto names = hinted(std::string_view(sentence).substr(hint));
  std::erase_if(names, [&](const std::string& name) {
    return is_foreign(name) || (!wanted.empty() && base::nearest_name(wanted, {name}).empty());
  });
  sentence.resize(hint);
  if (!names.empty()) {
    sentence += fmt::format(" Did you mean \"{}\"?", fmt::join(names, "\" or \""));
  }
}

/// `Referenced column "nam" not found in FROM clause! Candidate bindings: "name", "email"` and
/// `Did you mean "floor"?` in a card's parts.
void take_hints_apart(base::Card& card) {
  constexpr std::string_view kCandidates = " Candidate ";
  std::string& text = card.problem;
  if (auto at = text.find(kCandidates); at != std::string::npos) {
    auto names = hinted(std::string_view(text).substr(at));
    text.resize(text.find_last_not_of(' ', at) + 1);
    // The name that isn't there is the last one that is said: before it may stand its table.
    auto end = text.rfind('"'), begin = end == std::string::npos ? end : text.rfind('"', end - 1);
    std::string wanted = begin == std::string::npos ? "" : text.substr(begin + 1, end - begin - 1);
    std::vector<std::string_view> bare;  // "u.name" is asked for as "name" too
    for (const auto& name : names)
      bare.push_back(std::string_view(name).substr(name.rfind('.') + 1));
    card.nearest = base::nearest_name(wanted, {names.begin(), names.end()});
    if (card.nearest.empty()) card.nearest = base::nearest_name(wanted, bare);
    card.expected = fmt::format("{}", fmt::join(names, ", "));
  } else if (auto hint = text.find(kHint); hint != std::string::npos) {
    auto names = hinted(std::string_view(text).substr(hint));
    text.resize(hint);
    if (names.size() == 1) card.nearest = names[0];
    if (names.size() > 1) card.expected = fmt::format("{}", fmt::join(names, ", "));
  }
}

/// Whether a sentence proposes what nobody may do here: other settings, extensions.
bool proposes_settings(std::string_view sentence) {
  for (std::string_view word : {"PRAGMA ", "INSTALL ", "LOAD ", "CALL enable_"}) {
    if (sentence.find(word) != std::string_view::npos) return true;
  }
  for (auto at = sentence.find("SET "); at != std::string_view::npos;
       at = sentence.find("SET ", at + 1)) {
    if (at > 0 && std::isalpha(static_cast<unsigned char>(sentence[at - 1])) != 0) continue;
    std::string_view rest = sentence.substr(at + 4);
    rest.remove_prefix(
        std::min(rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), rest.size()));
    if (rest.starts_with("=") || rest.starts_with(" TO ") || rest.starts_with(" =")) return true;
  }
  return false;
}

/// All but the first sentence, which says what is wrong.
void drop_settings_hints(std::string& text) {
  auto end_of = [&](std::size_t from) {
    auto end = text.find_first_of(".!?", from);
    while (end != std::string::npos && end + 1 < text.size() && text[end + 1] != ' ') {
      end = text.find_first_of(".!?", end + 1);
    }
    return end == std::string::npos ? text.size() : end + 1;
  };
  for (std::size_t begin = end_of(0); begin < text.size();) {
    std::size_t end = end_of(begin);
    if (!proposes_settings(std::string_view(text).substr(begin, end - begin))) {
      begin = end;
    } else {
      text.erase(begin, end - begin);
    }
  }
}

}  // namespace

std::string followable(std::string sentence) {
  std::ranges::replace(sentence, '\n', ' ');
  drop_far_hint(sentence);
  drop_settings_hints(sentence);
  return sentence;
}

base::Error located_error(std::string_view sql, std::string_view message) {
  return located_error(sql, base::Error{code_of(message), std::string(message)});
}

base::Error located_error(std::string_view sql, const base::Error& error) {
  std::string_view message = error.message;
  // Candidates stand behind an empty line, and before the echo.
  auto end = message.find("\n\nCandidate") != std::string_view::npos ? message.find("\n\nLINE ")
                                                                     : message.find("\n\n");
  base::Card said;
  said.problem = without_class(followable(std::string{message.substr(0, end)}));
  take_hints_apart(said);
  std::string sentence = in_own_words(said.problem);
  if (!said.nearest.empty()) {
    sentence += fmt::format("; did you mean '{}'?", said.nearest);
  } else if (!said.expected.empty()) {
    sentence += "; there are " + said.expected;
  }
  auto echo = find_echo(message);
  if (!echo) return {error.code, sentence};
  std::size_t column = column_of(line_of(sql, echo->line), *echo);
  auto located =
      base::error_at(error.code, sql, static_cast<std::size_t>(echo->line), column, sentence);
  return base::with_card(std::move(located), [&](base::Card& card) {
    card.expected = said.expected;
    if (said.nearest.empty() && !said.expected.empty()) card.hint.clear();
  });
}

std::string nearest_table(std::string_view asked, const std::vector<std::string>& names) {
  auto bare = [](std::string_view name) { return name.substr(name.find('.') + 1); };
  std::vector<std::string_view> whole(names.begin(), names.end()), without_tier;
  for (std::string_view name : whole) {  // in another tier, or without one
    if (lower_sql_name(bare(name)) == lower_sql_name(bare(asked))) {
      return fmt::format("did you mean '{}'?", name);
    }
    without_tier.push_back(bare(name));
  }
  std::string_view near = base::nearest_name(asked, whole);
  if (!near.empty()) return fmt::format("did you mean '{}'?", near);
  near = base::nearest_name(bare(asked), without_tier);
  for (std::string_view name : whole) {
    if (!near.empty() && near == bare(name)) return fmt::format("did you mean '{}'?", name);
  }
  if (names.empty()) return "the lake is empty";
  return fmt::format("there are {}", fmt::join(names, ", "));
}

base::Error with_nearest_word(base::Error error, std::string_view sql, std::int64_t offset) {
  static const std::vector<std::string_view> kWords{
      "select", "from",   "where", "group",     "order",  "having", "limit", "join",   "left",
      "inner",  "outer",  "union", "intersect", "except", "with",   "as",    "case",   "when",
      "then",   "else",   "end",   "between",   "and",    "or",     "not",   "values", "distinct",
      "using",  "window", "over",  "partition", "by",     "asc",    "desc",  "null",   "qualify"};
  if (offset < 0 || error.card == nullptr) return error;
  for (const SqlToken& token : sql_tokens(sql)) {
    if (token.begin > static_cast<std::size_t>(offset)) break;
    if (token.kind != SqlToken::Kind::kWord ||
        std::ranges::find(kWords, token.text) != kWords.end())
      continue;
    std::string_view near = base::nearest_name(token.text, kWords);
    if (near.empty() || token.text.size() < 3) continue;
    // Far before the place it is a name that happens to look like a word.
    if (static_cast<std::size_t>(offset) > token.end + 40) continue;
    error = base::with_card(std::move(error), [&](base::Card& card) {
      card.nearest = near;
      std::ranges::transform(card.nearest, card.nearest.begin(),
                             [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    });
  }
  return error;
}

}  // namespace lake
