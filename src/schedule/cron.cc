#include "schedule/cron.h"

#include <absl/time/time.h>

#include <algorithm>
#include <charconv>
#include <span>

namespace schedule {

using base::Code;
using base::Instant;
using base::Result;

namespace {

constexpr std::int64_t kLongest = 9 * 366;  // days: over a leap day that is left out (2096 to 2104)
constexpr int kMinutesADay = 24 * 60;

absl::TimeZone zone_of(const std::string& name) {
  absl::TimeZone zone;
  absl::LoadTimeZone(name, &zone);
  return zone;
}

absl::Time to_absl(Instant at) { return absl::FromUnixMillis(base::to_millis(at)); }
Instant from_absl(absl::Time at) { return base::from_millis(absl::ToUnixMillis(at)); }

absl::CivilDay civil(std::int64_t day) { return absl::CivilDay(1970, 1, 1) + day; }

struct Field {
  const char* name;
  int low, high;
  std::span<const std::string_view> names;  ///< of low, low + 1, …
};

constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kWeekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

const std::array<Field, 5>& fields() {
  static const std::array<Field, 5> all{
      Field{"minute", 0, 59, {}}, Field{"hour", 0, 23, {}}, Field{"day of month", 1, 31, {}},
      Field{"month", 1, 12, kMonths}, Field{"day of week", 0, 7, kWeekdays}};
  return all;
}

base::Error wrong(const Field& field, std::string_view text) {
  return {Code::kInvalidArgument,
          fmt::format("the {} is \"{}\"; give *, or numbers from {} to {} with , - and /",
                      field.name, text, field.low, field.high)};
}

std::optional<int> number_in(const Field& field, std::string_view text) {
  for (std::size_t i = 0; i < field.names.size(); ++i) {
    bool same = std::ranges::equal(text, field.names[i], {}, [](unsigned char c) {
      return static_cast<char>(std::tolower(c));
    });
    if (same) return field.low + static_cast<int>(i);
  }
  int number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || number < field.low || number > field.high) return std::nullopt;
  return number;
}

std::vector<std::string_view> split(std::string_view text, std::string_view by) {
  std::vector<std::string_view> parts;
  for (;;) {
    auto at = text.find_first_of(by);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

/// "*", "5", "1-5", "*/15", "10-50/20".
template <std::size_t N>
base::Status add_part(const Field& field, std::string_view part, std::bitset<N>& into) {
  auto slash = part.find('/');
  std::string_view range = part.substr(0, slash);
  int step = 1, first = field.low, last = field.high;
  if (slash != std::string_view::npos) {
    Field steps{field.name, 1, field.high, {}};
    auto number = number_in(steps, part.substr(slash + 1));
    if (!number) return std::unexpected(wrong(field, part));
    step = *number;
  }
  if (range != "*") {
    auto dash = range.find('-', 1);
    auto low = number_in(field, range.substr(0, dash));
    auto high = dash == std::string_view::npos ? low : number_in(field, range.substr(dash + 1));
    if (!low || !high || *low > *high) return std::unexpected(wrong(field, part));
    first = *low;
    last = dash == std::string_view::npos && slash != std::string_view::npos ? field.high : *high;
  }
  for (int n = first; n <= last; n += step) into.set(static_cast<std::size_t>(n));
  return {};
}

template <std::size_t N>
base::Status add_field(const Field& field, std::string_view text, std::bitset<N>& into) {
  for (std::string_view part : split(text, ",")) TRY(add_part(field, part, into));
  return {};
}

std::string_view full_form(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> kShort[] = {
      {"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
      {"@weekly", "0 0 * * 0"},  {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
      {"@annually", "0 0 1 1 *"}};
  for (const auto& [name, meant] : kShort) {
    if (text == name) return meant;
  }
  return text;
}

}  // namespace

Result<Zone> Zone::load(const std::string& name) {
  absl::TimeZone zone;
  if (name.empty() || !absl::LoadTimeZone(name, &zone)) {
    return base::error(Code::kInvalidArgument,
                       "there is no time zone \"{}\"; give one of the IANA database, like "
                       "Europe/Prague or UTC",
                       name);
  }
  Zone made;
  made.name_ = name;
  return made;
}

std::int64_t Zone::local_day(Instant at) const {
  return absl::ToCivilDay(to_absl(at), zone_of(name_)) - absl::CivilDay(1970, 1, 1);
}

Zone::Moments Zone::moments(std::int64_t day, int minute) const {
  auto info = zone_of(name_).At(absl::CivilSecond(civil(day)) + minute * 60);
  using Kind = absl::TimeZone::TimeInfo;
  if (info.kind == Kind::UNIQUE) return {.at = {from_absl(info.pre), {}}};
  if (info.kind == Kind::SKIPPED) return {.at = {from_absl(info.trans), {}}, .skipped = true};
  return {.at = {from_absl(info.pre), from_absl(info.post)}, .count = 2};
}

Result<Cron> Cron::parse(std::string_view text, const std::string& time_zone) {
  std::vector<std::string_view> parts;
  for (auto part : split(full_form(text), " \t")) {
    if (!part.empty()) parts.push_back(part);
  }
  if (parts.size() != fields().size()) {
    return base::error(Code::kInvalidArgument,
                       "\"{}\" has {} fields; give five: minute, hour, day of month, month, day of "
                       "week, as in \"*/30 * * * *\"",
                       text, parts.size());
  }
  Cron cron;
  TRY(add_field(fields()[0], parts[0], cron.minutes_));
  TRY(add_field(fields()[1], parts[1], cron.hours_));
  TRY(add_field(fields()[2], parts[2], cron.days_));
  TRY(add_field(fields()[3], parts[3], cron.months_));
  TRY(add_field(fields()[4], parts[4], cron.weekdays_));
  if (cron.weekdays_[7]) cron.weekdays_.set(0);
  cron.free_hour_ = parts[1].starts_with('*');
  cron.free_day_ = parts[2].starts_with('*');
  cron.free_weekday_ = parts[4].starts_with('*');
  cron.zone_ = TRY(Zone::load(time_zone));
  return cron;
}

bool Cron::matches_day(std::int64_t day) const {
  absl::CivilDay date = civil(day);
  if (!months_[static_cast<std::size_t>(date.month())]) return false;
  // absl counts from Monday, cron from Sunday.
  auto weekday = (static_cast<std::size_t>(absl::GetWeekday(date)) + 1) % 7;
  bool by_day = days_[static_cast<std::size_t>(date.day())], by_weekday = weekdays_[weekday];
  return free_day_ || free_weekday_ ? by_day && by_weekday : by_day || by_weekday;
}

std::vector<Instant> Cron::of_day(std::int64_t day) const {
  std::vector<Instant> all;
  if (!matches_day(day)) return all;
  for (int minute = 0; minute < kMinutesADay; ++minute) {
    if (!hours_[static_cast<std::size_t>(minute / 60)]) continue;
    if (!minutes_[static_cast<std::size_t>(minute % 60)]) continue;
    auto moments = zone_->moments(day, minute);
    if (moments.skipped && free_hour_) continue;  // the minutes behind the gap have their own
    all.push_back(moments.at[0]);
    if (moments.count == 2 && free_hour_) all.push_back(moments.at[1]);
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::optional<Instant> Cron::next(Instant after) const {
  std::int64_t first = zone_->local_day(after) - 1;  // where the clocks go back over midnight
  for (std::int64_t day = first; day < first + kLongest; ++day) {
    for (Instant at : of_day(day)) {
      if (at > after) return at;
    }
  }
  return std::nullopt;
}

std::vector<Instant> Cron::between(Instant after, Instant until) const {
  std::vector<Instant> all;
  std::int64_t last = zone_->local_day(until) + 1;
  for (std::int64_t day = zone_->local_day(after) - 1; day <= last; ++day) {
    for (Instant at : of_day(day)) {
      if (at > after && at <= until) all.push_back(at);
    }
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace schedule
