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

/// The tables that the default query's job makes.
bool is_graded(const std::string& table) {
  constexpr std::array kOfTheJob{"bronze.pageviews", "bronze.stars", "bronze.vip_pageviews",
                                 "bronze.deadletter"};
  return table.starts_with("silver.stream_") ||
         std::ranges::find(kOfTheJob, table) != kOfTheJob.end();
}

/// Output of the job → its table; alerts alone have none.
Result<std::map<std::string, std::string>> tables_of(Runtime& runtime, const json& attributes) {
  std::map<std::string, std::string> tables;
  for (const auto& [output, target] : attributes.at("outputs").items()) {
    if (!target.at("lake").is_string()) continue;
    tables[output] = table_at(TRY(runtime.tier_of(target.at("lake"))), target.at("path"));
  }
  return tables;
}

/// Policies and cuts belong to (job, input): a hub's events are graded as the job takes them that
/// keeps them raw, or else makes something else of them that is graded.
void add_inputs(const Resource& job, const std::set<std::string>& tables, GradeScope& scope) {
  const json& attributes = job.attributes;
  grade::JobInput input{.job = job.name,
                        .policies = {.late_s = attributes.at("late_arrival_seconds"),
                                     .out_of_order_s = attributes.at("out_of_order_seconds"),
                                     .drop = attributes.at("policy") == "drop"}};
  for (const auto& [alias, ref] : attributes.at("inputs").items()) {
    std::string hub = ref_name(ref);
    bool keeps_raw = std::ranges::any_of(scope.inputs.hubs, [&](const auto& fed) {
      return fed.second->name() == hub && tables.contains("bronze." + fed.first);
    });
    if (keeps_raw) scope.inputs.jobs[hub] = input;
    scope.inputs.jobs.emplace(hub, input);
  }
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
  auto table_of = TRY(tables_of(runtime, attributes));
  std::set<std::string> tables;
  for (const auto& [output, table] : table_of) tables.insert(table);
  // What a job of somebody's own makes is no concern of the answer key's.
  if (std::ranges::none_of(tables, is_graded)) return {};
  add_inputs(job, tables, scope);
  auto changed = TRY(changed_outputs(attributes.at("query").get<std::string>()));
  for (const auto& [output, target] : attributes.at("outputs").items()) {
    if (target.at("alert") == true) add_alerts(runtime, job.name, output, scope);
    auto what = changed.find(output);
    if (what == changed.end()) continue;
    scope.inputs.changed["stream." + output] = what->second;
    auto table = table_of.find(output);
    if (table != table_of.end()) scope.inputs.changed[table->second] = what->second;
  }
  scope.inputs.tables.merge(tables);
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
  auto resources = TRY(runtime.catalogue->list());
  // A trigger grades while its own record is still being made: only what is ready counts.
  std::erase_if(resources, [](const Resource& resource) { return !resource.ready; });
  for (const auto& resource : resources) {
    if (resource.kind == "hriste_generator") add_generator(runtime, resource.attributes, scope);
  }
  for (const auto& resource : resources) {
    if (resource.kind == "hriste_stream_job") TRY(add_stream_job(runtime, resource, scope));
    if (resource.kind == "hriste_pipeline") TRY(add_pipeline(runtime, resource.attributes, scope));
  }
  scope.inputs.database = scope.database.get();
  return scope;
}

}  // namespace control
