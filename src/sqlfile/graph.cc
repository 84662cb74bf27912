#include "sqlfile/graph.h"

#include <algorithm>

namespace sqlfile {

namespace {

using Makers = std::map<std::string, std::size_t>;

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

/// Everybody who quarantines rows, but for `reader` itself.
void add_quarantiners(const std::vector<Step>& steps, std::size_t reader, Graph& graph) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i == reader || !steps[i].header || !steps[i].header->quarantines()) continue;
    graph.after[reader].push_back(steps[i].name);
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
    if (!steps[i].header) continue;
    for (const Need& need : steps[i].header->needs) {
      if (need.table == "meta.world") continue;
      if (need.table == "meta.rejected") {
        add_quarantiners(steps, i, graph);
        continue;
      }
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
  return graph;
}

}  // namespace sqlfile
