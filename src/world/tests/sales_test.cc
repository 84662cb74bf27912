#include <gtest/gtest.h>

#include <cmath>

#include "world/prague.h"
#include "world/world.h"

namespace world {
namespace {

World default_world() { return World::create({}).value(); }

TEST(Orders, RiseOverTheThreeYearsBeforeTheEpoch) {
  World world = default_world();
  using std::chrono::sys_days, std::chrono::year;
  std::int64_t start = base::to_millis(base::Instant{sys_days{year{2023} / 6 / 1}});
  std::int64_t before = start;
  for (std::int64_t id = 0; id < world.settings().orders; ++id) {
    std::int64_t time = world.order(id).time_ms;
    ASSERT_GE(time, before);
    before = time;
  }
  EXPECT_LT(before, world.epoch_ms());
  EXPECT_LT(world.order(0).time_ms, start + kDayMs);
  EXPECT_GT(before, world.epoch_ms() - kDayMs);
}

TEST(Orders, BatchesAreTheTruthHoweverSplit) {
  World world = default_world();
  model::Batch whole(World::orders_schema()), parts(World::orders_schema());
  world.orders(0, 5000, whole);
  for (std::int64_t first = 0; first < 5000; first += 777) {
    world.orders(first, std::min<std::int64_t>(first + 777, 5000), parts);
  }
  ASSERT_EQ(whole.rows, 5000u);
  EXPECT_EQ(parts.rows, whole.rows);
  for (std::size_t c = 0; c < 4; ++c) EXPECT_EQ(whole.columns[c].ints, parts.columns[c].ints);
  for (std::int64_t id = 0; id < 5000; ++id) {
    Order order = world.order(id);
    auto row = static_cast<std::size_t>(id);
    EXPECT_EQ(whole.columns[0].ints[row], id);
    EXPECT_EQ(whole.columns[1].ints[row], order.user_id);
    EXPECT_EQ(whole.columns[2].ints[row], order.time_ms * 1000);
    EXPECT_EQ(whole.columns[3].ints[row], order.value_hundredths);
  }
}

TEST(Orders, ReferencesHoldAndItemsAreOneToTen) {
  Settings settings;
  settings.users = 37;
  settings.vip_users = 5;
  settings.products = 11;
  settings.orders = 3000;
  World world = World::create(settings).value();
  model::Batch items(World::items_schema());
  world.items(0, 3000, items);
  std::size_t at = 0;
  std::vector<std::int64_t> products;
  for (std::int64_t id = 0; id < 3000; ++id) {
    Order order = world.order(id);
    EXPECT_TRUE(order.user_id >= 0 && order.user_id < 37);
    EXPECT_TRUE(order.items >= 1 && order.items <= 10);
    world.order_items(id, products);
    ASSERT_EQ(products.size(), static_cast<std::size_t>(order.items));
    for (std::size_t row = 0; row < products.size(); ++row, ++at) {
      EXPECT_EQ(items.columns[0].ints[at], id);
      EXPECT_EQ(items.columns[1].ints[at], static_cast<std::int64_t>(row));
      EXPECT_EQ(items.columns[2].ints[at], products[row]);
      EXPECT_TRUE(products[row] >= 0 && products[row] < 11);
    }
  }
  EXPECT_EQ(at, items.rows);
}

TEST(Orders, ValuesArePositiveAndTheBestScoreIsAboutSixTenths) {
  World world = default_world();
  double n = static_cast<double>(world.settings().orders), sum = 0, squares = 0, noise = 0;
  for (std::int64_t id = 0; id < world.settings().orders; ++id) {
    Order order = world.order(id);
    EXPECT_GT(order.value_hundredths, 0);
    double value = static_cast<double>(order.value_hundredths) / 100;
    double error = value - static_cast<double>(order.expected_hundredths) / 100;
    sum += value;
    squares += value * value;
    noise += error * error;
  }
  double variance = squares / n - sum / n * sum / n;
  double r2 = 1 - noise / n / variance;
  EXPECT_NEAR(r2, 0.60, 0.02);
  EXPECT_NEAR(std::sqrt(noise / n), 490, 5);
}

TEST(Orders, VipsOrderThreeTimesAsOften) {
  Settings settings;
  settings.vip_users = 20'000;
  World world = World::create(settings).value();
  double vip = 0, n = 100'000;
  for (std::int64_t id = 0; id < 100'000; ++id) vip += world.is_vip(world.order(id).user_id);
  EXPECT_NEAR((vip / 20'000) / ((n - vip) / 80'000), 3.0, 0.1);
}

TEST(Prague, OffsetsAroundTheChangesOfTheClock) {
  auto at = [](std::string_view text) {
    return base::to_millis(base::parse_instant(text).value());
  };
  EXPECT_EQ(prague_offset_ms(at("2026-03-29T00:59:59.999Z")), kHourMs);
  EXPECT_EQ(prague_offset_ms(at("2026-03-29T01:00:00Z")), 2 * kHourMs);
  EXPECT_EQ(prague_offset_ms(at("2026-10-25T00:59:59.999Z")), 2 * kHourMs);
  EXPECT_EQ(prague_offset_ms(at("2026-10-25T01:00:00Z")), kHourMs);
  PragueTime time = prague_time(at("2026-05-31T22:30:00Z"));
  EXPECT_EQ(time.day, std::chrono::local_days{std::chrono::year{2026} / 6 / 1});
  EXPECT_EQ(time.hour, 0);
  EXPECT_EQ(time.weekday, 0);
}

TEST(Prague, HolidaysWithEaster) {
  auto day = [](int y, unsigned m, unsigned d) {
    return std::chrono::local_days{std::chrono::year{y} / static_cast<int>(m) /
                                   static_cast<int>(d)};
  };
  EXPECT_EQ(easter_sunday(2024), day(2024, 3, 31));
  EXPECT_EQ(easter_sunday(2025), day(2025, 4, 20));
  EXPECT_EQ(easter_sunday(2026), day(2026, 4, 5));
  EXPECT_EQ(easter_sunday(2038), day(2038, 4, 25));
  EXPECT_TRUE(is_czech_holiday(day(2026, 4, 3)));
  EXPECT_TRUE(is_czech_holiday(day(2026, 4, 6)));
  EXPECT_FALSE(is_czech_holiday(day(2026, 4, 4)));
  EXPECT_FALSE(is_czech_holiday(day(2015, 4, 3)));
  EXPECT_TRUE(is_czech_holiday(day(2026, 12, 24)));
  EXPECT_FALSE(is_czech_holiday(day(2026, 12, 31)));
}

}  // namespace
}  // namespace world
