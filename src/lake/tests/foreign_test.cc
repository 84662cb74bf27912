// What others have written into the lake: logs, tables and manifests of any form fail what reads
// them, by name, and nothing else.
#include <gtest/gtest.h>

#include "lake/delta_internal.h"
#include "lake/foreign_json_internal.h"
#include "lake/tests/lake_fixture.h"

namespace lake {
namespace {

using base::Code;
using Json = nlohmann::json;

class ForeignTest : public LakeFixture {
 protected:
  void SetUp() override {
    ASSERT_TRUE(lake_->overwrite_table("silver.good", "SELECT 1 AS n"));
    ASSERT_TRUE(lake_->overwrite_table("gold.foreign", "SELECT 1 AS a, 'x' AS b"));
  }
  std::string log(int version) {
    return root() + "/gold/foreign/_delta_log/" + version_name(version, ".json");
  }
  /// The actions of version 0.
  std::vector<Json> actions() { return *read_commit(env_, root() + "/gold/foreign/_delta_log", 0); }
  void put(const std::vector<Json>& actions, int version = 0) {
    std::string text;
    for (const auto& action : actions) text += action.dump() + "\n";
    ASSERT_TRUE(env_.write_file(log(version), text));
  }
  /// What is asked of the other tables and of the lake goes on.
  void expect_the_rest_works(const std::string& what) {
    EXPECT_EQ(rows("SELECT n FROM silver.good"), "[[1]]") << what;
    EXPECT_TRUE(lake_->tables()) << what;
    EXPECT_NE(rows("SHOW TABLES").find("good"), std::string::npos) << what;
    EXPECT_EQ(rows("SELECT count(*) FROM meta.rejected"), "[[0]]") << what;
    EXPECT_TRUE(lake_->overwrite_table("silver.other", "SELECT n FROM silver.good")) << what;
  }
};

/// Puts each of `values` at each place of each action of a log: nothing throws, and what can't be
/// read says which table it is.
TEST_F(ForeignTest, AnyValueAnywhereInALogIsAnErrorAtMost) {
  const std::vector<Json> given = actions();
  const Json values[] = {nullptr,
                         true,
                         -1,
                         1.5,
                         18446744073709551615u,
                         "",
                         "x",
                         "{}",
                         "[1]",
                         Json::array(),
                         Json::array({1}),
                         Json::object(),
                         Json{{"x", "y"}}};
  int readable = 0, unreadable = 0;
  for (std::size_t i = 0; i < given.size(); ++i) {
    std::vector<Json::json_pointer> places;
    const Json flat = given[i].flatten();
    for (const auto& [path, value] : flat.items()) {
      for (Json::json_pointer at(path); !at.empty(); at = at.parent_pointer()) places.push_back(at);
    }
    for (const auto& place : places) {
      for (const Json& value : values) {
        auto changed = given;
        changed[i][place] = value;
        put(changed);
        auto snapshot = lake_->snapshot("gold.foreign");
        (snapshot ? readable : unreadable)++;
        if (snapshot) (void)snapshot->cuts();
        auto write = lake_->table_write("gold.foreign");
        EXPECT_EQ(write.has_value(), snapshot.has_value());
      }
    }
  }
  EXPECT_GT(readable, 100);
  EXPECT_GT(unreadable, 30);
}

TEST_F(ForeignTest, NullAndOddCommitInfosAreNoneAtAll) {
  for (const Json& info : {Json(nullptr), Json("x"), Json::array(), Json(7),
                           Json{{"hriste.cuts", {{"pageviews", "x"}}}},
                           Json{{"hriste.cuts", "x"}, {"hriste.rejected", {{"path", 7}}}},
                           Json{{"hriste.rejected", {{"path", "../../../secret.txt"}}}}}) {
    auto changed = actions();
    for (auto& action : changed) {
      if (action.contains("commitInfo")) action["commitInfo"] = info;
    }
    put(changed);
    EXPECT_EQ(rows("SELECT a, b FROM gold.foreign"), R"([[1,"x"]])") << info;
    EXPECT_EQ(lake_->table_write("gold.foreign")->cuts, Cuts{}) << info;
    expect_the_rest_works(info.dump());
  }
  auto changed = actions();
  for (auto& action : changed) {
    if (action.contains("commitInfo")) action["commitInfo"] = {{"hriste.cuts", {{"hub", "17"}}}};
  }
  put(changed);
  EXPECT_EQ(lake_->table_write("gold.foreign")->cuts, (Cuts{{"hub", 17}}));
}

TEST_F(ForeignTest, OthersFormsAreReadWhereTheyMeanTheSame) {
  auto changed = actions();
  for (auto& action : changed) {
    if (action.contains("protocol")) {
      action["protocol"] = {{"minReaderVersion", "3"},
                            {"minWriterVersion", 7.0},
                            {"readerFeatures", {"timestampNtz", "columnMapping"}},
                            {"writerFeatures", {"timestampNtz", "columnMapping"}}};
    }
    if (action.contains("add")) {
      action["add"]["size"] = std::to_string(action["add"]["size"].get<int>());
      action["add"].erase("modificationTime");
      action["add"]["stats"] = Json{{"numRecords", "1"}};
    }
  }
  changed.push_back({{"txn", {{"appId", "a"}, {"version", 1}}}});
  changed.push_back({{"somethingNew", 7}});
  put(changed);
  EXPECT_EQ(rows("SELECT a, b FROM gold.foreign"), R"([[1,"x"]])");
  EXPECT_EQ(lake_->snapshot("gold.foreign")->rows(), 1);
  auto over = lake_->overwrite_table("gold.foreign", "SELECT 2 AS a");
  EXPECT_EQ(over.error().code, Code::kUnimplemented);  // we don't write these features
}

TEST_F(ForeignTest, WhatWeDoNotReadIsSaidByName) {
  auto change = [&](const std::function<void(Json&)>& edit) {
    auto changed = actions();
    for (auto& action : changed) edit(action);
    put(changed);
    std::string error = rows("SELECT a FROM gold.foreign");
    EXPECT_NE(error.find("gold.foreign"), std::string::npos) << error;
    expect_the_rest_works(error);
    return error;
  };
  const auto given = actions();
  EXPECT_NE(change([](Json& action) {
              if (!action.contains("protocol")) return;
              action["protocol"] = {{"minReaderVersion", 3},
                                    {"minWriterVersion", 7},
                                    {"readerFeatures", {"variantType"}}};
            }).find("variantType"),
            std::string::npos);
  put(given);
  EXPECT_NE(change([](Json& action) {
              if (action.contains("add")) action["add"]["deletionVector"] = Json::object();
            }).find("deletion vector"),
            std::string::npos);
  put(given);
  EXPECT_NE(change([](Json& action) {
              if (!action.contains("metaData")) return;
              action["metaData"]["configuration"] = {{"delta.columnMapping.mode", "name"}};
            }).find("columnMapping"),
            std::string::npos);
  put(given);
  EXPECT_NE(change([](Json& action) {
              if (action.contains("metaData")) action["metaData"]["schemaString"] = "[";
            }).find("schema"),
            std::string::npos);
}

TEST_F(ForeignTest, DamagedVersionsFailTheirReadersOnly) {
  ASSERT_TRUE(env_.write_file(log(1), "no JSON\n"));
  EXPECT_NE(rows("SELECT a FROM gold.foreign").find("gold.foreign"), std::string::npos);
  EXPECT_EQ(rows("SELECT a FROM gold.foreign VERSION AS OF 0"), "[[1]]");
  expect_the_rest_works("damaged version");
  ASSERT_TRUE(env_.remove_file(log(1)));
  ASSERT_TRUE(env_.write_file(
      root() + "/gold/foreign/_delta_log/" + version_name(0, ".checkpoint.parquet"), "no Parquet"));
  EXPECT_EQ(rows("SELECT a FROM gold.foreign"), "[[1]]");  // the commits say it all
}

TEST_F(ForeignTest, AColumnOfAnotherWritersMetadataIsNullInOlderFiles) {
  auto changed = actions();
  for (auto& action : changed) {
    if (!action.contains("metaData")) continue;
    Json schema = Json::parse(action["metaData"]["schemaString"].get<std::string>());
    schema["fields"].push_back(
        {{"name", "c"}, {"type", "double"}, {"nullable", true}, {"metadata", Json::object()}});
    action["metaData"]["schemaString"] = schema.dump();
    put({action}, 1);
  }
  EXPECT_EQ(rows("SELECT a, b, c FROM gold.foreign"), R"([[1,"x",null]])");
  EXPECT_EQ(lake_->query("SELECT c FROM gold.foreign")->columns[0].type, "DOUBLE");
}

TEST_F(ForeignTest, ALogCannotNameFilesOutsideForRemoval) {
  write("gold/victim.parquet", "precious");
  auto changed = actions();
  changed.push_back(
      {{"remove",
        {{"path", "../victim.parquet"}, {"deletionTimestamp", 1}, {"dataChange", true}}}});
  put(changed);
  ASSERT_TRUE(lake_->overwrite_table("gold.foreign", "SELECT 2 AS a"));
  EXPECT_TRUE(env_.exists(root() + "/gold/victim.parquet"));
}

TEST_F(ForeignTest, ADamagedManifestFailsItsTablesOnly) {
  commit_views("a.parquet", {{1, 100}}, 300);
  commit_views("b.parquet", {{2, 200}}, 300);
  std::string last = root() + "/_manifests/views/00000000000000000001.json";
  for (const char* text : {"null\n", "[]\n", "{}\n", "{\"version\":\"x\"}\n", "\n"}) {
    ASSERT_TRUE(env_.write_file(last, text));
    std::string error = rows("SELECT * FROM bronze.pageviews");
    EXPECT_NE(error.find("bronze.pageviews"), std::string::npos) << error;
    EXPECT_NE(error.find("00000000000000000001.json"), std::string::npos) << error;
    expect_the_rest_works(text);
  }
  write("_manifests/views/99999999999999999999.json", "x");
  write("_manifests/nonsense.txt", "x");
  expect_the_rest_works("odd names");
  ASSERT_TRUE(drop_manifest(env_, root(), "views"));
  EXPECT_FALSE(env_.exists(root() + "/bronze/pageviews/year=2026/month=06/day=01/a.parquet"));
  EXPECT_FALSE(env_.exists(root() + "/_manifests/views"));
}

TEST_F(ForeignTest, ADamagedSnapshotOfAManifestIsMadeUpForByTheOneBefore) {
  for (int i = 0; i < 120; ++i) commit_views(fmt::format("{}.parquet", i), {{i, 100}}, 300);
  std::string dir = root() + "/_manifests/views", newest;
  auto entries = *env_.list(dir);
  for (const auto& entry : entries) {
    if (entry.name.ends_with(".snapshot.json")) newest = std::max(newest, entry.name);
  }
  ASSERT_TRUE(env_.write_file(dir + "/" + newest, "null\n"));
  EXPECT_EQ(rows("SELECT count(*) FROM bronze.pageviews"), "[[120]]");
}

/// Bounds of a file lie outside of its values, whatever readers make of JSON's numbers.
TEST_F(ForeignTest, StatisticsBoundFromOutside) {
  ASSERT_TRUE(lake_->overwrite_table(
      "silver.s",
      "SELECT * FROM (VALUES "
      "(0.1::FLOAT, -0.0::DOUBLE, 1234567890123456.78::DECIMAL(18,2), "
      "TIMESTAMP '1969-12-31 23:59:59.9995', repeat('é', 40), DATE '12026-01-01', 1.0::DOUBLE, "
      "0.5::DECIMAL(4,2)), "
      "(0.2::FLOAT, 0.0::DOUBLE, 1234567890123457.78::DECIMAL(18,2), "
      "TIMESTAMP '1969-12-31 23:59:59.9999', 'b', DATE 'infinity', 'NaN'::DOUBLE, "
      "0.25::DECIMAL(4,2))) t(f, d, big, ts, s, far, no_number, small)"));
  Json stats = lake_->snapshot("silver.s")->files.at(0).stats;
  const Json &low = stats["minValues"], &high = stats["maxValues"];
  EXPECT_LE(low["f"].get<double>(), static_cast<double>(0.1F));
  EXPECT_GE(high["f"].get<double>(), static_cast<double>(0.2F));
  EXPECT_EQ(low["d"].dump(), "-0.0");
  EXPECT_EQ(high["d"].dump(), "0.0");
  EXPECT_LT(low["big"].get<double>(), 1234567890123456.78);
  EXPECT_GT(high["big"].get<double>(), 1234567890123457.78);
  EXPECT_EQ(low["ts"], "1969-12-31T23:59:59.999");
  EXPECT_EQ(high["ts"], "1970-01-01T00:00:00.000");
  for (const char* none : {"s", "far", "no_number"}) {
    EXPECT_FALSE(low.contains(none)) << none;
    EXPECT_FALSE(high.contains(none)) << none;
  }
  EXPECT_EQ(low["small"].dump(), "0.25");
  EXPECT_EQ(stats["numRecords"], 2);
}

TEST_F(ForeignTest, KeysAreNotNullable) {
  TableSpec spec{.table = "silver.k", .select = "SELECT 1 AS id, 2 AS v", .keys = {"id"}};
  ASSERT_TRUE(lake_->write_table(spec));
  Json fields = lake_->snapshot("silver.k")->schema["fields"];
  EXPECT_EQ(fields[0]["nullable"], false);
  EXPECT_EQ(fields[1]["nullable"], true);
  // A table from before keeps being read, and is written anew.
  spec.keys = {};
  ASSERT_TRUE(lake_->write_table(spec));
  spec.keys = {"id"};
  ASSERT_TRUE(lake_->write_table(spec));
  EXPECT_EQ(lake_->snapshot("silver.k")->schema["fields"][0]["nullable"], false);
  EXPECT_EQ(rows("SELECT id FROM silver.k VERSION AS OF 1"), "[[1]]");
}

}  // namespace
}  // namespace lake
