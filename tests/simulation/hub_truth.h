// What a hub must hold: a copy of its partitions as they were read last, and what was promised of
// them. Findings are sentences; the first one ends a simulation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hub/hub.h"
#include "simulation/world_truth.h"

namespace simulation {

using Finding = std::optional<std::string>;

struct Seen {
  std::int64_t arrival_ms = 0;
  std::string value;
  bool from_world = false;
  std::pair<int, std::int64_t> sender{-1, -1};  ///< client and number: "#c3-17" in the value
};

/// What happened between two looks.
enum class Since {
  kStep,       ///< the same process went on
  kKill,       ///< another process: nothing appended is lost
  kPowerLoss,  ///< what wasn't synced may be lost
};

class HubTruth {
 public:
  HubTruth(std::vector<std::vector<WorldEvent>> world, int partitions);

  /// Reads on (after kStep), or everything again, and compares. `fed_to_ms`: all world arrivals
  /// below it were appended by this process or one before it; INT64_MIN: unknown.
  Finding look(const hub::Hub& hub, Since since, std::int64_t fed_to_ms);
  /// An append was acknowledged: offsets below `end` are there for good.
  void promise(int partition, std::int64_t end, bool durable);

  const std::vector<Seen>& records(int partition) const {
    return copies_[static_cast<std::size_t>(partition)];
  }
  int partitions() const { return static_cast<int>(copies_.size()); }
  /// The first offset that every look has found: what retention left. (What it took may come again
  /// with a loss of power.)
  std::int64_t start(int partition) const { return starts_[static_cast<std::size_t>(partition)]; }
  std::int64_t frontier_ms() const { return frontier_ms_; }

 private:
  Finding look_at(const hub::Hub& hub, int partition, Since since);
  Finding compare(int partition, std::int64_t offset, const hub::Record& record, Since since);
  Finding check_world(int partition, std::int64_t fed_to_ms) const;

  const std::vector<std::vector<WorldEvent>> world_;
  std::vector<std::vector<Seen>> copies_;
  std::vector<std::int64_t> promised_, durable_, starts_, begins_, world_seen_;
  std::int64_t frontier_ms_ = hub::kNoFrontier;
};

}  // namespace simulation
