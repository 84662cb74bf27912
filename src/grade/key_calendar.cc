#include "grade/key_calendar.h"

#include <chrono>

namespace grade {

namespace {

using namespace std::chrono;

std::int64_t day_number(sys_days day) { return day.time_since_epoch().count(); }

/// Day number of Easter Sunday, by Gauss's rule with its two exceptions.
std::int64_t easter(int y) {
  int a = y % 19, b = y % 4, c = y % 7;
  int k = y / 100, p = (13 + 8 * k) / 25, q = k / 4;
  int m = (15 - p + k - q) % 30, n = (4 + k - q) % 7;
  int d = (19 * a + m) % 30, e = (2 * b + 4 * c + 6 * d + n) % 7;
  int after_22_march = d + e;
  if (d == 29 && e == 6) after_22_march = 28;
  if (d == 28 && e == 6 && (11 * m + 11) % 30 < 19) after_22_march = 27;
  return day_number(year{y} / March / 22) + after_22_march;
}

constexpr unsigned kFixed[] = {101, 501, 508, 705, 706, 928, 1028, 1117, 1224, 1225, 1226};

}  // namespace

void PragueClock::look_up_year(std::int64_t utc_ms) {
  year y = year_month_day{sys_days{days{floor_div(utc_ms, kDayMs)}}}.year();
  year_begin_ms_ = day_number(y / January / 1) * kDayMs;
  year_end_ms_ = day_number((y + years{1}) / January / 1) * kDayMs;
  summer_begin_ms_ = day_number(y / March / Sunday[last]) * kDayMs + kHourMs;
  summer_end_ms_ = day_number(y / October / Sunday[last]) * kDayMs + kHourMs;
}

bool is_public_holiday(std::int64_t day) {
  year_month_day date{sys_days{days{day}}};
  unsigned month_day =
      static_cast<unsigned>(date.month()) * 100 + static_cast<unsigned>(date.day());
  for (unsigned fixed : kFixed) {
    if (month_day == fixed) return true;
  }
  if (month_day < 301 || month_day > 501) return false;
  int y = static_cast<int>(date.year());
  std::int64_t sunday = easter(y);
  return day == sunday + 1 || (y >= 2016 && day == sunday - 2);
}

}  // namespace grade
