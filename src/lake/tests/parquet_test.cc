#include "lake/parquet.h"

#include <gtest/gtest.h>

#include "base/env.h"
#include "base/testing/temp_dir.h"
#include "lake/duckdb_internal.h"
#include "model/testing/every_type.h"

namespace lake {
namespace {

using base::Code;
using base::Env;
using model::Batch;
using model::Type;

class ParquetTest : public base::TempDirTest {
 protected:
  std::vector<Json> query(const std::string& sql) {
    auto connection = *DuckConnection::open(*shared_engine());
    auto result = connection.query(sql);
    EXPECT_TRUE(result) << result.error().message;
    return result ? result->rows() : std::vector<Json>{};
  }
  std::size_t files() { return Env::real().list(dir_)->size(); }
};

Batch every_type() {
  Batch batch(model::every_type_schema());
  for (auto& column : batch.columns) {
    switch (column.type) {
      case Type::kDouble:
        column.add_double(-2.5);
        break;
      case Type::kString:
        column.add_text("a string that is longer than twelve: Žluťoučký");
        break;
      case Type::kBinary:
        column.add_text(std::string_view("\0\xff", 2));
        break;
      case Type::kStringList:
        column.bytes = "oneanother one, long";
        column.ends = {3, 20};
        column.list_ends = {2};
        break;
      case Type::kBool:
        column.add_int(1);
        break;
      default:
        column.add_int(-12'345);
    }
    column.add_null();
  }
  batch.rows = 2;
  return batch;
}

TEST_F(ParquetTest, EveryTypeAndNullComesBack) {
  auto info = write_parquet(base::Env::real(), path("all.parquet"), every_type());
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->rows, 2);
  EXPECT_EQ(info->path, path("all.parquet"));
  EXPECT_EQ(info->bytes, static_cast<std::int64_t>(Env::real().read_file(info->path)->size()));
  EXPECT_EQ(files(), 1u);
  auto rows = query("SELECT * FROM read_parquet('" + path("all.parquet") + "')");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].dump(),
            R"([true,-12345,-2.5,"-123.45","a string that is longer than twelve: Žluťoučký",)"
            R"("00ff","1936-03-15","1969-12-31T23:59:59.987655Z","1969-12-31T23:59:59.987655",)"
            R"(["one","another one, long"]])");
  for (const auto& value : rows[1]) EXPECT_TRUE(value.is_null());
}

TEST_F(ParquetTest, TimesAreMicrosecondsInUtc) {
  ASSERT_TRUE(write_parquet(base::Env::real(), path("all.parquet"), every_type()));
  auto rows = query("SELECT name, logical_type FROM parquet_schema('" + path("all.parquet") +
                    "') WHERE name IN ('t', 'n') ORDER BY name");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_NE(rows[0][1].get<std::string>().find("isAdjustedToUTC=0, unit=TimeUnit(MILLIS=<null>, "
                                               "MICROS=MicroSeconds"),
            std::string::npos);
  EXPECT_NE(rows[1][1].get<std::string>().find("isAdjustedToUTC=1"), std::string::npos);
}

TEST_F(ParquetTest, StreamsManyBatchesInOrder) {
  model::Schema schema{{{"id", Type::kInt64}, {"name", Type::kString}}};
  std::int64_t next_id = 0;
  auto info = write_parquet(base::Env::real(), path("many.parquet"), schema,
                            [&](Batch& into) -> base::Result<bool> {
                              if (next_id >= 200'000) return false;
                              into = Batch(schema);
                              for (int i = 0; i < 7'777 && next_id < 200'000; ++i, ++next_id) {
                                into.columns[0].add_int(next_id);
                                into.columns[1].add_text(fmt::format("row number {}", next_id));
                                ++into.rows;
                              }
                              return true;
                            });
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->rows, 200'000);
  auto rows = query(
      "SELECT count(*), bool_and(id = file_row_number), "
      "bool_and(name = 'row number ' || id) FROM read_parquet('" +
      path("many.parquet") + "', file_row_number = true)");
  EXPECT_EQ(rows[0].dump(), "[200000,true,true]");
}

TEST_F(ParquetTest, NoRowsMakeAFileWithTheSchema) {
  Batch batch(every_type().schema);
  ASSERT_TRUE(write_parquet(base::Env::real(), path("none.parquet"), batch));
  EXPECT_TRUE(query("SELECT * FROM read_parquet('" + path("none.parquet") + "')").empty());
}

TEST_F(ParquetTest, AFailedSourceLeavesNothing) {
  model::Schema schema{{{"id", Type::kInt64}}};
  int calls = 0;
  auto info = write_parquet(base::Env::real(), path("never.parquet"), schema,
                            [&](Batch& into) -> base::Result<bool> {
                              if (++calls > 3)
                                return base::error(Code::kUnavailable, "the source is gone");
                              into = Batch(schema);
                              for (int i = 0; i < 1000; ++i) into.columns[0].add_int(i);
                              into.rows = 1000;
                              return true;
                            });
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, Code::kUnavailable);
  EXPECT_EQ(info.error().message, "the source is gone");
  EXPECT_EQ(files(), 0u);
}

TEST_F(ParquetTest, BytesThatAreNotUtf8AreRefusedWithTheirPlace) {
  Batch batch(model::Schema{{{"id", Type::kInt64}, {"name", Type::kString}}});
  for (int i = 0; i < 3; ++i) batch.columns[0].add_int(i);
  batch.columns[1].add_text("sound");
  batch.columns[1].add_text("\xc5");  // half of a letter,
  batch.columns[1].add_text("\x99");  // whole only with its neighbour
  batch.rows = 3;
  auto info = write_parquet(base::Env::real(), path("bad.parquet"), batch);
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, Code::kInvalidArgument);
  EXPECT_NE(info.error().message.find("column name, row 1"), std::string::npos);
  EXPECT_EQ(files(), 0u);
}

TEST_F(ParquetTest, AMissingFolderIsAnErrorWithThePath) {
  auto info = write_parquet(base::Env::real(), path("no/such/x.parquet"), every_type());
  ASSERT_FALSE(info);
  EXPECT_NE(info.error().message.find(path("no/such/x.parquet")), std::string::npos);
}

}  // namespace
}  // namespace lake
