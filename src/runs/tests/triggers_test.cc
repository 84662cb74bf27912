// When triggers start runs, pauses, retries, restarts, new files, ends of other pipelines.
#include "runs/tests/triggers_fixture.h"

namespace runs {
namespace {

TEST_F(TriggersTest, AScheduleRunsAtItsMoments) {
  put("t", kHalfHourly);
  wait_for_look();
  EXPECT_EQ(listed("t")["next"], "2026-06-01T00:30:00.000Z");
  EXPECT_EQ(runs(0), Texts{});
  move_to("2026-06-01T00:30:00Z");
  EXPECT_EQ(runs(1), Texts{"2026-06-01T00:30:00.000Z"});
  move_to("2026-06-01T00:59:59Z");
  EXPECT_EQ(runs(1).size(), 1u);
  move_to("2026-06-01T01:00:01Z");
  EXPECT_EQ(runs(2).back(), "2026-06-01T01:00:00.000Z");
  EXPECT_EQ(listed("t")["last"]["state"], "succeeded");
  EXPECT_EQ(begun_[0].trigger, "schedule");
}

TEST_F(TriggersTest, WhatWasMissedIsMerged) {
  put("t", kHalfHourly);
  wait_for_look();
  move_to("2026-06-08T00:10:00Z");  // a week
  EXPECT_EQ(runs(1), Texts{"2026-06-08T00:00:00.000Z"});
}

TEST_F(TriggersTest, OrCaughtUp) {
  json attributes = kHalfHourly;
  attributes["missed"] = "catch_up";
  put("t", attributes);
  wait_for_look();
  move_to("2026-06-01T02:10:00Z");
  EXPECT_EQ(runs(4), (Texts{"2026-06-01T00:30:00.000Z", "2026-06-01T01:00:00.000Z",
                            "2026-06-01T01:30:00.000Z", "2026-06-01T02:00:00.000Z"}));
}

TEST_F(TriggersTest, AFastClockStartsOneRunAWallMinute) {
  triggers_.reset();
  apart_ms_ = 60'000;
  speed_ = 10'000;
  open();
  json attributes = kHalfHourly;
  attributes["missed"] = "catch_up";
  put("t", attributes);
  wait_for_look();
  for (int minute = 30; minute < 60 * 24; minute += 30) {
    move_to(fmt::format("2026-06-01T{:02}:{:02}:00Z", minute / 60, minute % 60).c_str());
    std::this_thread::sleep_for(milliseconds(3));
  }
  EXPECT_EQ(runs(1).size(), 1u);
  EXPECT_GT(listed("t")["waiting"], 10);
}

TEST_F(TriggersTest, OneAtATimeAndNonePilesUp) {
  put("t", kHalfHourly);
  wait_for_look();
  block(true);
  move_to("2026-06-01T00:30:00Z");
  EXPECT_EQ(runs(1).size(), 1u);
  move_to("2026-06-01T04:00:00Z");
  EXPECT_EQ(runs(1).size(), 1u) << "it is still running";
  EXPECT_EQ(listed("t")["running"], 1);
  release();
  EXPECT_EQ(runs(2).back(), "2026-06-01T04:00:00.000Z");
}

TEST_F(TriggersTest, AHeldClockStartsNothingAndTheBeginningIsWhereItGoes) {
  held_ = true;
  put("t", kHalfHourly);
  move_to("2026-07-01T00:10:00Z");
  wait_for_look();
  {
    std::lock_guard lock(mutex_);
    held_ = false;
  }
  wait_for_look();
  EXPECT_EQ(begun(), 0u);
  EXPECT_EQ(listed("t")["next"], "2026-07-01T00:30:00.000Z");
}

TEST_F(TriggersTest, PausedOnThePageItStaysSoOverARestart) {
  put("t", kHalfHourly);
  wait_for_look();
  ASSERT_TRUE(triggers_->pause("t", true));
  move_to("2026-06-01T03:00:00Z");
  EXPECT_EQ(runs(0), Texts{});
  EXPECT_EQ(listed("t")["next"], nullptr);
  open();
  put("t", kHalfHourly, Triggers::Taken::kUp);
  EXPECT_EQ(runs(0), Texts{});
  ASSERT_TRUE(triggers_->pause("t", false));
  EXPECT_EQ(runs(1), Texts{"2026-06-01T03:00:00.000Z"}) << "what was missed, merged";
  EXPECT_EQ(triggers_->pause("nobody", true).error().code, base::Code::kNotFound);
}

TEST_F(TriggersTest, WhatWasPausedByHandStaysSoWhateverIsApplied) {
  using Taken = Triggers::Taken;
  put("t", kHalfHourly);
  ASSERT_TRUE(triggers_->pause("t", true));
  EXPECT_EQ(listed("t")["paused_by"], "hand");
  put("t", kHalfHourly, Taken::kChanged);                                // its pipeline was edited
  put("t", {{"on", "schedule"}, {"cron", "@hourly"}}, Taken::kChanged);  // other moments
  EXPECT_EQ(listed("t")["paused_by"], "hand");
  open();
  put("t", {{"on", "schedule"}, {"cron", "@hourly"}}, Taken::kUp);
  put("t", kHalfHourly, Taken::kChanged);
  move_to("2026-06-01T03:00:00Z");
  EXPECT_EQ(runs(0), Texts{});
  EXPECT_EQ(listed("t")["paused"], true);
  ASSERT_TRUE(triggers_->pause("t", false));
  EXPECT_EQ(listed("t")["paused_by"], nullptr);
  put("t", kHalfHourly, Taken::kChanged);
  EXPECT_EQ(listed("t")["paused"], false);
}

TEST_F(TriggersTest, ADeclaredPauseThatWasTakenBackByHandComesBackWithItsAttribute) {
  using Taken = Triggers::Taken;
  json paused = kHalfHourly;
  paused["paused"] = true;
  put("t", paused);
  EXPECT_EQ(listed("t")["paused_by"], "definition");
  ASSERT_TRUE(triggers_->pause("t", false));
  put("t", paused, Taken::kChanged);
  EXPECT_EQ(listed("t")["paused"], false) << "its pipeline was edited";
  put("t", kHalfHourly, Taken::kChanged);
  put("t", paused, Taken::kChanged);
  EXPECT_EQ(listed("t")["paused"], true);
}

TEST_F(TriggersTest, APauseOfAnEarlierVersionIsByHand) {
  put("t", kHalfHourly);
  triggers_.reset();
  json state = json::parse(**catalogue_->meta("trigger t"));
  state.erase("by_hand");
  state.erase("declared_paused");
  state["paused"] = true;
  ASSERT_TRUE(catalogue_->set_meta("trigger t", state.dump()));
  open();
  put("t", kHalfHourly, Triggers::Taken::kUp);
  put("t", kHalfHourly, Triggers::Taken::kChanged);
  EXPECT_EQ(listed("t")["paused_by"], "hand");
}

TEST_F(TriggersTest, ARestartGoesOnWhereItWas) {
  put("t", kHalfHourly);
  wait_for_look();
  move_to("2026-06-01T00:30:00Z");
  EXPECT_EQ(runs(1).size(), 1u);
  triggers_.reset();
  move_to("2026-06-01T00:45:00Z");
  open();
  put("t", kHalfHourly, Triggers::Taken::kUp);
  EXPECT_EQ(runs(1).size(), 1u) << "not again";
  move_to("2026-06-01T01:00:00Z");
  EXPECT_EQ(runs(2).back(), "2026-06-01T01:00:00.000Z");
}

TEST_F(TriggersTest, WhatADyingDaemonBeganIsBegunAgain) {
  put("t", kHalfHourly);
  wait_for_look();
  block(true);
  move_to("2026-06-01T00:30:00Z");
  EXPECT_EQ(runs(1).size(), 1u);
  triggers_.reset();  // its run is stopped
  release();
  open();
  put("t", kHalfHourly, Triggers::Taken::kUp);
  EXPECT_EQ(runs(2).back(), "2026-06-01T00:30:00.000Z");
  triggers_.reset();
  open();
  put("t", kHalfHourly, Triggers::Taken::kUp);
  EXPECT_EQ(runs(2).size(), 2u) << "it has ended: not once more";
}

TEST_F(TriggersTest, AFailedRunIsTriedAgain) {
  json attributes = kHalfHourly;
  attributes["retries"] = 2;
  attributes["retry_seconds"] = 0.01;
  failing_ = 2;
  put("t", attributes);
  wait_for_look();
  move_to("2026-06-01T00:30:00Z");
  EXPECT_EQ(runs(3).size(), 3u);
  EXPECT_EQ(listed("t")["last"]["state"], "succeeded");
}

TEST_F(TriggersTest, ACancelledRunIsNotTriedAgain) {
  json attributes = kHalfHourly;
  attributes["retries"] = 2;
  attributes["retry_seconds"] = 0.01;
  failing_ = 3;
  cancelled_ = true;
  put("t", attributes);
  wait_for_look();
  move_to("2026-06-01T00:30:00Z");
  EXPECT_EQ(runs(1).size(), 1u);
  EXPECT_EQ(listed("t")["last"]["state"], "failed");
}

TEST_F(TriggersTest, NewFilesStartARunOnce) {
  auto& env = base::Env::real();
  ASSERT_TRUE(env.make_dirs(dir_ + "/lake/bronze/products"));
  auto write = [&](const std::string& name) {
    auto file = env.open(dir_ + "/lake/bronze/products/" + name, base::Env::Open::kTruncate);
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_TRUE((*file)->append("{}"));
    ASSERT_TRUE((*file)->close());
  };
  write("1.json");
  put("t", {{"on", "file"}, {"path", "bronze/*/*.json"}});
  wait_for_look();
  EXPECT_EQ(begun(), 0u) << "what is there is not new";
  write("2.txt");
  wait_for_look();
  EXPECT_EQ(begun(), 0u);
  write("2.json");
  EXPECT_EQ(runs(1).size(), 1u);
  EXPECT_EQ(begun_[0].parameters["new_files"], 1);
  wait_for_look();
  EXPECT_EQ(begun(), 1u);
  triggers_.reset();
  write("3.json");
  open();
  put("t", {{"on", "file"}, {"path", "bronze/*/*.json"}}, Triggers::Taken::kUp);
  EXPECT_EQ(runs(2).size(), 2u) << "what came while the daemon was down";
}

/// Who writes slowly has written half of it when somebody looks.
TEST_F(TriggersTest, AFileCountsOnceNobodyHasWrittenItForAWhile) {
  auto& env = base::Env::real();
  const std::string path = dir_ + "/lake/bronze/products/1.json";
  ASSERT_TRUE(env.make_dirs(dir_ + "/lake/bronze/products"));
  triggers_.reset();
  settled_ms_ = 3'600'000;
  open();
  put("t", {{"on", "file"}, {"path", "bronze/products/*.json"}});
  wait_for_look();
  ASSERT_TRUE(env.write_file(path, "{}"));
  EXPECT_EQ(runs(0).size(), 0u);
  // No name comes or goes any more.
  std::filesystem::last_write_time(
      path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  EXPECT_EQ(runs(1).size(), 1u);
}

TEST_F(TriggersTest, AnotherPipelinesEndsAreCaughtUp) {
  put("all", {{"on", "pipeline"}, {"after", "first@2"}, {"missed", "catch_up"}});
  ASSERT_TRUE(triggers_->pause("all", true));
  for (const char* run : {"run-1", "run-2", "run-3"}) triggers_->pipeline_ended("first", run);
  wait_for_look();
  EXPECT_EQ(listed("all")["waiting"], 3);
  ASSERT_TRUE(triggers_->pause("all", false));
  EXPECT_EQ(runs(3, "after"), (Texts{"run-1", "run-2", "run-3"}));
}

TEST_F(TriggersTest, TheFirstMomentStandsForThoseThatAreTooManyToCatchUp) {
  json attributes = kHalfHourly;
  attributes["missed"] = "catch_up";
  put("t", attributes);
  wait_for_look();
  block(true);
  move_to("2026-07-01T00:00:00Z");  // 1440 half hours
  EXPECT_EQ(runs(1).size(), 1u);
  EXPECT_EQ(listed("t")["waiting"], 999);
  release();
  for (int i = 0; i < 1000 && begun() < 1000; ++i) wait_for_look();
  EXPECT_EQ(runs(1000).size(), 1000u);
}

TEST_F(TriggersTest, APauseEndsTheTriesAndWhatFailedIsShownBetweenThem) {
  json attributes = kHalfHourly;
  attributes["retries"] = 50;
  attributes["retry_seconds"] = 60;
  failing_ = 100;
  put("t", attributes);
  wait_for_look();
  move_to("2026-06-01T00:30:00Z");
  EXPECT_EQ(runs(1).size(), 1u);
  EXPECT_EQ(listed("t")["running"], 1);
  EXPECT_EQ(listed("t")["last"]["error"], "not now");
  ASSERT_TRUE(triggers_->pause("t", true));
  for (int i = 0; i < 500 && listed("t")["running"] != 0; ++i) wait_for_look();
  EXPECT_EQ(listed("t")["running"], 0);
  ASSERT_TRUE(triggers_->pause("t", false));
  move_to("2026-06-01T01:00:00Z");
  EXPECT_EQ(runs(2).size(), 2u);
  EXPECT_EQ(triggers_->give_up("other"), 0);
  EXPECT_EQ(triggers_->give_up("p"), 1);
  EXPECT_EQ(runs(2).size(), 2u);
}

/// A minute's windows since 1900 that failed as one: neither memory nor time grows with them.
TEST_F(TriggersTest, ManyFailuresAreNotForgotten) {
  failing_ = 1500;
  put("t", {{"on", "interval"},
            {"every_minutes", 1},
            {"start", "2026-05-30T23:00:00Z"},
            {"concurrency", 4}});
  for (int i = 0; i < 1000 && begun() < 1500; ++i) wait_for_look();
  runs(1500);
  auto calendar = *triggers_->calendar("t");
  EXPECT_EQ(calendar["total"], 1500);
  EXPECT_EQ(calendar["failed"], 1500);
  EXPECT_EQ(calendar["done"], 0);
}

TEST_F(TriggersTest, AnotherPipelinesEndStartsARun) {
  put("t", {{"on", "pipeline"}, {"after", "first@2"}});
  triggers_->pipeline_ended("second", "run-7");
  wait_for_look();
  EXPECT_EQ(begun(), 0u);
  triggers_->pipeline_ended("first", "run-8");
  EXPECT_EQ(runs(1, "after"), Texts{"run-8"});
  ASSERT_TRUE(triggers_->pause("t", true));
  triggers_->pipeline_ended("first", "run-9");
  wait_for_look();
  EXPECT_EQ(begun(), 1u);
  ASSERT_TRUE(triggers_->pause("t", false));
  EXPECT_EQ(runs(2, "after").back(), "run-9") << "what ended meanwhile is due";
}

TEST_F(TriggersTest, NothingStartsAmidAnApply) {
  put("t", kHalfHourly);
  wait_for_look();
  applying_ = true;
  move_to("2026-06-01T00:30:00Z");
  wait_for_look();
  EXPECT_EQ(begun(), 0u);
  applying_ = false;
  EXPECT_EQ(runs(1), Texts{"2026-06-01T00:30:00.000Z"});
}

/// The clock may jump before anybody has looked.
TEST_F(TriggersTest, ATriggerBeginsWhenItIsMade) {
  triggers_.reset();
  look_ms_ = 300;
  open();
  put("t", kHalfHourly);
  move_to("2026-06-01T00:30:00Z");
  EXPECT_EQ(runs(1), Texts{"2026-06-01T00:30:00.000Z"});
}

TEST_F(TriggersTest, OneThatIsRemovedEndsItsRun) {
  put("t", kHalfHourly);
  wait_for_look();
  block(true);
  move_to("2026-06-01T00:30:00Z");
  EXPECT_EQ(runs(1).size(), 1u);
  ASSERT_TRUE(triggers_->remove("t"));
  EXPECT_TRUE(triggers_->list().empty());
  put("t", kHalfHourly);
  wait_for_look();
  EXPECT_EQ(listed("t")["next"], "2026-06-01T01:00:00.000Z") << "anew, from now on";
}

TEST_F(TriggersTest, ADamagedStateIsNone) {
  ASSERT_TRUE(catalogue_->set_meta("trigger t", R"({"definition":7,"plan":[],"begun":{"a":1}})"));
  put("t", kHalfHourly, Triggers::Taken::kUp);
  wait_for_look();
  EXPECT_EQ(listed("t")["next"], "2026-06-01T00:30:00.000Z");
}

}  // namespace
}  // namespace runs
