#include "control/default_query.h"

#include <map>

#include "streamsql/parser.h"
#include "streamsql/print.h"

namespace control {

namespace {

/// Output → all statements into it, in one layout, with the steps that they may use before them.
base::Result<std::map<std::string, std::string>> statements(std::string_view query) {
  auto script = streamsql::parse(query);
  if (!script) {
    return base::error(base::Code::kInvalidArgument, "the query can't be parsed: {}",
                       script.error().message);
  }
  streamsql::Script steps;
  steps.steps = std::move(script->steps);
  std::string before = steps.steps.empty() ? "" : streamsql::print(steps);
  std::map<std::string, std::string> by_output;
  for (streamsql::Query& statement : script->statements) {
    std::string output = statement.branches.empty() ? "" : statement.branches.front().into;
    streamsql::Script one;
    one.statements.push_back(std::move(statement));
    by_output.try_emplace(output, before).first->second += streamsql::print(one);
  }
  return by_output;
}

}  // namespace

base::Result<std::set<std::string>> changed_outputs(std::string_view query) {
  auto ours = TRY(statements(query)), known = TRY(statements(kDefaultQuery));
  std::set<std::string> changed;
  for (const auto& [output, text] : ours) {
    auto same = known.find(output);
    if (same == known.end() || same->second != text) changed.insert(output);
  }
  return changed;
}

}  // namespace control
