// A hub's frontier (see hub.h): kept in a small append-only file and written before it is shown, so
// that it never goes back. Inside the room only. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/env.h"
#include "base/result.h"

namespace hub {

class Frontier {
 public:
  enum class Mode : std::uint8_t { kUnsettled = 0, kClock = 1, kGenerator = 2 };

  /// Makes the file `path`: kNoFrontier, unsettled.
  static base::Result<std::unique_ptr<Frontier>> make(base::Env& env, base::Clock& clock,
                                                      std::string path);
  /// Errors: kDataLoss when the file has gone or no entry in it is sound: F is unknown.
  static base::Result<std::unique_ptr<Frontier>> open(base::Env& env, base::Clock& clock,
                                                      std::string path);
  /// Writes the clock's frontier exactly, so that a clean restart doesn't run ahead of it.
  ~Frontier();

  void set_mode(Mode mode);
  Mode mode() const;
  void advance(std::int64_t ms);
  std::int64_t now();
  bool wait(std::int64_t ms, std::stop_token stop);
  void close();
  /// On return what was shown by now survives loss of power.
  base::Status sync();

  /// While the lock is held F stands still, so that a record stamped with `stamp_ms` is appended
  /// before anybody can see an F above it. Settles a hub without generator.
  struct Hold {
    std::shared_lock<std::shared_mutex> lock;
    std::int64_t stamp_ms;
  };
  Hold hold();

 private:
  Frontier(base::Env& env, base::Clock& clock, std::string path)
      : env_(env), clock_(clock), path_(std::move(path)) {}
  base::Status recover();
  base::Status rewrite(Mode mode, std::int64_t ms);
  base::Status persist(Mode mode, std::int64_t ms);
  void raise(std::int64_t ms);

  base::Env& env_;
  base::Clock& clock_;
  const std::string path_;

  mutable std::shared_mutex moving_;  // exclusive: F or the mode changes
  std::shared_ptr<base::File> file_;  // sync() uses it without the lock
  Mode mode_ = Mode::kUnsettled;
  std::int64_t shown_ms_;
  std::int64_t persisted_ms_;
  std::int64_t synced_ms_ = std::numeric_limits<std::int64_t>::min();
  bool closed_ = false;

  std::mutex waiting_;  // pairs with moved_ only
  std::condition_variable_any moved_;
};

}  // namespace hub
