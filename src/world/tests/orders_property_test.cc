// Orders by the million: when, by whom, what, and the planted effects found again by least squares.
#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "base/sampling.h"
#include "world/columns.h"
#include "world/describe.h"
#include "world/order_law.h"
#include "world/prague.h"
#include "world/tests/statistics_internal.h"
#include "world/world.h"

namespace world {
namespace {

constexpr std::size_t kBuyers = 1'000, kVipBuyers = 400, kGoods = 500;

World many_orders() {
  Settings settings;
  settings.users = kBuyers;
  settings.vip_users = kVipBuyers;
  settings.products = kGoods;
  settings.orders = kManyRows;
  settings.traffic_hours = 0;
  return World::create(settings).value();
}

/// The documented weight of the hour that begins at `utc_ms`.
double hour_weight(std::int64_t utc_ms) {
  PragueTime t = prague_time(utc_ms);
  auto month = static_cast<unsigned>(std::chrono::year_month_day{t.day}.month());
  double weight = static_cast<double>(kOrderHourWeights[t.hour] * kOrderWeekdayWeights[t.weekday] *
                                      kOrderMonthWeights[month - 1]);
  return is_czech_holiday(t.day) ? weight * .7 : weight;
}

// The curve is followed exactly: an hour has as many orders as its weight says, give or take the
// two at its ends. That holds for days of 23 and 25 hours too, whose hours are those that there
// are.
TEST(OrdersByTheMillion, EveryHourHasItsShare) {
  World world = many_orders();
  std::int64_t start_ms = base::to_millis(base::parse_instant("2023-06-01T00:00:00Z").value());
  auto hours = static_cast<std::size_t>((world.epoch_ms() - start_ms) / kHourMs);
  std::vector<double> weights(hours), found(hours);
  for (std::size_t h = 0; h < hours; ++h) {
    weights[h] = hour_weight(start_ms + static_cast<std::int64_t>(h) * kHourMs);
  }
  double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::int64_t id = 0; id < kManyRows; ++id) {
    ++found.at(static_cast<std::size_t>((world.order(id).time_ms - start_ms) / kHourMs));
  }
  int changes = 0;
  std::vector<double> by_hour(24), by_weekday(7), hour_weights(24), weekday_weights(7);
  for (std::size_t h = 0; h < hours; ++h) {
    double expected = static_cast<double>(kManyRows) * weights[h] / total;
    ASSERT_NEAR(found[h], expected, 2) << "hour " << h;
    std::int64_t at_ms = start_ms + static_cast<std::int64_t>(h) * kHourMs;
    PragueTime t = prague_time(at_ms);
    changes += prague_offset_ms(at_ms) != prague_offset_ms(at_ms + kHourMs);
    by_hour[static_cast<std::size_t>(t.hour)] += found[h];
    hour_weights[static_cast<std::size_t>(t.hour)] += weights[h];
    by_weekday[static_cast<std::size_t>(t.weekday)] += found[h];
    weekday_weights[static_cast<std::size_t>(t.weekday)] += weights[h];
  }
  EXPECT_EQ(changes, 6);  // three years, two changes each
  expect_distribution(by_hour, hour_weights, "orders by hour");
  expect_distribution(by_weekday, weekday_weights, "orders by weekday");
  // The evening is nine times the night, as people do.
  EXPECT_GT(by_hour[20], 9 * by_hour[0]);
}

TEST(OrdersByTheMillion, UsersAndProductsFollowZipfAndVipsOrderThreeTimesAsOften) {
  World world = many_orders();
  base::Permutation ranks(kBuyers, key(world.settings().seed, Draws::kVips));
  base::Permutation popularity(kGoods, key(world.settings().seed, Draws::kPopularity));
  std::vector<double> vips(kVipBuyers), others(kBuyers - kVipBuyers), products(kGoods), counts(10);
  std::vector<std::int64_t> items;
  double by_vips = 0;
  for (std::int64_t id = 0; id < kManyRows; ++id) {
    auto user = static_cast<std::uint64_t>(world.order(id).user_id);
    std::uint64_t rank = ranks(user);
    EXPECT_EQ(rank < kVipBuyers, world.is_vip(static_cast<std::int64_t>(user)));
    ++(rank < kVipBuyers ? vips[rank] : others.at(rank - kVipBuyers));
    by_vips += rank < kVipBuyers;
    world.order_items(id, items);
    ++counts.at(items.size() - 1);
    for (std::int64_t item : items) {
      ++products[popularity.inverse(static_cast<std::uint64_t>(item))];
    }
  }
  expect_share(by_vips, static_cast<double>(kManyRows),
               3.0 * kVipBuyers / (3.0 * kVipBuyers + kBuyers - kVipBuyers), "orders of VIPs");
  expect_distribution(vips, zipf_weights(vips.size()), "VIPs by rank");
  expect_distribution(others, zipf_weights(others.size()), "other users by rank");
  expect_distribution(counts, std::vector<double>(10, 1), "items an order");
  expect_distribution(products, zipf_weights(products.size()), "products by rank");
  // The exponent by regression of the logarithms.
  double x = 0, y = 0, xx = 0, xy = 0, n = 0;
  for (std::size_t k = 4; k < products.size(); ++k, ++n) {  // the first ranks are steeper
    double rank = std::log(static_cast<double>(k) + .5), count = std::log(products[k]);
    x += rank, y += count, xx += rank * rank, xy += rank * count;
  }
  EXPECT_NEAR((n * xy - x * y) / (n * xx - x * x), -.5, .01);
}

/// An order's properties, as columns of a regression: 1, VIP, and a column for each level of kraj,
/// hour, weekday, holiday and age group but the first.
constexpr std::size_t kColumns = 1 + 1 + 13 + 23 + 6 + 1 + 5;
using Vector = std::array<double, kColumns>;
using Matrix = std::array<Vector, kColumns>;

void active_columns(const World& world, const std::map<std::string_view, std::size_t>& kraje,
                    const Order& order, std::vector<std::size_t>& out) {
  UserFacts user = world.user_facts(order.user_id);
  PragueTime t = prague_time(order.time_ms);
  std::size_t kraj = kraje.at(world.towns()[static_cast<std::size_t>(user.town)].kraj_code);
  out = {0};
  if (user.vip) out.push_back(1);
  std::size_t first = 2;
  auto add = [&](std::size_t level, std::size_t levels) {
    if (level > 0) out.push_back(first + level - 1);
    first += levels - 1;
  };
  add(kraj, 14);
  add(static_cast<std::size_t>(t.hour), 24);
  add(static_cast<std::size_t>(t.weekday), 7);
  add(is_czech_holiday(t.day) ? 1 : 0, 2);
  add(age_group(user.age), 6);
}

/// What the documented effects say of each column.
Vector documented() {
  Vector out{};
  out[0] = static_cast<double>(kOrderBase + kKrajEffects[0] + kHourEffects[0] + kWeekdayEffects[0] +
                               kAgeEffects[0]);
  out[1] = static_cast<double>(kVipEffect);
  std::size_t at = 2;
  auto add = [&](std::span<const std::int64_t> effects) {
    for (std::size_t i = 1; i < effects.size(); ++i) {
      out[at++] = static_cast<double>(effects[i] - effects[0]);
    }
  };
  add(kKrajEffects);
  add(kHourEffects);
  add(kWeekdayEffects);
  out[at++] = static_cast<double>(kHolidayEffect);
  add(kAgeEffects);
  return out;
}

/// Gauss and Jordan; the matrix is positive definite.
Matrix inverse(Matrix a) {
  Matrix out{};
  for (std::size_t i = 0; i < kColumns; ++i) out[i][i] = 1;
  for (std::size_t p = 0; p < kColumns; ++p) {
    double pivot = a[p][p];
    for (std::size_t j = 0; j < kColumns; ++j) a[p][j] /= pivot, out[p][j] /= pivot;
    for (std::size_t i = 0; i < kColumns; ++i) {
      double factor = a[i][p];
      if (i == p || factor == 0) continue;
      for (std::size_t j = 0; j < kColumns; ++j) {
        a[i][j] -= factor * a[p][j];
        out[i][j] -= factor * out[p][j];
      }
    }
  }
  return out;
}

struct Sums {
  Matrix xx{};
  Vector xy{};
  double y = 0, yy = 0;
};

Sums sums_of(const World& world) {
  std::map<std::string_view, std::size_t> kraje;
  for (const Town& town : world.towns()) kraje.emplace(town.kraj_code, 0);
  std::size_t number = 0;
  for (auto& [code, index] : kraje) index = number++;
  Sums sums;
  std::vector<std::size_t> active;
  for (std::int64_t id = 0; id < kManyRows; ++id) {
    Order order = world.order(id);
    double value = static_cast<double>(order.value_hundredths) / 100;
    active_columns(world, kraje, order, active);
    for (std::size_t a : active) {
      for (std::size_t b : active) ++sums.xx[a][b];
      sums.xy[a] += value;
    }
    sums.y += value;
    sums.yy += value * value;
  }
  return sums;
}

TEST(OrdersByTheMillion, LeastSquaresFindTheDocumentedEffectsAndTheBestScore) {
  Settings settings;
  settings.users = 20'000;  // enough of every kraj and age
  settings.vip_users = 8'000;
  settings.orders = kManyRows;
  settings.traffic_hours = 0;
  World world = World::create(settings).value();
  Sums sums = sums_of(world);
  Matrix inverted = inverse(sums.xx);
  Vector expected = documented(), found{};
  double explained = 0, n = static_cast<double>(kManyRows);
  for (std::size_t i = 0; i < kColumns; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) found[i] += inverted[i][j] * sums.xy[j];
    explained += found[i] * sums.xy[i];
    double error = static_cast<double>(kOrderNoiseCrowns) * std::sqrt(inverted[i][i]);
    EXPECT_NEAR(found[i], expected[i], 5 * error) << "column " << i;
    EXPECT_LT(error, kManyRows < 1'000'000 ? 60 : 15) << "column " << i;
  }
  double residual = sums.yy - explained, variance = sums.yy - sums.y * sums.y / n;
  TableDescription described = describe(world, Table::kOrders);
  EXPECT_NEAR(1 - residual / variance, described.best_r2, .004);
  EXPECT_NEAR(described.best_r2, .6, .05);
  EXPECT_NEAR(std::sqrt(residual / n), described.best_rmse, kManyRows < 1'000'000 ? 10 : 2);
}

}  // namespace
}  // namespace world
