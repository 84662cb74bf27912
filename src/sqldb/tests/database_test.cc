#include "sqldb/database.h"

#include <gtest/gtest.h>

#include "base/testing/temp_dir.h"
#include "model/testing/every_type.h"
#include "sqldb/tests/shop_tables.h"

namespace sqldb {
namespace {

using base::Code;
using base::Env;
using model::Batch;
using model::Type;

class DatabaseTest : public base::TempDirTest {
 protected:
  DatabaseTest() { db_ = *open_sqlite(Env::real(), path()); }
  std::string path() { return dir_ + "/sql/shop.db"; }

  std::unique_ptr<Database> db_;
};

TableDef items() {
  return {"items",
          {{{"orderId", Type::kInt64}, {"rowId", Type::kInt64}, {"productId", Type::kInt64}}},
          {"orderId", "rowId"}};
}

TEST_F(DatabaseTest, RowsComeBackTypedAsDeclared) {
  ASSERT_TRUE(db_->create_table(orders()));
  ASSERT_TRUE(db_->append("orders", some_orders(0, 1234)));
  EXPECT_EQ(*db_->count("orders"), 1234);
  EXPECT_EQ(*db_->max_key("orders", "orderId"), 1233);
  auto cursor = *db_->query("SELECT * FROM orders ORDER BY orderId");
  Batch expected = some_orders(0, 1234), batch;
  ASSERT_TRUE(*cursor->next(batch));
  ASSERT_EQ(batch.rows, 1234u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(batch.schema.fields[i].type, expected.schema.fields[i].type);
    EXPECT_EQ(batch.columns[i].ints, expected.columns[i].ints);
  }
  EXPECT_FALSE(*cursor->next(batch));
}

TEST_F(DatabaseTest, MoneyIsRealEvenWhenWhole) {
  ASSERT_TRUE(db_->create_table(orders()));
  Batch batch = some_orders(0, 1);
  batch.columns[3].ints[0] = 1200;
  ASSERT_TRUE(db_->append("orders", batch));
  ASSERT_TRUE(
      db_->scan("SELECT typeof(orderValue), orderValue / 5, 0.125, orderDate || '' FROM orders",
                [](const Batch& rows) -> base::Status {
                  EXPECT_EQ(rows.columns[0].text(0), "real");
                  EXPECT_EQ(rows.columns[1].doubles[0], 2.4);
                  EXPECT_EQ(rows.columns[3].text(0), "2023-11-14 22:13:20.123456");
                  return {};
                }));
}

TEST_F(DatabaseTest, WhatAColumnsTypeCannotHoldIsSaid) {
  ASSERT_TRUE(db_->create_table({"m", {{{"v", Type::kDecimal}}}, {}}));
  Batch doubles(model::Schema{{{"v", Type::kDouble}}});
  doubles.columns[0].add_double(1e300);
  doubles.rows = 1;
  ASSERT_TRUE(db_->append("m", doubles));
  auto cursor = *db_->query("SELECT v FROM m");
  Batch batch;
  auto read = cursor->next(batch);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("column v"), std::string::npos) << read.error().message;
}

TEST_F(DatabaseTest, ANumberInAColumnOfTextKeepsItsDigits) {
  ASSERT_TRUE(db_->scan("SELECT 'x' AS v UNION ALL SELECT 0.1 + 0.2", [](const Batch& rows) {
    EXPECT_EQ(rows.columns[0].text(1), "0.30000000000000004");
    return base::Status{};
  }));
}

TEST_F(DatabaseTest, MoneyIsRoundedHalfUpWhenRead) {
  ASSERT_TRUE(db_->create_table({"m", {{{"v", Type::kDecimal}}}, {}}));
  Batch doubles(model::Schema{{{"v", Type::kDouble}}});
  for (double v : {1.15, 2.345, 0.125, -0.125, 9999999999.99}) doubles.columns[0].add_double(v);
  doubles.rows = 5;
  ASSERT_TRUE(db_->append("m", doubles));
  ASSERT_TRUE(db_->scan("SELECT v FROM m", [](const Batch& rows) -> base::Status {
    EXPECT_EQ(rows.columns[0].ints, (std::vector<std::int64_t>{115, 235, 13, -12, 999999999999}));
    return {};
  }));
}

TEST_F(DatabaseTest, EveryTypeAndNullSurvives) {
  model::Schema schema = model::every_type_schema();
  schema.fields.pop_back();  // it has no lists
  ASSERT_TRUE(db_->create_table({"every", schema, {}}));
  Batch batch(schema);
  for (auto& column : batch.columns) {
    if (column.type == Type::kDouble)
      column.add_double(-2.5);
    else if (column.type == Type::kString)
      column.add_text("Žluťoučký 'kůň'");
    else if (column.type == Type::kBinary)
      column.add_text(std::string_view("\0\xff", 2));
    else
      column.add_int(column.type == Type::kBool ? 1 : -12'345);
    column.add_null();
  }
  batch.rows = 2;
  ASSERT_TRUE(db_->append("every", batch));
  ASSERT_TRUE(db_->scan("SELECT * FROM every", [&](const Batch& rows) -> base::Status {
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
      EXPECT_EQ(rows.columns[i].type, batch.columns[i].type) << i;
      EXPECT_EQ(rows.columns[i].ints, batch.columns[i].ints) << i;
      EXPECT_EQ(rows.columns[i].doubles, batch.columns[i].doubles) << i;
      EXPECT_EQ(rows.columns[i].bytes, batch.columns[i].bytes) << i;
      EXPECT_TRUE(rows.columns[i].is_null(1)) << i;
    }
    return {};
  }));
}

TEST_F(DatabaseTest, AnAppendIsWholeOrNothing) {
  ASSERT_TRUE(db_->create_table(items()));
  Batch batch(items().schema);
  for (std::int64_t i : {1, 2, 3, 2}) {
    batch.columns[0].add_int(9);
    batch.columns[1].add_int(i);
    batch.columns[2].add_int(5);
  }
  batch.rows = 4;
  auto status = db_->append("items", batch);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kAlreadyExists);
  EXPECT_EQ(*db_->count("items"), 0);
  EXPECT_EQ(*db_->max_key("items", "orderId"), std::nullopt);
  EXPECT_TRUE(db_->append("items", Batch(items().schema)));
}

TEST_F(DatabaseTest, TablesAreMadeOnceAndKeptAcrossOpenings) {
  ASSERT_TRUE(db_->create_table(orders()));
  ASSERT_TRUE(db_->create_table(items()));
  ASSERT_TRUE(db_->append("orders", some_orders(0, 10)));
  db_.reset();
  db_ = *open_sqlite(Env::real(), path());
  ASSERT_TRUE(db_->create_table(orders()));
  EXPECT_EQ(*db_->count("orders"), 10);
  EXPECT_EQ(*db_->tables(), (std::vector<std::string>{"items", "orders"}));
  EXPECT_EQ(db_->table("items")->primary_key, items().primary_key);
  auto other = orders();
  other.schema.fields[1].type = Type::kString;
  EXPECT_EQ(db_->create_table(other).error().code, Code::kFailedPrecondition);
  ASSERT_TRUE(db_->drop_table("orders"));
  EXPECT_TRUE(db_->drop_table("orders"));
  EXPECT_EQ(db_->table("orders").error().code, Code::kNotFound);
}

TEST_F(DatabaseTest, ForeignKeysAreDeclaredOverWhatIsThere) {
  ASSERT_TRUE(db_->create_table(orders()));
  ASSERT_TRUE(db_->append("orders", some_orders(1, 10)));
  TableDef lines = orders();
  lines.name = "lines";
  ASSERT_TRUE(db_->create_table(lines));
  ASSERT_TRUE(db_->append("lines", some_orders(8, 5)));
  const ForeignKey key{"orderId", "orders", "orderId"};
  auto refused = db_->add_foreign_key("lines", key);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
  EXPECT_NE(refused.error().message.find("orderId 11"), std::string::npos)
      << refused.error().message;
  ASSERT_TRUE(db_->append("orders", some_orders(11, 2)));
  for (int round = 0; round < 2; ++round) {
    auto added = db_->add_foreign_key("lines", key);
    ASSERT_TRUE(added) << added.error().message;
  }
  auto now = db_->table("lines");
  ASSERT_TRUE(now);
  EXPECT_EQ(now->schema.fields.size(), orders().schema.fields.size());
  EXPECT_TRUE(db_->append("lines", some_orders(1, 3)));
  EXPECT_FALSE(db_->add_foreign_key("absent", key));
}

TEST_F(DatabaseTest, ReadsASnapshotBesideAppends) {
  ASSERT_TRUE(db_->create_table(orders()));
  ASSERT_TRUE(db_->append("orders", some_orders(0, 100)));
  std::stop_source stop;
  auto stopped = *db_->query("SELECT * FROM orders", stop.get_token());
  Batch none(stopped->schema());
  stop.request_stop();
  EXPECT_EQ(stopped->next(none).error().code, Code::kCancelled);
  auto cursor = *db_->query("SELECT * FROM orders");
  ASSERT_TRUE(db_->append("orders", some_orders(100, 50)));
  Batch batch;
  ASSERT_TRUE(*cursor->next(batch));
  EXPECT_EQ(batch.rows, 100u);
}

TEST_F(DatabaseTest, BadInputSaysWhere) {
  ASSERT_TRUE(db_->create_table(orders()));
  auto syntax = db_->query("SELECT orderId,\n  nonsense FROM orders");
  ASSERT_FALSE(syntax);
  EXPECT_EQ(syntax.error().code, Code::kInvalidArgument);
  EXPECT_NE(syntax.error().message.find("line 2, column 3"), std::string::npos)
      << syntax.error().message;
  EXPECT_EQ(db_->query("DELETE FROM orders").error().code, Code::kPermissionDenied);
  EXPECT_EQ(db_->query("SELECT 1; SELECT 2").error().code, Code::kInvalidArgument);
  EXPECT_EQ(db_->query("").error().code, Code::kInvalidArgument);
  EXPECT_EQ(db_->create_table({"a b", orders().schema, {}}).error().code, Code::kInvalidArgument);
  EXPECT_EQ(db_->create_table({"l", {{{"x", Type::kStringList}}}, {}}).error().code,
            Code::kInvalidArgument);
  ASSERT_TRUE(Env::real().write_file(dir_ + "/not.db", std::string(5000, 'x')));
  EXPECT_EQ(open_sqlite(Env::real(), dir_ + "/not.db").error().code, Code::kDataLoss);
}

}  // namespace
}  // namespace sqldb
