#include "flow/rerun.h"

#include <algorithm>
#include <array>
#include <set>

namespace flow {
namespace {

const json* recorded(const json& record, const std::string& name) {
  auto all = record.find("activities");
  if (all == record.end() || !all->is_array()) return nullptr;
  for (const auto& activity : *all) {
    if (activity.value("name", "") == name) return &activity;
  }
  return nullptr;
}

bool succeeded(const json* before) {
  return before != nullptr && before->value("state", "") == state_name(State::kSucceeded);
}

bool stands(const Activity& activity, const json* before) {
  return succeeded(before) && before->value("fingerprint", "") == activity.fingerprint;
}

ActivityRecord record_of(const Activity& activity, const json& before) {
  ActivityRecord kept{.name = activity.name,
                      .type = activity.type,
                      .state = State::kSucceeded,
                      .kept = true,
                      .kept_from = before.value("kept_from", ""),
                      .fingerprint = activity.fingerprint,
                      .definition = before.value("definition", ""),
                      .result = {},
                      .error = {}};
  kept.result.rows = before.value("rows", std::int64_t{0});
  kept.result.bytes = before.value("bytes", std::int64_t{0});
  kept.result.note = before.value("note", "");
  kept.result.inputs = before.value("inputs", json::object());
  const json standing = before.value("standing", json());
  if (standing.is_object()) {
    kept.standing = Standing{standing.value("reads", json()), standing.value("makes", json())};
  }
  for (const auto& one : before.value("expectations", json::array())) {
    kept.result.expectations.push_back(
        {one.value("name", ""), one.value("action", ""), one.value("failed", std::int64_t{0})});
  }
  return kept;
}

}  // namespace

std::vector<ActivityRecord> kept_activities(const Pipeline& pipeline, const json& record,
                                            const std::function<bool(const Activity&)>& is_whole) {
  std::set<std::string> names;
  for (const auto& activity : pipeline.activities) {
    if (!stands(activity, recorded(record, activity.name))) continue;
    if (!is_whole || is_whole(activity)) names.insert(activity.name);
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& activity : pipeline.activities) {
      bool whole = activity.run_after.empty() &&
                   std::ranges::all_of(activity.needs,
                                       [&](const auto& need) { return names.contains(need); });
      if (!whole) changed = names.erase(activity.name) > 0 || changed;
    }
  }
  std::vector<ActivityRecord> kept;
  for (const auto& activity : pipeline.activities) {
    if (!names.contains(activity.name)) continue;
    kept.push_back(record_of(activity, *recorded(record, activity.name)));
  }
  return kept;
}

std::optional<ActivityRecord> recorded_success(const json& record, const Activity& activity) {
  const json* before = recorded(record, activity.name);
  return succeeded(before) ? std::optional(record_of(activity, *before)) : std::nullopt;
}

json declared_inputs(const Activity& activity) {
  constexpr std::array kNoInputs{"name",          "type",           "needs",     "query",
                                 "macros",        "file",           "run_after", "retries",
                                 "retry_seconds", "timeout_seconds"};
  json inputs = json::object(), parameters = json::object();
  for (const auto& [name, value] : activity.settings.items()) {
    if (value.is_null() || std::ranges::find(kNoInputs, name) != kNoInputs.end()) continue;
    parameters[name] = value;
  }
  auto file = activity.settings.find("file");
  if (file != activity.settings.end() && file->is_string()) inputs["file"] = *file;
  if (!parameters.empty()) inputs["parameters"] = std::move(parameters);
  return inputs;
}

}  // namespace flow
