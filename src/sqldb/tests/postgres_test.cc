// Against a real server. One test program starts it once; without PostgreSQL the tests are skipped.
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <thread>

#include "model/testing/every_type.h"
#include "sqldb/database.h"
#include "sqldb/tests/postgres_server.h"
#include "sqldb/tests/shop_tables.h"

namespace sqldb {
namespace {

using base::Code;
using model::Batch;
using model::Type;
using testing::PostgresServer;

class PostgresTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = PostgresServer::start(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (!server_) GTEST_SKIP() << "PostgreSQL's server isn't installed";
    auto opened = open_postgres(server_->dsn());
    ASSERT_TRUE(opened) << opened.error().message;
    db_ = std::move(*opened);
  }
  void TearDown() override {
    if (!db_) return;
    std::vector<std::string> names = db_->tables().value();
    for (const std::string& name : names) ASSERT_TRUE(db_->drop_table(name));
  }

  static inline std::unique_ptr<PostgresServer> server_;
  std::unique_ptr<Database> db_;
};

TEST_F(PostgresTest, AReadingThatWaitsForALockCanBeStopped) {
  ASSERT_TRUE(db_->create_table(orders()));
  ASSERT_TRUE(db_->append("orders", some_orders(0, 10)));
  PGconn* other = PQconnectdb(server_->dsn().c_str());
  PQclear(PQexec(other, "BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE"));
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop.request_stop();
  });
  EXPECT_FALSE(db_->query("SELECT * FROM orders", stop.get_token()));
  PQfinish(other);
  auto cursor = *db_->query("SELECT * FROM orders", {});
  Batch rows(cursor->schema());
  EXPECT_TRUE(*cursor->next(rows));
  EXPECT_EQ(rows.rows, 10u);
}

TEST_F(PostgresTest, TablesRowsAndKeys) {
  ASSERT_TRUE(db_->create_table(orders()));
  ASSERT_TRUE(db_->create_table(orders()));
  EXPECT_EQ(*db_->max_key("orders", "orderId"), std::nullopt);
  ASSERT_TRUE(db_->append("orders", some_orders(0, 70'000)));
  ASSERT_TRUE(db_->append("orders", some_orders(70'000, 1)));
  ASSERT_TRUE(db_->append("orders", Batch(orders().schema)));
  EXPECT_EQ(*db_->count("orders"), 70'001);
  EXPECT_EQ(*db_->max_key("orders", "orderId"), 70'000);
  EXPECT_EQ(*db_->tables(), (std::vector<std::string>{"orders"}));
  auto table = db_->table("orders");
  EXPECT_EQ(table->primary_key, orders().primary_key);
  EXPECT_EQ(table->schema.fields[3].type, Type::kDecimal);
  Batch all = some_orders(0, 70'001);
  std::size_t at = 0;
  ASSERT_TRUE(db_->scan("SELECT * FROM orders ORDER BY 1", [&](const Batch& rows) -> base::Status {
    for (std::size_t i = 0; i < rows.rows; ++i, ++at) {
      for (std::size_t c = 0; c < 4; ++c) {
        EXPECT_EQ(rows.columns[c].ints[i], all.columns[c].ints[at]);
      }
    }
    return {};
  }));
  EXPECT_EQ(at, all.rows);
  auto other = orders();
  other.schema.fields[1].type = Type::kString;
  EXPECT_EQ(db_->create_table(other).error().code, Code::kFailedPrecondition);
  ASSERT_TRUE(db_->drop_table("orders"));
  ASSERT_TRUE(db_->drop_table("orders"));
  EXPECT_EQ(db_->table("orders").error().code, Code::kNotFound);
}

TEST_F(PostgresTest, ForeignKeysAreDeclaredOverWhatIsThere) {
  ASSERT_TRUE(db_->create_table(orders()));
  ASSERT_TRUE(db_->append("orders", some_orders(1, 10)));
  TableDef lines = orders();
  lines.name = "lines";
  ASSERT_TRUE(db_->create_table(lines));
  ASSERT_TRUE(db_->append("lines", some_orders(8, 5)));
  const ForeignKey key{"orderId", "orders", "orderId"};
  auto refused = db_->add_foreign_key("lines", key);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("orderId"), std::string::npos) << refused.error().message;
  ASSERT_TRUE(db_->append("orders", some_orders(11, 2)));
  for (int round = 0; round < 2; ++round) {
    auto added = db_->add_foreign_key("lines", key);
    ASSERT_TRUE(added) << added.error().message;
  }
  auto now = db_->table("lines");
  ASSERT_TRUE(now);
  EXPECT_EQ(now->schema.fields.size(), orders().schema.fields.size());
  EXPECT_TRUE(db_->append("lines", some_orders(1, 3)));
  EXPECT_FALSE(db_->append("lines", some_orders(100, 1)));
  EXPECT_FALSE(db_->add_foreign_key("absent", key));
  // Dropped and loaded again, as --overwrite does.
  auto dropped = db_->drop_table("orders");
  ASSERT_TRUE(dropped) << dropped.error().message;
  EXPECT_TRUE(db_->append("lines", some_orders(100, 1)));
}

TEST_F(PostgresTest, EveryTypeAndNullSurvives) {
  model::Schema schema = model::every_type_schema();
  ASSERT_TRUE(db_->create_table({"every", schema, {}}));
  Batch batch(schema);
  for (auto& column : batch.columns) {
    if (column.type == Type::kDouble) {
      column.add_double(-2.5);
    } else if (column.type == Type::kStringList) {
      column.bytes = "učitelka \"a\"";
      column.ends = {9, column.bytes.size()};
      column.list_ends = {2};
    } else if (column.type == Type::kString) {
      column.add_text("Žluťoučký 'kůň'\t\\N");
    } else if (column.type == Type::kBinary) {
      column.add_text(std::string_view("\0\xff", 2));
    } else {
      column.add_int(column.type == Type::kBool ? 1 : -12'345);
    }
    column.add_null();
  }
  batch.rows = 2;
  ASSERT_TRUE(db_->append("every", batch));
  for (std::size_t c = 0; c < schema.fields.size(); ++c) {
    EXPECT_EQ(db_->table("every")->schema.fields[c].type, schema.fields[c].type) << c;
  }
  ASSERT_TRUE(db_->scan("SELECT * FROM every", [&](const Batch& rows) -> base::Status {
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
      EXPECT_EQ(rows.columns[i].ints, batch.columns[i].ints) << i;
      EXPECT_EQ(rows.columns[i].doubles, batch.columns[i].doubles) << i;
      EXPECT_EQ(rows.columns[i].bytes, batch.columns[i].bytes) << i;
      EXPECT_EQ(rows.columns[i].list_ends, batch.columns[i].list_ends) << i;
      EXPECT_TRUE(rows.columns[i].is_null(1)) << i;
    }
    return {};
  }));
  // The server reads them as we mean them.
  ASSERT_TRUE(
      db_->scan("SELECT m::text, day::text, (t AT TIME ZONE 'UTC')::text, n::text, "
                "l::text FROM every WHERE b",
                [](const Batch& rows) -> base::Status {
                  EXPECT_EQ(rows.columns[0].text(0), "-123.45");
                  EXPECT_EQ(rows.columns[1].text(0), "1936-03-15");
                  EXPECT_EQ(rows.columns[2].text(0), "1969-12-31 23:59:59.987655");
                  EXPECT_EQ(rows.columns[3].text(0), "1969-12-31 23:59:59.987655");
                  EXPECT_EQ(rows.columns[4].text(0), "{učitelka,\" \\\"a\\\"\"}");
                  return {};
                }));
}

TEST_F(PostgresTest, MoneyIsExact) {
  ASSERT_TRUE(db_->create_table({"m", {{{"v", Type::kDecimal}}}, {}}));
  std::vector<std::int64_t> cents{0,
                                  1,
                                  -1,
                                  99,
                                  100,
                                  1'000'000,
                                  1'000'001,
                                  100'000'00,
                                  123'456'789,
                                  999'999'999'999,
                                  -10'000'000'001};
  Batch batch(model::Schema{{{"v", Type::kDecimal}}});
  for (std::int64_t v : cents) batch.columns[0].add_int(v);
  batch.rows = cents.size();
  ASSERT_TRUE(db_->append("m", batch));
  ASSERT_TRUE(db_->scan("SELECT v, (v * 100)::bigint, v::text::numeric(12,2) = v, v * 1.0 FROM m",
                        [&](const Batch& rows) -> base::Status {
                          EXPECT_EQ(rows.columns[0].ints, cents);
                          EXPECT_EQ(rows.columns[1].ints, cents);
                          EXPECT_EQ(rows.columns[2].ints, std::vector<std::int64_t>(11, 1));
                          EXPECT_EQ(rows.schema.fields[3].type, Type::kDouble);
                          EXPECT_EQ(rows.columns[3].doubles[8], 1'234'567.89);
                          return {};
                        }));
}

TEST_F(PostgresTest, AnAppendIsWholeOrNothing) {
  ASSERT_TRUE(db_->create_table(orders()));
  ASSERT_TRUE(db_->append("orders", some_orders(5, 1)));
  auto status = db_->append("orders", some_orders(0, 20'000));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kAlreadyExists);
  EXPECT_NE(status.error().message.find("(\"orderId\")=(5)"), std::string::npos)
      << status.error().message;
  EXPECT_EQ(*db_->count("orders"), 1);
  ASSERT_TRUE(db_->append("orders", some_orders(6, 10)));
}

TEST_F(PostgresTest, BadInputSaysWhere) {
  ASSERT_TRUE(db_->create_table(orders()));
  auto syntax = db_->query("SELECT \"orderId\" AS ž,\n  nonsense FROM orders");
  ASSERT_FALSE(syntax);
  EXPECT_EQ(syntax.error().code, Code::kInvalidArgument);
  EXPECT_NE(syntax.error().message.find("line 2, column 3"), std::string::npos)
      << syntax.error().message;
  for (const char* writes : {"DELETE FROM orders", "DELETE FROM orders RETURNING *", "BEGIN",
                             "WITH d AS (DELETE FROM orders RETURNING *) SELECT * FROM d"}) {
    EXPECT_EQ(db_->query(writes).error().code, Code::kPermissionDenied) << writes;
  }
  EXPECT_EQ(db_->query("SELECT 1; SELECT 2").error().code, Code::kInvalidArgument);
  EXPECT_EQ(db_->query(" ;").error().code, Code::kInvalidArgument);
  EXPECT_EQ(db_->query("SELECT interval '1 day' AS i").error().code, Code::kInvalidArgument);
  EXPECT_EQ(db_->create_table({"a b", orders().schema, {}}).error().code, Code::kInvalidArgument);
  EXPECT_EQ(db_->append("absent", some_orders(0, 1)).error().code, Code::kInvalidArgument);
  auto infinite = *db_->query("SELECT 'infinity'::timestamptz AS t");
  Batch batch;
  EXPECT_EQ(infinite->next(batch).error().code, Code::kInvalidArgument);
}

TEST_F(PostgresTest, ConnectingFailsClearlyAndWithoutThePassword) {
  ASSERT_TRUE(db_->scan("SELECT 1", [](const Batch&) -> base::Status { return {}; }));
  struct {
    std::string dsn;
    Code code;
    std::string says;
  } cases[] = {
      {"host=/nowhere password=Tajne123", Code::kUnavailable, "/nowhere"},
      {server_->dsn("user=locked dbname=postgres password=Tajne123"), Code::kPermissionDenied,
       "password authentication failed"},
      {server_->dsn("user=postgres dbname=absent password=Tajne123"), Code::kNotFound, "absent"},
      {"host=x passwort Tajne123", Code::kInvalidArgument, "can't be read"},
      {"password=some words Tajne123", Code::kInvalidArgument, "can't be read"},
      {"postgresql://me:pass@Tajne123@localhost/shop", Code::kInvalidArgument, "@"},
  };
  for (const auto& c : cases) {
    auto opened = open_postgres(c.dsn);
    ASSERT_FALSE(opened) << c.dsn;
    EXPECT_EQ(opened.error().code, c.code) << opened.error().message;
    EXPECT_NE(opened.error().message.find(c.says), std::string::npos) << opened.error().message;
    EXPECT_EQ(opened.error().message.find("Tajne123"), std::string::npos) << opened.error().message;
  }
}

TEST_F(PostgresTest, AServerThatGoesAwayIsSaidAndFoundAgain) {
  ASSERT_TRUE(db_->create_table(orders()));
  ASSERT_TRUE(db_->append("orders", some_orders(0, 1'000)));
  auto cursor = *db_->query("SELECT * FROM generate_series(1, 1000000)");
  server_->kill();
  auto lost = db_->append("orders", some_orders(1'000, 100'000));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::kUnavailable) << lost.error().message;
  Batch batch;
  EXPECT_EQ(cursor->next(batch).error().code, Code::kUnavailable);
  EXPECT_EQ(db_->count("orders").error().code, Code::kUnavailable);
  ASSERT_TRUE(server_->launch());
  EXPECT_EQ(*db_->count("orders"), 1'000);
  ASSERT_TRUE(db_->append("orders", some_orders(1'000, 10)));
  EXPECT_EQ(*db_->max_key("orders", "orderId"), 1'009);
}

}  // namespace
}  // namespace sqldb
