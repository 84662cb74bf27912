// Brings a stream of the world into an event hub (or another sink of events, event_sink.h): first
// the back-fill [epoch − traffic_hours, epoch) as fast as it goes, then live by the playground's
// clock, without a seam, in one thread.
//
// It goes chunk by chunk, and goes on from what the sink has (feed.h): nothing is lost and nothing
// doubled after a kill -9 or a failed append.
// A failed append (disk full) is tried again every second, with the error in status(), where the
// sink says that it may help; a hub that was removed ends the load, and one that has passed what is
// missing there (feed.h).
//
// Threads: LiveLoad is thread-safe; on_backfilled is called from its thread.
// Read first: tests/live_load_test.cc.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/result.h"
#include "load/event_sink.h"
#include "load/feed.h"
#include "world/world.h"

namespace load {

class LiveLoad {
 public:
  enum class Mode {
    kOnce,     ///< the back-fill only; then the hub's frontier follows the clock
    kEndless,  ///< the back-fill, and on with the clock
  };
  struct Options {
    std::shared_ptr<hub::Hub> hub;    ///< where the stream goes, or
    std::shared_ptr<EventSink> sink;  ///< this
    world::Stream stream = world::Stream::kPageviews;
    base::Clock* clock = nullptr;  ///< outlives the load
    Mode mode = Mode::kEndless;
    std::chrono::milliseconds live_step{200};     ///< wall time between two live chunks
    std::chrono::milliseconds retry_after{1000};  ///< wall time
    std::function<void()> on_backfilled;          ///< once a start, also when it was in already
  };
  struct State {
    std::int64_t rows = 0;           ///< world records in the sink
    std::int64_t backfill_rows = 0;  ///< about as many belong to the back-fill
    double rows_per_s = 0;           ///< wall time, over about the last second
    std::int64_t position_ms = 0;    ///< all arrivals below it are in
    bool backfilled = false;
    bool ended = false;  ///< mode once is done, or stopped, or failed for good
    std::string error;   ///< of the last append; empty when it went well
    std::int64_t failed_appends = 0;
  };

  /// Starts the thread.
  static std::unique_ptr<LiveLoad> start(world::World world, Options options);
  /// stop().
  ~LiveLoad();
  /// Ends the thread after the append that is going on. The hub's frontier stays where it is.
  void stop();

  State state() const;
  /// Waits until every arrival before the epoch is in. Errors: kCancelled after a request of `stop`
  /// or when the load was stopped; the append's error when the load failed for good.
  base::Status wait_backfilled(std::stop_token stop) const;
  /// Waits for the end of the load and says how it ended: kCancelled after stop(). Errors:
  /// kCancelled after a request of `stop`, too; what made the load fail.
  base::Status wait_ended(std::stop_token stop) const;

 private:
  LiveLoad(world::World world, Options options);
  void run(std::stop_token stop);
  bool advance_to(std::int64_t to_ms, const std::stop_token& stop);
  bool step(std::int64_t to_ms, const std::stop_token& stop);
  void note_chunk(std::int64_t position_ms, std::int64_t rows);
  void note_error(std::string message, bool log);
  void end(base::Status why, bool complete = false);
  void fail(const base::Error& error);
  void rest(std::chrono::milliseconds wall, const std::stop_token& stop) const;

  const world::World world_;
  const Options options_;
  const std::shared_ptr<EventSink> sink_;
  const std::int64_t epoch_ms_;

  Feed feed_;  ///< the thread's own

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  State state_;
  base::Status ended_with_;
  std::chrono::steady_clock::time_point rate_since_;
  std::int64_t rate_rows_ = 0;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace load
