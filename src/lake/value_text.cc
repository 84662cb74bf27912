#include <fmt/format.h>

#include <array>

#include "lake/value_text_internal.h"

namespace lake {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;

struct Date {
  std::int64_t year = 0;  ///< astronomical: 0 is 1 BC
  unsigned month = 0, day = 0;
};

/// The proleptic Gregorian date of a day since 1970-01-01, for years beyond what std::chrono has.
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
Date civil(std::int64_t days) {
  days += 719'468;  // since 0000-03-01
  std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  std::int64_t of_era = days - era * 146'097;
  std::int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  std::int64_t shifted = (5 * of_year + 2) / 153;  // months since March
  auto day = static_cast<unsigned>(of_year - (153 * shifted + 2) / 5 + 1);
  auto month = static_cast<unsigned>(shifted < 10 ? shifted + 3 : shifted - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

std::string text_of(const Date& date) {
  std::int64_t year = date.year > 0 ? date.year : 1 - date.year;
  return fmt::format("{:04}-{:02}-{:02}{}", year, date.month, date.day,
                     date.year > 0 ? "" : " (BC)");
}

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

}  // namespace

std::string integer_text(Uint128 value) {
  std::array<char, 40> digits;
  std::size_t at = digits.size();
  do digits[--at] = static_cast<char>('0' + static_cast<int>(value % 10));
  while ((value /= 10) != 0);
  return {digits.begin() + static_cast<std::ptrdiff_t>(at), digits.end()};
}

std::string integer_text(Int128 value) {
  return value < 0 ? "-" + integer_text(Uint128{0} - static_cast<Uint128>(value))
                   : integer_text(static_cast<Uint128>(value));
}

std::string decimal_text(Int128 unscaled, std::size_t scale) {
  std::string text = integer_text(unscaled < 0 ? Uint128{0} - static_cast<Uint128>(unscaled)
                                               : static_cast<Uint128>(unscaled));
  if (text.size() <= scale) text.insert(0, scale + 1 - text.size(), '0');
  if (scale > 0) text.insert(text.size() - scale, ".");
  return unscaled < 0 ? "-" + text : text;
}

std::string date_text(std::int32_t days) {
  if (days == INT32_MAX) return "infinity";
  if (days == -INT32_MAX) return "-infinity";
  return text_of(civil(days));
}

std::string time_text(std::int64_t units, int digits, const char* zone) {
  if (units == INT64_MAX) return "infinity";
  if (units == -INT64_MAX) return "-infinity";
  std::int64_t per_second = 1;
  for (int i = 0; i < digits; ++i) per_second *= 10;
  std::int64_t seconds = floor_div(units, per_second);
  std::int64_t days = floor_div(seconds, kDaySeconds);
  std::int64_t rest = seconds - days * kDaySeconds;
  Date date = civil(days);
  std::string text = fmt::format("{}{}{:02}:{:02}:{:02}", text_of(date), date.year > 0 ? 'T' : ' ',
                                 rest / 3600, rest / 60 % 60, rest % 60);
  if (digits > 0) text += fmt::format(".{:0{}}", units - seconds * per_second, digits);
  return text + zone;
}

}  // namespace lake
