#include "runs/waiting.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace runs {
namespace {

using base::Status;
using std::chrono::milliseconds;
using json = nlohmann::json;

Patience short_patience() {
  Patience patience;
  patience.progress = milliseconds(200);
  patience.look = milliseconds(2);
  return patience;
}

TEST(Waiting, EndsWhenItIsDoneAndIsListedMeanwhile) {
  Waiting waiting(short_patience());
  int looks = 0;
  json listed;
  Wait wait{.who = "run-1 of p",
            .what = "a load",
            .done = [&]() -> base::Result<bool> {
              if (looks == 1) listed = waiting.list();
              return ++looks > 2;
            },
            .progress = [&] { return std::to_string(looks); }};
  ASSERT_TRUE(waiting.wait(wait, {}));
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0]["who"], "run-1 of p");
  EXPECT_EQ(listed[0]["what"], "a load");
  EXPECT_TRUE(waiting.list().empty());
}

TEST(Waiting, FailsWithoutProgressAndSaysForWhat) {
  Waiting waiting(short_patience());
  Wait wait{.who = "run-1 of p",
            .what = "stream job j",
            .done = []() -> base::Result<bool> { return false; },
            .progress = [] { return "as before"; }};
  Status failed = waiting.wait(wait, {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, base::Code::kFailedPrecondition);
  EXPECT_NE(failed.error().message.find("stream job j"), std::string::npos);
}

TEST(Waiting, GoesOnAsLongAsSomethingMoves) {
  Waiting waiting(short_patience());
  auto began = std::chrono::steady_clock::now();
  int moved = 0;
  Wait wait{.who = "w",
            .what = "x",
            .done = [&]() -> base::Result<bool> {
              return std::chrono::steady_clock::now() - began > milliseconds(700);
            },
            .progress = [&] { return std::to_string(++moved); }};
  EXPECT_TRUE(waiting.wait(wait, {}));
}

TEST(Waiting, IsCancelledAndEndsWithWhatItIsTold) {
  Waiting waiting(short_patience());
  std::stop_source stop;
  Wait wait{.who = "w",
            .what = "x",
            .done = []() -> base::Result<bool> { return false; },
            .progress = [] { return ""; }};
  std::jthread canceller([&] {
    std::this_thread::sleep_for(milliseconds(20));
    stop.request_stop();
  });
  EXPECT_EQ(waiting.wait(wait, stop.get_token()).error().code, base::Code::kCancelled);
  wait.done = []() -> base::Result<bool> { return base::error(base::Code::kDataLoss, "gone"); };
  EXPECT_EQ(waiting.wait(wait, {}).error().message, "gone");
}

}  // namespace
}  // namespace runs
