#include "control/grade_scope.h"

#include <algorithm>
#include <array>
#include <limits>

#include "control/controller.h"
#include "control/default_query.h"

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

/// What is made of the raw page views, and of the raw stars.
constexpr std::array kOfPageviews{"silver.pageviews",        "gold.engagements",
                                  "gold.latency_5min",       "gold.sessions",
                                  "gold.product_popularity", "silver.quarantine"};
constexpr std::array kOfStars{"silver.stars", "gold.engagements", "gold.sessions",
                              "silver.quarantine"};

/// The answer key knows the default statements only: what others write, and what is made of that,
/// can't be graded. `table`: where the output goes, or empty.
void set_aside(const std::string& output, const std::string& table, GradeScope& scope) {
  std::string why = "the statement into " + output + " is not the default query's";
  auto& aside = scope.inputs.aside;
  aside["stream." + output] = why;
  if (!table.empty()) aside[table] = why;
  if (table == "bronze.pageviews") {
    for (const char* made : kOfPageviews) aside[made] = why;
  }
  if (table == "bronze.stars") {
    for (const char* made : kOfStars) aside[made] = why;
  }
}

/// Alerts of the default query's outputs; the key knows no others.
void add_alerts(Runtime& runtime, const std::string& job, const std::string& output,
                GradeScope& scope) {
  if (output != "slow_pages" && output != "slow_pages_enriched") return;
  grade::AlertInputs alerts{.name = output, .enriched = output == "slow_pages_enriched"};
  std::string rule = job + "/" + output;
  alerts.fields = [&runtime, rule]() -> Result<std::vector<json>> {
    std::vector<json> fields;
    for (auto& alert : TRY(runtime.catalogue->alerts(std::numeric_limits<int>::max()))) {
      if (alert.rule == rule) fields.push_back(std::move(alert.fields));
    }
    return fields;
  };
  scope.inputs.alerts.push_back(std::move(alerts));
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
    if (changed.contains(output)) set_aside(output, table, scope);
  }
  if (const json& dead = attributes.at("dead_letter"); dead.is_object()) {
    scope.inputs.tables.insert(table_at(TRY(runtime.tier_of(dead.at("lake"))), dead.at("path")));
  }
  return {};
}

Status add_pipeline(Runtime& runtime, const json& attributes, GradeScope& scope) {
  for (const auto& activity : attributes.at("activities")) {
    if (activity.at("table").is_string()) {
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
