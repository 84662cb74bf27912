// A stream of the world into a hub: the back-fill [epoch − traffic_hours, epoch) at full speed,
// then live by the playground's clock, without a seam.
//
// Where to go on from stands in the hub: world_tail() of each partition says which records are
// there. So kill -9 at any moment loses and doubles nothing. The hub's frontier follows: it is
// advanced after all partitions have a chunk. When an append fails (disk full) the load tries again
// every second, with the error in its status, until it succeeds or is stopped.
// Threads: one own thread; the public functions are thread-safe.
// Read first: tests/live_load_test.cc.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "hub/hub.h"
#include "world/world.h"

namespace load {

class LiveLoad {
 public:
  struct Options {
    std::shared_ptr<const world::World> world;
    world::Stream stream = world::Stream::kPageviews;
    std::shared_ptr<hub::Hub> hub;
    base::Clock* clock = nullptr;         ///< playground time; outlives the load
    bool endless = true;                  ///< false: ends at the epoch, F then follows the clock
    std::function<void()> on_backfilled;  ///< once, from the load's thread; may be empty
  };
  static std::unique_ptr<LiveLoad> start(Options options);
  ~LiveLoad() { stop(); }

  /// Ends the thread after the append under way.
  void stop();

  struct Status {
    std::int64_t rows = 0;         ///< in the hub
    std::int64_t position_ms = 0;  ///< all arrivals below it are in the hub
    bool backfilled = false;
    std::string error;  ///< of the last append; empty while all is well
  };
  Status status() const;
  bool backfilled() const;
  /// False when `stop` was requested first.
  bool wait_backfilled(std::stop_token stop) const;
  const std::string& hub_name() const { return options_.hub->name(); }

 private:
  explicit LiveLoad(Options options) : options_(std::move(options)) {}
  void run(std::stop_token stop);
  void run_live(world::TrafficCursor& cursor, std::stop_token stop);
  bool advance(world::TrafficCursor& cursor, std::int64_t to_ms, std::stop_token stop);
  bool append_chunk(std::stop_token stop);
  bool append_partition(int partition, std::stop_token stop);
  void split_by_partition();
  std::int64_t resume_position() const;
  std::int64_t chunk_end(std::int64_t from_ms, std::int64_t limit_ms) const;
  void note_error(std::string error);

  const Options options_;
  mutable std::mutex mutex_;  // guards position, backfilled and error
  mutable std::condition_variable_any changed_;
  std::int64_t position_ms_ = 0;
  bool backfilled_ = false;
  std::string error_;

  // The chunk being appended; the load's thread only.
  world::Deliveries chunk_;
  std::string keys_;
  std::vector<std::vector<hub::Hub::WorldRecord>> parts_;

  std::jthread thread_;
};

}  // namespace load
