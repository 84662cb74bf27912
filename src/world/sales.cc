#include "world/sales.h"

#include <algorithm>

#include "world/columns.h"
#include "world/order_law.h"
#include "world/prague.h"

namespace world {
namespace {

using base::CounterRandom;
__extension__ using Wide = unsigned __int128;
constexpr int kDecimalPlaces = 20;

std::uint64_t hour_weight(std::int64_t utc_ms) {
  PragueTime local = prague_time(utc_ms);
  auto month = static_cast<unsigned>(std::chrono::year_month_day{local.day}.month());
  return kOrderHourWeights[local.hour] * kOrderWeekdayWeights[local.weekday] *
         kOrderMonthWeights[month - 1] * (is_czech_holiday(local.day) ? kOrderHolidayWeight : 100);
}

std::int64_t three_years_before(base::Instant epoch) {
  auto day = std::chrono::floor<std::chrono::days>(epoch);
  std::chrono::year_month_day ymd{day};
  ymd = (ymd.year() - std::chrono::years{3}) / ymd.month() / ymd.day();
  if (!ymd.ok()) ymd = ymd.year() / std::chrono::February / 28;
  return base::to_millis(base::Instant{std::chrono::sys_days{ymd}} + (epoch - day));
}

}  // namespace

Sales::Sales(const Settings& settings, std::shared_ptr<const Lists> lists, const Activity& activity,
             const People& people, const Goods& goods)
    : lists_(std::move(lists)),
      activity_(activity),
      people_(people),
      goods_(goods),
      random_(draws(settings.seed, Draws::kOrders)),
      item_random_(draws(settings.seed, Draws::kItems)),
      start_ms_(three_years_before(settings.epoch)) {
  // Hours begin at start_ms_, whatever its minute; the last may be cut by the epoch.
  std::int64_t end_ms = base::to_millis(settings.epoch);
  hours_.push_back(0);
  for (std::int64_t t = start_ms_; t + kHourMs <= end_ms; t += kHourMs) {
    hours_.push_back(hours_.back() + hour_weight(t));
  }
  std::uint64_t n = static_cast<std::uint64_t>(std::max<std::int64_t>(settings.orders, 1));
  step_ = static_cast<std::uint64_t>((static_cast<Wide>(hours_.back()) << kDecimalPlaces) / n);
}

std::int64_t Sales::time_ms(std::int64_t id, std::uint64_t bits) const {
  auto position = static_cast<std::uint64_t>(
      (static_cast<Wide>(id) * step_ + CounterRandom::scale(bits, step_)) >> kDecimalPlaces);
  auto hour = std::ranges::upper_bound(hours_, position) - hours_.begin() - 1;
  auto at = static_cast<std::size_t>(hour);
  std::uint64_t within = position - hours_[at], weight = hours_[at + 1] - hours_[at];
  return start_ms_ + hour * kHourMs + static_cast<std::int64_t>(within * kHourMs / weight);
}

std::int64_t Sales::expected_crowns(std::int64_t user, std::int64_t time_ms) const {
  UserFacts facts = people_.facts(user);
  PragueTime local = prague_time(time_ms);
  return kOrderBase + (facts.vip ? kVipEffect : 0) +
         kKrajEffects[lists_->town_kraj[static_cast<std::size_t>(facts.town)]] +
         kHourEffects[local.hour] + kWeekdayEffects[local.weekday] +
         (is_czech_holiday(local.day) ? kHolidayEffect : 0) + kAgeEffects[age_group(facts.age)];
}

Order Sales::order(std::int64_t id) const {
  base::RowRandom row = random_.row(static_cast<std::uint64_t>(id));
  Order order{.id = id};
  order.user_id = activity_.user(row.bits(kOrderUser));
  order.time_ms = time_ms(id, row.bits(kOrderTime));
  order.expected_hundredths = 100 * expected_crowns(order.user_id, order.time_ms);
  std::int64_t z = normal_.millionths(static_cast<std::uint32_t>(row.bits(kOrderNoise)));
  // Positive: the smallest sum of effects is above kOrderNoiseCrowns · kNormalMax.
  order.value_hundredths = order.expected_hundredths + kOrderNoiseCrowns * z / 10'000;
  order.items = item_count(id);
  return order;
}

int Sales::item_count(std::int64_t id) const {
  auto row = random_.row(static_cast<std::uint64_t>(id));
  return 1 + static_cast<int>(CounterRandom::scale(row.bits(kOrderItems), 10));
}

std::int64_t Sales::item_product(std::int64_t id, int row) const {
  return goods_.popular(
      item_random_.bits(static_cast<std::uint64_t>(id), static_cast<std::uint64_t>(row)));
}

void Sales::orders(std::int64_t first, std::int64_t last, model::Batch& out) const {
  for (std::int64_t id = first; id < last; ++id) {
    Order o = order(id);
    out.columns[0].add_int(id);
    out.columns[1].add_int(o.user_id);
    out.columns[2].add_int(o.time_ms * 1000);
    out.columns[3].add_int(o.value_hundredths);
  }
  out.rows += static_cast<std::size_t>(last - first);
}

void Sales::items(std::int64_t first, std::int64_t last, model::Batch& out) const {
  for (std::int64_t id = first; id < last; ++id) {
    int count = item_count(id);
    for (int row = 0; row < count; ++row) {
      out.columns[0].add_int(id);
      out.columns[1].add_int(row);
      out.columns[2].add_int(item_product(id, row));
    }
    out.rows += static_cast<std::size_t>(count);
  }
}

}  // namespace world
