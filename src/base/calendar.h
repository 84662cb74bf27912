// Calendar times as text: the one reader of them. What a caller doesn't take (a zone, a time of
// day) it refuses itself. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace base {

/// A moment as a text says it, in the Gregorian calendar, also before 1582.
struct CalendarTime {
  std::int64_t day = 0;             ///< since 1970-01-01
  bool has_time = false;            ///< it says more than the day
  std::int64_t nanos = 0;           ///< of the day; further digits are cut off
  std::optional<int> zone_minutes;  ///< east of UTC; "Z" is 0; none: it doesn't say
};

/// YYYY-MM-DD[(T|t|blank)hh:mm[:ss[.fraction]]][Z|z|±hh[:]mm], the whole text; a zone up to ±14:59.
/// Nothing when it is no such time.
std::optional<CalendarTime> parse_calendar_time(std::string_view text);

/// YYYY-MM-DD, the whole text, in days since 1970-01-01; nothing when it is no date.
std::optional<std::int64_t> parse_date(std::string_view text);

}  // namespace base
