#include "lake/lake.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/card.h"
#include "lake/delta.h"
#include "lake/tests/lake_fixture.h"

namespace lake {
namespace {

using base::Code;
using LakeTest = LakeFixture;

TEST_F(LakeTest, FindsTablesOfEveryKind) {
  commit_views("a.parquet", {{1, 100}}, 1000);
  ASSERT_TRUE(lake_->overwrite_table("gold.one", "SELECT 1 AS n"));
  std::string found;
  auto tables = *lake_->tables();
  for (const auto& table : tables) {
    found += fmt::format("{}.{} {} {} {}; ", table.tier, table.name, table.format, table.files,
                         table.rows);
  }
  EXPECT_EQ(found,
            "bronze.pageviews parquet 1 1; bronze.products json 3 -1; bronze.towns csv 1 -1; "
            "bronze.users json 1 -1; gold.one delta 1 1; ");
}

TEST_F(LakeTest, ReadsJsonAndCsvWithTypesFromASample) {
  EXPECT_EQ(rows("SELECT * FROM bronze.users ORDER BY id"),
            R"([[0,"Jana Nováková"," praha","2026-06-01"],[1,"Petr Černý","Brno",null]])");
  auto result = *lake_->query("SELECT id, seen FROM bronze.users");
  EXPECT_EQ(result.columns[0].type, "BIGINT");
  EXPECT_EQ(result.columns[1].type, "VARCHAR");
  EXPECT_EQ(rows("SELECT sum(id), max(pages) FROM bronze.products"), R"([[3,["a","b"]]])");
  EXPECT_EQ(rows("SELECT city, latitude FROM bronze.towns ORDER BY 1"),
            R"([["Brno",49.19],["Praha",50.08]])");
  EXPECT_EQ(rows("SELECT epoch, seed FROM meta.world"), R"([["2026-06-01T00:00:00.000000Z",42]])");
}

TEST_F(LakeTest, ReadsOnlyWhatAManifestListsAndBelowTheCut) {
  commit_views("a.parquet", {{1, 100}, {2, 200}}, 300);
  commit_views("b.parquet", {{3, 300}, {4, 400}}, 500);
  write("bronze/pageviews/year=2026/month=06/day=01/c.parquet", "not listed, not Parquet");
  EXPECT_EQ(rows("SELECT event_id, year, month, day FROM bronze.pageviews ORDER BY 1"),
            R"([[1,2026,"06","01"],[2,2026,"06","01"],[3,2026,"06","01"],[4,2026,"06","01"]])");
  EXPECT_EQ(rows("SELECT count(*) FROM bronze.pageviews", {.cuts = {{"pageviews", 300}}}), "[[2]]");
  EXPECT_EQ(rows("SELECT count(*) FROM bronze.pageviews", {.cuts = {{"stars", 300}}}), "[[4]]");
}

TEST_F(LakeTest, AnOutputWithoutFilesSaysSo) {
  commit_views("a.parquet", {}, 300);
  auto result = lake_->query("SELECT * FROM bronze.pageviews");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kFailedPrecondition);
  EXPECT_NE(result.error().message.find("bronze.pageviews: no rows yet"), std::string::npos);
}

TEST_F(LakeTest, ATableWithoutRowsHasTheColumnsThatWereDeclared) {
  model::Schema schema{{{"event_id", model::Type::kInt64},
                        {"EventEnqueuedUtcTime", model::Type::kTimestamp},
                        {"jobs", model::Type::kStringList}}};
  commit_views("a.parquet", {}, 300);
  ASSERT_TRUE(declare_columns(env_, root() + "/bronze/pageviews", schema));
  auto made = lake_->overwrite_table("silver.views", "SELECT * FROM bronze.pageviews",
                                     {{"pageviews", 200}});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->rows, 0);
  EXPECT_EQ(made->cuts, (Cuts{{"pageviews", 200}}));
  write("bronze/people/people.json", "");
  ASSERT_TRUE(declare_columns(env_, root() + "/bronze/people", schema));
  EXPECT_EQ(rows("SELECT event_id FROM bronze.people"), "[]");
  write("bronze/people/people.json", "{\"event_id\":7}\n");
  EXPECT_EQ(rows("SELECT event_id FROM bronze.people"), "[[7]]");
}

TEST_F(LakeTest, AnOverwriteRecordsItsTextAndCutsAndIsInherited) {
  commit_views("a.parquet", {{1, 100}, {2, 200}}, 300);
  std::string select =
      "SELECT event_id AS id, CAST(1.5 AS DECIMAL(12,2)) AS v FROM bronze.pageviews; -- end";
  auto silver = lake_->overwrite_table("silver.views", select, {{"pageviews", 150}, {"stars", 9}});
  ASSERT_TRUE(silver) << silver.error().message;
  EXPECT_EQ(silver->version, 0);
  EXPECT_EQ(silver->rows, 1);
  EXPECT_EQ(silver->cuts, (Cuts{{"pageviews", 150}}));
  // Never beyond what the job has committed.
  silver = lake_->overwrite_table("silver.views", select, {{"pageviews", 9999}});
  EXPECT_EQ(silver->rows, 2);
  EXPECT_EQ(silver->cuts, (Cuts{{"pageviews", 300}}));
  auto gold = lake_->overwrite_table(
      "gold.views", "SELECT count(*) AS n, sum(id) AS s, sum(v) AS v FROM silver.views");
  ASSERT_TRUE(gold) << gold.error().message;
  EXPECT_EQ(gold->cuts, (Cuts{{"pageviews", 300}}));
  EXPECT_EQ(rows("SELECT * FROM gold.views"), R"([[2,3,"3.00"]])");
  EXPECT_EQ((*lake_->query("SELECT * FROM gold.views")).columns[1].type, "BIGINT");
  EXPECT_EQ(lake_->table_write("gold.views")->cuts, gold->cuts);
  auto info = DeltaTable(env_, clock_, root() + "/silver/views").snapshot()->commit_info;
  EXPECT_EQ(info["hriste.definition"], select);
  EXPECT_EQ(info["operation"], "CREATE OR REPLACE TABLE AS SELECT");
}

TEST_F(LakeTest, TheSlowerOfTwoHubsHidesNothingFromWhoAsksForNoCut) {
  commit_views("a.parquet", {{1, 100}, {2, 200}, {3, 300}}, 300, {"pageviews", "stars"});
  EXPECT_EQ(rows("SELECT event_id FROM bronze.pageviews ORDER BY event_id"), "[[1],[2]]");
  // What is made at cuts ends where both are complete, and says so.
  auto made = lake_->overwrite_table("silver.views", "SELECT event_id FROM bronze.pageviews",
                                     {{"pageviews", 250}, {"stars", 250}});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->rows, 0);
  EXPECT_EQ(made->cuts, (Cuts{{"pageviews", 1}, {"stars", 1}}));
}

TEST_F(LakeTest, AFailedOverwriteLeavesTheTableAsItWas) {
  ASSERT_TRUE(lake_->overwrite_table("silver.t", "SELECT 7 AS n"));
  for (const char* bad : {"SELECT n FROM silver.t WHERE", "SELECT INTERVAL 1 DAY AS i",
                          "SELECT error('no') AS e FROM silver.t", "SELECT 1 AS \"a b\"",
                          "SELECT n, n FROM silver.t"}) {
    auto write = lake_->overwrite_table("silver.t", bad);
    ASSERT_FALSE(write) << bad;
    EXPECT_EQ(write.error().code, Code::kInvalidArgument) << bad << ": " << write.error().message;
  }
  EXPECT_EQ(rows("SELECT n FROM silver.t"), "[[7]]");
  EXPECT_EQ(env_.list(root() + "/silver/t")->size(), 2u);  // the log and one file
}

TEST_F(LakeTest, OldFilesGoAfterAWhile) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(lake_->overwrite_table("silver.t", fmt::format("SELECT {} AS n", i)));
    clock_.advance(std::chrono::hours(2));
  }
  EXPECT_EQ(env_.list(root() + "/silver/t")->size(), 3u);  // the log, the newest, the one before
  EXPECT_EQ(rows("SELECT n FROM silver.t"), "[[2]]");
}

TEST_F(LakeTest, ErrorsHaveACardWithTheNearestName) {
  auto card = [&](const std::string& sql) {
    auto answer = lake_->query(sql);
    EXPECT_FALSE(answer);
    return answer ? base::Card() : base::card_of(answer.error());
  };
  auto column = card("SELECT 1,\n  nam FROM bronze.users");
  EXPECT_EQ(column.line, 2);
  EXPECT_EQ(column.column, 3);
  EXPECT_EQ(column.excerpt, "  nam FROM bronze.users");
  EXPECT_EQ(column.nearest, "name") << column.problem << " | " << column.expected;
  EXPECT_EQ(card("SELECT u.nmae FROM bronze.users u").nearest, "name");
  auto table = card("SELECT * FROM bronze.usrs");
  EXPECT_EQ(table.problem, "table bronze.usrs does not exist");
  EXPECT_EQ(table.nearest, "bronze.users");
  EXPECT_EQ(card("SELECT * FROM bronz.users").nearest, "bronze");
  EXPECT_EQ(card("SELECT * FROM userss").nearest, "bronze.users");
  auto word = card("SELCT 1");
  EXPECT_EQ(word.nearest, "SELECT") << word.problem;
  // What a worker finds out comes back whole.
  auto rule =
      lake_->check_table({.table = "silver.x",
                          .select = "-- table: silver.x\n-- expect: a: id > -> fail\nSELECT 1",
                          .expectations = {{"a", "id >", {}, 2}}});
  ASSERT_FALSE(rule);
  EXPECT_EQ(rule.error().card->line, 2);
  EXPECT_EQ(rule.error().card->column, 15);
}

TEST_F(LakeTest, ErrorsSayLineAndColumn) {
  auto message = [&](const std::string& sql) { return rows(sql); };
  EXPECT_EQ(message("SELECT id,\n  nme FROM bronze.users"),
            "error: line 2, column 3: there is no column \"nme\"; did you mean 'name'?");
  EXPECT_EQ(message("SELECT\n\n FROM WHERE").substr(0, 25), "error: line 3, column 7: ");
  auto missing = message("SELECT 1;\n").substr(0, 20);
  EXPECT_EQ(missing, "[[1]]");
  EXPECT_EQ(message("SELECT * FROM\nsilver.nothing"),
            "error: line 2, column 1: table silver.nothing does not exist; there are "
            "bronze.products, bronze.towns, bronze.users");
  EXPECT_EQ(message("SELECT * FROM iron.nothing").substr(0, 25), "error: line 1, column 15:");
  std::string deep = "SELECT " + std::string(300, ' ') + "nme FROM bronze.users";
  EXPECT_EQ(message(deep).substr(0, 27), "error: line 1, column 308: ") << message(deep);
  EXPECT_NE(message("SELECT CAST(name AS INTEGER) FROM bronze.users").find("line 1, column 8"),
            std::string::npos);
}

TEST_F(LakeTest, ResultsAreCutOffAndTyped) {
  auto result = *lake_->query("SELECT range AS n FROM range(100)", {.max_rows = 10});
  EXPECT_EQ(result.rows.size(), 10u);
  EXPECT_TRUE(result.truncated);
  EXPECT_EQ(
      rows("SELECT 170141183460469231731687303715884105727, 'NaN'::DOUBLE, "
           "TIMESTAMP '2026-06-01 10:00:00', {'a': [1, NULL]}, MAP {'k': 1}, DATE '2026-06-01', "
           "-0.05::DECIMAL(12,2), TIME '10:00:00', INTERVAL 2 DAY"),
      R"([["170141183460469231731687303715884105727","NaN","2026-06-01T10:00:00.000000",)"
      R"({"a":[1,null]},{"k":1},"2026-06-01","-0.05","10:00:00","2 days"]])");
  EXPECT_EQ((*lake_->query("SELECT [1.5::DECIMAL(5,1)] AS d, {'x y': 1} AS s")).columns[1].type,
            "STRUCT(\"x y\" INTEGER)");
}

TEST_F(LakeTest, StopsWhenAskedAndWhenTimeIsOver) {
  std::string forever = "SELECT count(*) FROM range(100000000000) a WHERE a.range % 7 = 8";
  auto late = lake_->query(forever, {.timeout = std::chrono::milliseconds(50)});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::kCancelled);
  EXPECT_EQ(late.error().message, "the statement took more than 50 ms");
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  auto stopped = lake_->query(forever, {.stop = stop.get_token()});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Code::kCancelled);
}

TEST_F(LakeTest, SparkNamesMeanWhatTheyMeanInSpark) {
  EXPECT_EQ(
      rows("SELECT dayofweek(DATE '2026-06-07'), weekday(DATE '2026-06-07'), "
           "CAST(from_utc_timestamp(TIMESTAMPTZ '2026-06-01 00:00:00Z', 'Europe/Prague') "
           "AS TIMESTAMP_NTZ), get_json_object('{\"a\":{\"b\":\"x\"}}', '$.a.b'), "
           "initcap('jana nováková'), to_date('2026-13-01'), date_add(DATE '2026-02-28', 1), "
           "size([1,2]), nvl(NULL, 3), CAST(5 AS STRING)"),
      R"([[1,6,"2026-06-01T02:00:00.000000","x","Jana Nováková",null,"2026-03-01",2,3,"5"]])");
}

TEST_F(LakeTest, SpillsInsteadOfFailing) {
  auto small = *Lake::open({.env = &env_,
                            .clock = &clock_,
                            .root = root(),
                            .temp_dir = dir_ + "/tmp2",
                            .memory_mb = 40});
  auto result = small->query(
      "SELECT count(*) FROM (SELECT range AS a, md5(range::VARCHAR) AS b FROM range(700000) "
      "ORDER BY b, a OFFSET 1)");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->rows[0][0], 699'999);
  EXPECT_TRUE(env_.list(dir_ + "/tmp2")->empty());
}

TEST_F(LakeTest, FoldersStayInsideTheirTier) {
  EXPECT_EQ(*lake_->folder("silver", "stream/counts"), root() + "/silver/stream/counts");
  for (const char* bad : {"..", "a/../b", "/etc", "", "a//b", "a/", ".x"}) {
    EXPECT_FALSE(lake_->folder("silver", bad)) << bad;
  }
  EXPECT_FALSE(lake_->folder("iron", "a"));
  EXPECT_FALSE(lake_->overwrite_table("silver.../x", "SELECT 1 AS n"));
  EXPECT_FALSE(lake_->overwrite_table("users", "SELECT 1 AS n"));
}

TEST_F(LakeTest, TwoWritersAndAReaderAtATime) {
  ASSERT_TRUE(lake_->overwrite_table("silver.t", "SELECT 0 AS n"));
  std::vector<std::jthread> threads;
  for (int writer = 0; writer < 2; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 0; i < 5; ++i) {
        auto write = lake_->overwrite_table("silver.t", fmt::format("SELECT {} AS n", writer));
        EXPECT_TRUE(write) << write.error().message;
      }
    });
  }
  for (int i = 0; i < 10; ++i) {
    auto result = lake_->query("SELECT count(*) FROM silver.t");
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->rows[0][0], 1);
  }
  threads.clear();
  EXPECT_EQ(lake_->table_write("silver.t")->version, 10);
}

TEST_F(LakeTest, WhatArrivedBehindTheCutIsNoChangeOfAnOutput) {
  auto state = [&](const Cuts& cuts) {
    return lake_->table_states({"bronze.pageviews"}, cuts)->at("bronze.pageviews");
  };
  const Cuts cut{{"pageviews", 200}};
  commit_views("1.parquet", {{1, 100}, {2, 250}}, 300);
  auto before = state(cut), all = state({});
  commit_views("2.parquet", {{3, 200}, {4, 310}}, 400);
  EXPECT_EQ(state(cut), before);
  EXPECT_NE(state({}), all);
  EXPECT_NE(state({{"pageviews", 201}}), before);
  commit_views("3.parquet", {{5, 450}, {6, 199}}, 500);  // it had waited
  EXPECT_NE(state(cut), before);
}

TEST_F(LakeTest, EveryFileOfATableIsToldByItsTimeToo) {
  ASSERT_TRUE(lake_->overwrite_table("silver.t", "SELECT 1 AS id"));
  ASSERT_TRUE(lake_->overwrite_table("silver.u", "SELECT 1 AS id"));
  commit_views("1.parquet", {{1, 100}}, 300);
  const Cuts cut{{"pageviews", 200}};
  const std::vector<std::string> names{"silver.t", "silver.u", "bronze.users", "bronze.pageviews",
                                       "silver.none"};
  auto before = *lake_->table_files(names, cut);
  EXPECT_EQ(before, *lake_->table_files(names, cut));
  EXPECT_TRUE(before.at("silver.none").is_null());
  auto moved = [&] {
    std::vector<std::string> others;
    const auto now = *lake_->table_files(names, cut);
    for (const auto& name : names) {
      if (now.at(name) != before.at(name)) others.push_back(name);
    }
    return others;
  };
  using Names = std::vector<std::string>;
  std::string data;
  for (const auto& entry : std::filesystem::directory_iterator(root() + "/silver/t")) {
    if (entry.path().extension() == ".parquet") data = entry.path().string();
  }
  auto time = std::filesystem::last_write_time(data);
  std::filesystem::last_write_time(data, time + std::chrono::seconds(1));
  EXPECT_EQ(moved(), Names{"silver.t"});
  std::filesystem::last_write_time(data, time);
  EXPECT_EQ(moved(), Names{});
  commit_views("2.parquet", {{2, 250}}, 400);  // behind the cut
  EXPECT_EQ(moved(), Names{});
  commit_views("3.parquet", {{3, 150}}, 500);
  EXPECT_EQ(moved(), Names{"bronze.pageviews"});
}

TEST_F(LakeTest, TablesAreFoundByTheirNames) {
  ASSERT_TRUE(lake_->overwrite_table("silver.t", "SELECT 1 AS id"));
  auto found = *lake_->tables_named({"SILVER.T", "bronze.users", "gold.none"});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].tier + "." + found[0].name, "bronze.users");
  EXPECT_EQ(found[1].tier + "." + found[1].name, "silver.t");
  EXPECT_EQ(found[1].format, "delta");
  EXPECT_TRUE(lake_->tables_named({})->empty());
}

}  // namespace
}  // namespace lake
