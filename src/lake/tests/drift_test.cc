// A table of many files: the union of their columns, with types that hold the values of all.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "lake/file_shapes_internal.h"
#include "lake/table_reader.h"
#include "lake/tests/lake_fixture.h"

namespace lake {
namespace {

TEST(WiderType, HoldsTheValuesOfBoth) {
  for (auto [a, b, both] : std::initializer_list<std::array<const char*, 3>>{
           {"INTEGER", "BIGINT", "BIGINT"},
           {"UINTEGER", "INTEGER", "BIGINT"},
           {"UBIGINT", "BIGINT", "HUGEINT"},
           {"BIGINT", "DOUBLE", "DOUBLE"},
           {"FLOAT", "INTEGER", "DOUBLE"},
           {"BIGINT", "DECIMAL(12,2)", "DECIMAL(21,2)"},
           {"DECIMAL(4,3)", "DECIMAL(10,1)", "DECIMAL(12,3)"},
           {"DECIMAL(38,0)", "DECIMAL(38,10)", "DOUBLE"},
           {"DECIMAL(4,3)", "DOUBLE", "DOUBLE"},
           {"BIGINT", "VARCHAR", "VARCHAR"},
           {"BOOLEAN", "BIGINT", "VARCHAR"},
           {"DATE", "TIMESTAMP", "TIMESTAMP"},
           {"TIMESTAMP WITH TIME ZONE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"},
           {"DATE", "VARCHAR", "VARCHAR"},
           {"\"NULL\"", "BIGINT", "BIGINT"},
           {"INTEGER[]", "DOUBLE[]", "DOUBLE[]"},
           {"INTEGER[]", "INTEGER", "VARCHAR"},
           {"STRUCT(a INTEGER)", "STRUCT(A DOUBLE, \"b c\" VARCHAR)",
            "STRUCT(\"a\" DOUBLE, \"b c\" VARCHAR)"},
           {"MAP(VARCHAR, INTEGER)", "MAP(VARCHAR, BIGINT)", "MAP(VARCHAR, BIGINT)"}}) {
    EXPECT_EQ(wider_type(a, b), both) << a << " and " << b;
    if (!std::string_view{a}.starts_with("STRUCT")) {
      EXPECT_EQ(wider_type(b, a), both) << b << " and " << a;
    }
  }
}

class DriftTest : public LakeFixture {
 protected:
  /// A file of a table, written by the engine: any type can stand in it.
  void file(const std::string& path, const std::string& select) {
    ASSERT_TRUE(env_.make_dirs((root() + "/" + path).substr(0, (root() + "/" + path).rfind('/'))));
    auto connection = *DuckConnection::open(*shared_engine());
    auto copied =
        connection.run(fmt::format("COPY ({}) TO {}", select, quote_text(root() + "/" + path)));
    ASSERT_TRUE(copied) << copied.error().message;
  }
};

TEST_F(DriftTest, FilesInAnyOrderGiveTheSameTable) {
  const std::string selects[] = {"SELECT 1 AS id, 1 AS v", "SELECT 2 AS id, 1.5::DOUBLE AS v",
                                 "SELECT 3 AS id, 'new' AS extra, 7 AS v",
                                 "SELECT 'x' AS extra, 4 AS id"};
  std::vector<int> order(std::size(selects));
  std::iota(order.begin(), order.end(), 0);
  int table = 0;
  do {
    std::string name = fmt::format("drift{}", table++);
    for (std::size_t i = 0; i < order.size(); ++i) {
      file(fmt::format("bronze/{}/{}.parquet", name, i),
           selects[static_cast<std::size_t>(order[i])]);
    }
    EXPECT_EQ(rows("SELECT id, v, extra FROM bronze." + name + " ORDER BY id"),
              R"([[1,1.0,null],[2,1.5,null],[3,7.0,"new"],[4,null,"x"]])");
    EXPECT_EQ(rows("SELECT id FROM bronze." + name + " WHERE v > 1.2 ORDER BY id"), "[[2],[3]]");
    EXPECT_EQ(lake_->query("SELECT v FROM bronze." + name)->columns[0].type, "DOUBLE");
  } while (std::ranges::next_permutation(order).found);
}

TEST_F(DriftTest, ValuesThatNoNumberHoldsAreText) {
  file("bronze/mixed/1.parquet", "SELECT 1 AS v");
  file("bronze/mixed/2.parquet", "SELECT 'txt' AS v");
  file("bronze/mixed/3.parquet", "SELECT 2.5 AS v");
  EXPECT_EQ(rows("SELECT v FROM bronze.mixed ORDER BY v"), R"([["1"],["2.5"],["txt"]])");
}

TEST_F(DriftTest, NestedValuesAreMergedByMember) {
  file("bronze/nested/1.parquet", "SELECT {'a': 1} AS s, [1] AS l");
  file("bronze/nested/2.parquet", "SELECT {'b': 'x', 'a': 1.5} AS s, [2.5] AS l");
  file("bronze/nested/3.parquet", "SELECT {'b': 'y'} AS s, NULL::INTEGER[] AS l");
  EXPECT_EQ(rows("SELECT s.a, s.b, l FROM bronze.nested ORDER BY s.a NULLS LAST"),
            R"([["1.0",null,["1.0"]],["1.5","x",["2.5"]],[null,"y",null]])");
}

TEST_F(DriftTest, FoldersOfKeysStayColumns) {
  file("bronze/parts/year=2025/1.parquet", "SELECT 1 AS v");
  file("bronze/parts/year=2026/1.parquet", "SELECT 2.5::DOUBLE AS v, 'x' AS extra");
  EXPECT_EQ(rows("SELECT year, v, extra FROM bronze.parts ORDER BY year"),
            R"([[2025,1.0,null],[2026,2.5,"x"]])");
  EXPECT_EQ(rows("SELECT v FROM bronze.parts WHERE year = 2026"), "[[2.5]]");
}

TEST_F(DriftTest, AColumnOfTheFilesIsNotReplacedByItsFolders) {
  file("bronze/born/year=2026/month=06/1.parquet", "SELECT 1 AS id, 1984 AS year, 'Monday' AS day");
  EXPECT_EQ(rows("SELECT * FROM bronze.born"), R"([[1,1984,"Monday"]])");
  file("bronze/born/year=2026/month=07/2.parquet", "SELECT 2 AS id, 1990 AS year, 7 AS day");
  EXPECT_EQ(rows("SELECT year, count(*) FROM bronze.born GROUP BY year ORDER BY year"),
            "[[1984,1],[1990,1]]");
  ASSERT_TRUE(env_.make_dirs(root() + "/bronze/said/year=2026"));
  ASSERT_TRUE(env_.write_file(root() + "/bronze/said/year=2026/1.json", R"({"id":1,"Year":1984})"));
  EXPECT_EQ(rows("SELECT * FROM bronze.said"), "[[1,1984]]");
}

TEST_F(DriftTest, AStreamsOutputToo) {
  auto commit = [&](const std::string& name, const model::Schema& schema, auto fill) {
    model::Batch batch(schema);
    fill(batch);
    batch.rows = 1;
    std::string path = "bronze/d1/year=2026/month=06/day=01/" + name;
    ASSERT_TRUE(env_.make_dirs(root() + "/bronze/d1/year=2026/month=06/day=01"));
    auto info = *write_parquet(base::Env::real(), root() + "/" + path, batch);
    auto log = *ManifestLog::open(env_, root(), "d1");
    ManifestCommit change;
    change.definition = "d";
    change.outputs["raw"] = {.tier = "bronze", .path = "d1", .format = "parquet", .rows = 1};
    change.outputs["raw"].added = {{path, info.rows, info.bytes}};
    change.outputs["raw"].hubs = {"h"};
    change.inputs["in"] = {.hub = "h", .cut_ms = 1000, .offsets = {0}};
    ASSERT_TRUE(log->commit(change));
  };
  using model::Type;
  model::Field arrival{"EventEnqueuedUtcTime", Type::kTimestamp};
  commit("a.parquet", {{{"id", Type::kInt64}, {"v", Type::kInt64}, arrival}}, [](auto& batch) {
    batch.columns[0].add_int(1);
    batch.columns[1].add_int(2);
    batch.columns[2].add_int(100'000);
  });
  commit("b.parquet", {{{"id", Type::kInt64}, {"v", Type::kDouble}, arrival}}, [](auto& batch) {
    batch.columns[0].add_int(2);
    batch.columns[1].add_double(1.5);
    batch.columns[2].add_int(200'000);
  });
  commit("c.parquet", {{{"id", Type::kInt64}, {"v", Type::kString}, {"w", Type::kString}, arrival}},
         [](auto& batch) {
           batch.columns[0].add_int(3);
           batch.columns[1].add_text("text");
           batch.columns[2].add_text("new");
           batch.columns[3].add_int(300'000);
         });
  EXPECT_EQ(rows("SELECT id, v, w FROM bronze.d1 ORDER BY id"),
            R"([[1,"2",null],[2,"1.5",null],[3,"text","new"]])");
  EXPECT_EQ(rows("SELECT id, v FROM bronze.d1 ORDER BY id", {.cuts = {{"h", 250}}}),
            R"([[1,"2"],[2,"1.5"]])");
  auto reader = *TableReader::open(*lake_);
  std::int64_t seen = 0;
  ASSERT_TRUE(reader->scan("bronze.d1", {"id", "w"}, [&](const model::Batch& batch) {
    seen += static_cast<std::int64_t>(batch.rows);
    return base::Status{};
  }));
  EXPECT_EQ(seen, 3);
}

TEST_F(DriftTest, JsonAndCsvBeyondTheirSample) {
  std::string lines;
  for (int i = 0; i < 5000; ++i) lines += fmt::format("{{\"id\":{},\"v\":{}}}\n", i, i);
  write("bronze/late/a.json", lines + "{\"id\":5000,\"v\":1.5,\"extra\":\"x\"}\n");
  EXPECT_EQ(rows("SELECT v, extra FROM bronze.late WHERE id = 5000"), R"([[1.5,"x"]])");
  write("bronze/kinds/a.json", "{\"id\":1,\"v\":null}\n");
  write("bronze/kinds/b.json", "{\"id\":2,\"v\":7}\n");
  EXPECT_EQ(rows("SELECT v FROM bronze.kinds ORDER BY id"), "[[null],[7]]");
  write("bronze/kinds/c.json", "{\"id\":3,\"v\":\"txt\"}\n{\"id\":4,\"v\":{\"a\":1}}\n");
  EXPECT_EQ(rows("SELECT v FROM bronze.kinds ORDER BY id"),
            R"([[null],["7"],["txt"],["{\"a\":1}"]])");
  write("bronze/table/a.csv", "id,v\n1,2\n");
  write("bronze/table/b.csv", "id,v,extra\n2,1.5,x\n");
  EXPECT_EQ(rows("SELECT id, v, extra FROM bronze.table ORDER BY id"),
            R"([[1,2.0,null],[2,1.5,"x"]])");
  std::string numbers = "id,v\n";
  for (int i = 0; i < 30000; ++i) numbers += fmt::format("{},{}\n", i, i);
  write("bronze/tail/a.csv", numbers + "30000,word\n");
  EXPECT_EQ(rows("SELECT v FROM bronze.tail WHERE id = 30000"), R"([["word"]])");
}

TEST_F(DriftTest, ManySmallJsonFilesToo) {
  for (int i = 0; i < 5000; ++i) {
    write(fmt::format("bronze/many/{:04}.json", i), fmt::format("{{\"id\":{},\"v\":{}}}", i, i));
  }
  write("bronze/many/9999.json", "{\"id\":9999,\"v\":1.5}");
  EXPECT_EQ(rows("SELECT v FROM bronze.many WHERE id = 9999"), "[[1.5]]");
}

TEST_F(DriftTest, FilesAreLookedIntoOnce) {
  constexpr int kFiles = 1000;
  model::Schema schema{{{"id", model::Type::kInt64}}};
  model::Batch batch(schema);
  batch.columns[0].add_int(1);
  batch.rows = 1;
  ASSERT_TRUE(env_.make_dirs(root() + "/bronze/wide"));
  ASSERT_TRUE(write_parquet(base::Env::real(), root() + "/bronze/wide/0.parquet", batch));
  std::string bytes = *env_.read_file(root() + "/bronze/wide/0.parquet");
  for (int i = 1; i < kFiles; ++i) write(fmt::format("bronze/wide/{}.parquet", i), bytes);
  auto seconds = [&] {
    auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(rows("SELECT count(*) FROM bronze.wide"), fmt::format("[[{}]]", kFiles));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  double first = seconds(), second = seconds();
  RecordProperty("first_ms", static_cast<int>(first * 1000));
  RecordProperty("second_ms", static_cast<int>(second * 1000));
  std::string book = *env_.read_file(root() + "/_shapes/bronze.wide.json");
  // One that is written anew is looked into again, one that goes is forgotten.
  file("bronze/wide/1.parquet", "SELECT 2.5::DOUBLE AS id, 'x' AS extra");
  ASSERT_TRUE(env_.remove_file(root() + "/bronze/wide/2.parquet"));
  EXPECT_EQ(rows("SELECT count(*), max(id), max(extra) FROM bronze.wide"), R"([[999,2.5,"x"]])");
  EXPECT_NE(*env_.read_file(root() + "/_shapes/bronze.wide.json"), book);
  // A damaged book is written anew.
  ASSERT_TRUE(env_.write_file(root() + "/_shapes/bronze.wide.json", "{\"files\":[7]}"));
  EXPECT_EQ(rows("SELECT count(*), max(id) FROM bronze.wide"), "[[999,2.5]]");
}

}  // namespace
}  // namespace lake
