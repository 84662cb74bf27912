// The activities on a real lake and a real database.
#include <gtest/gtest.h>

#include "base/testing/temp_dir.h"
#include "flow/copy_activity.h"
#include "flow/run_parameters.h"
#include "flow/sql_activity.h"

namespace flow {
namespace {

using base::Code;
using base::Result;

class ActivitiesTest : public base::TempDirTest {
 protected:
  ActivitiesTest() {
    lake_ = *lake::Lake::open(
        {.env = &env_, .clock = &clock_, .root = path("lake"), .temp_dir = path("tmp")});
    shop_ = *sqldb::open_sqlite(env_, path("shop.db"));
    EXPECT_TRUE(shop_->create_table({"orders", kOrders, {"order_id"}}));
    add_order(1, 1050);
    add_order(2, 99);
  }

  void add_order(std::int64_t id, std::int64_t cents) {
    model::Batch batch(kOrders);
    batch.columns[0].add_int(id);
    batch.columns[1].add_int(cents);
    batch.rows = 1;
    EXPECT_TRUE(shop_->append("orders", batch));
  }

  Result<ActivityResult> copy(const json& from, const json& to, std::stop_token stop = {}) {
    auto type = make_copy_activity(
        env_, *lake_,
        [&](const std::string& ref) -> Result<std::shared_ptr<sqldb::Database>> {
          if (ref == "shop@1") return shop_;
          return base::error(Code::kFailedPrecondition, "database \"{}\" does not exist", ref);
        },
        [](const std::string& ref) -> Result<std::string> {
          if (ref == "bronze@1") return std::string("bronze");
          return base::error(Code::kFailedPrecondition, "lake \"{}\" does not exist", ref);
        });
    return type->run({.name = "c", .type = "copy", .settings = {{"from", from}, {"to", to}}},
                     {.run_id = "run-1", .stop = stop});
  }
  Result<ActivityResult> sql(const std::string& table, const std::string& query,
                             std::map<std::string, std::int64_t> cuts = {},
                             std::stop_token stop = {}) {
    return make_sql_activity(*lake_)->run(
        {.name = "s", .type = "sql", .settings = {{"table", table}, {"query", query}}},
        {.run_id = "run-1", .cuts_ms = std::move(cuts), .stop = stop});
  }
  std::string rows(const std::string& query) {
    auto found = lake_->query(query);
    return found ? json(found->rows).dump() : found.error().message;
  }

  const model::Schema kOrders{
      {{"order_id", model::Type::kInt64, false}, {"value", model::Type::kDecimal}}};
  const json kFrom = {{"database", "shop@1"}, {"table", "orders"}};
  const json kTo = {{"lake", "bronze@1"}, {"path", "orders"}};
  base::Env& env_ = base::Env::real();
  base::ManualClock clock_{base::from_millis(1'780'272'000'000)};
  std::unique_ptr<lake::Lake> lake_;
  std::shared_ptr<sqldb::Database> shop_;
};

TEST_F(ActivitiesTest, CopyBringsATableWithItsTypes) {
  auto copied = copy(kFrom, kTo);
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_EQ(copied->rows, 2);
  EXPECT_GT(copied->bytes, 0);
  EXPECT_EQ(rows("SELECT * FROM bronze.orders ORDER BY order_id"), R"([[1,"10.50"],[2,"0.99"]])");
}

TEST_F(ActivitiesTest, CopyAgainReplacesTheRows) {
  ASSERT_TRUE(copy(kFrom, kTo));
  add_order(3, 5);
  EXPECT_EQ(copy(kFrom, kTo)->rows, 3);
  EXPECT_EQ(rows("SELECT count(*), count(DISTINCT order_id) FROM bronze.orders"), "[[3,3]]");
  EXPECT_EQ(env_.list(path("lake/bronze/orders"))->size(), 1u);
}

TEST_F(ActivitiesTest, ADamagedDatabaseIsNotCopied) {
  ASSERT_TRUE(shop_->create_table({"plain", kOrders, {}}));  // its page is the file's last one
  model::Batch batch(kOrders);
  for (int i = 0; i < 50; ++i) {
    batch.columns[0].add_int(i);
    batch.columns[1].add_int(100 * i);
  }
  batch.rows = 50;
  ASSERT_TRUE(shop_->append("plain", batch));
  const json from = {{"database", "shop@1"}, {"table", "plain"}};
  ASSERT_TRUE(copy(from, kTo));
  shop_.reset();
  // Where the end of a page is gone there are zeros, which are rows of nulls.
  std::string bytes = *env_.read_file(path("shop.db"));
  bytes.resize(bytes.size() - 100);
  ASSERT_TRUE(env_.write_file(path("shop.db"), bytes));
  shop_ = *sqldb::open_sqlite(env_, path("shop.db"));
  auto copied = copy(from, kTo);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, Code::kDataLoss) << copied.error().message;
  EXPECT_EQ(rows("SELECT count(*), sum(value)::VARCHAR FROM bronze.orders"), R"([[50,"1225.00"]])");
}

TEST_F(ActivitiesTest, AStoppedCopyLeavesTheOldRows) {
  ASSERT_TRUE(copy(kFrom, kTo));
  add_order(3, 5);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(copy(kFrom, kTo, stop.get_token()).error().code, Code::kCancelled);
  EXPECT_EQ(rows("SELECT count(*) FROM bronze.orders"), "[[2]]");
  EXPECT_EQ(env_.list(path("lake/bronze/orders"))->size(), 1u) << "and no half a file";
}

TEST_F(ActivitiesTest, CopySaysWhatIsMissing) {
  EXPECT_EQ(copy({{"database", "shop@1"}, {"table", "none"}}, kTo).error().code, Code::kNotFound);
  auto database = copy({{"database", "x@1"}, {"table", "orders"}}, kTo);
  EXPECT_NE(database.error().message.find("\"x@1\""), std::string::npos);
  auto lake = copy(kFrom, {{"lake", "y@1"}, {"path", "orders"}});
  EXPECT_NE(lake.error().message.find("\"y@1\""), std::string::npos);
  auto outside = copy(kFrom, {{"lake", "bronze@1"}, {"path", "../orders"}});
  EXPECT_EQ(outside.error().code, Code::kInvalidArgument);
  EXPECT_FALSE(env_.exists(path("lake/orders")));
}

TEST_F(ActivitiesTest, SqlReplacesATableAndRecordsTheCuts) {
  ASSERT_TRUE(copy(kFrom, kTo));
  auto made = sql("silver.orders", "SELECT order_id, value FROM bronze.orders WHERE order_id > 1");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->rows, 1);
  EXPECT_GT(made->bytes, 0);
  EXPECT_EQ(rows("SELECT * FROM silver.orders"), R"([[2,"0.99"]])");
  EXPECT_EQ(sql("silver.orders", "SELECT * FROM bronze.orders")->rows, 2);
  EXPECT_EQ(rows("SELECT count(*) FROM silver.orders"), "[[2]]");
  EXPECT_EQ(lake_->table_write("silver.orders")->version, 1);
}

TEST_F(ActivitiesTest, AQueryReadsTheRowsOfItsWindow) {
  Activity activity{
      .name = "s",
      .type = "sql",
      .settings = {{"query",
                    "-- table: silver.hours\n"
                    "-- expect: early: since < :window_end -> fail\n--\n"
                    "SELECT i, ':window_start' AS text, since FROM (SELECT i, TIMESTAMP "
                    "'2026-06-01' + i * INTERVAL 1 HOUR AS since FROM range(48) r(i))\n"
                    "WHERE since >= :window_start AND since < :window_end"}}};
  auto type = make_sql_activity(*lake_);
  RunContext first{.run_id = "run-1",
                   .parameters = {{"window_start", "2026-06-01T06:00:00.000Z"},
                                  {"window_end", "2026-06-01T12:00:00.000Z"}}};
  RunContext second = first;
  second.parameters["window_end"] = "2026-06-01T08:00:00.000Z";
  auto made = type->run(activity, first);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->rows, 6);
  EXPECT_EQ(rows("SELECT min(i), max(i), min(text) FROM silver.hours"),
            R"([[6,11,":window_start"]])");
  EXPECT_EQ(**type->standing(activity, first), **type->standing(activity, first));
  EXPECT_NE(**type->standing(activity, first), **type->standing(activity, second));
  EXPECT_EQ(type->run(activity, second)->rows, 2);

  auto none = type->run(activity, {.run_id = "run-2"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(none.error().message.find("line 5: :window_start is the bound of a window"), 0u)
      << none.error().message;
  EXPECT_EQ(rows("SELECT count(*) FROM silver.hours"), "[[2]]") << "it stays as it was";

  Pipeline pipeline{.name = "p", .activities = {activity}};
  EXPECT_TRUE(check_window(pipeline, first.parameters));
  EXPECT_EQ(check_window(pipeline, json::object()).error().message.find("activity s: line 5: "),
            0u);
}

TEST_F(ActivitiesTest, WrongSqlIsLocatedAndLeavesTheTable) {
  ASSERT_TRUE(copy(kFrom, kTo));
  ASSERT_TRUE(sql("silver.orders", "SELECT * FROM bronze.orders"));
  auto wrong = sql("silver.orders", "SELECT nothing\nFROM bronze.order");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("line 2"), std::string::npos) << wrong.error().message;
  EXPECT_FALSE(sql("silver.orders", "DELETE FROM silver.orders"));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(sql("silver.orders", "SELECT 1 AS order_id", {}, stop.get_token()));
  EXPECT_EQ(rows("SELECT count(*) FROM silver.orders"), "[[2]]");
  EXPECT_EQ(lake_->table_write("silver.orders")->version, 0);
}

}  // namespace
}  // namespace flow
