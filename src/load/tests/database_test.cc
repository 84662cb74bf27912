#include <gtest/gtest.h>

#include "load/load.h"
#include "load/tests/temp_dir.h"

namespace load {
namespace {

using base::Code;
using world::Table;
using world::World;

World world_with_orders(std::int64_t orders) {
  world::Settings s;
  s.users = 100;
  s.vip_users = 50;
  s.products = 20;
  s.orders = orders;
  return World::create(s).value();
}

class DatabaseTest : public TempDirTest {
 protected:
  std::unique_ptr<sqldb::Database> open(base::Env& env = base::Env::real()) {
    auto database = sqldb::open_sqlite(env, dir_ + "/shop.db");
    EXPECT_TRUE(database) << database.error().message;
    return std::move(*database);
  }
  static base::Status load(const World& world, Table table, sqldb::Database& database,
                           std::stop_token stop = {}) {
    Progress progress;
    auto loaded = load_database(world, table, database, progress, stop);
    if (loaded) {
      EXPECT_EQ(progress.rows, database.count(std::string(table_name(table))).value());
      EXPECT_EQ(progress.rows, progress.total);
    }
    return loaded;
  }
  static void expect_rows(const std::string& sql, const model::Batch& rows,
                          sqldb::Database& database) {
    std::size_t at = 0;
    ASSERT_TRUE(database.scan(sql, [&](const model::Batch& found) -> base::Status {
      for (std::size_t row = 0; row < found.rows; ++row, ++at) {
        for (std::size_t c = 0; c < rows.columns.size(); ++c) {
          EXPECT_EQ(found.columns[c].ints[row], rows.columns[c].ints[at]);
        }
      }
      return {};
    }));
    EXPECT_EQ(at, rows.rows);
  }
  static void expect_complete(const World& world, sqldb::Database& database) {
    model::Batch orders(World::orders_schema()), items(World::items_schema());
    world.orders(0, world.settings().orders, orders);
    world.items(0, world.settings().orders, items);
    expect_rows("SELECT * FROM orders ORDER BY orderId", orders, database);
    expect_rows("SELECT * FROM items ORDER BY orderId, rowId", items, database);
  }
};

TEST_F(DatabaseTest, FillsOrdersAndItemsOnce) {
  World world = world_with_orders(3'000);
  auto database = open();
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(load(world, Table::kOrders, *database));
    ASSERT_TRUE(load(world, Table::kItems, *database));
    expect_complete(world, *database);
  }
}

TEST_F(DatabaseTest, ItemsReferToOrdersOnceBothAreIn) {
  World world = world_with_orders(500);
  for (bool orders_first : {true, false}) {
    auto database = open();
    auto keys = [&] {
      std::int64_t count = 0;
      EXPECT_TRUE(database->scan("SELECT count(*) AS n FROM pragma_foreign_key_list('items')",
                                 [&](const model::Batch& found) -> base::Status {
                                   count = found.columns[0].ints[0];
                                   return {};
                                 }));
      return count;
    };
    ASSERT_TRUE(load(world, orders_first ? Table::kOrders : Table::kItems, *database));
    EXPECT_EQ(keys(), 0);
    for (int round = 0; round < 2; ++round) {
      ASSERT_TRUE(load(world, Table::kOrders, *database));
      ASSERT_TRUE(load(world, Table::kItems, *database));
      EXPECT_EQ(keys(), 1);
    }
    expect_complete(world, *database);
    ASSERT_TRUE(database->scan("SELECT count(*) AS n FROM pragma_foreign_key_check",
                               [&](const model::Batch& found) -> base::Status {
                                 EXPECT_EQ(found.columns[0].ints[0], 0);
                                 return {};
                               }));
    auto definition = database->table("items");
    ASSERT_TRUE(definition);
    EXPECT_EQ(definition->primary_key.size(), 2u);
    ASSERT_TRUE(database->drop_table("orders"));
    ASSERT_TRUE(database->drop_table("items"));
  }
}

TEST_F(DatabaseTest, GoesOnWhereAnEarlierLoadEnded) {
  // What a killed load leaves: whole orders up to some point.
  World world = world_with_orders(3'000);
  auto database = open();
  model::Batch orders(World::orders_schema()), items(World::items_schema());
  World few = world_with_orders(0);
  ASSERT_TRUE(load(few, Table::kOrders, *database));  // makes the tables
  ASSERT_TRUE(load(few, Table::kItems, *database));
  world.orders(0, 1'234, orders);
  world.items(0, 987, items);
  ASSERT_TRUE(database->append("orders", orders));
  ASSERT_TRUE(database->append("items", items));
  ASSERT_TRUE(load(world, Table::kOrders, *database));
  ASSERT_TRUE(load(world, Table::kItems, *database));
  expect_complete(world, *database);
}

TEST_F(DatabaseTest, RefusesAnotherWorldsRowsAndOtherTables) {
  auto database = open();
  ASSERT_TRUE(load(world_with_orders(100), Table::kOrders, *database));
  auto refused = load(world_with_orders(50), Table::kOrders, *database);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
  auto wrong = load(world_with_orders(50), Table::kUsers, *database);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::kInvalidArgument);
}

TEST_F(DatabaseTest, StopsBetweenTransactions) {
  std::stop_source stop;
  stop.request_stop();
  auto database = open();
  World world = world_with_orders(100);
  auto stopped = load(world, Table::kOrders, *database, stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Code::kCancelled);
  EXPECT_EQ(database->count("orders").value(), 0);
}

}  // namespace
}  // namespace load
