#include "control/grade_scope.h"

#include <algorithm>
#include <limits>

#include "control/controller.h"
#include "control/shipped.h"
#include "flow/sql_activity.h"

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

/// Alerts of the shipped query's outputs; the key knows no others. Those that a definition before
/// this one made are no alerts of this job any more.
void add_alerts(Runtime& runtime, const std::string& job, const std::string& output,
                GradeScope& scope) {
  if (output != "slow_pages" && output != "slow_pages_enriched") return;
  grade::AlertInputs alerts{.name = output, .enriched = output == "slow_pages_enriched"};
  std::string rule = job + "/" + output, made_by = rule + "/";
  if (auto running = runtime.jobs.get(job)) {
    std::string definition = running->status().definition;
    if (!definition.empty()) made_by += definition + "/";
  }
  alerts.fields = [&runtime, rule, made_by]() -> Result<std::vector<json>> {
    std::vector<json> fields;
    for (auto& alert : TRY(runtime.catalogue->alerts(std::numeric_limits<int>::max()))) {
      if (alert.rule == rule && alert.key.starts_with(made_by)) {
        fields.push_back(std::move(alert.fields));
      }
    }
    return fields;
  };
  scope.inputs.alerts.push_back(std::move(alerts));
}

/// What the job itself says: events that it never saw, and that it stands.
void add_state(Runtime& runtime, const std::string& job, GradeScope& scope) {
  auto running = runtime.jobs.get(job);
  if (!running) return;
  auto status = running->status();
  if (status.state == stream::JobStatus::State::kFailed) scope.inputs.stopped[job] = status.error;
  for (const auto& [alias, input] : status.inputs) {
    for (const auto& partition : input.partitions) {
      if (partition.lost > 0) scope.inputs.lost[input.hub] += partition.lost;
    }
  }
}

Status add_stream_job(Runtime& runtime, const Resource& job, GradeScope& scope) {
  const json& attributes = job.attributes;
  scope.inputs.stream_job = job.name;
  scope.inputs.policies.late_s = attributes.at("late_arrival_seconds");
  scope.inputs.policies.out_of_order_s = attributes.at("out_of_order_seconds");
  scope.inputs.policies.drop = attributes.at("policy") == "drop";
  auto changed = TRY(changed_outputs(attributes.at("query").get<std::string>()));
  for (const auto& [output, target] : attributes.at("outputs").items()) {
    std::string table;
    if (target.at("alert") == true) add_alerts(runtime, job.name, output, scope);
    if (target.at("lake").is_string()) {
      table = table_at(TRY(runtime.tier_of(target.at("lake"))), target.at("path"));
      scope.inputs.tables.insert(table);
    }
    auto what = changed.find(output);
    if (what == changed.end()) continue;
    scope.inputs.changed["stream." + output] = what->second;
    if (!table.empty()) scope.inputs.changed[table] = what->second;
  }
  add_state(runtime, job.name, scope);
  if (const json& dead = attributes.at("dead_letter"); dead.is_object()) {
    std::string table = table_at(TRY(runtime.tier_of(dead.at("lake"))), dead.at("path"));
    scope.inputs.tables.insert(table);
    // Which events a statement can't take is up to the statement.
    if (!changed.empty()) scope.inputs.changed[table] = changed.begin()->second;
  }
  return {};
}

/// How a table is made, and whether that is how the shipped statement does.
Status add_statement(const json& activity, const json& macros, GradeScope& scope) {
  if (!activity.at("query").is_string()) return {};
  json settings = activity;
  settings["macros"] = macros;
  auto spec = TRY(flow::table_spec(settings));
  std::string table = activity.at("table");
  if (auto what = changed_table(table, spec.select, spec.macros)) {
    scope.inputs.changed[table] = *std::move(what);
  }
  scope.inputs.statements[table] = std::move(spec);
  return {};
}

Status add_pipeline(Runtime& runtime, const json& attributes, GradeScope& scope) {
  for (const auto& activity : attributes.at("activities")) {
    if (activity.at("table").is_string()) {
      scope.inputs.tables.insert(activity.at("table").get<std::string>());
      TRY(add_statement(activity, attributes.value("macros", json()), scope));
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
