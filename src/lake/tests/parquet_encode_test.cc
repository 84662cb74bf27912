#include "lake/parquet_encode.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "base/env.h"
#include "base/testing/temp_dir.h"
#include "lake/duckdb_internal.h"
#include "model/testing/every_type.h"

namespace lake {
namespace {

using base::Code;
using model::Batch;
using model::Type;

class ParquetEncodeTest : public base::TempDirTest {
 protected:
  void write(const model::Schema& schema, const std::vector<Batch>& batches) {
    std::string file{parquet_begin()};
    std::vector<RowGroup> groups;
    std::vector<std::int64_t> sizes;
    for (const Batch& batch : batches) {
      auto group = encode_row_group(batch);
      ASSERT_TRUE(group) << group.error().message;
      file += group->bytes;
      sizes.push_back(std::ssize(group->bytes));
      groups.push_back(std::move(*group));
    }
    file += parquet_end(schema, groups, sizes);
    ASSERT_TRUE(base::Env::real().write_file(path_, file));
  }
  std::vector<Json> query(const std::string& sql) {
    auto connection = *DuckConnection::open(*shared_engine());
    auto result = connection.query(sql);
    EXPECT_TRUE(result) << result.error().message;
    return result ? result->rows() : std::vector<Json>{};
  }
  std::string from() { return " FROM read_parquet('" + path_ + "')"; }

  const std::string path_ = dir_ + "/t.parquet";
};

TEST_F(ParquetEncodeTest, NumbersOfEveryWidthComeBack) {
  model::Schema schema{{{"n", Type::kInt64, false}}};
  for (std::size_t rows : {0, 1, 2, 32, 33, 128, 129, 130, 1000, 70'000}) {
    for (int bits : {0, 1, 7, 31, 33, 63, 64}) {
      std::mt19937_64 random(rows + static_cast<std::size_t>(bits));
      Batch batch(schema);
      for (std::size_t i = 0; i < rows; ++i) {
        batch.columns[0].add_int(bits == 0 ? 5
                                           : static_cast<std::int64_t>(random() >> (64 - bits)));
      }
      batch.rows = rows;
      write(schema, {batch});
      auto found = query("SELECT n" + from());
      ASSERT_EQ(found.size(), rows);
      for (std::size_t i = 0; i < rows; ++i) {
        ASSERT_EQ(found[i][0].get<std::int64_t>(), batch.columns[0].ints[i]) << rows << " " << bits;
      }
    }
  }
}

TEST_F(ParquetEncodeTest, ExtremesAreNoOverflow) {
  model::Schema schema{{{"n", Type::kInt64, false}}};
  Batch batch(schema);
  for (std::int64_t v : {INT64_MIN, INT64_MAX, std::int64_t{0}, INT64_MAX, INT64_MIN}) {
    batch.columns[0].add_int(v);
  }
  batch.rows = 5;
  write(schema, {batch});
  EXPECT_EQ(query("SELECT list(n), count(*) FILTER (n < 0)" + from())[0].dump(),
            "[[-9223372036854775808,9223372036854775807,0,9223372036854775807,"
            "-9223372036854775808],2]");
}

Batch every_type(std::size_t rows, std::size_t first) {
  model::Schema schema = model::every_type_schema();
  schema.fields.back().nullable = false;
  Batch batch(schema);
  for (std::size_t i = first; i < first + rows; ++i) {
    for (auto& column : batch.columns) {
      if (column.type == Type::kStringList) {
        for (std::size_t e = 0; e < i % 4; ++e) {
          column.bytes += "č" + std::to_string(e);
          column.ends.push_back(column.bytes.size());
        }
        column.list_ends.push_back(column.ends.size());
      } else if (i % 3 == 1) {
        column.add_null();
      } else if (column.type == Type::kDouble) {
        column.add_double(static_cast<double>(i) / 4);
      } else if (column.type == Type::kString) {
        column.add_text("žluťoučký " + std::to_string(i));
      } else if (column.type == Type::kBinary) {
        column.add_text(std::string_view("\0\xff", 2));
      } else if (column.type == Type::kBool) {
        column.add_int(i % 2);
      } else {
        column.add_int(-static_cast<std::int64_t>(i));
      }
    }
  }
  batch.rows = rows;
  return batch;
}

TEST_F(ParquetEncodeTest, EveryTypeComesBackFromSeveralGroups) {
  std::vector<Batch> batches{every_type(1000, 0), every_type(1, 1000), every_type(2501, 1001)};
  write(batches[0].schema, batches);
  auto types = query("DESCRIBE SELECT *" + from());
  std::string names;
  for (const Json& row : types) names += row[1].get<std::string>() + " ";
  EXPECT_EQ(names,
            "BOOLEAN BIGINT DOUBLE DECIMAL(12,2) VARCHAR BLOB DATE TIMESTAMP WITH TIME ZONE "
            "TIMESTAMP VARCHAR[] ");
  auto wrong = query(
      "SELECT count(*) FROM (SELECT *, row_number() OVER () - 1 AS k" + from() +
      ") WHERE CASE WHEN k % 3 = 1 THEN coalesce(b::VARCHAR, i::VARCHAR, d::VARCHAR, m::VARCHAR, "
      "s, "
      "x::VARCHAR, day::VARCHAR, t::VARCHAR, n::VARCHAR) IS NOT NULL ELSE "
      "b <> (k % 2 = 1) OR i <> -k OR d <> k / 4.0 OR m <> -k / 100.0 OR s <> 'žluťoučký ' || k "
      "OR octet_length(x) <> 2 OR day <> DATE '1970-01-01' - k::INTEGER "
      "OR epoch_us(t) <> -k OR epoch_us(n) <> -k END "
      "OR len(l) <> k % 4 OR (k % 4 = 3 AND l <> ['č0', 'č1', 'č2'])");
  EXPECT_EQ(wrong[0][0], 0);
  EXPECT_EQ(query("SELECT count(*), min(i), max(i), count(i)" + from())[0].dump(),
            "[3502,-3501,0,2335]");
}

TEST_F(ParquetEncodeTest, StatisticsAreRight) {
  write(every_type(10, 0).schema, {every_type(10, 0), every_type(10, 30)});
  auto rows = query(
      "SELECT row_group_num_rows, stats_min_value, stats_max_value, stats_null_count FROM "
      "parquet_metadata('" +
      path_ + "') WHERE path_in_schema = 'i' ORDER BY row_group_id");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].dump(), "[10,\"-9\",\"0\",3]");
  EXPECT_EQ(rows[1].dump(), "[10,\"-39\",\"-30\",3]");
}

TEST_F(ParquetEncodeTest, InstantsAreInTheEncodingThatEveryReaderKnows) {
  write(every_type(10, 0).schema, {every_type(10, 0)});
  auto rows = query("SELECT DISTINCT encodings FROM parquet_metadata('" + path_ +
                    "') WHERE path_in_schema IN ('t', 'n')");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_NE(rows[0][0].get<std::string>().find("PLAIN"), std::string::npos) << rows[0];
  EXPECT_EQ(rows[0][0].get<std::string>().find("DELTA"), std::string::npos) << rows[0];
}

TEST_F(ParquetEncodeTest, NoRowsMakeAFileWithTheSchema) {
  write(every_type(0, 0).schema, {});
  EXPECT_EQ(query("SELECT count(*)" + from())[0][0], 0);
  EXPECT_EQ(query("DESCRIBE SELECT *" + from()).size(), 10u);
}

TEST_F(ParquetEncodeTest, RefusesWhatReadersCouldNotRead) {
  Batch batch(model::Schema{{{"s", Type::kString, false}}});
  batch.columns[0].add_text("\xc3\x28");
  batch.rows = 1;
  EXPECT_EQ(encode_row_group(batch).error().code, Code::kInvalidArgument);
  Batch nulls(model::Schema{{{"s", Type::kString, false}}});
  nulls.columns[0].add_null();
  nulls.rows = 1;
  EXPECT_EQ(encode_row_group(nulls).error().code, Code::kUnimplemented);
}

}  // namespace
}  // namespace lake
