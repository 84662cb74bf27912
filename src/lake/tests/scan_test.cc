#include "lake/scan.h"

#include <gmock/gmock.h>

#include "lake/tests/lake_fixture.h"

namespace lake {
namespace {

using model::Type;

class Scan : public LakeFixture {
 protected:
  /// The last batch of the statement's rows, with all of them when they are few.
  model::Batch read(const std::string& sql) {
    model::Batch kept;
    auto status = scan(*lake_, sql, [&](const model::Batch& batch) -> base::Status {
      kept = batch;
      return {};
    });
    EXPECT_TRUE(status) << status.error().message;
    return kept;
  }
};

TEST_F(Scan, ValuesKeepTheirTypes) {
  auto batch = read(
      "SELECT CAST(7 AS SMALLINT) AS small, 1.5::FLOAT AS real, CAST(12.3 AS DECIMAL(4,1)) AS one, "
      "CAST(-0.05 AS DECIMAL(12,2)) AS two, CAST(1.125 AS DECIMAL(9,3)) AS three, true AS yes, "
      "DATE '2026-06-01' AS day, TIMESTAMPTZ '2026-06-01 00:00:00.000001Z' AS at, "
      "TIMESTAMP '1970-01-01 00:00:01' AS local, 'č' AS text, ['a', 'bc'] AS list, "
      "CAST(NULL AS BIGINT) AS nothing, CAST('2026' AS BLOB) AS bytes");
  ASSERT_EQ(batch.rows, 1u);
  const auto& c = batch.columns;
  EXPECT_EQ(batch.schema.fields[0], (model::Field{"small", Type::kInt64, true}));
  EXPECT_EQ(c[0].ints[0], 7);
  EXPECT_EQ(c[1].doubles[0], 1.5);
  EXPECT_EQ(c[2].type, Type::kDecimal);
  EXPECT_EQ(c[2].ints[0], 1230);
  EXPECT_EQ(c[3].ints[0], -5);
  EXPECT_EQ(c[4].type, Type::kDouble);
  EXPECT_EQ(c[4].doubles[0], 1.125);
  EXPECT_EQ(c[5].type, Type::kBool);
  EXPECT_EQ(c[5].ints[0], 1);
  EXPECT_EQ(c[6].ints[0], 20605);
  EXPECT_EQ(c[7].type, Type::kTimestamp);
  EXPECT_EQ(c[7].ints[0], 1'780'272'000'000'001);
  EXPECT_EQ(c[8].type, Type::kTimestampNtz);
  EXPECT_EQ(c[8].ints[0], 1'000'000);
  EXPECT_EQ(c[9].text(0), "č");
  EXPECT_EQ(c[10].type, Type::kStringList);
  EXPECT_EQ(c[10].list_ends[0], 2u);
  EXPECT_EQ(c[10].text(1), "bc");
  EXPECT_TRUE(c[11].is_null(0));
  EXPECT_EQ(c[12].type, Type::kBinary);
}

TEST_F(Scan, NullsAmongValues) {
  auto batch = read(
      "SELECT * FROM (VALUES (1, 'a', 1.5::DOUBLE), (NULL, NULL, NULL), (3, 'c', 2.5)) AS t(i, s, "
      "d)");
  ASSERT_EQ(batch.rows, 3u);
  for (const auto& column : batch.columns) {
    EXPECT_EQ(column.rows(), 3u);
    EXPECT_FALSE(column.is_null(0));
    EXPECT_TRUE(column.is_null(1));
    EXPECT_FALSE(column.is_null(2));
  }
  EXPECT_EQ(batch.columns[0].ints[2], 3);
  EXPECT_EQ(batch.columns[1].text(2), "c");
}

TEST_F(Scan, MoreRowsThanABatch) {
  std::int64_t rows = 0, sum = 0, batches = 0;
  auto status = scan(*lake_, "SELECT range AS i FROM range(100000)",
                     [&](const model::Batch& batch) -> base::Status {
                       ++batches;
                       rows += static_cast<std::int64_t>(batch.rows);
                       for (auto i : batch.columns[0].ints) sum += i;
                       return {};
                     });
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(rows, 100'000);
  EXPECT_EQ(sum, 99'999LL * 50'000);
  EXPECT_GT(batches, 10);
}

TEST_F(Scan, TablesOfTheLake) {
  commit_views("a.parquet", {{1, kEpochMs - 2}, {2, kEpochMs + 5}}, kEpochMs + 10);
  EXPECT_EQ(read("SELECT event_id FROM bronze.pageviews").rows, 2u);
  EXPECT_EQ(read("SELECT name FROM bronze.USERS").rows, 2u);
}

TEST_F(Scan, ErrorsStopIt) {
  int calls = 0;
  auto status =
      scan(*lake_, "SELECT * FROM range(100000)", [&](const model::Batch&) -> base::Status {
        ++calls;
        return base::error(base::Code::kUnavailable, "enough");
      });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "enough");
  EXPECT_EQ(calls, 1);

  auto none = [](const model::Batch&) -> base::Status { return {}; };
  EXPECT_EQ(scan(*lake_, "SELECT * FROM silver.nothing", none).error().code, base::Code::kNotFound);
  EXPECT_THAT(scan(*lake_, "SELECT * FROM silver.nothing", none).error().message,
              ::testing::HasSubstr("there are bronze.products"));
  EXPECT_EQ(scan(*lake_, "DROP TABLE bronze.users", none).error().code,
            base::Code::kPermissionDenied);
  EXPECT_THAT(scan(*lake_, "SELECT INTERVAL 1 DAY AS span", none).error().message,
              ::testing::HasSubstr("column span: a INTERVAL can't be read"));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(scan(*lake_, "SELECT * FROM range(100000)", none, {}, stop.get_token()).error().code,
            base::Code::kCancelled);
}

}  // namespace
}  // namespace lake
