#include "world/world.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace world {
namespace {

Settings tiny() {
  Settings s;
  s.users = 300;
  s.vip_users = 100;
  s.products = 40;
  s.orders = 500;
  s.traffic_hours = 0.5;
  return s;
}

// These are the contract between versions: a change here raises kWorldVersion.
TEST(World, GoldenHashes) {
  World world = World::create(tiny()).value();
  EXPECT_EQ(kWorldVersion, 3);
  EXPECT_EQ(world.hash(Table::kUsers), 0xF77D908F6E3D7A87U);
  EXPECT_EQ(world.hash(Table::kVipUsers), 0x915CF20F27A9114FU);
  EXPECT_EQ(world.hash(Table::kProducts), 0x5C21C1091A21AA86U);
  EXPECT_EQ(world.hash(Table::kTowns), 0x728E3F9B23F0B938U);
  EXPECT_EQ(world.hash(Table::kOrders), 0x1B9CC56C717DAEB7U);
  EXPECT_EQ(world.hash(Table::kItems), 0x73AA27BE6680E331U);
  EXPECT_EQ(world.hash(Table::kPageviews), 0xC1535634FF84D31FU);
  EXPECT_EQ(world.hash(Table::kStars), 0xC772CD0C1EE0F40FU);
}

TEST(World, HashesFollowSeedAndSettings) {
  World world = World::create(tiny()).value(), same = World::create(tiny()).value();
  Settings other = tiny();
  other.seed = 43;
  World reseeded = World::create(other).value();
  for (Table table : kTables) {
    EXPECT_EQ(world.hash(table), same.hash(table)) << table_name(table);
    if (table != Table::kTowns) {
      EXPECT_NE(world.hash(table), reseeded.hash(table)) << table_name(table);
    }
  }
}

TEST(World, TableNamesRoundTrip) {
  for (Table table : kTables) EXPECT_EQ(table_from_name(table_name(table)).value(), table);
  auto wrong = table_from_name("userz");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_NE(wrong.error().message.find("vipusers"), std::string::npos);
}

TEST(World, RefusesWrongSettingsByName) {
  struct Case {
    const char* name;
    std::function<void(Settings&)> spoil;
  };
  const Case cases[] = {
      {"users = 0", [](Settings& s) { s.users = s.vip_users = 0; }},
      {"users", [](Settings& s) { s.users = -5; }},
      {"vip_users", [](Settings& s) { s.vip_users = s.users + 1; }},
      {"vip_users", [](Settings& s) { s.vip_users = -1; }},
      {"orders = 500 with products = 0", [](Settings& s) { s.products = 0; }},
      {"event_rate = 11.6 with products = 0", [](Settings& s) { s.products = s.orders = 0; }},
      {"users = 30000001", [](Settings& s) { s.users = kUsersMax + 1; }},
      {"products", [](Settings& s) { s.products = -1; }},
      {"orders", [](Settings& s) { s.orders = -1; }},
      {"traffic_hours", [](Settings& s) { s.traffic_hours = -0.1; }},
      {"traffic_hours", [](Settings& s) { s.traffic_hours = std::nan(""); }},
      {"event_rate", [](Settings& s) { s.event_rate = -1; }},
      {"event_rate", [](Settings& s) { s.event_rate = 1e9; }},
      {"event_rate", [](Settings& s) { s.event_rate = 1e-4; }},
      {"event_rate", [](Settings& s) { s.event_rate = std::nan(""); }},
      {"curve", [](Settings& s) { s.curve = static_cast<Curve>(7); }},
      {"epoch", [](Settings& s) { s.epoch = base::Instant{}; }},
      {"late_event", [](Settings& s) { s.faults.late_event = 1.5; }},
      {"damaged_user", [](Settings& s) { s.faults.damaged_user = -0.1; }},
      {"at most one", [](Settings& s) { s.faults.late_event = s.faults.out_of_order = 0.6; }},
  };
  for (const Case& c : cases) {
    Settings settings = tiny();
    c.spoil(settings);
    auto world = World::create(settings);
    ASSERT_FALSE(world.has_value()) << c.name;
    EXPECT_EQ(world.error().code, base::Code::kInvalidArgument);
    EXPECT_NE(world.error().message.find(c.name), std::string::npos) << world.error().message;
  }
}

TEST(World, SmallestWorldWorks) {
  Settings settings;
  settings.users = settings.vip_users = settings.products = settings.orders = 1;
  settings.traffic_hours = 0;
  World world = World::create(settings).value();
  for (Table table : kTables) EXPECT_NE(world.hash(table), 0u);
  EXPECT_EQ(world.order(0).user_id, 0);
}

TEST(World, EmptyWorldWorks) {
  Settings settings;
  settings.users = settings.vip_users = settings.products = settings.orders = 0;
  settings.event_rate = 0;
  World world = World::create(settings).value();
  std::string text;
  world.users_jsonl(0, 0, text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(world.hash(Table::kUsers), world.hash(Table::kPageviews));  // of nothing
  settings.products = 3;                                                // nothing refers to them
  EXPECT_TRUE(World::create(settings).has_value());
}

TEST(World, OtherEpochsWork) {
  for (const char* epoch :
       {"2000-01-01T00:00:00Z", "2024-02-29T12:34:56.789Z", "2049-12-31T23:59:59.999Z"}) {
    Settings settings = tiny();
    settings.epoch = base::parse_instant(epoch).value();
    World world = World::create(settings).value();
    for (std::int64_t id = 0; id < settings.users; ++id) {
      int age = world.user_facts(id).age;
      EXPECT_TRUE(age >= 15 && age <= 95);
    }
    EXPECT_LT(world.order(settings.orders - 1).time_ms, world.epoch_ms());
  }
}

}  // namespace
}  // namespace world
