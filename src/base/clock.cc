#include "base/clock.h"

#include <cmath>

#include "base/calendar.h"

namespace base {
namespace {

using Seconds = std::chrono::duration<double>;

}  // namespace

std::string format_millis(Instant t) {
  // In milliseconds: the day before the earliest Instant can't be said in microseconds.
  auto since = std::chrono::floor<std::chrono::milliseconds>(t.time_since_epoch());
  auto day = std::chrono::floor<std::chrono::days>(since);
  // A chrono::year ends with 32767; the calendar repeats itself every 400 years.
  using Era =
      std::chrono::duration<std::int64_t,
                            std::ratio_multiply<std::chrono::days::period, std::ratio<146'097>>>;
  auto era = std::chrono::floor<Era>(day);
  std::chrono::year_month_day ymd{
      std::chrono::sys_days{std::chrono::floor<std::chrono::days>(day - era)}};
  std::int64_t ms = (since - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                     static_cast<int>(ymd.year()) + era.count() * 400,
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                     ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

Result<Instant> parse_instant(std::string_view text) {
  auto time = parse_calendar_time(text);
  if (!time || (time->zone_minutes && !text.ends_with('Z'))) {
    return error(Code::kInvalidArgument,
                 "\"{}\" is not a time: write it as 2026-06-01T00:00:00Z (UTC)", text);
  }
  return Instant{std::chrono::sys_days{std::chrono::days{time->day}}} +
         std::chrono::microseconds{time->nanos / 1000};
}

Instant SystemClock::now() const {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

bool SystemClock::wait_until(Instant t, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_until(lock, stop, std::chrono::system_clock::time_point{t}, [] { return false; });
  return now() >= t;
}

ScaledClock::ScaledClock(State state)
    : state_(state), wall_anchor_(std::chrono::steady_clock::now()) {}

Instant ScaledClock::now_locked() const {
  if (state_.frozen) return state_.anchor;
  Seconds wall = std::chrono::steady_clock::now() - wall_anchor_;
  return state_.anchor + std::chrono::floor<Duration>(wall * state_.speed);
}

void ScaledClock::anchor_locked() {
  state_.anchor = now_locked();
  wall_anchor_ = std::chrono::steady_clock::now();
}

Instant ScaledClock::now() const {
  std::lock_guard lock(mutex_);
  return now_locked();
}

bool ScaledClock::wait_until(Instant t, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    Instant now = now_locked();
    if (now >= t) return true;
    if (state_.frozen) {
      changed_.wait(lock, stop, [&] { return !state_.frozen || state_.anchor >= t; });
      continue;
    }
    // Waits are bounded, so that a change of speed is seen and no overflow can happen.
    Seconds wall = Seconds{t - now} / state_.speed;
    auto limit = std::chrono::ceil<std::chrono::microseconds>(std::min(wall, Seconds{3600}));
    auto anchor = wall_anchor_;
    changed_.wait_for(lock, stop, limit, [&] { return wall_anchor_ != anchor; });
  }
  return now_locked() >= t;
}

ScaledClock::State ScaledClock::state() const {
  std::lock_guard lock(mutex_);
  return State{now_locked(), state_.speed, state_.frozen};
}

Status ScaledClock::set_speed(double speed) {
  if (!(speed >= 0.1 && speed <= 10'000)) {
    return error(Code::kInvalidArgument, "clock speed {} is outside 0.1 … 10000", speed);
  }
  std::lock_guard lock(mutex_);
  anchor_locked();
  state_.speed = speed;
  changed_.notify_all();
  return {};
}

void ScaledClock::set_frozen(bool frozen) {
  std::lock_guard lock(mutex_);
  anchor_locked();
  state_.frozen = frozen;
  changed_.notify_all();
}

Status ScaledClock::jump_to(Instant t) {
  std::lock_guard lock(mutex_);
  if (t < now_locked()) {
    return error(Code::kInvalidArgument, "the clock can't go back from {} to {}",
                 format_millis(now_locked()), format_millis(t));
  }
  anchor_locked();
  state_.anchor = t;
  changed_.notify_all();
  return {};
}

void ScaledClock::reset(State state) {
  std::lock_guard lock(mutex_);
  state_ = state;
  wall_anchor_ = std::chrono::steady_clock::now();
  changed_.notify_all();
}

Instant ManualClock::now() const {
  std::lock_guard lock(mutex_);
  return now_;
}

bool ManualClock::wait_until(Instant t, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [&] { return now_ >= t; });
  return now_ >= t;
}

void ManualClock::set(Instant t) {
  std::lock_guard lock(mutex_);
  now_ = t;
  changed_.notify_all();
}

void ManualClock::advance(Duration d) {
  std::lock_guard lock(mutex_);
  now_ += d;
  changed_.notify_all();
}

}  // namespace base
