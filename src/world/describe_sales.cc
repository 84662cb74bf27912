#include <array>
#include <cmath>
#include <span>

#include "base/clock.h"
#include "codec/text.h"
#include "world/describe_internal.h"
#include "world/order_law.h"
#include "world/prague.h"

namespace world::internal {
namespace {

constexpr std::array<std::string_view, 7> kWeekdayNames{
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

template <typename Name>
EffectDescription levels(std::string property, std::span<const std::int64_t> crowns, Name name) {
  EffectDescription out{std::move(property), {}};
  for (std::size_t i = 0; i < crowns.size(); ++i) out.levels.emplace_back(name(i), crowns[i]);
  return out;
}

std::string age_text(std::size_t group) {
  if (group == 0) return fmt::format("below {}", kAgeGroupEnds[0]);
  if (group + 1 == std::size(kAgeGroupEnds))
    return fmt::format("{} and older", kAgeGroupEnds[group - 1]);
  return fmt::format("{} … {}", kAgeGroupEnds[group - 1], kAgeGroupEnds[group] - 1);
}

/// Names of the kraje in the order of their codes.
std::vector<std::string> kraj_names(const World& world) {
  std::map<std::string, std::string> by_code;
  for (const Town& town : world.towns()) {
    by_code[std::string(town.kraj_code)] = town.administrative_unit;
  }
  std::vector<std::string> out;
  for (auto& [code, name] : by_code) out.push_back(code + " " + name);
  return out;
}

void add_effects(const World& world, TableDescription& out) {
  std::vector<std::string> kraje = kraj_names(world);
  out.base_crowns = kOrderBase;
  out.noise_crowns = kOrderNoiseCrowns;
  out.effects = {
      {"VIP user", {{"yes", kVipEffect}}},
      levels("kraj of the user", kKrajEffects, [&](std::size_t i) { return kraje[i]; }),
      levels("local hour", kHourEffects, [](std::size_t i) { return fmt::format("{:02}", i); }),
      levels("local weekday", kWeekdayEffects,
             [](std::size_t i) { return std::string(kWeekdayNames[i]); }),
      {"Czech public holiday", {{"yes", kHolidayEffect}}},
      levels("age at the epoch", kAgeEffects, age_text),
  };
}

std::string order_text(const Order& o) {
  std::string value;
  codec::append_hundredths(value, o.value_hundredths);
  return fmt::format(R"({{"orderId":{},"userId":{},"orderDate":"{}","orderValue":{}}})", o.id,
                     o.user_id, base::format_millis(base::from_millis(o.time_ms)), value);
}

}  // namespace

void describe_orders(const World& world, TableDescription& out) {
  const Settings& s = world.settings();
  Numbers value, expected;
  Categories hours, weekdays;
  double vips = 0;
  std::string first, last;
  out.facts_from = each_of(s.orders, [&](std::int64_t id) {
    Order o = world.order(id);
    value.add(static_cast<double>(o.value_hundredths) / 100);
    expected.add(static_cast<double>(o.expected_hundredths) / 100);
    PragueTime local = prague_time(o.time_ms);
    hours.add(fmt::format("hour {:02}", local.hour));
    weekdays.add(kWeekdayNames[static_cast<std::size_t>(local.weekday)]);
    vips += world.is_vip(o.user_id);
  });
  out.form = "SQL table orders, primary key orderId";
  out.rows = s.orders;
  double n = std::max(static_cast<double>(out.facts_from), 1.0);
  constexpr double kVariance = static_cast<double>(kOrderNoiseCrowns * kOrderNoiseCrowns);
  out.best_r2 = expected.variance() / (expected.variance() + kVariance);
  out.best_rmse = kOrderNoiseCrowns;
  add_effects(world, out);
  Facts times = hours.most_frequent(2), days = weekdays.most_frequent(1);
  times.insert(times.end(), days.begin(), days.end());
  if (s.orders > 0) {
    auto time = [&](std::int64_t id) {
      return base::format_millis(base::from_millis(world.order(id).time_ms));
    };
    times.insert(times.begin(), {{"first", time(0)}, {"last", time(s.orders - 1)}});
  }
  out.columns = {
      {"orderId",
       "bigint",
       "Number of the order, rising with time",
       fmt::format("0 … {}", s.orders - 1),
       {}},
      {"userId",
       "bigint",
       "Who ordered",
       "Zipf's law with exponent 1/2 within VIPs and others; a VIP three times as often",
       {{"by VIPs", percent(vips / n)}}},
      {"orderDate", "timestamp", "When, UTC",
       "the three years before the epoch, by local hour, weekday, month and holiday", times},
      {"orderValue", "decimal(12,2)", "CZK",
       fmt::format("{} + the effects below + noise N(0, {})", kOrderBase, kOrderNoiseCrowns),
       value.facts(2)},
  };
  for (std::int64_t id = 0; id < std::min<std::int64_t>(s.orders, 3); ++id) {
    out.examples.push_back(order_text(world.order(id)));
  }
}

void describe_items(const World& world, TableDescription& out) {
  const Settings& s = world.settings();
  Numbers per_order;
  std::vector<std::int64_t> products;
  std::map<std::int64_t, double> sold;
  double items = 0;
  std::int64_t orders = each_of(s.orders, [&](std::int64_t id) {
    world.order_items(id, products);
    per_order.add(static_cast<double>(products.size()));
    items += static_cast<double>(products.size());
    for (std::int64_t product : products) ++sold[product];
  });
  double most = 0;
  for (const auto& [product, count] : sold) most = std::max(most, count);
  out.form = "SQL table items, primary key (orderId, rowId)";
  out.facts_from = static_cast<std::int64_t>(items);
  out.rows_exact = orders == s.orders;
  out.rows = out.rows_exact ? out.facts_from
                            : static_cast<std::int64_t>(5.5 * static_cast<double>(s.orders));
  Facts counts = per_order.facts(0);
  for (auto& [name, value] : counts) name += " an order";
  out.columns = {
      {"orderId", "bigint", "The order", "1 … 10 items an order, evenly", counts},
      {"rowId", "bigint", "Place within the order, from 0", "", {}},
      {"productId",
       "bigint",
       "What was bought; the same may come twice",
       "Zipf's law with exponent 1/2",
       {{"different", std::to_string(sold.size())},
        {"most sold", percent(most / std::max(items, 1.0))}}},
  };
  for (std::int64_t id = 0; id < s.orders && out.examples.size() < 3; ++id) {
    world.order_items(id, products);
    for (std::size_t row = 0; row < products.size() && out.examples.size() < 3; ++row) {
      out.examples.push_back(
          fmt::format(R"({{"orderId":{},"rowId":{},"productId":{}}})", id, row, products[row]));
    }
  }
}

}  // namespace world::internal
