#include "world/prague.h"

namespace world {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::year_month_day;

namespace {

std::int64_t last_sunday_0100_utc(int year, std::chrono::month month) {
  std::chrono::sys_days day{std::chrono::year{year} / month /
                            std::chrono::Sunday[std::chrono::last]};
  return day.time_since_epoch().count() * kDayMs + kHourMs;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0); }

}  // namespace

SummerTime summer_time(int year) {
  return {last_sunday_0100_utc(year, std::chrono::March),
          last_sunday_0100_utc(year, std::chrono::October)};
}

std::int64_t prague_offset_ms(std::int64_t utc_ms) {
  year_month_day date{std::chrono::sys_days{days{floor_div(utc_ms, kDayMs)}}};
  SummerTime summer = summer_time(static_cast<int>(date.year()));
  return utc_ms >= summer.begin_ms && utc_ms < summer.end_ms ? 2 * kHourMs : kHourMs;
}

PragueTime prague_time(std::int64_t utc_ms) {
  std::int64_t local = utc_ms + prague_offset_ms(utc_ms);
  std::int64_t day = floor_div(local, kDayMs);
  return {local_days{days{day}}, static_cast<int>((local - day * kDayMs) / kHourMs),
          static_cast<int>(((day + 3) % 7 + 7) % 7)};  // 1970-01-01 was a Thursday
}

local_days easter_sunday(int year) {
  int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4;
  int f = (b + 8) / 25, g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30;
  int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
  int m = (a + 11 * h + 22 * l) / 451, n = h + l - 7 * m + 114;
  return local_days{std::chrono::year{year} / (n / 31) / (n % 31 + 1)};
}

bool is_czech_holiday(local_days day) {
  year_month_day date{day};
  int year = static_cast<int>(date.year());
  auto md = static_cast<unsigned>(date.month()) * 100 + static_cast<unsigned>(date.day());
  switch (md) {
    case 101:
    case 501:
    case 508:
    case 705:
    case 706:
    case 928:
    case 1028:
    case 1117:
    case 1224:
    case 1225:
    case 1226:
      return true;
    default:
      break;
  }
  local_days easter = easter_sunday(year);
  return day == easter + days{1} || (year >= 2016 && day == easter - days{2});
}

}  // namespace world
