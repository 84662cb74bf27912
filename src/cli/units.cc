#include "cli/units.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <ctime>

#include "base/clock.h"

namespace cli {
namespace {

constexpr std::size_t kUngroupedMost = 4;  // digits

/// A whole of the larger unit and the rest in the smaller; a rest of nothing is left out.
std::string two_units(std::int64_t value, std::int64_t factor, const char* large,
                      const char* small) {
  std::string text = fmt::format("{} {}", value / factor, large);
  if (value % factor != 0) text += fmt::format(" {} {}", value % factor, small);
  return text;
}

}  // namespace

std::string duration_text(double seconds) {
  if (seconds < 0) return "-" + duration_text(-seconds);
  if (seconds == 0) return "0 s";
  if (seconds < 0.00995) return fmt::format("{:.2g} ms", seconds * 1000);
  if (seconds < 9.995) return fmt::format("{:.2f} s", seconds);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 3600) return two_units(whole, 60, "min", "s");
  auto minutes = (whole + 30) / 60;
  if (minutes < 24 * 60) return two_units(minutes, 60, "h", "min");
  return two_units((minutes + 30) / 60, 24, "d", "h");
}

std::string bytes_text(double bytes) {
  if (bytes < 0) return "-" + bytes_text(-bytes);
  if (bytes < 1000) return fmt::format("{:.0f} B", bytes);
  double value = bytes;
  constexpr std::array kUnits{"kB", "MB", "GB", "TB"};
  for (std::size_t i = 0;; ++i) {
    value /= 1000;
    // Rounded first, so that 999.6 kB is 1.0 MB.
    if (value < 9.95) return fmt::format("{:.1f} {}", value, kUnits[i]);
    if (value < 999.5 || i + 1 == kUnits.size()) return fmt::format("{:.0f} {}", value, kUnits[i]);
  }
}

std::string grouped_text(std::string_view number) {
  std::size_t begin = number.starts_with('-') ? 1 : 0;
  std::size_t end = begin;
  while (end < number.size() && number[end] >= '0' && number[end] <= '9') ++end;
  bool plain = end == number.size() || number[end] == '.';
  if (!plain || end - begin <= kUngroupedMost) return std::string(number);
  std::string out(number.substr(0, begin));
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin && (end - i) % 3 == 0) out += ' ';
    out += number[i];
  }
  return out.append(number.substr(end));
}

std::string wall_text(const std::string& instant) {
  auto parsed = base::parse_instant(instant);
  if (!parsed) return instant;
  auto seconds = static_cast<std::time_t>(base::to_millis(*parsed) / 1000);
  std::tm local{};
  char text[64];
  if (::localtime_r(&seconds, &local) == nullptr) return instant;
  std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %Z", &local);
  return {text, size};
}

std::string playground_text(const std::string& instant) {
  auto parsed = base::parse_instant(instant);
  if (!parsed) return instant;
  std::string text = base::format_millis(*parsed).substr(0, 19);
  if (text.size() > 10) text[10] = ' ';
  return text;
}

}  // namespace cli
