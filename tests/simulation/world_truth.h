// What the world sends to each partition of a hub, in order: a pure function of its settings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hub/hub.h"
#include "world/world.h"

namespace simulation {

struct WorldEvent {
  std::int64_t arrival_ms = 0;
  std::string value;
  bool malformed = false;
};

/// By partition, up to `until_ms`.
inline std::vector<std::vector<WorldEvent>> world_events(const world::World& world, int partitions,
                                                         std::int64_t until_ms) {
  std::vector<std::vector<WorldEvent>> out(static_cast<std::size_t>(partitions));
  world::Deliveries all;
  world.deliveries(world::Stream::kPageviews, world.backfill_start_ms(), until_ms, all);
  for (const world::Delivery& d : all.rows) {
    auto partition = hub::partition_of(std::to_string(d.user_id), partitions);
    out[static_cast<std::size_t>(partition)].push_back(
        {d.arrival_ms, std::string(all.value(d)), d.malformed});
  }
  return out;
}

}  // namespace simulation
