#include "load/load.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/faulty_env.h"

namespace load {
namespace {

using world::Table;

class LoadTest : public ::testing::Test {
 protected:
  LoadTest()
      : world_(*world::World::create(
            {.users = 12'345, .vip_users = 100, .products = 30, .orders = 45'000})) {
    char pattern[] = "/tmp/hriste_load_XXXXXX";
    dir_ = ::mkdtemp(pattern);
  }
  ~LoadTest() override { (void)env_.remove_tree(dir_); }
  base::Status load(Table table, base::Env& env, std::stop_token stop = {}) {
    return load_lake(world_, table, dir_, env, progress_, stop);
  }
  base::Env& env_ = base::Env::real();
  world::World world_;
  Progress progress_;
  std::string dir_;
};

TEST_F(LoadTest, FilesHoldTheWorldsBytes) {
  for (Table table : {Table::kUsers, Table::kVipUsers, Table::kProducts, Table::kTowns}) {
    ASSERT_TRUE(load(table, env_));
  }
  std::string expected;
  world_.users_jsonl(0, 12'345, expected);
  EXPECT_EQ(*env_.read_file(dir_ + "/bronze/users/users.json"), expected);
  expected.clear();
  world_.product_json(29, expected);
  EXPECT_EQ(*env_.read_file(dir_ + "/bronze/products/product_29.json"), expected);
  EXPECT_EQ(env_.list(dir_ + "/bronze/products")->size(), 30u);
  expected.clear();
  world_.towns_csv(expected);
  EXPECT_EQ(*env_.read_file(dir_ + "/bronze/towns/towns.csv"), expected);
}

TEST_F(LoadTest, AFullDiskLeavesNothingAndTheNextLoadCompletes) {
  base::FaultyEnv full;
  full.set_disk_bytes(1'000'000);
  auto status = load(Table::kUsers, full);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::Code::kResourceExhausted);
  EXPECT_FALSE(env_.exists(dir_ + "/bronze/users"));
  ASSERT_TRUE(load(Table::kUsers, env_));
  EXPECT_TRUE(env_.exists(dir_ + "/bronze/users/users.json"));
}

TEST_F(LoadTest, AStoppedLoadLeavesNothing) {
  std::stop_source source;
  source.request_stop();
  EXPECT_EQ(load(Table::kProducts, env_, source.get_token()).error().code, base::Code::kCancelled);
  EXPECT_FALSE(env_.exists(dir_ + "/bronze/products"));
}

TEST_F(LoadTest, OrdersAndItemsGoOnWhereTheyWere) {
  auto database = *sqldb::open_sqlite(env_, dir_ + "/shop.db");
  // As after kill -9 between two transactions: the first orders are there.
  ASSERT_TRUE(database->create_table(
      {.name = "orders", .schema = world::World::orders_schema(), .primary_key = {"orderId"}}));
  model::Batch first(world::World::orders_schema());
  world_.orders(0, 20'000, first);
  ASSERT_TRUE(database->append("orders", first));
  for (Table table : {Table::kOrders, Table::kItems}) {
    ASSERT_TRUE(load_database(world_, table, *database, progress_, {}));
    ASSERT_TRUE(load_database(world_, table, *database, progress_, {}));
  }
  EXPECT_EQ(*database->count("orders"), 45'000);
  std::int64_t items = 0;
  for (std::int64_t id = 0; id < 45'000; ++id) items += world_.order(id).items;
  EXPECT_EQ(*database->count("items"), items);
  EXPECT_EQ(progress_.rows, items);
}

TEST_F(LoadTest, OtherTablesAreRefusedByName) {
  auto database = *sqldb::open_sqlite(env_, dir_ + "/shop.db");
  EXPECT_EQ(load_database(world_, Table::kUsers, *database, progress_, {}).error().code,
            base::Code::kInvalidArgument);
  EXPECT_EQ(load(Table::kOrders, env_).error().code, base::Code::kInvalidArgument);
}

}  // namespace
}  // namespace load
