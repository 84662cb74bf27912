// Time. Everything that asks for the time asks a Clock, so that a test can drive it and a
// playground can run at ×60 or stand still. Wall time (leases, retries, tokens) is SystemClock's.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

/// UTC, microseconds since 1970-01-01.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

/// Rounds down.
constexpr std::int64_t to_millis(Instant t) {
  return std::chrono::floor<std::chrono::milliseconds>(t.time_since_epoch()).count();
}
/// Beyond what an Instant can be (some 292 000 years from 1970), the last or the first there is.
constexpr Instant from_millis(std::int64_t ms) {
  constexpr std::int64_t kMost = to_millis(Instant::max());
  if (ms > kMost) return Instant::max();
  return ms < -kMost ? Instant::min() : Instant{std::chrono::milliseconds{ms}};
}

/// "2026-06-01T00:00:00.000Z", always three decimals (the world's JSON form).
std::string format_millis(Instant t);
/// Accepts YYYY-MM-DD[T ]hh:mm[:ss[.fraction]][Z]; no zone means UTC.
/// Errors: kInvalidArgument with the text.
Result<Instant> parse_instant(std::string_view text);

/// Thread: every implementation is thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  /// Waits until now() >= `t`, or `stop` is requested. Returns whether `t` was reached.
  virtual bool wait_until(Instant t, std::stop_token stop) = 0;
};

/// Wall time.
class SystemClock final : public Clock {
 public:
  Instant now() const override;
  bool wait_until(Instant t, std::stop_token stop) override;
};

/// Playground time: starts at an instant, runs at `speed` seconds a wall second, can be frozen,
/// jumped forward, or held (see release()). Its state can be saved and taken up again.
class ScaledClock final : public Clock {
 public:
  struct State {
    Instant anchor;       ///< playground time at the moment of saving
    double speed = 1.0;   ///< 0.1 … 10 000
    bool frozen = false;  ///< stands still
  };
  explicit ScaledClock(State state);

  Instant now() const override;
  bool wait_until(Instant t, std::stop_token stop) override;

  State state() const;
  /// Errors: kInvalidArgument outside 0.1 … 10 000.
  Status set_speed(double speed);
  void set_frozen(bool frozen);
  /// Errors: kInvalidArgument when `t` is before now(): jumps go forward only.
  Status jump_to(Instant t);
  /// Starts anew, backwards too: another world begins.
  void reset(State state);

 private:
  Instant now_locked() const;
  void anchor_locked();

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  State state_;
  std::chrono::steady_clock::time_point wall_anchor_;
};

/// Stands still until a test moves it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start = {}) : now_(start) {}
  Instant now() const override;
  bool wait_until(Instant t, std::stop_token stop) override;
  void set(Instant t);
  void advance(Duration d);

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Instant now_;
};

}  // namespace base
