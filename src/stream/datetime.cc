#include "stream/datetime.h"

#include <array>

#include "base/calendar.h"
#include "streamsql/time_unit.h"

namespace stream {
namespace {

constexpr std::array<const char*, 12> kMonths = {"January",   "February", "March",    "April",
                                                 "May",       "June",     "July",     "August",
                                                 "September", "October",  "November", "December"};
constexpr std::array<const char*, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                  "Thursday", "Friday", "Saturday"};

Ticks floor_div(Ticks a, Ticks b) { return a / b - (a % b < 0 ? 1 : 0); }

bool is_leap(int y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }
int days_in_month(int y, int m) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return m == 2 && is_leap(y) ? 29 : kDays[m - 1];
}

char* put_digits(char* at, int n, std::int64_t value) {
  for (int i = n - 1; i >= 0; i--, value /= 10) at[i] = static_cast<char>('0' + value % 10);
  return at + n;
}

}  // namespace

std::int64_t day_of(Ticks t) { return floor_div(t, kTicksPerDay); }

// Both by Howard Hinnant, "chrono-compatible low-level date algorithms".
std::int64_t days_from_civil(int year, int month, int day) {
  year -= month <= 2;
  std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  auto yoe = static_cast<unsigned>(year - era * 400);
  unsigned doy = (153 * static_cast<unsigned>(month + (month > 2 ? -3 : 9)) + 2) / 5 +
                 static_cast<unsigned>(day) - 1;
  unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146'097 + static_cast<std::int64_t>(doe) - 719'468;
}

Civil civil_from_days(std::int64_t days) {
  days += 719'468;
  std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  auto doe = static_cast<unsigned>(days - era * 146'097);
  unsigned yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
  unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  unsigned mp = (5 * doy + 2) / 153;
  Civil out;
  out.day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  out.month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  out.year = static_cast<int>(static_cast<std::int64_t>(yoe) + era * 400) + (out.month <= 2);
  return out;
}

std::optional<Ticks> parse_datetime(std::string_view text) {
  auto time = base::parse_calendar_time(text);
  if (!time || (time->zone_minutes && !time->has_time)) return std::nullopt;
  Ticks ticks = time->day * kTicksPerDay + time->nanos / 100 -
                time->zone_minutes.value_or(0) * 60 * kTicksPerSecond;
  if (ticks < kDatetimeMin || ticks > kDatetimeMax) return std::nullopt;
  return ticks;
}

void append_datetime(Ticks t, std::string& out) {
  std::int64_t days = day_of(t);
  Civil date = civil_from_days(days);
  Ticks rest = t - days * kTicksPerDay;
  std::int64_t seconds = rest / kTicksPerSecond;
  char text[kDatetimeTextSize];
  char* at = put_digits(text, 4, date.year);
  *at++ = '-';
  at = put_digits(at, 2, date.month);
  *at++ = '-';
  at = put_digits(at, 2, date.day);
  *at++ = 'T';
  at = put_digits(at, 2, seconds / 3600);
  *at++ = ':';
  at = put_digits(at, 2, seconds / 60 % 60);
  *at++ = ':';
  at = put_digits(at, 2, seconds % 60);
  *at++ = '.';
  at = put_digits(at, 7, rest % kTicksPerSecond);
  *at++ = 'Z';
  out.append(text, at);
}

std::int64_t date_part(DatePart part, Ticks t) {
  std::int64_t days = day_of(t);
  Ticks rest = t - days * kTicksPerDay;
  Civil date = civil_from_days(days);
  std::int64_t day_of_year = days - days_from_civil(date.year, 1, 1) + 1;
  switch (part) {
    case DatePart::kYear:
      return date.year;
    case DatePart::kQuarter:
      return (date.month + 2) / 3;
    case DatePart::kMonth:
      return date.month;
    case DatePart::kDayofyear:
      return day_of_year;
    case DatePart::kDay:
      return date.day;
    case DatePart::kWeek: {
      std::int64_t first = (days_from_civil(date.year, 1, 1) % 7 + 11) % 7;  // 0 = Sunday
      return (day_of_year - 1 + first) / 7 + 1;
    }
    case DatePart::kWeekday:
      return ((days + 4) % 7 + 7) % 7 + 1;
    case DatePart::kHour:
      return rest / (3600 * kTicksPerSecond);
    case DatePart::kMinute:
      return rest / (60 * kTicksPerSecond) % 60;
    case DatePart::kSecond:
      return rest / kTicksPerSecond % 60;
    case DatePart::kMillisecond:
      return rest / kTicksPerMilli % 1000;
    case DatePart::kMicrosecond:
      return rest / 10 % 1'000'000;
  }
  return 0;
}

std::string date_name(DatePart part, Ticks t) {
  std::int64_t number = date_part(part, t);
  if (part == DatePart::kMonth) return kMonths[static_cast<std::size_t>(number - 1)];
  if (part == DatePart::kWeekday) return kWeekdays[static_cast<std::size_t>(number - 1)];
  return std::to_string(number);
}

namespace {

std::int64_t months_in(DatePart part) {
  return part == DatePart::kYear ? 12 : part == DatePart::kQuarter ? 3 : 1;
}

/// Which unit `t` is in, counted from some fixed start.
std::int64_t unit_number(DatePart part, Ticks t) {
  if (part == DatePart::kWeek) return floor_div(day_of(t) + 4, 7);  // 1970-01-01 was a Thursday
  if (Ticks length = streamsql::ticks_in(part); length != 0) return floor_div(t, length);
  Civil date = civil_from_days(day_of(t));
  return (date.year * 12 + date.month - 1) / months_in(part);
}

}  // namespace

std::optional<Ticks> date_add(DatePart part, std::int64_t n, Ticks t) {
  Ticks out = 0;
  if (Ticks length = streamsql::ticks_in(part); length != 0) {
    Ticks span = 0;
    if (__builtin_mul_overflow(n, length, &span) || __builtin_add_overflow(t, span, &out))
      return std::nullopt;
  } else {
    if (n > 120'000 || n < -120'000) return std::nullopt;
    Civil date = civil_from_days(day_of(t));
    std::int64_t months = date.year * 12 + date.month - 1 + n * months_in(part);
    auto year = static_cast<int>(floor_div(months, 12));
    auto month = static_cast<int>(months - std::int64_t{year} * 12) + 1;
    if (year < 1 || year > 9999) return std::nullopt;
    int day = std::min(date.day, days_in_month(year, month));
    out = days_from_civil(year, month, day) * kTicksPerDay + (t - day_of(t) * kTicksPerDay);
  }
  if (out < kDatetimeMin || out > kDatetimeMax) return std::nullopt;
  return out;
}

std::int64_t date_diff(DatePart part, Ticks a, Ticks b) {
  return unit_number(part, b) - unit_number(part, a);
}

std::optional<Ticks> datetime_from_parts(const std::int64_t (&p)[7]) {
  auto in = [](std::int64_t v, std::int64_t low, std::int64_t high) {
    return v >= low && v <= high;
  };
  if (!in(p[0], 1, 9999) || !in(p[1], 1, 12) || !in(p[2], 1, 31) || !in(p[3], 0, 23) ||
      !in(p[4], 0, 59) || !in(p[5], 0, 59) || !in(p[6], 0, 999))
    return std::nullopt;
  auto year = static_cast<int>(p[0]), month = static_cast<int>(p[1]), day = static_cast<int>(p[2]);
  if (day > days_in_month(year, month)) return std::nullopt;
  return days_from_civil(year, month, day) * kTicksPerDay +
         ((p[3] * 60 + p[4]) * 60 + p[5]) * kTicksPerSecond + p[6] * kTicksPerMilli;
}

}  // namespace stream
