// What applies and runs wait for, when they give up, and what they make again.
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/env.h"
#include "base/testing/temp_dir.h"
#include "control/playground.h"

namespace control {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

class RunWaitsTest : public base::TempDirTest {
 protected:
  void open() {
    playground_.reset();
    playground_ = *Playground::open({.data_dir = dir_, .version = "test", .patience = patience_});
  }
  std::string ref(const std::string& kind, const std::string& name, const json& attributes) {
    auto made = playground_->put(kind, name, attributes);
    EXPECT_TRUE(made) << kind << " " << name << ": " << made.error().error.message;
    return made ? (*made)["ref"].get<std::string>() : "none@0";
  }
  /// World, lakes and the generator of users.
  void make_world() {
    std::string world = ref(
        "hriste_world", "w",
        {{"users", 20}, {"products", 3}, {"orders", 5}, {"traffic_hours", 1}, {"event_rate", 1}});
    bronze_ = ref("hriste_lake", "bronze", {{"tier", "bronze"}});
    ref("hriste_lake", "silver", {{"tier", "silver"}});
    ref("hriste_generator", "users", {{"world", world}, {"table", "users"}, {"lake", bronze_}});
    world_ = world;
  }
  void make_stream() {
    std::string hub = ref("hriste_event_hub", "h", json::object());
    ref("hriste_generator", "h", {{"world", world_}, {"table", "pageviews"}, {"event_hub", hub}});
    make_job(hub, json::object());
  }
  void make_job(const std::string& hub, const json& references) {
    ref("hriste_stream_job", "j", job(hub, references));
  }
  json job(const std::string& hub, const json& references) {
    bool joins = !references.empty();
    return {
        {"query", joins ? "SELECT h.user_id INTO raw FROM h JOIN people ON h.user_id = people.id"
                        : "SELECT user_id INTO raw FROM h"},
        {"inputs", {{"h", hub}}},
        {"references", references},
        {"outputs", {{"raw", {{"lake", bronze_}, {"path", "raw"}}}}}};
  }
  void make_pipeline(const std::string& name, const std::string& query) {
    std::string table = "silver." + name;
    ref("hriste_pipeline", name,
        {{"sources", {{"bronze.raw", bronze_}}},
         {"activities",
          json::array({{{"name", "a"}, {"type", "sql"}, {"table", table}, {"query", query}}})}});
  }
  void make_pipelines() {
    make_pipeline("alone", "-- table: silver.alone\n--\nSELECT 1 AS one");
    make_pipeline("reader",
                  "-- table: silver.reader\n-- needs: bronze.raw\n--\n"
                  "SELECT count(*) AS n FROM bronze.raw");
  }
  std::string why(const std::string& kind, const std::string& name) {
    (void)playground_->get(kind, name);  // as a plan does
    const json listed = *playground_->list();
    for (const auto& one : listed) {
      if (one["kind"] == kind && one["name"] == name) return one["failed"];
    }
    return "absent";
  }
  /// Removes every Parquet file below a folder of the lake; returns how many there were.
  int remove_files(const std::string& below) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(dir_ + "/lake/" + below)) {
      if (entry.path().extension() == ".parquet") files.push_back(entry.path());
    }
    for (const auto& file : files) fs::remove(file);
    return static_cast<int>(files.size());
  }
  bool within(milliseconds time, const std::function<bool()>& done) {
#ifdef __SANITIZE_ADDRESS__
    time *= 5;
#endif
    auto end = std::chrono::steady_clock::now() + time;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(milliseconds(20));
    }
    return true;
  }
  bool held() { return playground_->overview(false)["clock"]["held"]; }

  Patience patience_{.progress = milliseconds(20'000), .settled = milliseconds(300)};
  std::unique_ptr<Playground> playground_;
  std::string world_, bronze_;
};

TEST_F(RunWaitsTest, WithoutALoadTheClockGoesWhenNothingIsMadeAnyMore) {
  open();
  ref("hriste_event_hub", "h", json::object());
  EXPECT_TRUE(within(milliseconds(5000), [&] { return !held(); }));
  std::string now = playground_->overview(false)["clock"]["now"];
  EXPECT_TRUE(now.starts_with("2026-06-01")) << now;
}

TEST_F(RunWaitsTest, WithAWorldAndNoLoadItGoesToo) {
  open();
  make_world();
  ref("hriste_event_hub", "h", json::object());
  EXPECT_TRUE(within(milliseconds(5000), [&] { return !held(); }));
}

TEST_F(RunWaitsTest, AnEmptyPlaygroundsClockStands) {
  open();
  std::this_thread::sleep_for(milliseconds(1500));
  EXPECT_TRUE(held());
}

TEST_F(RunWaitsTest, AGeneratorForAHubThatHasGoneOnIsRefused) {
  open();
  make_world();
  std::string hub = ref("hriste_event_hub", "h", json::object());
  make_pipelines();
  ASSERT_TRUE(playground_->run_pipeline("alone", "manual"));  // settles hubs without a load
  auto late = playground_->put("hriste_generator", "h",
                               {{"world", world_}, {"table", "pageviews"}, {"event_hub", hub}});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().error.code, base::Code::kFailedPrecondition);
  EXPECT_NE(late.error().error.message.find("replace the event hub"), std::string::npos);
  EXPECT_EQ(why("hriste_generator", "h"), "absent");
}

TEST_F(RunWaitsTest, AReferenceThatNobodyMakesFailsTheApply) {
  open();
  make_world();
  std::string hub = ref("hriste_event_hub", "h", json::object());
  auto typo =
      playground_->put("hriste_stream_job", "j",
                       job(hub, {{"people", {{"lake", bronze_}, {"path", "users/user.json"}}}}));
  ASSERT_FALSE(typo);
  EXPECT_NE(typo.error().error.message.find("bronze/users/user.json"), std::string::npos)
      << typo.error().error.message;
  make_job(hub, {{"people", {{"lake", bronze_}, {"path", "users/users.json"}}}});
}

TEST_F(RunWaitsTest, ARunWaitsForWhatItReadsOnly) {
  open();
  make_world();
  make_stream();
  make_pipelines();
  ASSERT_EQ((*playground_->run_pipeline("reader", "manual"))["state"], "succeeded");
  // The job's reference goes away: from now on the job waits.
  playground_->remove("hriste_stream_job", "j").value();
  std::string hub = (**playground_->get("hriste_event_hub", "h"))["ref"];
  make_job(hub, {{"people", {{"lake", bronze_}, {"path", "users/users.json"}}}});
  playground_.reset();
  fs::remove_all(dir_ + "/state/j");
  fs::remove_all(dir_ + "/lake/_manifests/j");
  fs::remove(dir_ + "/lake/bronze/users/users.json");
  patience_.progress = milliseconds(500);
  open();
  EXPECT_EQ((*playground_->run_pipeline("alone", "manual"))["state"], "succeeded");
  auto stands = playground_->run_pipeline("reader", "manual");
  ASSERT_FALSE(stands);
  EXPECT_EQ(stands.error().code, base::Code::kFailedPrecondition) << stands.error().message;
  EXPECT_NE(stands.error().message.find("stream job j"), std::string::npos);
}

TEST_F(RunWaitsTest, AWaitIsShownAndCanBeCancelled) {
  open();
  make_world();
  std::string hub = ref("hriste_event_hub", "h", json::object());
  make_job(hub, {{"people", {{"lake", bronze_}, {"path", "users/users.json"}}}});
  make_pipelines();
  playground_.reset();
  fs::remove(dir_ + "/lake/bronze/users/users.json");
  open();
  base::Result<json> first, second;
  std::stop_source client;
  {
    std::jthread one([&] { first = playground_->run_pipeline("reader", "manual"); });
    ASSERT_TRUE(within(milliseconds(5000),
                       [&] { return !playground_->overview(false)["waiting"].empty(); }));
    json waiting = playground_->overview(false)["waiting"];
    EXPECT_NE(waiting[0]["who"].get<std::string>().find("reader"), std::string::npos) << waiting;
    EXPECT_NE(waiting[0]["what"].get<std::string>().find("stream job j"), std::string::npos);
    // One that writes the same table waits for it; its client goes away, and it is as if it had not
    // been. One that writes another runs beside it.
    std::jthread two(
        [&] { second = playground_->run_pipeline("reader", "manual", "", client.get_token()); });
    ASSERT_TRUE(within(milliseconds(5000),
                       [&] { return playground_->overview(false)["waiting"].size() == 2; }));
    auto beside =
        playground_->run_pipeline({.pipeline = "alone", .trigger = "manual", .grade = false});
    EXPECT_EQ((*beside)["state"], "succeeded");
    client.request_stop();
    two.join();
    EXPECT_EQ(second.error().code, base::Code::kCancelled);
    EXPECT_EQ(playground_->overview(false)["waiting"].size(), 1u);
    EXPECT_EQ(playground_->cancel_runs("reader"), 1);
  }
  EXPECT_EQ(first.error().code, base::Code::kCancelled);
  EXPECT_TRUE(playground_->overview(false)["waiting"].empty());
  EXPECT_EQ(playground_->overview(false)["runs"].size(), 1u) << "of the other pipeline";
}

TEST_F(RunWaitsTest, ATableWhoseFilesAreGoneIsNamedAndMadeAgain) {
  open();
  make_world();
  make_pipelines();
  ASSERT_TRUE(playground_->run_pipeline("alone", "manual"));
  EXPECT_EQ(why("hriste_pipeline", "alone"), "");
  ASSERT_GT(remove_files("silver/alone"), 0);
  EXPECT_NE(why("hriste_pipeline", "alone").find("silver/alone/"), std::string::npos);
  json grade = *playground_->recorded_grade();
  EXPECT_NE(grade.value("stale", "").find("silver/alone/"), std::string::npos) << grade;
  EXPECT_EQ(playground_->overview(false)["cards"][4]["value"], "?");
  ASSERT_TRUE(playground_->run_pipeline("alone", "manual"));
  EXPECT_EQ(why("hriste_pipeline", "alone"), "");
  EXPECT_FALSE(playground_->recorded_grade()->contains("stale"));
  EXPECT_EQ((*playground_->query("SELECT * FROM silver.alone", 10))["rows"], json({{1}}));
}

TEST_F(RunWaitsTest, ATableWhoseLogIsDamagedIsMadeAgain) {
  open();
  make_world();
  make_pipelines();
  ASSERT_TRUE(playground_->run_pipeline("alone", "manual"));
  for (const auto& entry : fs::directory_iterator(dir_ + "/lake/silver/alone/_delta_log")) {
    if (entry.path().extension() == ".json") fs::resize_file(entry.path(), 10);
  }
  EXPECT_NE(why("hriste_pipeline", "alone"), "");
  ASSERT_EQ((*playground_->run_pipeline("alone", "manual"))["state"], "succeeded");
  EXPECT_EQ(why("hriste_pipeline", "alone"), "");
}

TEST_F(RunWaitsTest, AJobsOutputThatIsGoneIsMadeAgainByTheRunThatReadsIt) {
  open();
  make_world();
  make_stream();
  make_pipelines();
  ASSERT_TRUE(playground_->run_pipeline("reader", "manual"));
  auto rows = [&] { return (*playground_->query("SELECT n FROM silver.reader", 1))["rows"]; };
  json before = rows();
  ASSERT_GT(remove_files("bronze/raw"), 0);
  EXPECT_NE(why("hriste_stream_job", "j").find("bronze/raw/"), std::string::npos);
  auto again = playground_->run_pipeline("reader", "manual");
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ((*again)["state"], "succeeded") << (*again)["error"];
  EXPECT_EQ(why("hriste_stream_job", "j"), "");
  EXPECT_GE(rows()[0][0].get<std::int64_t>(), before[0][0].get<std::int64_t>());
}

}  // namespace
}  // namespace control
