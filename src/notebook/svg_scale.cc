#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>

#include "base/calendar.h"
#include "notebook/svg_scale_internal.h"

namespace notebook {

std::string text_of(const json& value) {
  if (value.is_null()) return "–";
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<double> instant_of(const std::string& text) {
  auto time = base::parse_calendar_time(text);
  if (!time) return std::nullopt;
  return static_cast<double>(time->day) * 86'400 + static_cast<double>(time->nanos) / 1e9 -
         time->zone_minutes.value_or(0) * 60;
}

std::optional<double> number_of(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.get_ref<const std::string&>();
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

std::string short_number(double value) {
  double size = std::abs(value);
  if (size >= 1e9) return fmt::format("{:.4g} G", value / 1e9);
  if (size >= 1e6) return fmt::format("{:.4g} M", value / 1e6);
  if (size >= 1e4) return fmt::format("{:.4g} k", value / 1e3);
  return fmt::format("{:.4g}", value == 0 ? 0.0 : value);
}

std::string short_instant(double seconds, double range) {
  auto whole = static_cast<std::int64_t>(std::floor(seconds));
  std::chrono::sys_days day{
      std::chrono::days(whole >= 0 ? whole / 86'400 : (whole - 86'399) / 86'400)};
  std::chrono::year_month_day date{day};
  auto rest = whole - day.time_since_epoch().count() * std::int64_t{86'400};
  if (range < 2 * 86'400) return fmt::format("{:02}:{:02}", rest / 3600, rest / 60 % 60);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

double nice_step(double range) {
  if (!(range > 0)) return 1;
  double raw = range / kTicks, size = std::pow(10, std::floor(std::log10(raw)));
  for (double factor : {1.0, 2.0, 5.0}) {
    if (size * factor >= raw) return size * factor;
  }
  return size * 10;
}

void Range::add(double value) {
  low = empty ? value : std::min(low, value);
  high = empty ? value : std::max(high, value);
  empty = false;
}

void Range::round() {
  if (empty) low = 0, high = 1, empty = false;
  if (high == low) high += std::max(std::abs(low) * 0.01, 1e-9);
  double step = nice_step(high - low);
  low = std::floor(low / step) * step;
  high = std::ceil(high / step) * step;
}

}  // namespace notebook
