// One resource kind's behaviour. A new kind is its declaration (kinds) and its Controller, and
// touches nothing else but the list in all_controllers().
//
// Every operation may have been interrupted before, at any point: apply() completes what is there,
// remove() removes what is there. Calls for one resource never overlap; calls for different
// resources do.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"

namespace control {

using json = nlohmann::json;
struct Runtime;

/// What the page's map shows of a resource.
struct MapNode {
  std::string id, label, kind, tier;
  int lane = 0;
  double rate = 0;  ///< rows/s now
  std::int64_t total = 0;
  std::int64_t lag_ms = 0;
  std::string health = "ok";  ///< "ok" | "warn" | "fail" | "idle"
  std::string status;
  json source;  ///< null or {"file","text"}
  json facts = json::object();
  std::vector<std::string> inputs;  ///< ids of nodes that feed this one
};

class Controller {
 public:
  virtual ~Controller() = default;

  /// Makes the resource be as `wanted` (normalised attributes); `previous` is what the catalogue
  /// holds, null on creation. Returns the attributes with the computed ones.
  virtual base::Result<json> apply(const std::string& name, const json& wanted,
                                   const json& previous, std::stop_token stop) = 0;
  /// Takes the resource up again after the daemon's start.
  virtual base::Status start(const std::string& name, const json& attributes) = 0;
  /// False when someone removed it behind our back (drift): the next apply makes it again.
  virtual base::Result<bool> exists(const std::string& name, const json& attributes) = 0;
  virtual base::Status remove(const std::string& name, const json& attributes) = 0;
  /// Nodes for the map.
  virtual std::vector<MapNode> nodes(const std::string& name, const json& attributes) = 0;
};

/// Kind name → its controller.
std::map<std::string, std::unique_ptr<Controller>> all_controllers(Runtime& runtime);

/// "name" of a ref "name@revision".
std::string ref_name(const std::string& ref);

}  // namespace control
