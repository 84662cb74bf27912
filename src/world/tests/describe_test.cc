#include "world/describe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

namespace world {
namespace {

using json = nlohmann::ordered_json;

World small_world() {
  Settings s;
  s.users = 3'000;
  s.vip_users = 1'000;
  s.products = 200;
  s.orders = 5'000;
  s.traffic_hours = 4;
  s.faults.damaged_user = .2;
  return World::create(s).value();
}

double fact(const TableDescription& d, std::string_view column, std::string_view name) {
  for (const ColumnDescription& c : d.columns) {
    for (const auto& [key, value] : c.facts) {
      if (c.name == column && key == name) return std::stod(value);
    }
  }
  ADD_FAILURE() << "no fact " << name << " of " << column;
  return std::nan("");
}

TEST(Describe, ColumnsAreThoseOfTheRows) {
  World world = small_world();
  for (Table table : kTables) {
    TableDescription d = describe(world, table);
    EXPECT_EQ(d.table, table);
    EXPECT_FALSE(d.form.empty());
    ASSERT_EQ(d.examples.size(), 3u) << table_name(table);
    std::vector<std::string> names;
    for (const ColumnDescription& c : d.columns) {
      names.push_back(c.name);
      EXPECT_FALSE(c.type.empty());
      EXPECT_FALSE(c.meaning.empty()) << c.name;
    }
    if (table == Table::kTowns) {
      std::string csv;
      world.towns_csv(csv);
      EXPECT_EQ(fmt::format("{}", fmt::join(names, ",")), csv.substr(0, csv.find('\n')));
      continue;
    }
    for (const std::string& example : d.examples) {
      if (!json::accept(example)) continue;  // a malformed event is an example too
      std::vector<std::string> keys;
      json row = json::parse(example);
      for (auto& [key, value] : row.items()) keys.push_back(key);
      EXPECT_EQ(keys, names) << table_name(table);
    }
  }
}

TEST(Describe, FactsAreThoseOfTheRows) {
  World world = small_world();
  double women = 0, ages = 0, without_phone = 0;
  for (std::int64_t id = 0; id < 3'000; ++id) {
    UserFacts f = world.user_facts(id);
    women += f.sex == Sex::kFemale;
    ages += f.age;
    without_phone += f.phone_missing;
  }
  TableDescription users = describe(world, Table::kUsers);
  EXPECT_EQ(users.rows, 3'000);
  EXPECT_EQ(users.facts_from, 3'000);
  EXPECT_NEAR(fact(users, "birth_number", "women"), women / 30, .01);
  EXPECT_NEAR(fact(users, "birth_number", "age, mean"), ages / 3'000, .01);
  EXPECT_NEAR(fact(users, "phone_number", "empty"), without_phone / 30, .01);
  EXPECT_EQ(describe(world, Table::kVipUsers).rows, 1'000);
  std::int64_t items = 0;
  for (std::int64_t id = 0; id < 5'000; ++id) items += world.order(id).items;
  EXPECT_EQ(describe(world, Table::kItems).rows, items);
  TableDescription views = describe(world, Table::kPageviews);
  EXPECT_NEAR(static_cast<double>(views.rows), 11.6 * 4 * 3600, 11.6 * 4 * 3600 * .6);
  EXPECT_NEAR(fact(views, "latency", "≥ 500"), 1, .3);
  EXPECT_NEAR(fact(views, "latency", "mean"), 225, 10);
}

TEST(Describe, OrdersHaveTheirEffectsAndTheBestScore) {
  World world = small_world();
  TableDescription d = describe(world, Table::kOrders);
  double n = 5'000, sum = 0, squares = 0, noise = 0;
  for (std::int64_t id = 0; id < 5'000; ++id) {
    Order o = world.order(id);
    double value = static_cast<double>(o.value_hundredths) / 100;
    sum += value;
    squares += value * value;
    noise += std::pow(value - static_cast<double>(o.expected_hundredths) / 100, 2);
  }
  EXPECT_NEAR(d.best_r2, 1 - noise / (squares - sum * sum / n), .02);
  EXPECT_EQ(d.best_rmse, 490);
  EXPECT_NEAR(fact(d, "orderValue", "mean"), sum / n, .01);
  std::size_t levels = 0;
  for (const EffectDescription& effect : d.effects) levels += effect.levels.size();
  EXPECT_EQ(levels, 1u + 14 + 24 + 7 + 1 + 6);
  EXPECT_EQ(d.effects[1].levels[0].first, "CZ010 Hlavní město Praha");
  EXPECT_EQ(d.effects[5].levels.back().first, "65 and older");
}

TEST(Describe, EmptyAndHugeWorldsHaveNoWrongFacts) {
  Settings empty;
  empty.users = empty.vip_users = empty.products = empty.orders = 0;
  empty.event_rate = 0;
  World nothing = World::create(empty).value();
  for (Table table : kTables) {
    TableDescription d = describe(nothing, table);
    EXPECT_EQ(d.rows,
              table == Table::kTowns ? static_cast<std::int64_t>(nothing.towns().size()) : 0);
    if (table != Table::kTowns) {
      EXPECT_TRUE(d.examples.empty());
    }
    for (const ColumnDescription& c : d.columns) {
      for (const auto& [name, value] : c.facts) {
        EXPECT_EQ(value.find("nan"), value.npos) << c.name << " " << name;
        EXPECT_EQ(value.find("inf"), value.npos) << c.name << " " << name;
      }
    }
  }
  Settings huge;
  huge.users = huge.vip_users = kUsersMax;
  huge.orders = std::int64_t{1} << 36;
  World world = World::create(huge).value();
  for (Table table : {Table::kUsers, Table::kOrders, Table::kItems}) {
    EXPECT_LE(describe(world, table).facts_from, 1'000'000);
  }
  EXPECT_FALSE(describe(world, Table::kItems).rows_exact);
}

}  // namespace
}  // namespace world
