#include "base/in_order.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>

namespace base {
namespace {

TEST(InOrder, TakesEachItemOnceInOrder) {
  for (int threads : {0, 1, 2, 7}) {
    for (std::int64_t count : {0, 1, 2, 3, 14, 1000}) {
      std::vector<std::int64_t> taken;
      Status status = in_order<std::string>(
          count, threads, [](std::int64_t i, std::string& item) { item = std::to_string(i); },
          [&](std::int64_t i, const std::string& item) -> Status {
            EXPECT_EQ(item, std::to_string(i));
            taken.push_back(i);
            return {};
          });
      EXPECT_TRUE(status.has_value());
      ASSERT_EQ(taken.size(), static_cast<std::size_t>(count));
      for (std::int64_t i = 0; i < count; ++i) EXPECT_EQ(taken[static_cast<std::size_t>(i)], i);
    }
  }
}

TEST(InOrder, MakesOnOtherThreadsAndNeverFarAhead) {
  std::mutex mutex;
  std::set<std::thread::id> makers;
  std::atomic<std::int64_t> taken = 0;
  // Whoever makes the first two items waits for the other: two threads must be there.
  std::atomic<int> met = 0;
  auto make = [&](std::int64_t i, int&) {
    EXPECT_LT(i, taken + 4);
    if (i < 2) {
      ++met;
      while (met < 2) std::this_thread::yield();
    }
    std::lock_guard lock(mutex);
    makers.insert(std::this_thread::get_id());
  };
  auto take = [&](std::int64_t, int) -> Status {
    ++taken;
    return {};
  };
  EXPECT_TRUE(in_order<int>(500, 2, make, take).has_value());
  EXPECT_EQ(makers.size(), 2u);
  EXPECT_FALSE(makers.contains(std::this_thread::get_id()));
}

TEST(InOrder, EndsWithTheFirstErrorOfTheTaker) {
  for (int threads : {1, 3}) {
    int taken = 0;
    Status status = in_order<int>(
        1'000'000'000, threads, [](std::int64_t i, int& item) { item = static_cast<int>(i); },
        [&](std::int64_t i, int) -> Status {
          ++taken;
          if (i == 41) return error(Code::kResourceExhausted, "full");
          return {};
        });
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().message, "full");
    EXPECT_EQ(taken, 42);
  }
}

TEST(InOrder, WhatAMakerThrowsEndsItWithAnError) {
  auto make = [](std::int64_t i, int& item) {
    if (i == 50) throw std::runtime_error("no more");
    item = static_cast<int>(i);
  };
  std::int64_t taken = 0;
  auto take = [&](std::int64_t, const int&) -> Status {
    ++taken;
    return {};
  };
  Status status = in_order<int>(1000, 4, make, take);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "no more");
  EXPECT_LE(taken, 50);
}

}  // namespace
}  // namespace base
