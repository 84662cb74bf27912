#include "control/grade_scope.h"

#include <algorithm>
#include <limits>

#include "control/controller.h"

namespace control {

using base::Result;
using base::Status;

namespace {

/// "stream/counts" of silver is the table silver.stream_counts.
std::string table_at(const std::string& tier, std::string path) {
  std::ranges::replace(path, '/', '_');
  return tier + "." + path;
}

void add_generator(Runtime& runtime, const json& attributes, GradeScope& scope) {
  std::string table = attributes.at("table");
  if (attributes.at("lake").is_string()) {
    scope.inputs.tables.insert("bronze." + table);
  } else if (attributes.at("database").is_string()) {
    scope.inputs.database_tables.insert(table);
    scope.database = runtime.databases.get(ref_name(attributes.at("database")));
  } else if (auto hub = runtime.broker->hub(ref_name(attributes.at("event_hub")))) {
    scope.inputs.hubs[table] = hub;
  }
}

Status add_stream_job(Runtime& runtime, const Resource& job, GradeScope& scope) {
  const json& attributes = job.attributes;
  scope.inputs.stream_job = job.name;
  scope.inputs.policies.late_s = attributes.at("late_arrival_seconds");
  scope.inputs.policies.out_of_order_s = attributes.at("out_of_order_seconds");
  scope.inputs.policies.drop = attributes.at("policy") == "drop";
  for (const auto& [output, target] : attributes.at("outputs").items()) {
    if (target.at("alert") == true) {
      std::string rule = job.name + "/" + output;
      grade::AlertInputs alerts;
      alerts.name = output;
      alerts.fields = [&runtime, rule]() -> Result<std::vector<json>> {
        std::vector<json> fields;
        for (auto& alert : TRY(runtime.catalogue->alerts(std::numeric_limits<int>::max()))) {
          if (alert.rule == rule) fields.push_back(std::move(alert.fields));
        }
        return fields;
      };
      scope.inputs.alerts = std::move(alerts);
    } else {
      scope.inputs.tables.insert(
          table_at(TRY(runtime.tier_of(target.at("lake"))), target.at("path")));
    }
  }
  if (const json& dead = attributes.at("dead_letter"); dead.is_object()) {
    scope.inputs.tables.insert(table_at(TRY(runtime.tier_of(dead.at("lake"))), dead.at("path")));
  }
  return {};
}

Status add_pipeline(Runtime& runtime, const json& attributes, GradeScope& scope) {
  for (const auto& activity : attributes.at("activities")) {
    if (activity.at("type") == "sql") {
      scope.inputs.tables.insert(activity.at("table").get<std::string>());
    } else if (activity.at("type") == "copy") {
      const json& to = activity.at("to");
      scope.inputs.tables.insert(table_at(TRY(runtime.tier_of(to.at("lake"))), to.at("path")));
    }
  }
  return {};
}

}  // namespace

Result<GradeScope> grade_scope(Runtime& runtime) {
  GradeScope scope;
  scope.inputs.env = &runtime.env;
  scope.inputs.lake = runtime.lake.get();
  scope.inputs.hub_namespace = kNamespace;
  for (const auto& resource : TRY(runtime.catalogue->list())) {
    // A trigger grades while its own record is still being made: only what is ready counts.
    if (!resource.ready) continue;
    if (resource.kind == "hriste_generator") add_generator(runtime, resource.attributes, scope);
    if (resource.kind == "hriste_stream_job") TRY(add_stream_job(runtime, resource, scope));
    if (resource.kind == "hriste_pipeline") TRY(add_pipeline(runtime, resource.attributes, scope));
  }
  scope.inputs.database = scope.database.get();
  return scope;
}

}  // namespace control
