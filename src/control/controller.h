// One resource kind's behaviour for whoever works with all of them: apply, restart, status, the
// map. Attributes are normalized JSON here; adapter.h has the side that a kind is written on.
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
#include "view/map.h"

namespace control {

using json = nlohmann::json;
using view::MapNode;

class Controller {
 public:
  virtual ~Controller() = default;

  /// Refuses what can't be made beside what is there, before anything of it is noted or made.
  virtual base::Status check(const json& wanted) = 0;
  /// Makes the resource be as `wanted` (normalised attributes); `previous` is what the catalogue
  /// holds, null on creation. Returns the attributes with the computed ones.
  virtual base::Result<json> apply(const json& wanted, const json& previous,
                                   std::stop_token stop) = 0;
  /// What applying `wanted` would be refused for as things are, or lose; for people who plan.
  /// Changes nothing, asks nobody else.
  virtual std::vector<std::string> warnings(const json& wanted) = 0;
  /// Takes the resource up again after the daemon's start.
  virtual base::Status start(const json& attributes) = 0;
  /// Computed attributes that tell where it is: asked for whenever it is shown, since a port may be
  /// taken by another between two lives of the daemon.
  virtual json where(const std::string& name) = 0;
  /// False when someone removed it behind our back (drift): the next apply makes it again.
  virtual base::Result<bool> exists(const json& attributes) = 0;
  /// What a read shows of it; reading never fails.
  virtual json as_read(const json& attributes) { return attributes; }
  /// Of attributes that may be damaged: those members are null then. Removes what is known.
  virtual base::Status remove(const json& attributes) = 0;
  /// Why it doesn't work although it is there; empty: it does. Asked every second while somebody
  /// looks.
  virtual std::string failure(const json& attributes) = 0;
  /// Which of its files are missing or were cut, and what to do; empty: none. Reads logs and
  /// folders, so it is asked by plans, and now and then.
  virtual std::string damage(const json& attributes) = 0;
  /// Nodes for the map.
  virtual std::vector<MapNode> nodes(const json& attributes) = 0;
};

struct KindController {
  std::string kind;  ///< "hriste_lake"
  std::unique_ptr<Controller> controller;
};

}  // namespace control
