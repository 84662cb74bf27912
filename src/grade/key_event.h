// One delivery of the world as consumers should see it: its fields, its place in the hub, and its
// time after the policies. Part of the expected side.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "grade/row.h"
#include "world/world.h"

namespace grade {

/// A text and its hash as a cell has it: an event's texts go into several tables.
struct HashedText {
  std::string_view text;
  std::uint64_t hash = 0;
  HashedText() = default;
  explicit HashedText(std::string_view t) : text(t), hash(Cell::hash_of(t)) {}
  Cell cell() const { return Cell::of(text, hash); }
};

struct Event {
  std::int64_t arrival_ms = 0;
  std::int64_t event_id = 0;
  std::int64_t user_id = 0;
  std::int64_t offset = 0;  ///< in its partition, when nothing comes from outside
  std::int32_t partition = 0;
  bool malformed = false;  ///< nothing below is set
  bool copy = false;       ///< the planted duplicate
  bool dropped = false;    ///< by the policy
  HashedText value;        ///< the JSON as sent

  std::int64_t event_time_ms = 0;
  std::int64_t time_ms = 0;  ///< System.Timestamp
  HashedText http_method, uri, client_ip, user_agent;
  std::int64_t latency_hundredths = 0;
  std::int64_t stars = 0;
};

/// Events in delivery order, one of many chunks.
struct EventChunk {
  std::span<const Event> events;
  std::size_t index = 0;
  std::int64_t begin_ms = 0;  ///< arrivals are at or after it
};

/// Reads `deliveries` in their order; all but partition's offset and what policies decide. Views
/// point into `deliveries`. `partitions`: how many the hub has.
void read_events(const world::Deliveries& deliveries, world::Stream stream, int partitions,
                 std::vector<Event>& out);

/// The partition of a key, as Kafka's Java client chooses it: murmur2 with seed 0x9747b28c,
/// made positive, modulo.
int partition_of_key(std::string_view key, int partitions);

}  // namespace grade
