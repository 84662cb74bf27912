// Dashboards and notebooks on the Map: texts of the catalogue, and the tables that each reads.
// Thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "view/map.h"

namespace control {

class TextNodes {
 public:
  /// `prefix`: of the nodes' labels, "dash.".
  TextNodes(std::string kind, std::string prefix)
      : kind_(std::move(kind)), prefix_(std::move(prefix)) {}

  void note(const std::string& name, std::vector<std::string> tables) {
    base::MutexLock lock(mutex_);
    tables_[name] = std::move(tables);
  }
  void forget(const std::string& name) {
    base::MutexLock lock(mutex_);
    tables_.erase(name);
  }
  /// With the text as its source.
  view::MapNode node(const std::string& name, const std::optional<std::string>& file,
                     const std::string& text) {
    view::MapNode node{
        .id = kind_ + "." + name, .label = prefix_ + name, .kind = kind_, .tier = "serve"};
    node.status = "ready";
    node.source = {{"file", file ? view::json(*file) : view::json()}, {"text", text}};
    base::MutexLock lock(mutex_);
    node.inputs = tables_[name];
    return node;
  }

 private:
  const std::string kind_, prefix_;
  base::Mutex mutex_;
  std::map<std::string, std::vector<std::string>> tables_ GUARDED_BY(mutex_);  // by name
};

}  // namespace control
