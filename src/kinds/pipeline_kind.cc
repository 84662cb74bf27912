// hriste_pipeline: activities that copy and transform, in the order of their needs
// (pipeline_fields.cc), and what is checked of them.
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/card.h"
#include "kinds/declare_internal.h"
#include "kinds/pipeline.h"
#include "sqlfile/graph.h"

namespace kinds {
namespace {

struct Part {
  const char* name;
  bool needed;
  std::vector<std::string> of;  ///< types of activities
};

const std::vector<Part>& parts() {
  static const std::vector<Part> all = {
      {"from", true, {"copy"}},
      {"to", true, {"copy"}},
      {"query", true, {"sql", "features"}},
      {"table", true, {"sql", "features", "score"}},
      {"file", false, {"sql", "features"}},
      {"notebook", true, {"notebook"}},
      {"parameters", false, {"notebook"}},
      {"experiment", true, {"train"}},
      {"model", true, {"train", "score"}},
      {"features", true, {"train", "score"}},
      {"algorithm", true, {"train"}},
      {"penalty", false, {"train"}},
      {"test_from", false, {"train"}},
      {"noise", false, {"train"}},
      {"alias", false, {"score"}},
  };
  return all;
}

/// Which attributes a type of activity takes; every other one of these has to be unset.
void check_parts(int index, const json& activity, Problems& problems) {
  const auto& type = member(activity, "type");
  if (!is_set(type)) return;
  const auto mine = type.get<std::string>();
  for (const auto& [part, needed, of] : parts()) {
    const auto& value = member(activity, part);
    bool taken = std::ranges::find(of, mine) != of.end();
    if (taken && needed && value.is_null())
      problems.push_back(
          {{"activities", index},
           fmt::format("{} is missing: an activity of type {} needs it", part, mine)});
    if (!taken && is_set(value))
      problems.push_back(
          {{"activities", index, part},
           fmt::format("{} belongs to activities of type {}; this one is {}: remove it", part,
                       fmt::join(of, " and "), mine)});
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
    const auto& after = member(activity, "run_after");
    if (!after.is_object()) continue;
    for (const auto& [other, how] : after.items()) {
      if (graph.contains(other)) continue;
      problems.push_back({{"activities", i, "run_after"},
                          fmt::format("there is no activity {} in this pipeline", other)});
    }
  }
}

/// Where in an activity's text something is wrong, as the file's lines say it.
std::string place(const json& activity, int line) {
  const auto& file = member(activity, "file");
  std::string name = is_set(file) && file.is_string() ? file.get<std::string>() : "query";
  return line == 0 ? name : fmt::format("{}:{}", name, line);
}

std::string text_or_empty(const json& value) {
  return is_set(value) && value.is_string() ? value.get<std::string>() : std::string();
}

std::string file_of(const json& activity) { return text_or_empty(member(activity, "file")); }

/// "line 3: what" → "file:3: what".
std::string in_file(const json& activity, const std::string& message) {
  const auto& file = member(activity, "file");
  if (!is_set(file) || !message.starts_with("line ")) return message;
  return file.get<std::string>() + ":" + message.substr(5);
}

/// Of a train or score activity. nullopt: not known yet.
std::optional<sqlfile::Step> model_step(const json& activity, sqlfile::Step step) {
  const auto& features = member(activity, "features");
  const auto model = name_in_ref(member(activity, "model"));
  if (!is_set(features) || !model) return std::nullopt;
  step.reads = {features};
  bool trains = member(activity, "type") == "train";
  (trains ? step.trains : step.predicts_with) = *model;
  if (!trains && !is_set(member(activity, "table"))) return std::nullopt;
  if (!trains) step.makes = member(activity, "table");
  return step;
}

/// What an activity makes and reads; problems of its header are added. nullopt: not known yet.
std::optional<sqlfile::Step> step_of(int index, const json& activity, Problems& problems) {
  const auto &name = member(activity, "name"), &type = member(activity, "type");
  if (!is_set(name) || !is_set(type)) return std::nullopt;
  sqlfile::Step step{.name = name, .makes = {}, .header = {}};
  if (type == "copy") {
    const auto& path = member(member(activity, "to"), "path");
    if (!is_set(path)) return std::nullopt;
    step.makes = sqlfile::copied_table(path);
  }
  if (type == "train" || type == "score") return model_step(activity, std::move(step));
  if (type != "sql" && type != "features") return step;
  const auto &query = member(activity, "query"), &table = member(activity, "table");
  if (!is_set(query)) return std::nullopt;
  auto header = sqlfile::parse_header(query.get<std::string>());
  if (!header) {
    problems.push_back({{"activities", index, "query"},
                        in_file(activity, header.error().message),
                        base::in_file(header.error(), file_of(activity)).card});
    return std::nullopt;
  }
  step.header = *header;
  if (step.header && is_set(table) && table != step.header->table) {
    problems.push_back(
        {{"activities", index, "table"},
         fmt::format("{} is not what the query's header says, {}: one of them is wrong",
                     table.get<std::string>(), step.header->table)});
  }
  step.makes = step.header ? step.header->table : is_set(table) ? table.get<std::string>() : "";
  return step;
}

/// The order that follows from the headers, added to `graph`. Only when all texts are known.
void add_headers(const json& attributes, const std::vector<sqlfile::Step>& steps, Graph& graph,
                 Problems& problems) {
  const auto& given = member(attributes, "sources");
  if (is_unknown(given)) return;
  std::set<std::string> sources;
  if (given.is_object()) {
    for (const auto& [table, ref] : given.items()) sources.insert(table);
  }
  auto order = sqlfile::order(steps, sources);
  for (const auto& [step, line, message] : order.problems) {
    const auto& activity = member(attributes, "activities")[step];
    if (!steps[step].reads.empty()) {
      problems.push_back({{"activities", step, "features"}, message});
      continue;
    }
    auto card = line == 0 ? nullptr
                          : base::card_at(file_of(activity),
                                          text_or_empty(member(activity, "query")), line, message);
    problems.push_back({{"activities", step, "query"},
                        fmt::format("{}: {}", place(activity, line), message),
                        std::move(card)});
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    auto& needs = graph[steps[i].name];
    needs.insert(needs.end(), order.after[i].begin(), order.after[i].end());
  }
}

Problems check_pipeline(const json& attributes) {
  Problems problems;
  const auto& activities = member(attributes, "activities");
  if (!activities.is_array()) return problems;
  Graph graph;
  bool all_known = true;
  std::vector<sqlfile::Step> steps;
  for (int i = 0; i < static_cast<int>(activities.size()); ++i) {
    const auto& activity = activities[i];
    check_parts(i, activity, problems);
    if (auto step = step_of(i, activity, problems)) steps.push_back(std::move(*step));
    const auto& name = member(activity, "name");
    if (!is_set(name)) {
      all_known = false;
      continue;
    }
    std::vector<std::string> needs;
    for (const auto& need : member(activity, "needs"))
      if (need.is_string()) needs.push_back(need);
    const auto& after = member(activity, "run_after");
    if (after.is_object()) {
      for (const auto& [other, how] : after.items()) needs.push_back(other);
    }
    if (!graph.emplace(name.get<std::string>(), std::move(needs)).second)
      problems.push_back({{"activities", i, "name"},
                          fmt::format("{} is the name of an earlier activity; each needs its own",
                                      name.get<std::string>())});
  }
  if (steps.size() == activities.size() && problems.empty())
    add_headers(attributes, steps, graph, problems);
  if (all_known) check_needs(activities, graph, problems);
  return problems;
}

/// The tables that activities make, and where they copy to: folders of the lake, all of them.
Claims claims_pipeline(const json& attributes, const TierOf& tier_of) {
  Claims all;
  const auto& activities = member(attributes, "activities");
  for (int i = 0; activities.is_array() && i < static_cast<int>(activities.size()); ++i) {
    const auto& table = member(activities[i], "table");
    claim_folder(member(activities[i], "to"), {"activities", i, "to", "path"}, tier_of, all);
    if (!table.is_string()) continue;
    auto folder = table.get<std::string>();
    std::ranges::replace(folder, '.', '/');
    all.push_back({"folder", std::move(folder), {"activities", i, "table"}});
  }
  return all;
}

}  // namespace

Kind pipeline_kind() {
  return {.name = Pipeline::kKind,
          .doc = "Copies and transformations between the tiers, run by a trigger or by hand.",
          .attributes = attributes_of<Pipeline>(),
          .example = R"(resource "hriste_pipeline" "refine" {
  name  = "refine"
  sources = { "bronze.users" = hriste_generator.users.ref }
  activities = [
    { name = "users", type = "sql", table = "silver.users", query = file("silver_users.sql") },
  ]
})",
          .check = check_pipeline,
          .claims = claims_pipeline};
}

}  // namespace kinds
