#include "runs/memory_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "runs/waiting.h"

namespace runs {
namespace {

using std::chrono::milliseconds;

class MemoryBudgetTest : public ::testing::Test {
 protected:
  base::Result<std::shared_ptr<void>> take(const std::string& who, int mb,
                                           std::stop_token stop = {}) {
    return TRY(budget_.take(who, mb, waiting_, std::move(stop)));
  }
  /// What `who` waits for, once it does.
  std::string waits_for(const std::string& who) {
    for (int i = 0; i < 2000; ++i) {
      for (const auto& one : waiting_.list()) {
        std::string what = one["what"];
        if (one["who"] == who && what.ends_with(")")) return what;
      }
      std::this_thread::sleep_for(milliseconds(1));
    }
    return "";
  }

  Waiting waiting_{Patience{.progress = milliseconds(5000), .look = milliseconds(1)}};
  MemoryBudget budget_{1000};
};

TEST_F(MemoryBudgetTest, WhatDoesntFitWaitsAndSaysForWhom) {
  auto first = take("first", 600);
  ASSERT_TRUE(first);
  std::atomic<bool> has = false;
  std::jthread second([&] {
    auto mine = take("second", 500);
    has = mine.has_value();
  });
  EXPECT_EQ(waits_for("second"), "500 MB of the 1000 MB that activities share (first)");
  EXPECT_FALSE(has);
  std::stop_source stop;
  std::jthread third([&] {  // would fit, and came later
    EXPECT_EQ(take("third", 100, stop.get_token()).error().code, base::Code::kCancelled);
  });
  EXPECT_EQ(waits_for("third"), "100 MB of the 1000 MB that activities share (first)");
  stop.request_stop();
  third.join();
  first->reset();
  second.join();
  EXPECT_TRUE(has);
  EXPECT_EQ(budget_.taken_mb(), 0);
}

TEST_F(MemoryBudgetTest, WhatNeedsMoreThanThereIsRunsAlone) {
  auto all = take("big", 100'000);
  ASSERT_TRUE(all);
  EXPECT_EQ(budget_.taken_mb(), 1000);
  std::atomic<bool> has = false;
  std::jthread small([&] { has = take("small", 1).has_value(); });
  EXPECT_NE(waits_for("small"), "");
  EXPECT_FALSE(has);
  all->reset();
  small.join();
  EXPECT_TRUE(has);
}

TEST_F(MemoryBudgetTest, ManyAtOnceStayWithinIt) {
  std::atomic<int> taken = 0, most = 0;
  {
    std::vector<std::jthread> all;
    for (unsigned i = 0; i < 16; ++i) {
      all.emplace_back([&, i] {
        std::mt19937 random(i);
        for (int round = 0; round < 20; ++round) {
          int mb = 1 + static_cast<int>(random() % 1000);
          auto mine = take("one", mb);
          ASSERT_TRUE(mine);
          int now = taken += mb;
          for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
          }
          taken -= mb;
        }
      });
    }
  }
  EXPECT_LE(most, 1000);
  EXPECT_GT(most, 500);
  EXPECT_EQ(budget_.taken_mb(), 0);
}

TEST(MemoryBudget, HasHalfOfTheMachine) {
  EXPECT_GT(MemoryBudget::of_this_machine(), 64);
  EXPECT_LT(MemoryBudget::of_this_machine(), 1 << 20);
}

}  // namespace
}  // namespace runs
