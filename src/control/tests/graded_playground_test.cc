// The grade of a real, small playground: at a fast clock, after a jump, behind a changed file.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/testing/temp_dir.h"
#include "control/playground.h"
#include "control/shipped.h"

namespace control {
namespace {

class GradedPlayground : public base::TempDirTest {
 protected:
  std::string put(const std::string& kind, const std::string& name, const json& attributes) {
    auto made = playground_->put("hriste_" + kind, name, attributes);
    EXPECT_TRUE(made) << kind << " " << name << ": " << made.error().error.message;
    return refs_[name] = made ? (*made)["ref"].get<std::string>() : "";
  }
  static std::string text(std::string_view file) { return std::string(shipped_text(file)); }

  void make(double speed, const std::string& users = text("silver_users.sql")) {
    std::string world = put("world", "w",
                            {{"users", 60},
                             {"vip_users", 20},
                             {"products", 5},
                             {"orders", 0},
                             {"traffic_hours", 1},
                             {"event_rate", 2},
                             {"clock_speed", speed}});
    bronze_ = put("lake", "bronze", {{"tier", "bronze"}});
    silver_ = put("lake", "silver", {{"tier", "silver"}});
    for (const char* table : {"users", "vipusers", "towns"}) {
      put("generator", table, {{"world", world}, {"table", table}, {"lake", bronze_}});
    }
    json inputs = json::object();
    for (const char* table : {"pageviews", "stars"}) {
      inputs[table] =
          put("event_hub", table,
              {{"partitions", 2}, {"capture", {{"lake", bronze_}, {"window_minutes", 5}}}});
      put("generator", table, {{"world", world}, {"table", table}, {"event_hub", inputs[table]}});
    }
    json outputs = json::object();
    for (const char* output : {"pageviews_raw", "stars_raw", "vip_pageviews"}) {
      std::string path = output;
      if (path.ends_with("_raw")) path.resize(path.size() - 4);
      outputs[output] = {{"lake", bronze_}, {"path", path}};
    }
    for (const char* output : {"pageviews_5min", "starred_pageviews", "first_events", "slow_pages",
                               "slow_pages_enriched"}) {
      outputs[output] = {{"lake", silver_}, {"path", std::string("stream/") + output}};
    }
    outputs["slow_pages"]["alert"] = true;
    put("stream_job", "traffic",
        {{"query", text("traffic.asaql")},
         {"inputs", inputs},
         {"references",
          {{"vipusers", {{"lake", bronze_}, {"path", "vipusers/vipusers.json"}}},
           {"users", {{"lake", bronze_}, {"path", "users/users.json"}}}}},
         {"outputs", outputs},
         {"dead_letter", {{"lake", bronze_}, {"path", "deadletter"}}}});
    define(users);
  }
  void define(const std::string& users) {
    json activities = json::array();
    auto add = [&](const char* table, const char* name, const std::string& query) {
      activities.push_back({{"name", name}, {"type", "sql"}, {"table", table}, {"query", query}});
    };
    add("silver.users", "silver_users", users);
    add("silver.stars", "silver_stars", text("silver_stars.sql"));
    put("pipeline", "refine",
        {{"activities", activities},
         {"macros", text("macros.sql")},
         {"sources",
          {{"bronze.users", refs_["users"]},
           {"bronze.vipusers", refs_["vipusers"]},
           {"bronze.towns", refs_["towns"]},
           {"bronze.stars", refs_["traffic"]}}}});
  }
  void run() {
    auto run = playground_->run_pipeline("refine", "manual");
    ASSERT_TRUE(run) << run.error().message;
    EXPECT_EQ((*run)["state"], "succeeded") << *run;
  }
  /// "silver users" → verdict, of those that aren't right; what is wrong fails.
  std::map<std::string, std::string> not_right() {
    std::map<std::string, std::string> found;
    auto grade = playground_->grade("manual");
    EXPECT_TRUE(grade) << grade.error().message;
    if (!grade) return found;
    EXPECT_GE((*grade)["total"], 25);
    for (const auto& check : (*grade)["checks"]) {
      EXPECT_NE(check["verdict"], "wrong") << check.dump(1);
      if (check["verdict"] == "right") continue;
      std::string name = check["layer"];
      found[name + " " + check["check"].get<std::string>()] = check["verdict"];
    }
    return found;
  }
  using Verdicts = std::map<std::string, std::string>;

  std::unique_ptr<Playground> playground_ = *Playground::open({dir_, "test"});
  std::string bronze_, silver_;
  std::map<std::string, std::string> refs_;  // by name
};

TEST_F(GradedPlayground, IsRightAtAFastClock) {
  make(10'000);
  for (int turn = 0; turn < 3; ++turn) {
    run();
    std::this_thread::sleep_for(std::chrono::seconds(1));  // hours of playground time
    EXPECT_EQ(not_right(), Verdicts());
  }
}

TEST_F(GradedPlayground, KeepsTheChecksOfWhatStandsAsItDid) {
  make(1);
  // Unit → the run whose grade computed its checks.
  auto graded_by = [&] {
    run();
    json grade = *playground_->recorded_grade("");
    std::map<std::string, std::string> runs;
    for (const auto& check : grade["checks"]) runs[check["unit"]] = check["graded_by"];
    runs["newest"] = grade["run_id"];
    EXPECT_EQ(grade["passed"], grade["total"]);
    return runs;
  };
  auto touch = [](const std::filesystem::path& file) {
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now());
  };
  auto first = graded_by();
  EXPECT_EQ(first["silver.users"], first["newest"]);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  auto second = graded_by();  // at later cuts
  EXPECT_NE(second["newest"], first["newest"]);
  EXPECT_EQ(second["silver.users"], first["newest"]);
  EXPECT_EQ(second["bronze.vipusers"], first["newest"]);
  EXPECT_EQ(second["silver.stars"], second["newest"]);
  EXPECT_EQ(second["hub pageviews"], second["newest"]);

  touch(dir_ + "/lake/bronze/vipusers/vipusers.json");
  auto third = graded_by();
  EXPECT_EQ(third["bronze.vipusers"], third["newest"]);
  EXPECT_EQ(third["bronze.towns"], first["newest"]);

  playground_.reset();
  for (const auto& entry : std::filesystem::directory_iterator(dir_ + "/lake/silver/users")) {
    if (entry.path().extension() == ".parquet") touch(entry.path());
  }
  playground_ = *Playground::open({dir_, "test"});
  auto fourth = graded_by();
  EXPECT_EQ(fourth["silver.users"], fourth["newest"]);
  EXPECT_EQ(fourth["bronze.vipusers"], third["newest"]) << "a restart alone changes nothing";
  EXPECT_EQ(fourth["bronze.towns"], first["newest"]);

  touch(std::filesystem::read_symlink("/proc/self/exe"));
  for (const auto& [unit, run] : graded_by()) {
    EXPECT_NE(run, fourth["newest"]) << unit << ": another build may have another key";
    EXPECT_NE(run, third["newest"]) << unit;
    EXPECT_NE(run, first["newest"]) << unit;
  }
}

TEST_F(GradedPlayground, ANotebookWhoseTablesStandAsTheyDidKeepsItsResult) {
  make(1);
  run();
  // When it ran, of a notebook that is applied with another file's name.
  auto applied = [&](const char* file, const char* tables) {
    put("notebook", "n",
        {{"source", fmt::format("-- Databricks notebook source\nSELECT count(*) FROM {}", tables)},
         {"file", file},
         {"run", "apply"}});
    json shown = *playground_->notebook("n");
    EXPECT_EQ(shown["last"]["state"], "succeeded") << shown.dump();
    return shown["last"].value("started", "");
  };
  const std::string first = applied("a.sql", "silver.users");
  EXPECT_EQ(applied("b.sql", "silver.users"), first);
  const std::string other = applied("c.sql", "silver.stars");
  EXPECT_NE(other, first) << "another text";
  EXPECT_EQ(applied("d.sql", "silver.stars"), other);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  run();  // at later cuts
  EXPECT_NE(applied("e.sql", "silver.stars"), other);
}

TEST_F(GradedPlayground, IsRightAfterAJumpAndARestart) {
  make(1);
  run();
  ASSERT_TRUE(playground_->set_clock({{"jump_to", "2026-06-02T09:00:00Z"}}));
  EXPECT_EQ(not_right(), Verdicts());
  run();
  EXPECT_EQ(not_right(), Verdicts());
  playground_.reset();
  playground_ = *Playground::open({dir_, "test"});
  EXPECT_EQ(not_right(), Verdicts());
}

/// Names of its own throughout, and a declaration that says so.
TEST_F(GradedPlayground, AnotherPlaygroundDeclaresItsOwnTables) {
  json graded = {{"tables",
                  {{"bronze.users", {{"holds", "users_file"}}},
                   {"bronze.taps", {{"holds", "stars_raw"}}},
                   {"bronze.unreadable", {{"holds", "dead_letters"}}},
                   {"silver.taps", {{"holds", "stars"}}}}}};
  json settings = {{"users", 60},        {"products", 5},   {"orders", 0},
                   {"traffic_hours", 1}, {"event_rate", 2}, {"graded", "{\"tables\": 1}"}};
  auto refused = playground_->put("hriste_world", "w", settings);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().error.message.find("tables is no object"), std::string::npos)
      << refused.error().error.message;
  settings["graded"] = graded.dump();
  std::string world = put("world", "w", settings);
  bronze_ = put("lake", "bronze", {{"tier", "bronze"}});
  put("lake", "silver", {{"tier", "silver"}});
  put("generator", "people", {{"world", world}, {"table", "users"}, {"lake", bronze_}});
  std::string hub = put("event_hub", "touches", {{"partitions", 2}});
  put("generator", "taps", {{"world", world}, {"table", "stars"}, {"event_hub", hub}});
  std::string job =
      put("stream_job", "keep",
          {{"query",
            "SELECT CAST(event_id AS bigint) AS event_id, EventEnqueuedUtcTime, "
            "CAST(event_time AS datetime) AS event_time, CAST(user_id AS bigint) AS user_id, "
            "CAST(stars AS bigint) AS stars INTO kept FROM fingers"},
           {"inputs", {{"fingers", hub}}},
           {"outputs", {{"kept", {{"lake", bronze_}, {"path", "taps"}}}}},
           {"dead_letter", {{"lake", bronze_}, {"path", "unreadable"}}}});
  auto define = [&](const std::string& condition) {
    std::string query =
        "-- table: silver.taps\n-- needs: bronze.taps\n"
        "SELECT event_id, event_time, user_id, stars FROM bronze.taps " +
        condition +
        " QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY EventEnqueuedUtcTime) = 1";
    put("pipeline", "refine",
        {{"activities",
          {{{"name", "taps"}, {"type", "sql"}, {"table", "silver.taps"}, {"query", query}}}},
         {"sources", {{"bronze.taps", job}}}});
  };
  define("");
  run();
  auto grade = playground_->grade("manual");
  ASSERT_TRUE(grade) << grade.error().message;
  EXPECT_EQ((*grade)["all_right"], true) << grade->dump(1);
  std::set<std::string> names;
  for (const auto& check : (*grade)["checks"]) {
    names.insert(check["layer"].get<std::string>() + " " + check["check"].get<std::string>());
  }
  EXPECT_EQ(names,
            (std::set<std::string>{
                "bronze users", "hub touches partition 0", "hub touches partition 1", "raw taps",
                "raw touches dead letters", "silver taps", "silver taps duplicates"}));
  define("WHERE event_id > (SELECT min(event_id) FROM bronze.taps)");
  run();
  grade = playground_->grade("manual");
  ASSERT_TRUE(grade);
  EXPECT_EQ((*grade)["changed"], 0);  // no file says how it is made: it is just wrong
  EXPECT_EQ((*grade)["wrong"], 2) << grade->dump(1);
}

TEST_F(GradedPlayground, WhatIsChangedIsSaidAndTheRestIsRight) {
  constexpr std::string_view kCity = "coalesce(t.city, trim(b.city))";
  std::string users = text("silver_users.sql");
  std::size_t at = users.find(kCity);
  ASSERT_NE(at, std::string::npos);
  make(1, users.replace(at, kCity.size(), "upper(t.city)"));
  run();
  EXPECT_EQ(not_right(), (Verdicts{{"silver users", "changed by you"},
                                   {"silver users city repairs", "changed by you"}}));
  EXPECT_EQ((*playground_->recorded_grade())["all_right"], true);
  EXPECT_EQ(playground_->grade_history()->size(), 2u);
}

}  // namespace
}  // namespace control
