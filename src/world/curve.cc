#include "world/curve.h"

#include <algorithm>

#include "base/result.h"
#include "world/prague.h"

namespace world {
namespace {

__extension__ using Wide = unsigned __int128;
constexpr int kPlaces = 20;
constexpr std::int64_t kMinuteMs = 60'000;

/// Weight at each full hour of a day; between them it runs straight.
constexpr int kHours[25] = {28,  14,  8,   6,   8,   18,  40,  66,  90,  112, 122, 120, 112,
                            112, 116, 118, 120, 126, 140, 162, 176, 160, 112, 60,  28};
/// Monday … Sunday, in percent; their mean is 100.
constexpr int kWeekdays[7] = {105, 103, 102, 100, 92, 94, 104};

/// Monday 1969-12-29 00:00, so that weeks count from a Monday.
constexpr std::int64_t kMondayMs = -3 * kDayMs;

}  // namespace

std::int64_t TrafficCurve::natural_weight(int minute_of_week) {
  int day = minute_of_week / 1440, hour = minute_of_week / 60 % 24, minute = minute_of_week % 60;
  return static_cast<std::int64_t>(kHours[hour] * (60 - minute) + kHours[hour + 1] * minute) *
         kWeekdays[day];
}

TrafficCurve::TrafficCurve(std::int64_t start_ms, double sessions_per_s, Curve shape)
    : start_ms_(start_ms), shape_(shape) {
  prefix_[0] = 0;
  for (int m = 0; m < kMinutes; ++m) prefix_[m + 1] = prefix_[m] + weight(m) * kMinuteMs;
  double mean = static_cast<double>(prefix_[kMinutes]) / kWeekMs;
  double units_per_session = mean * 1000 / sessions_per_s;
  CHECK(units_per_session >= 1 && units_per_session < 0x1p43);
  units_per_session_ = static_cast<std::uint64_t>(units_per_session * (1 << kPlaces) + 0.5);

  auto add = [&](std::int64_t utc_ms, std::int64_t offset_ms) {
    std::int64_t before = segments_.empty() ? 0 : units(utc_ms);
    segments_.push_back({utc_ms, offset_ms, before, local_units(utc_ms + offset_ms)});
  };
  add(start_ms, prague_offset_ms(start_ms));
  std::chrono::year_month_day first{std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>{std::chrono::milliseconds{start_ms}})};
  for (int year = static_cast<int>(first.year()); year <= 2100; ++year) {
    SummerTime summer = summer_time(year);
    if (summer.begin_ms > start_ms) add(summer.begin_ms, 2 * kHourMs);
    if (summer.end_ms > start_ms) add(summer.end_ms, kHourMs);
  }
}

std::int64_t TrafficCurve::local_units(std::int64_t local_ms) const {
  std::int64_t since = local_ms - kMondayMs;  // never negative: years from 1970 on
  std::int64_t weeks = since / kWeekMs, within = since % kWeekMs;
  auto minute = static_cast<int>(within / kMinuteMs);
  return weeks * prefix_[kMinutes] + prefix_[minute] + weight(minute) * (within % kMinuteMs);
}

std::int64_t TrafficCurve::units(std::int64_t t_ms) const {
  if (t_ms <= start_ms_) return 0;
  auto next = std::ranges::upper_bound(segments_, t_ms, {}, &Segment::utc_ms);
  const Segment& s = *(next - 1);
  return s.units + local_units(t_ms + s.offset_ms) - s.local_units;
}

/// The first time at which units() ≥ `target`.
std::int64_t TrafficCurve::time_of(std::int64_t target) const {
  auto next = std::ranges::lower_bound(segments_, target, {}, &Segment::units);
  const Segment& s = next == segments_.begin() ? *next : *(next - 1);
  std::int64_t local = target - s.units + s.local_units;
  std::int64_t weeks = local / prefix_[kMinutes], within = local % prefix_[kMinutes];
  auto minute = static_cast<int>(std::ranges::upper_bound(prefix_, within) - prefix_.begin()) - 1;
  std::int64_t w = weight(minute);
  std::int64_t ms = (within - prefix_[minute] + w - 1) / w;
  return kMondayMs + weeks * kWeekMs + minute * kMinuteMs + ms - s.offset_ms;
}

std::int64_t TrafficCurve::session_units(std::int64_t sessions) const {
  return static_cast<std::int64_t>((static_cast<Wide>(sessions) * units_per_session_) >> kPlaces);
}

std::int64_t TrafficCurve::sessions_before(std::int64_t t_ms) const {
  // The largest n with session_units(n) ≤ units(t), that is n · U < (units + 1) · 2^places.
  Wide limit = (static_cast<Wide>(units(t_ms)) + 1) << kPlaces;
  return static_cast<std::int64_t>((limit - 1) / units_per_session_);
}

std::int64_t TrafficCurve::session_start(std::int64_t session) const {
  return std::max(time_of(session_units(session + 1)) - 1, start_ms_);
}

double TrafficCurve::expected_sessions(std::int64_t t_ms) const {
  return static_cast<double>(units(t_ms)) * (1 << kPlaces) /
         static_cast<double>(units_per_session_);
}

}  // namespace world
