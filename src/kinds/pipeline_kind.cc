// hriste_pipeline: activities that copy and transform, in the order of their needs.
#include <map>
#include <set>

#include "kinds/declare_internal.h"

namespace kinds {
namespace {

Attribute activities() {
  return {
      .name = "activities",
      .shape = Shape::kObjectList,
      .presence = Presence::kRequired,
      .doc = "What the pipeline does. An activity starts when all that it needs are done.",
      .nested = {
          name_attribute(),
          {.name = "type",
           .presence = Presence::kRequired,
           .doc = "`copy` takes a table of a database to the lake, `sql` makes a table from a "
                  "query.",
           .checks = {.one_of = {"copy", "sql"}}},
          {.name = "needs",
           .shape = Shape::kStringList,
           .doc = "Names of activities that have to be done before.",
           .checks = {.form = Form::kName}},
          {.name = "from",
           .shape = Shape::kObject,
           .doc = "`copy`: the source.",
           .nested = {ref_attribute("database", "hriste_database", Presence::kRequired,
                                    "The database."),
                      {.name = "table",
                       .presence = Presence::kRequired,
                       .doc = "Its table.",
                       .checks = {.form = Form::kName}}}},
          {.name = "to",
           .shape = Shape::kObject,
           .doc = "`copy`: the target, Parquet files.",
           .nested = {ref_attribute("lake", "hriste_lake", Presence::kRequired, "The lake tier."),
                      {.name = "path",
                       .presence = Presence::kRequired,
                       .doc = "Folder below the tier.",
                       .checks = {.form = Form::kPath}}}},
          {.name = "table",
           .doc = "`sql`: the Delta table that the query's rows replace, e.g. `silver.users`.",
           .checks = {.form = Form::kTable}},
          {.name = "query",
           .doc = "`sql`: one SELECT over the lake's tables.",
           .checks = {.form = Form::kNotEmpty}},
      }};
}

/// Which attributes a type of activity takes; every other one of these has to be unset.
void check_parts(int index, const json& activity, Problems& problems) {
  const auto& type = member(activity, "type");
  if (!is_set(type)) return;
  for (const auto& [part, of] :
       {std::pair{"from", "copy"}, {"to", "copy"}, {"table", "sql"}, {"query", "sql"}}) {
    const auto& value = member(activity, part);
    if (type == of && value.is_null())
      problems.push_back({{"activities", index},
                          fmt::format("{} is missing: an activity of type {} needs it", part, of)});
    if (type != of && is_set(value))
      problems.push_back(
          {{"activities", index, part},
           fmt::format("{} belongs to activities of type {}; this one is {}: remove it", part, of,
                       type.get<std::string>())});
  }
}

using Graph = std::map<std::string, std::vector<std::string>>;

/// A way from `from` back to `to`, as "a → b → a"; empty when there is none.
std::string way_back(const Graph& graph, const std::string& from, const std::string& to,
                     std::set<std::string>& seen) {
  for (const auto& next : graph.at(from)) {
    if (next == to) return from + " → " + to;
    if (!graph.contains(next) || !seen.insert(next).second) continue;
    if (auto rest = way_back(graph, next, to, seen); !rest.empty()) return from + " → " + rest;
  }
  return {};
}

void check_needs(const json& activities, const Graph& graph, Problems& problems) {
  for (int i = 0; i < static_cast<int>(activities.size()); ++i) {
    const auto& activity = activities[i];
    if (!is_set(member(activity, "name"))) continue;
    const auto name = activity["name"].get<std::string>();
    const auto& needs = member(activity, "needs");
    for (int n = 0; needs.is_array() && n < static_cast<int>(needs.size()); ++n) {
      if (!needs[n].is_string() || graph.contains(needs[n].get<std::string>())) continue;
      problems.push_back(
          {{"activities", i, "needs", n},
           fmt::format("there is no activity {} in this pipeline", needs[n].get<std::string>())});
    }
    std::set<std::string> seen;
    if (auto way = way_back(graph, name, name, seen); !way.empty()) {
      problems.push_back({{"activities", i, "needs"},
                          fmt::format("the needs go in a circle: {}; take one of them away", way)});
      return;
    }
  }
}

Problems check(const json& attributes) {
  Problems problems;
  const auto& activities = member(attributes, "activities");
  if (!activities.is_array()) return problems;
  Graph graph;
  bool all_known = true;
  for (int i = 0; i < static_cast<int>(activities.size()); ++i) {
    const auto& activity = activities[i];
    check_parts(i, activity, problems);
    const auto& name = member(activity, "name");
    if (!is_set(name)) {
      all_known = false;
      continue;
    }
    std::vector<std::string> needs;
    for (const auto& need : member(activity, "needs"))
      if (need.is_string()) needs.push_back(need);
    if (!graph.emplace(name.get<std::string>(), std::move(needs)).second)
      problems.push_back({{"activities", i, "name"},
                          fmt::format("{} is the name of an earlier activity; each needs its own",
                                      name.get<std::string>())});
  }
  if (all_known) check_needs(activities, graph, problems);
  return problems;
}

}  // namespace

Kind pipeline_kind() {
  return {.name = "hriste_pipeline",
          .doc = "Copies and transformations between the tiers, run by a trigger or by hand.",
          .attributes = {name_attribute(),
                         activities(),
                         {.name = "needs",
                          .shape = Shape::kStringList,
                          .doc = "Refs of everything that has to be there before a run; a change "
                                 "of one of them changes this pipeline's ref.",
                          .checks = {.form = Form::kRef}}},
          .example = R"(resource "hriste_pipeline" "refine" {
  name  = "refine"
  needs = [hriste_generator.users.ref]
  activities = [
    { name = "users", type = "sql", table = "silver.users", query = file("silver_users.sql") },
  ]
})",
          .check = check};
}

}  // namespace kinds
