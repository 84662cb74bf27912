#include "control/grade_scope.h"

#include <algorithm>
#include <limits>

#include "control/shipped.h"
#include "flow/run_parameters.h"
#include "flow/sql_activity.h"
#include "kinds/generator.h"
#include "kinds/pipeline.h"
#include "kinds/stream_job.h"
#include "kinds/world.h"

namespace control {

using base::Result;
using base::Status;
using json = nlohmann::json;

namespace {

/// "stream/counts" of silver is the table silver.stream_counts.
std::string table_at(const std::string& tier, std::string path) {
  std::ranges::replace(path, '/', '_');
  return tier + "." + path;
}

void add_generator(const GradePorts& ports, const kinds::Generator& generator, GradeScope& scope) {
  if (generator.lake) {
    scope.inputs.tables.insert("bronze." + generator.table);
  } else if (generator.database) {
    scope.inputs.database_tables.insert(generator.table);
    scope.database = ports.databases.get(generator.database->name());
  } else if (!generator.event_hub) {
    return;
  } else if (auto hub = ports.broker.hub(generator.event_hub->name())) {
    scope.inputs.hubs[generator.table] = hub;
  }
}

/// Those that a definition before this one made are no alerts of this job any more.
void add_alerts(const GradePorts& ports, const std::string& job, const std::string& output,
                const std::string& table, GradeScope& scope) {
  if (scope.inputs.declared.alerts(output).empty()) return;
  grade::AlertInputs alerts{.name = output, .table = table};
  std::string rule = job + "/" + output, made_by = rule + "/";
  if (auto running = ports.jobs.get(job)) {
    std::string definition = running->status().definition;
    if (!definition.empty()) made_by += definition + "/";
  }
  alerts.fields = [&catalogue = ports.catalogue, rule, made_by]() -> Result<std::vector<json>> {
    std::vector<json> fields;
    for (auto& alert : TRY(catalogue.alerts(std::numeric_limits<int>::max()))) {
      if (alert.rule == rule && alert.key.starts_with(made_by)) {
        fields.push_back(std::move(alert.fields));
      }
    }
    return fields;
  };
  scope.inputs.alerts.push_back(std::move(alerts));
}

/// Output of the job → its table; alerts alone have none.
Result<std::map<std::string, std::string>> tables_of(const GradePorts& ports,
                                                     const kinds::StreamJob& job) {
  std::map<std::string, std::string> tables;
  for (const auto& [name, output] : job.outputs) {
    if (!output.lake || !output.path) continue;
    tables[name] = table_at(TRY(ports.definitions.tier_of(*output.lake)), *output.path);
  }
  return tables;
}

/// Policies and cuts belong to (job, input): a hub's events are graded as the job takes them that
/// keeps them raw, or else makes something else of them that is graded.
void add_inputs(const kinds::StreamJob& job, const std::set<std::string>& tables,
                GradeScope& scope) {
  grade::JobInput input{.job = job.name,
                        .policies = {.late_s = static_cast<int>(job.late_arrival_seconds),
                                     .out_of_order_s = static_cast<int>(job.out_of_order_seconds),
                                     .drop = job.policy == "drop"}};
  for (const auto& [alias, ref] : job.inputs) {
    std::string hub = ref.name();
    bool keeps_raw = std::ranges::any_of(scope.inputs.hubs, [&](const auto& fed) {
      return fed.second->name() == hub &&
             tables.contains(scope.inputs.declared.table(fed.first + "_raw"));
    });
    input.input = alias;
    if (keeps_raw) scope.inputs.jobs[hub] = input;
    scope.inputs.jobs.emplace(hub, input);
  }
}

/// What the job itself says: events that it never saw, and that it stands.
void add_state(const GradePorts& ports, const std::string& job, GradeScope& scope) {
  auto running = ports.jobs.get(job);
  if (!running) return;
  auto status = running->status();
  if (status.state == stream::JobStatus::State::kFailed) scope.inputs.stopped[job] = status.error;
  for (const auto& [alias, input] : status.inputs) {
    for (const auto& partition : input.partitions) {
      if (partition.lost > 0) scope.inputs.lost[input.hub] += partition.lost;
    }
  }
}

Status add_stream_job(const GradePorts& ports, const kinds::StreamJob& job, GradeScope& scope) {
  auto table_of = TRY(tables_of(ports, job));
  std::set<std::string> tables;
  for (const auto& [output, table] : table_of) tables.insert(table);
  const grade::Declared& declared = scope.inputs.declared;
  auto is_known = [&](const std::string& table) { return declared.is_job_table(table); };
  if (std::ranges::none_of(tables, is_known)) return {};
  add_inputs(job, tables, scope);
  auto changed = TRY(changed_outputs(declared, job.query));
  for (const auto& [name, output] : job.outputs) {
    auto table = table_of.find(name);
    if (output.alert) {
      add_alerts(ports, job.name, name, table == table_of.end() ? "" : table->second, scope);
    }
    auto what = changed.find(name);
    if (what == changed.end()) continue;
    scope.inputs.changed["stream." + name] = what->second;
    if (table != table_of.end()) scope.inputs.changed[table->second] = what->second;
  }
  scope.inputs.tables.merge(tables);
  add_state(ports, job.name, scope);
  if (const auto& dead = job.dead_letter) {
    std::string table = table_at(TRY(ports.definitions.tier_of(dead->lake)), dead->path);
    scope.inputs.tables.insert(table);
    // Which events a statement can't take is up to the statement.
    if (!changed.empty()) scope.inputs.changed[table] = changed.begin()->second;
  }
  return {};
}

/// How a table is made, and whether that is how the shipped statement does.
Status add_statement(const std::string& table, const std::string& query, const std::string& macros,
                     GradeScope& scope) {
  auto spec = TRY(flow::table_spec(table, query, macros));
  if (auto what = changed_table(scope.inputs.declared, table, spec.select, spec.macros)) {
    scope.inputs.changed[table] = *std::move(what);
  }
  // One window of several is what the table holds: nobody can make it again from its text.
  bool windowed = !TRY(flow::window_used(spec, flow::any_window())).empty();
  if (!windowed) scope.inputs.statements[table] = std::move(spec);
  return {};
}

Status add_pipeline(const GradePorts& ports, const kinds::Pipeline& pipeline, GradeScope& scope) {
  for (const auto& activity : pipeline.activities) {
    if (activity.table) {
      scope.inputs.tables.insert(*activity.table);
      if (!activity.query) continue;
      TRY(add_statement(*activity.table, *activity.query, pipeline.macros.value_or(""), scope));
    } else if (activity.type == "copy" && activity.to) {
      std::string tier = TRY(ports.definitions.tier_of(activity.to->lake));
      scope.inputs.tables.insert(table_at(tier, activity.to->path));
    }
  }
  return {};
}

/// A trigger grades while its own record is still being made: only what is ready counts.
template <typename D>
Result<std::vector<catalogue::Defined<D>>> ready(const GradePorts& ports) {
  auto all = TRY(ports.definitions.all<D>());
  std::erase_if(all, [](const auto& definition) { return !definition.ready; });
  return all;
}

}  // namespace

Result<GradeScope> grade_scope(const GradePorts& ports) {
  GradeScope scope;
  std::optional<std::string> graded;
  for (const auto& world : TRY(ready<kinds::World>(ports))) graded = world.graded;
  scope.inputs.declared = TRY(declaration(graded));
  scope.inputs.env = &ports.folder.env;
  scope.inputs.lake = &ports.lake;
  scope.inputs.hub_namespace = kNamespace;
  for (const auto& generator : TRY(ready<kinds::Generator>(ports))) {
    add_generator(ports, generator, scope);
  }
  for (const auto& job : TRY(ready<kinds::StreamJob>(ports))) {
    TRY(add_stream_job(ports, job, scope));
  }
  for (const auto& pipeline : TRY(ready<kinds::Pipeline>(ports))) {
    TRY(add_pipeline(ports, pipeline, scope));
  }
  scope.inputs.database = scope.database.get();
  return scope;
}

}  // namespace control
