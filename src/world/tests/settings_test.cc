// Any settings give a world or an error that says what is wrong; and size costs nothing.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

#include "world/ledger.h"
#include "world/prague.h"
#include "world/world.h"

namespace world {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A value that somebody might try, mostly a hard one.
template <typename T>
T pick(std::mt19937_64& random, std::initializer_list<T> values) {
  return values.begin()[random() % values.size()];
}

std::int64_t volume(std::mt19937_64& random) {
  constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kHigh = std::numeric_limits<std::int64_t>::max();
  if (random() % 2 == 0) return static_cast<std::int64_t>(random() % 1000);
  return pick<std::int64_t>(
      random, {0, 1, 2, 3, -1, kLow, kHigh, std::int64_t{1} << 31, (std::int64_t{1} << 31) + 1,
               std::int64_t{1} << 36, (std::int64_t{1} << 36) + 1, 4'294'967'296, 100'000'000});
}

double share(std::mt19937_64& random) {
  return pick<double>(random, {0, 0, 0, .01, .1, .25, .5, 1, 1.0000001, -1e-300, 1e-300, 5e-324,
                               std::nan(""), kInfinity, -kInfinity});
}

base::Instant epoch(std::mt19937_64& random) {
  using std::chrono::sys_days, std::chrono::year, std::chrono::microseconds;
  base::Instant first{sys_days{year{2000} / 1 / 1}}, end{sys_days{year{2050} / 1 / 1}};
  return pick<base::Instant>(
      random, {first, first - base::Instant::duration{1}, end, end - base::Instant::duration{1},
               base::Instant{}, base::Instant::max(), base::Instant::min(),
               base::Instant{sys_days{year{2024} / 2 / 29}},
               first + std::chrono::hours{static_cast<int>(random() % 400'000)}});
}

Settings random_settings(std::mt19937_64& random) {
  Settings s;
  s.seed = pick<std::uint64_t>(random, {0, 1, ~std::uint64_t{0}, random()});
  if (random() % 2 == 0) s.users = volume(random);
  s.vip_users = random() % 2 == 0 ? s.users / 2 : volume(random);
  if (random() % 2 == 0) s.products = volume(random);
  if (random() % 2 == 0) s.orders = volume(random);
  if (random() % 2 == 0)
    s.traffic_hours =
        pick<double>(random, {0, 1e-9, .5, 87'600, 87'601, -1e-9, std::nan(""), kInfinity});
  if (random() % 2 == 0)
    s.event_rate = pick<double>(
        random, {0, -0.0, 1e-3, 9e-4, 1e-300, .1, 50, 1e6, 1.1e6, std::nan(""), kInfinity, -1});
  if (random() % 2 == 0) s.epoch = epoch(random);
  if (random() % 8 == 0) s.curve = static_cast<Curve>(random() % 4);
  double* shares[] = {&s.faults.missing_client_ip, &s.faults.latency_outlier,
                      &s.faults.duplicate_event,   &s.faults.late_event,
                      &s.faults.out_of_order,      &s.faults.malformed_json,
                      &s.faults.damaged_user};
  for (double* p : shares) {
    if (random() % 8 == 0) *p = share(random);
  }
  return s;
}

/// Every table's first and last rows, without reading much.
void look_around(const World& world) {
  const Settings& s = world.settings();
  std::string text;
  for (std::int64_t id : {std::int64_t{0}, s.users / 2, s.users - 1}) {
    if (id < 0 || id >= s.users) continue;
    world.users_jsonl(id, id + 1, text);
    int age = world.user_facts(id).age;
    EXPECT_TRUE(age >= 15 && age <= 95);
  }
  if (s.products > 0) world.product_json(s.products - 1, text);
  std::vector<std::int64_t> items;
  for (std::int64_t id : {std::int64_t{0}, s.orders / 2, s.orders - 1}) {
    if (id < 0 || id >= s.orders) continue;
    Order order = world.order(id);
    EXPECT_TRUE(order.user_id >= 0 && order.user_id < s.users);
    EXPECT_LT(order.time_ms, world.epoch_ms());
    EXPECT_GT(order.value_hundredths, 0);
    world.order_items(id, items);
    for (std::int64_t item : items) EXPECT_TRUE(item >= 0 && item < s.products);
  }
  std::int64_t sessions = world.sessions_before(world.epoch_ms());
  Session session;
  for (std::int64_t id : {std::int64_t{0}, sessions / 2, sessions - 1}) {
    if (id < 0 || id >= sessions) continue;
    world.session(id, session);
    EXPECT_TRUE(session.user_id >= 0 && session.user_id < s.users);
    EXPECT_TRUE(session.start_ms >= world.backfill_start_ms() &&
                session.start_ms < world.epoch_ms());
  }
  // The first moment has nothing before it, so that it costs little at any rate.
  Deliveries deliveries;
  std::int64_t start = world.backfill_start_ms();
  world.deliveries(Stream::kPageviews, start, start + 20, deliveries);
  world.deliveries(Stream::kStars, start, start + 20, deliveries);
  EXPECT_TRUE(Ledger(world).whole(Table::kPageviews).has_value());
}

TEST(Settings, AnyGiveAWorldOrAnErrorThatNamesOne) {
  std::mt19937_64 random(7);
  int good = 0, bad = 0;
  constexpr std::string_view kNames[] = {"users",  "vip_users",     "products",
                                         "orders", "traffic_hours", "event_rate",
                                         "epoch",  "curve",         "faults"};
  for (int i = 0; i < 1'500; ++i) {
    Settings settings = random_settings(random);
    auto world = World::create(settings);
    if (world) {
      ++good;
      look_around(*world);
      continue;
    }
    ++bad;
    const std::string& message = world.error().message;
    EXPECT_EQ(world.error().code, base::Code::kInvalidArgument);
    EXPECT_TRUE(std::ranges::any_of(kNames, [&](auto n) { return message.starts_with(n); }))
        << message;
    EXPECT_NE(message.find_first_of("0123456789n"), message.npos) << message;
  }
  EXPECT_GT(good, 150);
  EXPECT_GT(bad, 150);
}

TEST(Settings, ErrorsSayTheValueAndWhatIsAllowed) {
  auto message = [](auto spoil) {
    Settings s;
    spoil(s);
    auto world = World::create(s);
    return world ? "" : world.error().message;
  };
  EXPECT_EQ(message([](Settings& s) { s.vip_users = 100'001; }),
            "vip_users = 100001 is outside 0 … 100000");
  EXPECT_EQ(message([](Settings& s) { s.products = 0; }),
            "orders = 100000 with products = 0: orders need products; give 1 at least, or orders "
            "= 0");
  EXPECT_EQ(message([](Settings& s) { s.users = s.vip_users = s.orders = 0; }),
            "event_rate = 11.6 with users = 0: page views need users; give 1 at least, or "
            "event_rate = 0");
  EXPECT_EQ(message([](Settings& s) { s.faults.late_event = std::nan(""); }),
            "faults.late_event = nan is outside 0 … 1");
  EXPECT_EQ(message([](Settings& s) { s.event_rate = 1e-6; }),
            "event_rate = 1e-06 is neither 0 (no traffic) nor 0.001 … 1e6");
}

Settings huge() {
  Settings s;
  s.users = kUsersMax;
  s.vip_users = s.users / 2;
  s.products = std::int64_t{1} << 31;
  s.orders = std::int64_t{1} << 36;
  s.traffic_hours = 87'600;
  s.event_rate = 1e6;
  return s;
}

TEST(Settings, TheLargestWorldIsMadeAtOnceAndGivesAnyRow) {
  World small = World::create({}).value();  // the lists are there now
  std::size_t before = ::mallinfo2().uordblks;
  World ordinary = World::create({}).value();
  std::size_t ordinary_bytes = ::mallinfo2().uordblks - before;
  before = ::mallinfo2().uordblks;
  auto start = std::chrono::steady_clock::now();
  World world = World::create(huge()).value();
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::size_t huge_bytes = ::mallinfo2().uordblks - before;
  EXPECT_LT(took.count(), .5);
  EXPECT_LT(huge_bytes, ordinary_bytes + 4096);  // some more changes of the clock

  start = std::chrono::steady_clock::now();
  look_around(world);
  std::string line;
  world.users_jsonl(world.settings().users - 1, world.settings().users, line);
  EXPECT_TRUE(line.starts_with("{\"id\":29999999,"));
  EXPECT_EQ(world.order((std::int64_t{1} << 36) - 1).id, (std::int64_t{1} << 36) - 1);
  Session session;
  world.session(world.sessions_before(world.epoch_ms()) - 1, session);
  EXPECT_GT(session.views[0].event_id, std::int64_t{6} << 43);  // 2·10^13 sessions · 32
  took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), .5);
  // Time still rises with the id at this density.
  for (std::int64_t id = (std::int64_t{1} << 35); id < (std::int64_t{1} << 35) + 100; ++id) {
    EXPECT_LE(world.order(id).time_ms, world.order(id + 1).time_ms);
  }
}

}  // namespace
}  // namespace world
