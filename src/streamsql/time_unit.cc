#include "streamsql/time_unit.h"

namespace streamsql {

Ticks ticks_in(DatePart unit) {
  constexpr Ticks kTicksPerDay = 24 * 3600 * kTicksPerSecond;
  switch (unit) {
    case DatePart::kDayofyear:
    case DatePart::kWeekday:
    case DatePart::kDay:
      return kTicksPerDay;
    case DatePart::kWeek:
      return 7 * kTicksPerDay;
    case DatePart::kHour:
      return 3600 * kTicksPerSecond;
    case DatePart::kMinute:
      return 60 * kTicksPerSecond;
    case DatePart::kSecond:
      return kTicksPerSecond;
    case DatePart::kMillisecond:
      return kTicksPerSecond / 1000;
    case DatePart::kMicrosecond:
      return kTicksPerSecond / 1'000'000;
    default:
      return 0;
  }
}

}  // namespace streamsql
