#include "sqlfile/graph.h"

#include <algorithm>

namespace sqlfile {

namespace {

/// SQL finds silver.users and silver.Users as one.
struct InAnyCase {
  bool operator()(const std::string& a, const std::string& b) const {
    auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
  }
};
using Makers = std::map<std::string, std::size_t, InAnyCase>;

Makers makers_of(const std::vector<Step>& steps, Graph& graph) {
  Makers makers;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].makes.empty()) continue;
    auto [at, added] = makers.emplace(steps[i].makes, i);
    if (added) continue;
    graph.problems.push_back({i, 0,
                              fmt::format("{} makes {}, as {} does; a table has one maker",
                                          steps[i].name, steps[i].makes, steps[at->second].name)});
  }
  return makers;
}

bool needs(const std::vector<Step>& steps, const Graph& graph, std::size_t from, std::size_t to,
           std::set<std::size_t>& seen) {
  if (from == to) return true;
  if (!seen.insert(from).second) return false;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    bool direct = std::ranges::find(graph.after[from], steps[i].name) != graph.after[from].end();
    if (direct && needs(steps, graph, i, to, seen)) return true;
  }
  return false;
}

/// All tables but those that are made from `reader`: also one that puts no rows into quarantine any
/// more, because its version before may have.
void add_all_tables(const std::vector<Step>& steps, std::size_t reader, Graph& graph) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    std::set<std::size_t> seen;
    if (i == reader || !steps[i].header || needs(steps, graph, i, reader, seen)) continue;
    names.push_back(steps[i].name);
  }
  graph.after[reader].insert(graph.after[reader].end(), names.begin(), names.end());
}

bool reads_rejected(const Step& step) {
  return step.header && std::ranges::find(step.header->needs, "meta.rejected", &Need::table) !=
                            step.header->needs.end();
}

std::vector<Need> needs_of(const Step& step) {
  if (step.header) return step.header->needs;
  std::vector<Need> needs;
  for (const auto& table : step.reads) needs.push_back({table, 0});
  return needs;
}

void add_models(const std::vector<Step>& steps, Graph& graph) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (std::size_t j = 0; j < steps.size(); ++j) {
      if (i == j || steps[j].trains.empty()) continue;
      bool after = steps[i].predicts_with == steps[j].trains ||
                   (steps[i].trains == steps[j].trains && j < i);
      if (after) graph.after[i].push_back(steps[j].name);
    }
  }
}

}  // namespace

std::string copied_table(std::string path) {
  std::ranges::replace(path, '/', '_');
  return "bronze." + path;
}

Graph order(const std::vector<Step>& steps, const std::set<std::string>& sources) {
  Graph graph;
  graph.after.resize(steps.size());
  Makers makers = makers_of(steps, graph);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (const Need& need : needs_of(steps[i])) {
      if (need.table == "meta.world" || need.table == "meta.rejected") continue;
      auto maker = makers.find(need.table);
      if (maker != makers.end() && maker->second == i) {
        graph.problems.push_back({i, need.line, fmt::format("{} needs itself", need.table)});
      } else if (maker != makers.end()) {
        graph.after[i].push_back(steps[maker->second].name);
      } else if (!sources.contains(need.table)) {
        graph.problems.push_back(
            {i, need.line,
             fmt::format("nothing makes {}: add a file or a copy that does, or name what makes it "
                         "in the pipeline's sources",
                         need.table)});
      }
    }
  }
  add_models(steps, graph);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (reads_rejected(steps[i])) add_all_tables(steps, i, graph);
  }
  return graph;
}

}  // namespace sqlfile
