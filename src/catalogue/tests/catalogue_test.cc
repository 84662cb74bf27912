#include "catalogue/catalogue.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <set>

#include "base/clock.h"
#include "base/env.h"
#include "base/testing/temp_dir.h"
#include "catalogue/catalogue_migrations.h"

namespace catalogue {
namespace {

class CatalogueTest : public base::TempDirTest {
 protected:
  /// Past the Catalogue: what another version, or damage, would have left.
  void run_sql(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
    sqlite3_free(error);
    sqlite3_close(db);
  }
  std::string path_ = path("catalogue.db");
};

TEST_F(CatalogueTest, KeepsResourcesAcrossReopening) {
  {
    auto catalogue = *Catalogue::open(path_);
    ASSERT_TRUE(catalogue->put({"hriste_lake", "bronze", {{"tier", "bronze"}}, false}));
    ASSERT_TRUE(catalogue->put({"hriste_world", "w", {{"seed", 1}}, true}));
    ASSERT_TRUE(catalogue->put({"hriste_lake", "bronze", {{"tier", "bronze"}}, true}));
  }
  auto catalogue = *Catalogue::open(path_);
  auto list = *catalogue->list();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].name, "bronze");
  EXPECT_TRUE(list[0].ready);
  EXPECT_EQ((*catalogue->get("hriste_world", "w"))->attributes["seed"], 1);
  ASSERT_TRUE(catalogue->remove("hriste_world", "w"));
  EXPECT_FALSE(catalogue->get("hriste_world", "w")->has_value());
}

TEST_F(CatalogueTest, GradesStayWithTheirRuns) {
  auto catalogue = *Catalogue::open(path_);
  EXPECT_FALSE(catalogue->latest_grade()->has_value());
  for (int run = 1; run <= kGradesKept + 5; ++run) {
    std::string id = "run-" + std::to_string(run);
    json grade{{"run_id", id}, {"passed", run}, {"checks", {{{"check", "users"}}}}};
    ASSERT_TRUE(catalogue->put_grade(id, grade));
  }
  auto grades = *catalogue->grades();
  ASSERT_EQ(grades.size(), static_cast<std::size_t>(kGradesKept));
  EXPECT_EQ(grades.front()["run_id"], "run-205");
  EXPECT_EQ(grades.front()["passed"], 205);
  EXPECT_FALSE(grades.front().contains("checks"));
  EXPECT_EQ(grades.back()["run_id"], "run-6");
  EXPECT_EQ((**catalogue->latest_grade())["run_id"], "run-205");
  EXPECT_EQ((**catalogue->latest_grade("run-17"))["checks"][0]["check"], "users");
  EXPECT_FALSE(catalogue->latest_grade("run-1")->has_value());
}

TEST_F(CatalogueTest, TheLastRunOfAPipelineIsFoundBehindManyOthers) {
  auto catalogue = *Catalogue::open(path_);
  ASSERT_TRUE(catalogue->put_run({"run-1", "mine", "succeeded", {{"id", "run-1"}}}));
  for (int run = 2; run < 30; ++run) {
    ASSERT_TRUE(catalogue->put_run({"run-" + std::to_string(run), "other", "succeeded", {}}));
  }
  EXPECT_EQ((*catalogue->runs(1, "mine")).at(0).id, "run-1");
  EXPECT_EQ((*catalogue->runs(1)).at(0).id, "run-29");
}

/// A run that began a second after the one before, today; "users" was made by `kept_from`.
StoredRun finished_run(int number, const std::string& pipeline, const std::string& kept_from = "",
                       std::int64_t days_ago = 0) {
  auto today_ms = base::to_millis(base::SystemClock().now());
  std::string id = "run-" + std::to_string(number);
  return {id,
          pipeline,
          "succeeded",
          {{"id", id},
           {"started_ms", today_ms - days_ago * 86'400'000 + number},
           {"activities", {{{"name", "users"}, {"kept_from", kept_from}}}}}};
}

TEST_F(CatalogueTest, TheRecordsOfRunsAreBounded) {
  auto catalogue = *Catalogue::open(path_);
  ASSERT_TRUE(catalogue->put_run(finished_run(1, "quiet")));
  ASSERT_TRUE(catalogue->put_run(finished_run(2, "busy")));  // made what all later ones keep
  ASSERT_TRUE(catalogue->put_run({"run-3", "busy", "running", {{"id", "run-3"}}}));
  ASSERT_TRUE(catalogue->put_run(finished_run(4, "busy")));
  ASSERT_TRUE(catalogue->put_grade("run-4", {{"run_id", "run-4"}, {"passed", 1}}));
  ASSERT_TRUE(catalogue->put_run(finished_run(5, "busy")));
  for (int run = 6; run <= 3 * kRunsKept; ++run) {
    ASSERT_TRUE(catalogue->put_run(finished_run(run, "busy", "run-2")));
    if (run % 100 != 0) continue;
    ASSERT_TRUE(catalogue->put_run(finished_run(run, "busy", "run-2")));
  }
  std::set<std::string> ids;
  auto busy = *catalogue->runs(1'000'000, "busy");
  for (const auto& run : busy) ids.insert(run.id);
  EXPECT_EQ(ids.size(), kRunsKept + 3u);
  EXPECT_TRUE(ids.contains("run-2")) << "where the last ones say that it was made";
  EXPECT_TRUE(ids.contains("run-3")) << "under way";
  EXPECT_TRUE(ids.contains("run-4")) << "graded";
  EXPECT_FALSE(ids.contains("run-5"));
  EXPECT_TRUE(ids.contains("run-" + std::to_string(2 * kRunsKept + 1)));
  EXPECT_FALSE(ids.contains("run-" + std::to_string(2 * kRunsKept)));
  EXPECT_EQ((*catalogue->runs(1, "quiet")).size(), 1u) << "others push none out";
  // A later one made it anew: nobody names run-2 any more.
  for (int run = 0; run <= kRunsAlwaysKept; ++run) {
    ASSERT_TRUE(catalogue->put_run(finished_run(10'000 + run, "busy", "run-10000")));
  }
  busy = *catalogue->runs(1'000'000, "busy");
  for (const auto& run : busy) EXPECT_NE(run.id, "run-2");
}

TEST_F(CatalogueTest, OldRecordsOfRunsGoButForTheLast) {
  auto catalogue = *Catalogue::open(path_);
  for (int run = 1; run <= 200; ++run) {
    ASSERT_TRUE(catalogue->put_run(finished_run(run, "p", "", kRunsKeptDays + 1)));
  }
  EXPECT_EQ((*catalogue->runs(1000, "p")).size(), std::size_t{kRunsAlwaysKept});
  for (int run = 201; run <= 300; ++run) ASSERT_TRUE(catalogue->put_run(finished_run(run, "p")));
  EXPECT_EQ((*catalogue->runs(1000, "p")).size(), 100u);
}

TEST_F(CatalogueTest, OfManyPipelinesTheOldestRunsGo) {
  auto catalogue = *Catalogue::open(path_);
  for (int run = 1; run <= kRunsKeptOfAll + 100; ++run) {
    std::string pipeline = "p" + std::to_string(run);
    ASSERT_TRUE(catalogue->put_run(finished_run(run, pipeline)));
  }
  auto all = *catalogue->runs(1'000'000);
  EXPECT_EQ(all.size(), std::size_t{kRunsKeptOfAll});
  EXPECT_EQ(all.back().id, "run-101");
}

TEST_F(CatalogueTest, AHundredThousandRunsLeaveTheFileAsItWas) {
  auto catalogue = *Catalogue::open(path_);
  auto size_after = [&](int from, int to) {
    for (int run = from; run < to; ++run) EXPECT_TRUE(catalogue->put_run(finished_run(run, "p")));
    return std::filesystem::file_size(path_);
  };
  // Seconds for a tenth; what is there then stays as large for the rest.
  const char* all = std::getenv("HRISTE_ALL_RUNS");
  const int runs = all != nullptr ? 100'000 : 10'000;
  auto before = size_after(1, runs / 10), after = size_after(runs / 10, runs);
  EXPECT_LE(after, before + before / 10);
}

TEST_F(CatalogueTest, AlertsAreKeptOnce) {
  auto catalogue = *Catalogue::open(path_);
  ASSERT_TRUE(catalogue->put_alerts({{"a", "slow", 1, {{"latency", 3000}}}, {"b", "slow", 2, {}}}));
  ASSERT_TRUE(catalogue->put_alerts({{"a", "slow", 1, {{"latency", 3000}}}}));
  EXPECT_EQ(*catalogue->alert_count(), 2);
  EXPECT_EQ(*catalogue->alert_count("other"), 0);
  EXPECT_EQ((*catalogue->alerts(1))[0].key, "b");
  ASSERT_TRUE(catalogue->clear_other_alerts("slow", "b"));
  EXPECT_EQ(*catalogue->alert_count("slow"), 1);
}

TEST_F(CatalogueTest, RunsLeftRunningAreFailed) {
  auto catalogue = *Catalogue::open(path_);
  json activities = json::array();
  for (const char* state : {"succeeded", "running", "waiting"}) {
    activities.push_back({{"name", state}, {"state", state}});
  }
  ASSERT_TRUE(catalogue->put_run(
      {"1", "p", "running", {{"state", "running"}, {"seconds", 3.5}, {"activities", activities}}}));
  EXPECT_EQ(*catalogue->fail_running_runs("the daemon died"), 1);
  auto runs = *catalogue->runs(10);
  EXPECT_EQ(runs[0].state, "failed");
  const json& record = runs[0].record;
  EXPECT_EQ(record["state"], "failed");
  EXPECT_EQ(record["error"], "the daemon died");
  EXPECT_EQ(record["seconds"], 3.5);
  EXPECT_EQ(record["activities"][0]["state"], "succeeded");
  EXPECT_EQ(record["activities"][1]["state"], "failed");
  EXPECT_EQ(record["activities"][1]["error"], "the daemon died");
  EXPECT_EQ(record["activities"][2]["state"], "skipped");
  EXPECT_EQ(*catalogue->fail_running_runs("again"), 0);
}

TEST_F(CatalogueTest, AnOlderCatalogueIsBroughtToThePresentVersion) {
  run_sql(kMigrations[0]);
  run_sql(
      "INSERT INTO meta VALUES ('catalogue_version', '1'), ('playground', 'cafe');"
      "INSERT INTO resources (kind, name, attributes, ready) VALUES"
      " ('hriste_lake', 'bronze', '{\"tier\":\"bronze\"}', 1);"
      "INSERT INTO runs (id, pipeline, state, record) VALUES ('run-1', 'p', 'failed', '{}')");
  for (int opened = 0; opened < 2; ++opened) {
    auto catalogue = *Catalogue::open(path_);
    EXPECT_EQ(*catalogue->meta("catalogue_version"), std::to_string(Catalogue::version()));
    EXPECT_EQ(*catalogue->meta("playground"), "cafe");
    auto lake = **catalogue->get("hriste_lake", "bronze");
    EXPECT_EQ(lake.attributes["tier"], "bronze");
    EXPECT_TRUE(lake.ready);
    EXPECT_TRUE(lake.named);
    EXPECT_EQ(lake.incarnation + lake.failed, "");
    EXPECT_EQ(catalogue->runs(5)->size(), 1u);
  }
}

TEST_F(CatalogueTest, AMigrationThatFailsChangesNothing) {
  run_sql(kMigrations[0]);
  // A column of the second version is there, so that its step fails half-way.
  run_sql(
      "INSERT INTO meta VALUES ('catalogue_version', '1');"
      "ALTER TABLE resources ADD COLUMN failed TEXT");
  EXPECT_FALSE(Catalogue::open(path_));
  run_sql("ALTER TABLE resources DROP COLUMN failed");
  EXPECT_TRUE(Catalogue::open(path_));
}

TEST_F(CatalogueTest, KeepsIncarnationAndFailure) {
  auto catalogue = *Catalogue::open(path_);
  ASSERT_TRUE(catalogue->put({.kind = "hriste_lake",
                              .name = "bronze",
                              .attributes = {{"tier", "bronze"}},
                              .ready = true,
                              .incarnation = "0a1b",
                              .named = false,
                              .failed = "disk full"}));
  auto found = **catalogue->get("hriste_lake", "bronze");
  EXPECT_EQ(found.incarnation, "0a1b");
  EXPECT_FALSE(found.named);
  EXPECT_EQ(found.failed, "disk full");
}

TEST_F(CatalogueTest, ADamagedRowIsAFailedResourceAmongWholeOnes) {
  {
    auto catalogue = *Catalogue::open(path_);
    ASSERT_TRUE(catalogue->put({"hriste_lake", "silver", {{"tier", "silver"}}, true}));
  }
  for (const char* damage : {"", "null", "[]", "7", "{\"tier\":", "\xff"}) {
    run_sql(
        "DELETE FROM resources WHERE name = 'bronze'; INSERT INTO resources (kind, name, "
        "attributes, ready) VALUES ('hriste_lake', 'bronze', '" +
        std::string(damage) + "', 1)");
    auto catalogue = *Catalogue::open(path_);
    auto list = *catalogue->list();
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].failed, "");
    EXPECT_NE(list[1].failed.find("hriste_lake \"bronze\""), std::string::npos) << damage;
    EXPECT_TRUE(list[1].attributes.at("tier").is_null()) << "nobody meets an absent member";
    EXPECT_NE((*catalogue->get("hriste_lake", "bronze"))->failed, "");
  }
}

TEST_F(CatalogueTest, ADamagedRecordOfARunOrAGradeKeepsNothingFromOpening) {
  {
    auto catalogue = *Catalogue::open(path_);
    ASSERT_TRUE(catalogue->put_run({"run-1", "p", "running", {{"state", "running"}}}));
    ASSERT_TRUE(catalogue->put_grade("run-1", {{"passed", 1}}));
  }
  run_sql("UPDATE runs SET record = '{\"state\"'; UPDATE grades SET grade = ''");
  auto catalogue = *Catalogue::open(path_);
  EXPECT_EQ(*catalogue->fail_running_runs("the daemon died"), 1);
  EXPECT_EQ(catalogue->runs(5)->front().record["error"], "the daemon died");
  run_sql("UPDATE runs SET record = 'null'");
  EXPECT_EQ(catalogue->runs(5)->front().record["id"], "run-1");
  EXPECT_EQ(*catalogue->latest_grade(), std::nullopt);
}

TEST_F(CatalogueTest, WhatARecordHasOfAnotherTypeIsAsIfItHadNone) {
  auto catalogue = *Catalogue::open(path_);
  ASSERT_TRUE(catalogue->put_run({"run-1", "p", "failed", json::object()}));
  ASSERT_TRUE(catalogue->put_grade("run-1", json::object()));
  for (const char* damage : {"{}", R"({"checks":{"a":1},"passed":"55","run_id":7})",
                             R"({"checks":[7,null,{"check":7}]})",
                             R"({"checks":[{"differences":[1,{"key":2}]}],"all_right":1})"}) {
    run_sql("UPDATE grades SET grade = '" + std::string(damage) + "'");
    auto grade = *catalogue->latest_grade();
    ASSERT_TRUE(grade) << damage;
    EXPECT_TRUE((*grade)["passed"].is_number_integer());
    EXPECT_TRUE((*grade)["run_id"].is_string());
    EXPECT_FALSE((*grade)["all_right"].get<bool>()) << "what can't be told isn't right";
    for (const auto& check : (*grade)["checks"]) {
      EXPECT_TRUE(check.at("expected").is_string());
      EXPECT_NE(check.at("verdict"), "right");
      for (const auto& difference : check.at("differences")) EXPECT_TRUE(difference.is_object());
    }
    EXPECT_FALSE(catalogue->grades()->front().contains("checks"));
  }
  for (const char* damage : {"{}", R"({"activities":{},"seconds":"1","cuts_ms":{"h":"x","g":5}})",
                             R"({"activities":[null,{"name":3,"rows":"7","inputs":[]}]})"}) {
    run_sql("UPDATE runs SET record = '" + std::string(damage) + "'");
    const json record = catalogue->runs(5)->front().record;
    EXPECT_EQ(record["state"], "failed");
    EXPECT_TRUE(record["seconds"].is_number());
    for (const auto& activity : record["activities"]) {
      EXPECT_TRUE(activity.at("name").is_string());
      EXPECT_TRUE(activity.at("rows").is_number_integer());
      EXPECT_TRUE(activity.at("inputs").is_object());
    }
    for (const auto& [hub, cut] : record["cuts_ms"].items()) EXPECT_EQ(cut, 5) << hub;
  }
}

TEST_F(CatalogueTest, BytesThatAreNoTextAreKept) {
  auto catalogue = *Catalogue::open(path_);
  EXPECT_TRUE(catalogue->put_run({"run-1", "p", "failed", {{"error", "name \xff\xfe"}}}));
  EXPECT_TRUE(catalogue->put_alerts({{"a", "slow", 1, {{"host", "\xff"}}}}));
}

TEST_F(CatalogueTest, NewerVersionsAreRefusedAndLeftAlone) {
  {
    auto catalogue = *Catalogue::open(path_);
    ASSERT_TRUE(catalogue->set_meta("catalogue_version", "99"));
  }
  auto refused = Catalogue::open(path_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Code::kFailedPrecondition);
  EXPECT_NE(refused.error().message.find("version 99"), std::string::npos);
}

TEST_F(CatalogueTest, AFileThatIsNoCatalogueIsDataLoss) {
  ASSERT_TRUE(base::Env::real().write_file(path_, std::string(8192, 'x')));
  EXPECT_EQ(Catalogue::open(path_).error().code, base::Code::kDataLoss);
}

}  // namespace
}  // namespace catalogue
