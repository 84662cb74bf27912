#include "base/calendar.h"

#include <algorithm>
#include <chrono>

namespace base {

namespace {

constexpr std::int64_t kNanos = 1'000'000'000;

/// Takes a text from its front; `ok` turns false at the first thing that doesn't fit.
struct Reader {
  std::string_view rest;
  bool ok = true;

  bool next_is(char c) const { return !rest.empty() && rest.front() == c; }
  bool skip(char c) {
    if (!next_is(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char c) { ok = skip(c) && ok; }
  /// Exactly two digits, at most `most`.
  int two(int most) {
    int value = digits(2);
    ok = ok && value <= most;
    return value;
  }
  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      auto digit = i < rest.size() ? static_cast<unsigned char>(rest[i]) - unsigned{'0'} : 10U;
      ok = ok && digit < 10;
      value = value * 10 + static_cast<int>(digit);
    }
    rest.remove_prefix(std::min(count, rest.size()));
    return value;
  }
};

std::int64_t read_day(Reader& in) {
  int year = in.digits(4);
  in.expect('-');
  auto month = static_cast<unsigned>(in.digits(2));
  in.expect('-');
  auto day = static_cast<unsigned>(in.digits(2));
  if (!in.ok) return 0;
  std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                   std::chrono::day{day}};
  in.ok = date.ok();
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

/// What stands behind a dot; at least one digit.
std::int64_t read_fraction(Reader& in) {
  std::int64_t nanos = 0, unit = kNanos / 10;
  std::size_t count = 0;
  for (; count < in.rest.size() && in.rest[count] >= '0' && in.rest[count] <= '9'; ++count) {
    nanos += (in.rest[count] - '0') * unit;
    unit /= 10;
  }
  in.ok = in.ok && count > 0;
  in.rest.remove_prefix(count);
  return nanos;
}

std::int64_t read_time_of_day(Reader& in) {
  std::int64_t seconds = in.two(23) * std::int64_t{3600};
  in.expect(':');
  seconds += in.two(59) * std::int64_t{60};
  std::int64_t fraction = 0;
  if (in.skip(':')) {
    seconds += in.two(59);
    if (in.skip('.')) fraction = read_fraction(in);
  }
  return seconds * kNanos + fraction;
}

std::optional<int> read_zone(Reader& in) {
  if (in.rest.empty()) return std::nullopt;
  if (in.skip('Z') || in.skip('z')) return 0;
  int sign = in.next_is('-') ? -1 : 1;
  if (!in.skip('-')) in.expect('+');
  int hours = in.two(14);
  in.skip(':');
  return sign * (hours * 60 + in.two(59));
}

}  // namespace

std::optional<CalendarTime> parse_calendar_time(std::string_view text) {
  Reader in{text};
  CalendarTime time;
  time.day = read_day(in);
  if (in.skip('T') || in.skip(' ') || in.skip('t')) {
    time.has_time = true;
    time.nanos = read_time_of_day(in);
  }
  time.zone_minutes = read_zone(in);
  if (!in.ok || !in.rest.empty()) return std::nullopt;
  return time;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  Reader in{text};
  std::int64_t day = read_day(in);
  if (!in.ok || !in.rest.empty()) return std::nullopt;
  return day;
}

}  // namespace base
