// Datetimes as ticks of 100 ns since 1970-01-01 UTC: text, calendar parts, differences.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "streamsql/plan.h"

namespace stream {

using streamsql::DatePart;
using streamsql::kTicksPerSecond;
using streamsql::Ticks;

inline constexpr Ticks kTicksPerMilli = kTicksPerSecond / 1000;
inline constexpr Ticks kTicksPerDay = 24 * 3600 * kTicksPerSecond;
/// 0001-01-01 to 1970-01-01: the dialect counts windows from there.
inline constexpr Ticks kTicksBefore1970 = 719'162 * kTicksPerDay;
/// 0001-01-01 and the end of 9999, what the dialect's datetime holds.
inline constexpr Ticks kDatetimeMin = -kTicksBefore1970;
inline constexpr Ticks kDatetimeMax = (3'652'059 - 719'162) * kTicksPerDay - 1;

struct Civil {
  int year = 1970, month = 1, day = 1;
};
Civil civil_from_days(std::int64_t days);
std::int64_t days_from_civil(int year, int month, int day);
/// Days since 1970-01-01, rounded down.
std::int64_t day_of(Ticks t);

/// ISO 8601: YYYY-MM-DD[T ]hh:mm[:ss[.fraction]][Z|±hh:mm], or the date alone. No zone means UTC;
/// digits beyond 100 ns are cut off. nullopt when it isn't one.
std::optional<Ticks> parse_datetime(std::string_view text);

/// "2024-03-05T10:00:00.0000000Z": always 28 characters, for datetimes in range.
inline constexpr std::size_t kDatetimeTextSize = 28;
void append_datetime(Ticks t, std::string& out);

std::int64_t date_part(DatePart part, Ticks t);
/// "March", "Tuesday", else the number.
std::string date_name(DatePart part, Ticks t);
/// nullopt outside 0001…9999.
std::optional<Ticks> date_add(DatePart part, std::int64_t n, Ticks t);
/// Boundaries of `part` crossed from `a` to `b`, signed. Weeks begin on Sunday.
std::int64_t date_diff(DatePart part, Ticks a, Ticks b);
std::optional<Ticks> datetime_from_parts(const std::int64_t (&parts)[7]);

}  // namespace stream
