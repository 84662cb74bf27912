// All that the world sends to one hub, in order, chunk by chunk: with each event's offset and its
// time after the policies. Chunks are made in parallel; only their numbering goes in turn. Part of
// the expected side.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "grade/key_event.h"
#include "grade/key_policy.h"

namespace grade {

/// Thread-safe.
class TrafficKey {
 public:
  struct Options {
    const world::World* world = nullptr;  ///< outlives this
    world::Stream stream = world::Stream::kPageviews;
    int partitions = 2;
    Policies policies;
    std::int64_t to_ms = 0;       ///< events with arrival below it
    std::int64_t job_cut_ms = 0;  ///< where watermark_ms() is asked for
    std::int64_t chunk_ms = 0;    ///< of arrivals; 0: as the traffic asks
  };
  explicit TrafficKey(Options options);

  /// Gets a chunk's events in delivery order; they live during the call.
  using Reader = std::function<void(const EventChunk&)>;

  std::size_t chunks() const { return ends_.size(); }
  /// Reads chunk `chunk`; waits until those before it are numbered. Each chunk once.
  void read_chunk(std::size_t chunk, const Reader& reader);
  /// The stream job's watermark at its cut; known when all chunks have been read.
  std::int64_t watermark_ms() const;

  /// Everything again, in this thread. kCancelled when `stop` is requested.
  base::Status read_all(const Reader& reader, std::stop_token stop) const;

 private:
  /// What numbering carries from one chunk to the next.
  struct Carry {
    std::vector<std::int64_t> offsets;
    PolicyClock clock;
    std::optional<std::int64_t> watermark_ms;
  };
  Carry start() const;
  void number(std::vector<Event>& events, std::int64_t end_ms, Carry& carry) const;
  std::int64_t begin_ms(std::size_t chunk) const;
  /// A chunk's memory, used again: getting it anew costs more than filling it.
  struct Buffers {
    world::Deliveries deliveries;
    std::vector<Event> events;
  };
  std::unique_ptr<Buffers> take_buffers();

  Options options_;
  std::vector<std::int64_t> ends_;  // of the chunks
  mutable std::mutex mutex_;
  std::condition_variable numbered_;
  std::size_t turn_ = 0;  // chunks numbered so far
  std::vector<std::unique_ptr<Buffers>> spare_;
  Carry carry_;
};

}  // namespace grade
