#include "kinds/estimate.h"

#include <algorithm>
#include <cmath>

#include "kinds/declare_internal.h"

namespace kinds {
namespace {

// Bytes on disk of one row, with everything that is made of it: measured on the default playground
// with 40 000 users, 4 000 products (a file, so a block, each), 40 000 orders and 269 000 events.
constexpr double kUserBytes = 730;  // JSON 618, silver 77, gold 17
constexpr double kVipUserBytes = 15;
constexpr double kProductBytes = 4'200;
constexpr double kOrderBytes = 210;   // with its items: SQLite 126, Parquet 32, silver 38
constexpr double kEventBytes = 860;   // hub 339, capture 434, raw 20, VIP 15, silver 15, stars
constexpr double kFixedBytes = 20e6;  // towns, write-ahead logs, catalogue
constexpr double kItemsPerOrder = 5.5;
constexpr double kStarsPerEvent = 0.013;
constexpr double kTowns = 1'351;

/// As large as it may be, in an integer; what is more is refused by the attributes' limits.
std::int64_t whole(double value) { return static_cast<std::int64_t>(std::clamp(value, 0.0, 9e18)); }

std::optional<double> volume(const json& world, const char* name) {
  const auto& value = member(world, name);
  if (!value.is_number()) return std::nullopt;
  return value.get<double>();
}

/// 1234567 → "1 235 000": three digits are known, and more would look exact.
std::string rows_text(std::int64_t rows) {
  auto unit = static_cast<std::int64_t>(
      std::pow(10, std::max(0, static_cast<int>(std::log10(std::max<double>(rows, 1))) - 2)));
  std::string digits = std::to_string((rows + unit / 2) / unit * unit);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), " ");
  return digits;
}

}  // namespace

std::optional<Estimate> estimate_world(const json& world) {
  const auto users = volume(world, "users"), vip_users = volume(world, "vip_users"),
             products = volume(world, "products"), orders = volume(world, "orders"),
             hours = volume(world, "traffic_hours"), rate = volume(world, "event_rate");
  if (!users || !vip_users || !products || !orders || !hours || !rate) return std::nullopt;
  const double events = *hours * 3600 * *rate;
  const double rows = *users + *vip_users + *products + kTowns + *orders * (1 + kItemsPerOrder) +
                      events * (1 + kStarsPerEvent);
  const double bytes = kFixedBytes + *users * kUserBytes + *vip_users * kVipUserBytes +
                       *products * kProductBytes + *orders * kOrderBytes + events * kEventBytes;
  return Estimate{whole(rows), whole(bytes)};
}

std::string bytes_text(std::int64_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (size >= 1e15) return fmt::format("{:.3g} PB", size / 1e15);
  if (size >= 1e12) return fmt::format("{:.3g} TB", size / 1e12);
  if (size >= 1e9) return fmt::format("{:.3g} GB", size / 1e9);
  return fmt::format("{:.3g} MB", size / 1e6);
}

std::string estimate_text(const Estimate& estimate) {
  return fmt::format("about {} rows, {}", rows_text(estimate.rows), bytes_text(estimate.bytes));
}

}  // namespace kinds
