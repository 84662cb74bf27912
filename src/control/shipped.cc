#include "control/shipped.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "control/definition.h"
#include "sqlfile/functions.h"
#include "sqlfile/header.h"
#include "sqlfile/tokens.h"
#include "streamsql/parser.h"
#include "streamsql/print.h"

namespace control {

namespace {

constexpr std::string_view kGraded = "graded.json";

/// "`trim(city)` where the shipped one says `upper(city)`".
std::string text_of(const SqlDifference& difference) {
  auto side = [](const std::string& text) { return text.empty() ? "nothing" : "`" + text + "`"; };
  return side(difference.ours) + " where the shipped one says " + side(difference.shipped);
}

bool mentions(const std::string& text, std::string_view name) {
  sqlfile::Token wanted = sqlfile::tokens(name).front();
  return std::ranges::any_of(sqlfile::tokens(text), [&](const sqlfile::Token& token) {
    return token.same == wanted.same || token.same == "[" + wanted.same + "]";
  });
}

std::string printed(streamsql::Query query) {
  streamsql::Script one;
  one.statements.push_back(std::move(query));
  return streamsql::print(one);
}

/// Output → all statements into it, in one layout, with the steps that they use before them.
base::Result<std::map<std::string, std::string>> statements(std::string_view query) {
  auto script = streamsql::parse(query);
  if (!script) {
    return base::error(base::Code::kInvalidArgument, "the query can't be parsed: {}",
                       script.error().message);
  }
  std::map<std::string, std::string> by_output;
  for (streamsql::Query& statement : script->statements) {
    std::string output = statement.branches.empty() ? "" : statement.branches.front().into;
    by_output[output] += printed(std::move(statement));
  }
  // From the last to the first: a step may use those before it.
  std::vector<std::pair<std::string, std::string>> steps;
  for (streamsql::StepDefinition& step : script->steps) {
    steps.emplace_back(step.name, printed(std::move(step.query)));
  }
  for (auto& [output, text] : by_output) {
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      if (mentions(text, step->first)) text = step->first + " AS " + step->second + text;
    }
  }
  return by_output;
}

/// What stands behind each expectation and key, so that two headers can be compared as texts.
std::string header_text(std::string_view query) {
  auto header = sqlfile::parse_header(query);
  if (!header || !*header) return "";
  std::string text = "keys:";
  for (const auto& key : (*header)->keys) text += " " + key;
  for (const auto& expectation : (*header)->expectations) {
    text += "\nexpect: " + expectation.name + ": " + expectation.condition + " -> " +
            std::string(sqlfile::action_name(expectation.action));
  }
  return text;
}

std::optional<std::string> changed_function(std::string_view query, std::string_view macros,
                                            std::string_view shipped_query,
                                            std::string_view shipped_macros) {
  auto ours = sqlfile::used_functions(query, macros);
  auto shipped = sqlfile::used_functions(shipped_query, shipped_macros);
  for (const auto& [name, text] : ours) {
    auto known = shipped.find(name);
    if (known == shipped.end()) return "the function " + name + ", which isn't the shipped one's";
    auto difference = sql_difference(text, known->second);
    if (difference) return "the function " + name + " says " + text_of(difference);
  }
  return std::nullopt;
}

}  // namespace

std::string_view shipped_text(std::string_view file) {
  auto found = std::ranges::find(kShippedTexts, file, &ShippedText::file);
  return found == kShippedTexts.end() ? std::string_view() : found->text;
}

base::Result<grade::Declared> declaration(const std::optional<std::string>& graded) {
  grade::Declared::Texts texts;
  for (const ShippedText& shipped : kShippedTexts) texts.emplace(shipped.file, shipped.text);
  return grade::Declared::parse(graded ? *graded : shipped_text(kGraded), texts);
}

base::Result<std::map<std::string, std::string>> changed_outputs(const grade::Declared& declared,
                                                                 std::string_view query) {
  if (declared.stream().empty()) return {};
  auto ours = TRY(statements(query)), known = TRY(statements(declared.text(declared.stream())));
  std::map<std::string, std::string> changed;
  for (const auto& [output, text] : ours) {
    auto same = known.find(output);
    if (same == known.end()) {
      changed[output] = "the shipped query has no output " + output;
    } else if (auto difference = sql_difference(text, same->second)) {
      changed[output] = "the statement into " + output + " says " + text_of(difference);
    }
  }
  return changed;
}

std::optional<std::string> changed_table(const grade::Declared& declared, const std::string& table,
                                         std::string_view query, std::string_view macros) {
  if (!declared.has(table)) return "no statement for " + table + " was shipped";
  const std::string& file = declared.file(table);
  if (file.empty()) return std::nullopt;
  std::string_view shipped = declared.text(file);
  if (auto difference = sql_difference(query, shipped)) {
    return fmt::format("line {} of {} says {}", difference.line, file, text_of(difference));
  }
  if (auto difference = sql_difference(header_text(query), header_text(shipped))) {
    return fmt::format("the header of {} says {}", file, text_of(difference));
  }
  return changed_function(query, macros, shipped, declared.text(declared.functions()));
}

}  // namespace control
