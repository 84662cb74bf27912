// How many sessions start when: a weekly curve in Europe/Prague time, constant within a minute, and
// its integral, exactly, in integers; or a flat curve, the same at all times.
//
// units(t) is the integral from the start to t of the minute weights (weight × ms). The n-th
// session (n = 0, 1, …) starts in the last millisecond before units reach (n + 1) · U, where U is
// the units a session needs; so the sessions that start before t number the floor of
// units(t) / U = the traffic curve's integral. Immutable, thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "world/world.h"

namespace world {

class TrafficCurve {
 public:
  /// `sessions_per_s`: mean over a week, 6e-5 … 1e5. Valid to the end of 2100.
  TrafficCurve(std::int64_t start_ms, double sessions_per_s, Curve shape = Curve::kNatural);

  std::int64_t start_ms() const { return start_ms_; }
  /// 0 before the start.
  std::int64_t sessions_before(std::int64_t t_ms) const;
  std::int64_t session_start(std::int64_t session) const;
  /// The curve's integral: expected sessions before `t_ms`.
  double expected_sessions(std::int64_t t_ms) const;

  /// The natural curve's weight at the beginning of a local minute of the week (0 = Monday 00:00).
  static std::int64_t natural_weight(int minute_of_week);

 private:
  struct Segment {  ///< a stretch of one offset from UTC
    std::int64_t utc_ms, offset_ms;
    std::int64_t units;  ///< before it
    std::int64_t local_units;
  };
  std::int64_t weight(int minute_of_week) const {
    return shape_ == Curve::kFlat ? kFlatWeight : natural_weight(minute_of_week);
  }
  std::int64_t units(std::int64_t t_ms) const;
  std::int64_t time_of(std::int64_t units) const;
  std::int64_t local_units(std::int64_t local_ms) const;
  std::int64_t session_units(std::int64_t sessions) const;

  static constexpr int kMinutes = 7 * 24 * 60;
  static constexpr std::int64_t kFlatWeight = 500'000;  ///< about the natural curve's mean
  std::int64_t start_ms_;
  Curve shape_;
  std::array<std::int64_t, kMinutes + 1> prefix_;  ///< units before each minute of a week
  std::vector<Segment> segments_;
  std::uint64_t units_per_session_;  ///< fixed point, 20 binary places
};

}  // namespace world
