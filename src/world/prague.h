// Local time in Europe/Prague and Czech public holidays. The European Union's summer time rule
// (last Sunday of March to last Sunday of October, 01:00 UTC) is applied in every year.
// Thread-safe: no state.
#pragma once

#include <chrono>
#include <cstdint>

namespace world {

inline constexpr std::int64_t kHourMs = 3'600'000;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;
inline constexpr std::int64_t kWeekMs = 7 * kDayMs;

/// When summer time begins and ends in `year`, UTC ms.
struct SummerTime {
  std::int64_t begin_ms, end_ms;
};
SummerTime summer_time(int year);

/// Local minus UTC at `utc_ms`: one or two hours.
std::int64_t prague_offset_ms(std::int64_t utc_ms);

struct PragueTime {
  std::chrono::local_days day;
  int hour = 0;     ///< 0 … 23
  int weekday = 0;  ///< 0 Monday … 6 Sunday
};
PragueTime prague_time(std::int64_t utc_ms);

/// Fixed days, Easter Monday, and Good Friday since 2016.
bool is_czech_holiday(std::chrono::local_days day);
/// Gregorian Easter (Meeus, Jones, Butcher).
std::chrono::local_days easter_sunday(int year);

}  // namespace world
