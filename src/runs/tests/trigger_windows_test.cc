// Windows of triggers: back-fill, delay, the calendar, those that failed.
#include "runs/tests/triggers_fixture.h"

namespace runs {
namespace {

const json kHourlySinceYesterday = {
    {"on", "interval"}, {"every_minutes", 60}, {"start", "2026-05-31T00:00:00Z"}};

TEST_F(TriggersTest, WindowsAreBackFilledInOrder) {
  put("t", {{"on", "interval"}, {"every_minutes", 60}, {"start", "2026-05-31T21:00:00Z"}});
  EXPECT_EQ(runs(3, "window_start"), (Texts{"2026-05-31T21:00:00.000Z", "2026-05-31T22:00:00.000Z",
                                            "2026-05-31T23:00:00.000Z"}));
  EXPECT_EQ(begun_[2].parameters["window_end"], "2026-06-01T00:00:00.000Z");
  EXPECT_EQ(listed("t")["next"], "2026-06-01T01:00:00.000Z");
  auto calendar = *triggers_->calendar("t");
  EXPECT_EQ(calendar["total"], 3);
  EXPECT_EQ(calendar["done"], 3);
  EXPECT_EQ(calendar["days"].size(), 1u);
}

TEST_F(TriggersTest, AWindowWaitsForItsDelay) {
  put("t", {{"on", "interval"},
            {"every_minutes", 60},
            {"start", "2026-06-01T00:00:00Z"},
            {"delay_minutes", 10}});
  move_to("2026-06-01T01:09:00Z");
  EXPECT_EQ(runs(0, "window_start"), Texts{});
  move_to("2026-06-01T01:10:00Z");
  EXPECT_EQ(runs(1, "window_start"), Texts{"2026-06-01T00:00:00.000Z"});
}

TEST_F(TriggersTest, AHundredThousandWindowsAreACalendarAtOnce) {
  block(true);
  failing_ = 1;
  put("t", {{"on", "interval"}, {"every_minutes", 5}, {"start", "2025-06-18T18:40:00Z"}});
  wait_for_look();
  auto begin = std::chrono::steady_clock::now();
  auto calendar = *triggers_->calendar("t");
  auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(calendar["total"], 100'000);
  EXPECT_EQ(calendar["days"].size(), 348u);
  EXPECT_EQ(calendar["days"][0]["total"], 64);
  EXPECT_EQ(calendar["days"][1]["total"], 288);
  EXPECT_LT(took, std::chrono::seconds(1));
  EXPECT_EQ(listed("t")["waiting"], 99'999);
  release();
  for (int i = 0; i < 1000 && begun() < 3; ++i) std::this_thread::sleep_for(milliseconds(2));
  EXPECT_EQ((*triggers_->calendar("t"))["failed"], 1);
}

TEST_F(TriggersTest, OneFailedWindowRunsAgainAlone) {
  failing_ = 4;
  put("t", kHourlySinceYesterday);
  EXPECT_EQ(runs(24, "window_start").size(), 24u);
  auto calendar = [&] { return *triggers_->calendar("t"); };
  EXPECT_EQ(calendar()["failed"], 4);
  const json kFailed = {"2026-05-31T03:00:00.000Z", "2026-05-31T02:00:00.000Z",
                        "2026-05-31T01:00:00.000Z", "2026-05-31T00:00:00.000Z"};
  EXPECT_EQ(calendar()["failed_windows"], kFailed);

  ASSERT_TRUE(triggers_->pause("t", true));  // who asks by hand means it
  auto run = triggers_->run_window("t", "2026-05-31T02:00:00Z", {.only = "gold.a", .full = true});
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ((*run)["state"], "succeeded");
  EXPECT_EQ(runs(25, "window_start").back(), "2026-05-31T02:00:00.000Z");
  EXPECT_EQ(begun_.back().parameters["window_end"], "2026-05-31T03:00:00.000Z");
  EXPECT_EQ(begun_.back().trigger, "manual");
  EXPECT_EQ(begun_.back().only, "gold.a");
  EXPECT_TRUE(begun_.back().full);
  EXPECT_EQ(calendar()["failed"], 3);
  EXPECT_EQ(calendar()["done"], 21);
  EXPECT_EQ(
      calendar()["failed_windows"],
      (json{"2026-05-31T03:00:00.000Z", "2026-05-31T01:00:00.000Z", "2026-05-31T00:00:00.000Z"}));

  failing_ = 1;  // one that had succeeded
  EXPECT_EQ((*triggers_->run_window("t", "2026-05-31T10:00:00Z", {}))["state"], "failed");
  EXPECT_EQ(calendar()["failed"], 4);
  triggers_.reset();
  open();
  put("t", kHourlySinceYesterday, Triggers::Taken::kUp);
  EXPECT_EQ(calendar()["failed_windows"][0], "2026-05-31T10:00:00.000Z") << "kept";
}

TEST_F(TriggersTest, AWindowThatCantRunAgainSaysWhy) {
  put("t", kHourlySinceYesterday);
  put("s", kHalfHourly);
  EXPECT_EQ(runs(24, "window_start").size(), 24u);
  auto refused = [&](const char* name, const char* start) {
    auto run = triggers_->run_window(name, start, {});
    return run ? "it ran" : run.error().message;
  };
  EXPECT_EQ(refused("s", "2026-05-31T02:00:00Z"), "trigger s has no windows: it is on schedule");
  EXPECT_EQ(refused("u", "2026-05-31T02:00:00Z"), "there is no trigger u");
  EXPECT_EQ(refused("t", "2026-05-31T02:30:00Z"),
            "no window of t begins at 2026-05-31T02:30:00Z; one does at 2026-05-31T02:00:00.000Z");
  EXPECT_NE(refused("t", "2026-06-01T00:00:00Z").find("hasn't been run yet"), std::string::npos);
  EXPECT_NE(refused("t", "yesterday").find("is not a time"), std::string::npos);
  EXPECT_EQ(*triggers_->of_window("p", "2026-05-31T02:00:00Z"), "t");
  EXPECT_EQ(triggers_->of_window("q", "2026-05-31T02:00:00Z").error().code, base::Code::kNotFound);
  block(true);
  std::jthread first([&] { (void)triggers_->run_window("t", "2026-05-31T02:00:00Z", {}); });
  EXPECT_EQ(runs(25, "window_start").size(), 25u);
  EXPECT_NE(refused("t", "2026-05-31T02:00:00Z").find("is at work"), std::string::npos);
  release();
}

TEST_F(TriggersTest, AnotherDelayBeginsNothingAnew) {
  json attributes = {{"on", "interval"}, {"every_minutes", 60}, {"start", "2026-05-31T21:00:00Z"}};
  put("t", attributes);
  EXPECT_EQ(runs(3).size(), 3u);
  attributes["delay_minutes"] = 5;
  put("t", attributes, Triggers::Taken::kChanged);
  EXPECT_EQ(runs(3).size(), 3u);
}

/// Three windows were under way when the daemon died, and one may run at a time now.
TEST_F(TriggersTest, AnEditLosesNoWindowThatADyingDaemonBegan) {
  json attributes = {{"on", "interval"},
                     {"every_minutes", 60},
                     {"start", "2026-05-31T21:00:00Z"},
                     {"concurrency", 3}};
  block(true);
  put("t", attributes);
  EXPECT_EQ(runs(3).size(), 3u);
  triggers_.reset();
  begun_.clear();
  open();
  attributes["concurrency"] = 1;
  put("t", attributes, Triggers::Taken::kUp);
  EXPECT_EQ(runs(1).size(), 1u);
  attributes["retries"] = 1;
  put("t", attributes, Triggers::Taken::kChanged);
  release();
  auto all = runs(3, "window_start");
  std::ranges::sort(all);
  EXPECT_EQ(all, (Texts{"2026-05-31T21:00:00.000Z", "2026-05-31T22:00:00.000Z",
                        "2026-05-31T23:00:00.000Z"}));
}

TEST_F(TriggersTest, FailedWindowsAreCountedAsRanges) {
  failing_ = 1;
  put("t", {{"on", "interval"},
            {"every_minutes", 1},
            {"start", "1900-01-01T12:00:00Z"},
            {"missed", "merge"}});
  EXPECT_EQ(runs(1).size(), 1u);
  auto calendar = *triggers_->calendar("t");
  EXPECT_EQ(calendar["failed"], calendar["total"]);
  EXPECT_EQ(calendar["done"], 0);
  EXPECT_EQ(calendar["days"][0]["day"], "1900-01-01");
  EXPECT_EQ(calendar["days"][0]["total"], 720);
  EXPECT_EQ(calendar["days"][0]["failed"], 720);
  EXPECT_EQ(calendar["days"].size(), 46'172u);
}

}  // namespace
}  // namespace runs
