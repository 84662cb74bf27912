#include "flow/run_parameters.h"

#include "flow/settings_internal.h"
#include "flow/sql_activity.h"
#include "notebook/sql_text.h"

namespace flow {

using base::Code;
using base::Result;
using base::Status;

namespace {

bool is_of_window(std::string_view name) { return name == kWindowStart || name == kWindowEnd; }

Result<std::string> replaced(std::string text, const json& parameters) {
  const json used = TRY(window_used(text, parameters));
  if (used.empty()) return text;
  return notebook::with_parameters(text, used.get<notebook::Values>());
}

Status check_activity(const Activity& activity, const json& parameters) {
  if (activity.type == "train") {
    TRY(moment_in(text_of(activity.settings, "test_from"), parameters));
  }
  if (activity.type != "sql" && activity.type != "features") return {};
  TRY(with_window(TRY(table_spec(activity.settings)), parameters));
  return {};
}

}  // namespace

Result<json> window_used(std::string_view text, const json& parameters) {
  json used = json::object();
  for (const auto& use : notebook::parameters_in(text)) {
    if (!is_of_window(use.name)) continue;
    auto given = parameters.find(use.name);
    if (given == parameters.end() || !given->is_string()) {
      return base::error(Code::kFailedPrecondition,
                         "line {}: :{} is the bound of a window, and this run has none: let a "
                         "trigger on \"interval\" start it, or give one of its windows, `hriste "
                         "run PIPELINE --window START`",
                         use.line + 1, use.name);
    }
    used[use.name] = *given;
  }
  return used;
}

Result<json> window_used(const lake::TableSpec& spec, const json& parameters) {
  json used = TRY(window_used(spec.select, parameters));
  for (const auto& expectation : spec.expectations) {
    used.update(TRY(window_used(expectation.condition, parameters)));
  }
  return used;
}

Result<lake::TableSpec> with_window(lake::TableSpec spec, const json& parameters) {
  spec.select = TRY(replaced(std::move(spec.select), parameters));
  for (auto& expectation : spec.expectations) {
    auto condition = replaced(std::move(expectation.condition), parameters);
    if (!condition) return base::annotate(condition.error(), "expect " + expectation.name);
    expectation.condition = std::move(*condition);
  }
  return spec;
}

Result<std::string> moment_in(std::string text, const json& parameters) {
  const json used = TRY(window_used(text, parameters));
  return used.empty() ? std::move(text) : used.begin()->get<std::string>();
}

Status check_window(const Pipeline& pipeline, const json& parameters) {
  for (const auto& activity : pipeline.activities) {
    auto checked = check_activity(activity, parameters);
    if (checked) continue;
    std::string file = text_of(activity.settings, "file");
    return base::annotate(checked.error(),
                          "activity " + activity.name + (file.empty() ? "" : ": " + file));
  }
  return {};
}

json any_window() {
  return {{kWindowStart, "2026-06-01T00:00:00.000Z"}, {kWindowEnd, "2026-06-01T01:00:00.000Z"}};
}

}  // namespace flow
