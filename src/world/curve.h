// How many sessions start when: a weekly curve in Europe/Prague time, constant within a minute, and
// its integral, exactly, in integers.
//
// units(t) is the integral from the start to t of the minute weights (weight × ms). The n-th
// session (n = 0, 1, …) starts in the last millisecond before units reach (n + 1) · U, where U is
// the units a session needs; so the sessions that start before t number the floor of
// units(t) / U = the traffic curve's integral. Immutable, thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace world {

class TrafficCurve {
 public:
  /// `sessions_per_s`: mean over a week, > 0. Valid to the end of 2100.
  TrafficCurve(std::int64_t start_ms, double sessions_per_s);

  std::int64_t start_ms() const { return start_ms_; }
  /// 0 before the start.
  std::int64_t sessions_before(std::int64_t t_ms) const;
  std::int64_t session_start(std::int64_t session) const;
  /// The curve's integral: expected sessions before `t_ms`.
  double expected_sessions(std::int64_t t_ms) const;

  /// Weight of a local minute of the week (0 = Monday 00:00), and the mean of all.
  static std::int64_t weight(int minute_of_week);

 private:
  struct Segment {  ///< a stretch of one offset from UTC
    std::int64_t utc_ms, offset_ms;
    std::int64_t units;  ///< before it
    std::int64_t local_units;
  };
  std::int64_t units(std::int64_t t_ms) const;
  std::int64_t time_of(std::int64_t units) const;
  std::int64_t local_units(std::int64_t local_ms) const;
  std::int64_t session_units(std::int64_t sessions) const;

  static constexpr int kMinutes = 7 * 24 * 60;
  std::int64_t start_ms_;
  std::array<std::int64_t, kMinutes + 1> prefix_;  ///< units before each minute of a week
  std::vector<Segment> segments_;
  std::uint64_t units_per_session_;  ///< fixed point, 20 binary places
};

}  // namespace world
