// One resource kind's behaviour. A new kind is its declaration (kinds) and its Controller, and
// touches nothing else but the list in all_controllers().
//
// Every operation may have been interrupted before, at any point: apply() completes what is there,
// remove() removes what is there. Calls for one resource never overlap; calls for different
// resources do.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/map.h"

namespace control {

using json = nlohmann::json;
struct Runtime;

class Controller {
 public:
  virtual ~Controller() = default;

  /// Refuses what can't be made beside what is there, before anything of it is noted or made.
  virtual base::Status check(const std::string&, const json&) { return {}; }
  /// Makes the resource be as `wanted` (normalised attributes); `previous` is what the catalogue
  /// holds, null on creation. Returns the attributes with the computed ones.
  virtual base::Result<json> apply(const std::string& name, const json& wanted,
                                   const json& previous, std::stop_token stop) = 0;
  /// Takes the resource up again after the daemon's start.
  virtual base::Status start(const std::string& name, const json& attributes) = 0;
  /// False when someone removed it behind our back (drift): the next apply makes it again.
  virtual base::Result<bool> exists(const std::string& name, const json& attributes) = 0;
  /// Of attributes that may be damaged: those members are null then. Removes what is known.
  virtual base::Status remove(const std::string& name, const json& attributes) = 0;
  /// Why it doesn't work although it is there; empty: it does. Asked every second while somebody
  /// looks.
  virtual std::string failure(const std::string&, const json&) { return {}; }
  /// Which of its files are missing or were cut, and what to do; empty: none. Reads logs and
  /// folders, so it is asked by plans, and now and then.
  virtual std::string damage(const std::string&, const json&) { return {}; }
  /// Nodes for the map.
  virtual std::vector<MapNode> nodes(const std::string& name, const json& attributes) = 0;
};

struct KindController {
  std::string kind;  ///< "hriste_lake"
  std::unique_ptr<Controller> controller;
};
/// In the order in which resources are taken up after a restart: what feeds before what reads.
std::vector<KindController> all_controllers(Runtime& runtime);

/// "name" of a ref "name@revision".
std::string ref_name(const std::string& ref);

}  // namespace control
