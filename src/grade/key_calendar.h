// The clock on the wall in Europe/Prague and Czech public holidays, for the key alone: computed
// anew, so that an error of the world's or an engine's calendar shows. Part of the expected side.
#pragma once

#include <cstdint>

namespace grade {

inline constexpr std::int64_t kMinuteMs = 60'000, kHourMs = 3'600'000, kDayMs = 86'400'000;

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0); }

/// Takes one time after another; fast where most lie in the same year. Thread-compatible.
class PragueClock {
 public:
  /// Local time as ms, as if it were UTC. Summer time: from the last Sunday of March to the last
  /// of October, 01:00 UTC each.
  std::int64_t local_ms(std::int64_t utc_ms) {
    if (utc_ms < year_begin_ms_ || utc_ms >= year_end_ms_) look_up_year(utc_ms);
    return utc_ms + (utc_ms >= summer_begin_ms_ && utc_ms < summer_end_ms_ ? 2 : 1) * kHourMs;
  }

 private:
  void look_up_year(std::int64_t utc_ms);

  std::int64_t year_begin_ms_ = 0, year_end_ms_ = 0;
  std::int64_t summer_begin_ms_ = 0, summer_end_ms_ = 0;
};

/// 1 Monday … 7 Sunday of a day since 1970-01-01.
constexpr std::int64_t day_of_week(std::int64_t day) {
  return day + 3 - 7 * floor_div(day + 3, 7) + 1;
}

/// Whether `day` (since 1970-01-01) is a public holiday: the fixed days, Easter Monday, and Good
/// Friday since 2016.
bool is_public_holiday(std::int64_t day);

}  // namespace grade
