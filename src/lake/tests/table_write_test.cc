// Keys, expectations, quarantine and macros of a table; small files.
#include <gtest/gtest.h>

#include <algorithm>

#include "lake/tests/lake_fixture.h"

namespace lake {
namespace {

using Action = Expectation::Action;

class TableWriteTest : public LakeFixture {
 protected:
  /// Numbers 0 … n − 1 as silver.t.
  TableSpec numbers(int n, std::vector<Expectation> expectations) {
    return {.table = "silver.t",
            .select = fmt::format("SELECT i AS id, i % 3 AS kind FROM range({}) r(i)", n),
            .keys = {"id"},
            .expectations = std::move(expectations),
            .macros = ""};
  }
  std::string why(const TableSpec& spec) {
    auto write = lake_->write_table(spec);
    return write ? "written" : write.error().message;
  }
  std::int64_t files() {
    std::int64_t count = 0;
    for (const char* folder : {"/silver/t", "/silver/t/_rejected"}) {
      if (!env_.exists(root() + folder)) continue;
      auto entries = env_.list(root() + folder);
      for (const auto& entry : *entries) count += !entry.is_dir;
    }
    return count;
  }
};

TEST_F(TableWriteTest, AWarningCountsOnly) {
  auto write = lake_->write_table(numbers(10, {{"small", "id < 7", Action::kWarn}}));
  ASSERT_TRUE(write) << write.error().message;
  EXPECT_EQ(write->rows, 10);
  ASSERT_EQ(write->expectations.size(), 1u);
  EXPECT_EQ(write->expectations[0].failed, 3);
  EXPECT_EQ(rows("SELECT count(*) FROM meta.rejected"), "[[0]]");
}

TEST_F(TableWriteTest, ATableWithoutItsFirstCommitIsNoneYet) {
  ASSERT_TRUE(lake_->write_table(numbers(10, {{"small", "id < 7", Action::kQuarantine}})));
  const std::string made = root() + "/gold/made";  // as its writer leaves it just before the commit
  ASSERT_TRUE(env_.make_dirs(made + "/_delta_log"));
  ASSERT_TRUE(env_.write_file(made + "/part-00000-1.zstd.parquet", "not whole"));
  ASSERT_TRUE(env_.write_file(made + "/_delta_log/.00000000000000000000.json.tmp1", "{"));
  EXPECT_EQ(rows("SELECT count(*) FROM meta.rejected"), "[[3]]");
  auto tables = lake_->tables();
  ASSERT_TRUE(tables);
  EXPECT_TRUE(
      std::ranges::none_of(*tables, [](const auto& table) { return table.name == "made"; }));
  auto query = lake_->query("SELECT * FROM gold.made");
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error().code, base::Code::kNotFound) << query.error().message;
}

TEST_F(TableWriteTest, ARowGoesByTheFirstThatItFails) {
  auto spec = numbers(10, {{"seen", "id <> 9", Action::kWarn},
                           {"small", "id < 8 -- a comment", Action::kDrop},
                           {"kind", "kind <> 2", Action::kQuarantine},
                           {"known", "nullif(id, 4) > 0", Action::kQuarantine}});
  spec.select = "SELECT i AS id, i % 3 AS kind, 'f/' || i AS _origin FROM range(10) r(i)";
  auto write = lake_->write_table(spec);
  ASSERT_TRUE(write) << write.error().message;
  EXPECT_EQ(write->rows, 4);
  EXPECT_EQ(write->quarantined, 4);
  EXPECT_EQ(rows("SELECT list(id ORDER BY id) FROM silver.t"), "[[[1,3,6,7]]]");
  EXPECT_EQ(rows("SELECT * FROM silver.t LIMIT 0"), "[]");
  EXPECT_EQ(rows("SELECT * FROM meta.rejected ORDER BY origin"),
            R"([["silver.t","known: nullif(id, 4) > 0","f/0","{\"id\":0,\"kind\":0}"],)"
            R"(["silver.t","kind: kind <> 2","f/2","{\"id\":2,\"kind\":2}"],)"
            R"(["silver.t","known: nullif(id, 4) > 0","f/4","{\"id\":4,\"kind\":1}"],)"
            R"(["silver.t","kind: kind <> 2","f/5","{\"id\":5,\"kind\":2}"]])");
}

TEST_F(TableWriteTest, DroppedRowsAreNowhere) {
  auto spec = numbers(6, {{"kind", "kind <> 2", Action::kDrop}});
  auto write = lake_->write_table(spec);
  ASSERT_TRUE(write) << write.error().message;
  EXPECT_EQ(write->rows, 4);
  EXPECT_EQ(write->quarantined, 0);
  EXPECT_EQ(rows("SELECT count(*) FROM meta.rejected"), "[[0]]");
}

TEST_F(TableWriteTest, QuarantineFollowsTheNewestVersion) {
  auto spec = numbers(6, {{"kind", "kind <> 2", Action::kQuarantine}});
  ASSERT_TRUE(lake_->write_table(spec));
  ASSERT_TRUE(lake_->write_table(spec));
  EXPECT_EQ(rows("SELECT origin FROM meta.rejected ORDER BY 1"), R"([["id=2"],["id=5"]])");
  spec.expectations.clear();
  ASSERT_TRUE(lake_->write_table(spec));
  EXPECT_EQ(rows("SELECT count(*) FROM meta.rejected"), "[[0]]");
}

TEST_F(TableWriteTest, AFailureChangesNothing) {
  ASSERT_TRUE(lake_->write_table(numbers(3, {})));
  std::int64_t before = files();
  EXPECT_EQ(why(numbers(10, {{"small", "id < 8", Action::kFail}})),
            "silver.t: expectation small: 2 rows do not have id < 8, e.g. id=8; the table stays as "
            "it was");
  auto twice = numbers(10, {{"kind", "kind <> 2", Action::kQuarantine}});
  twice.select = "SELECT i // 2 AS id, 0 AS kind FROM range(3) r(i)";
  EXPECT_EQ(why(twice),
            "silver.t: keys: 2 rows have id=0; there can be one. The table stays as it was");
  twice.select = "SELECT CAST(NULL AS BIGINT) AS id, 0 AS kind";
  EXPECT_EQ(why(twice),
            "silver.t: keys: a row has id=null; a key can't be null. The table stays as it was");
  EXPECT_EQ(rows("SELECT count(*) FROM silver.t"), "[[3]]");
  EXPECT_EQ(files(), before);
}

TEST_F(TableWriteTest, WrongRulesAreSaidBeforeAnythingRuns) {
  EXPECT_TRUE(
      why(numbers(1, {{"a", "no_such > 1", Action::kWarn}})).starts_with("expectation a: "));
  EXPECT_TRUE(why(numbers(1, {{"a", "id >", Action::kWarn}})).starts_with("expectation a: "));
  EXPECT_TRUE(why(numbers(1, {{"a", "1); DROP TABLE x; SELECT (1", Action::kWarn}}))
                  .starts_with("expectation a: "));
  EXPECT_EQ(why(numbers(1, {{"a", "id IN (SELECT id FROM bronze.users)", Action::kWarn}})),
            "expectation a: it reads a table; only the row's columns can be used");
  EXPECT_TRUE(
      why(numbers(1, {{"a", "(SELECT count(*) FROM read_text('/etc/passwd')) > 0", Action::kWarn}}))
          .starts_with("expectation a: "));
  auto spec = numbers(1, {});
  spec.keys = {"other"};
  EXPECT_EQ(why(spec), "key other: there is no such column");
  spec.keys.clear();
  spec.select = "SELECT 1 AS a, 2 AS a";
  EXPECT_EQ(why(spec), "two columns are called a; give one another name with AS");
  spec.select = "SELECT 1 AS _a";
  EXPECT_TRUE(why(spec).starts_with("no column is left"));
}

TEST_F(TableWriteTest, MacrosAreFunctionsInSparksWords) {
  TableSpec spec = numbers(4, {{"even", "is_even(twice(id))", Action::kFail}});
  spec.macros =
      "-- Comments; are fine.\n"
      "CREATE OR REPLACE TEMPORARY FUNCTION twice(n BIGINT)\n"
      "  RETURNS BIGINT\n  RETURN n * 2; -- (here too\n"
      "create or replace temporary function is_even(n BIGINT) RETURNS BOOLEAN RETURN n % 2 = 0;\n"
      "CREATE OR REPLACE TEMPORARY FUNCTION semicolon(t STRING)\n"
      "  RETURNS STRING RETURN concat(t, ';)');\n";
  spec.select = "SELECT twice(i) AS id, semicolon('a') AS text FROM range(4) r(i)";
  auto write = lake_->write_table(spec);
  ASSERT_TRUE(write) << write.error().message;
  EXPECT_EQ(rows("SELECT max(id), max(text) FROM silver.t"), R"x([[6,"a;)"]])x");
}

TEST_F(TableWriteTest, WrongMacrosAreRefused) {
  auto spec = numbers(1, {});
  spec.select = "SELECT f(1) AS id";
  spec.macros = "\nDROP TABLE x;";
  EXPECT_TRUE(why(spec).starts_with("line 2: write CREATE OR REPLACE TEMPORARY FUNCTION"));
  spec.macros = "CREATE OR REPLACE TEMPORARY FUNCTION f(n INT) RETURNS INT RETURN n";
  EXPECT_TRUE(why(spec).starts_with("line 1: write"));
  spec.macros =
      "CREATE OR REPLACE TEMPORARY FUNCTION f(n INT) RETURNS INT RETURN (SELECT max(id) FROM "
      "bronze.users);";
  EXPECT_EQ(why(spec), "function f: it reads a table; only its parameters can be used");
  spec.macros =
      "CREATE OR REPLACE TEMPORARY FUNCTION f(n INT) RETURNS INT RETURN (SELECT content FROM "
      "read_text('/etc/passwd'));";
  EXPECT_TRUE(why(spec).starts_with("function f: "));
}

TEST_F(TableWriteTest, ManySmallFilesAreOneTable) {
  for (int i = 0; i < 100; ++i) {
    write(fmt::format("bronze/many/f_{}.json", i),
          fmt::format("{{\n  \"id\": {},\n  \"pages\": [\"a\",\n \"b\"], \"x\": 1.5}}\n", i));
  }
  write("bronze/many/lines.json", "{\"id\":100,\"pages\":[],\"x\":2}\n{\"id\":101,\"x\":null}\n");
  write("bronze/many/list.json", "[{\"id\":102},\n {\"id\":103}]");
  write("bronze/many/empty.json", " \n");
  EXPECT_EQ(rows("SELECT count(*), sum(id), sum(x), sum(len(pages)) FROM bronze.many"),
            "[[104,5356,152.0,200]]");
  write("bronze/many/broken.json", "{\"id\": 1, \"pa");
  auto broken = lake_->query("SELECT count(*) FROM bronze.many");
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().message.find("many/broken.json: "), std::string::npos)
      << broken.error().message;
}

TEST_F(TableWriteTest, NumbersThatOnlyTheEngineReads) {
  for (int i = 0; i < 40; ++i) {
    write(fmt::format("bronze/big/f_{}.json", i), "{\"id\": 123456789012345678901234567890}");
  }
  EXPECT_EQ(rows("SELECT count(*), count(id) FROM bronze.big"), "[[40,40]]");
}

}  // namespace
}  // namespace lake
