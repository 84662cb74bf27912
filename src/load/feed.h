// A stream of the world into a sink of events, a chunk at a time, for whoever has the thread
// (live_load.h) or the steps (the simulation).
//
// All that arrives in a stretch of playground time is appended to its partitions (Kafka's murmur2
// of the decimal user_id), then the frontier moves to the stretch's end: it never passes what is
// appended. How far the stream is, is read from the sink's tails: of a chunk, what lies at or
// before a partition's tail is left out, after a kill -9 as after a failed append. What is missing
// below a frontier that somebody else has moved is refused (a generator that comes after the clock,
// or after another one that had ended): what was promised isn't broken.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "load/event_sink.h"
#include "world/world.h"

namespace load {

/// Owned by one thread.
class Feed {
 public:
  /// Goes on from where the sink is.
  Feed(const world::World& world, world::Stream stream, EventSink& sink);

  /// Appends the next chunk, which ends at `to_ms` at the latest, and moves the frontier to its
  /// end. Returns the records of the chunk, those that were in already too; 0 at `to_ms`.
  /// Errors: the sink's, and kFailedPrecondition for what lies below the sink's frontier; the next
  /// call goes on with the same chunk.
  base::Result<std::int64_t> step(std::int64_t to_ms);
  /// All arrivals below it are in.
  std::int64_t position() const { return position_; }
  /// Gives back what a large chunk needed.
  void shrink();

 private:
  using Records = std::vector<EventSink::Record>;
  std::int64_t resume_from() const;
  base::Status keeps_promise(std::int64_t arrival_ms) const;
  std::int64_t chunk_end(std::int64_t from_ms, std::int64_t to_ms) const;
  void split_by_partition();

  const world::World& world_;
  const world::Stream stream_;
  EventSink& sink_;
  std::int64_t position_;
  world::TrafficCursor cursor_;
  world::Deliveries chunk_;  ///< up to cursor_: a part may be in
  std::string keys_;
  std::vector<Records> partitions_;
};

/// The records of `records` (by arrival) that aren't in the partition yet: those behind its tail.
std::span<const EventSink::Record> behind_tail(std::span<const EventSink::Record> records,
                                               const EventSink::Tail& tail);

}  // namespace load
