// The common memory of connections: nobody gets more than there is, and who holds his part without
// end loses it.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "hub/memory_budget_internal.h"

namespace hub {
namespace {

constexpr std::size_t kMega = 1 << 20;

TEST(MemoryBudget, GivesWhatThereIsAndTakesBack) {
  MemoryBudget budget(10 * kMega, std::chrono::hours(1));
  std::stop_source stop;
  MemoryBudget::Share one(budget, {}), two(budget, {});
  EXPECT_TRUE(one.resize(8 * kMega, {}));
  EXPECT_TRUE(two.resize(MemoryBudget::kFreeBytes, {}));  // for nothing
  EXPECT_TRUE(two.resize(2 * kMega, {}));
  EXPECT_EQ(budget.used(), 10 * kMega);
  std::jthread waits([&] { EXPECT_TRUE(two.resize(6 * kMega, {})); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_TRUE(one.resize(3 * kMega, {}));
  waits.join();
  EXPECT_EQ(budget.used(), 9 * kMega);
  std::jthread stopped([&] { EXPECT_FALSE(one.resize(9 * kMega, {stop.get_token(), {}})); });
  stop.request_stop();
  stopped.join();
  EXPECT_EQ(one.bytes(), 3 * kMega);
}

TEST(MemoryBudget, WhoHoldsLongestIsCut) {
  MemoryBudget budget(10 * kMega, std::chrono::milliseconds(50));
  std::atomic<bool> cut_first = false, cut_second = false;
  auto first = std::make_unique<MemoryBudget::Share>(budget, [&] { cut_first = true; });
  MemoryBudget::Share second(budget, [&] { cut_second = true; });
  MemoryBudget::Share needs(budget, {});
  ASSERT_TRUE(first->resize(5 * kMega, {}));
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ASSERT_TRUE(second.resize(5 * kMega, {}));
  std::jthread connection([&] {  // ends when it is cut
    while (!cut_first) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    first.reset();
  });
  EXPECT_TRUE(needs.resize(4 * kMega, {}));
  EXPECT_TRUE(cut_first);
  EXPECT_FALSE(cut_second);
}

TEST(MemoryBudget, IsNeverExceededByMany) {
  MemoryBudget budget(16 * kMega, std::chrono::hours(1));
  std::atomic<bool> too_much = false;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        MemoryBudget::Share share(budget, {});
        for (int n = 0; n < 50; ++n) {
          ASSERT_TRUE(share.resize(6 * kMega, {}));
          too_much = too_much || budget.used() > 16 * kMega;
          ASSERT_TRUE(share.resize(0, {}));
        }
      });
    }
  }
  EXPECT_FALSE(too_much);
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace hub
