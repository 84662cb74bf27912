#include "base/guarded.h"

#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <stdexcept>

namespace base {
namespace {

TEST(Guarded, WhatIsThrownIsAnError) {
  EXPECT_EQ(guarded([] { throw std::bad_alloc(); }).error().code, Code::kResourceExhausted);
  EXPECT_EQ(
      guarded([] { throw std::runtime_error("[json.exception.type_error.302] x"); }).error().code,
      Code::kDataLoss);
  EXPECT_EQ(guarded([] { throw std::runtime_error("so it is"); }).error().message, "so it is");
  EXPECT_EQ(guarded([] { throw 7; }).error().code, Code::kInternal);
}

TEST(Guarded, WhatIsReturnedComesThrough) {
  EXPECT_EQ(*guarded([]() -> Result<int> { return 7; }), 7);
  EXPECT_EQ(guarded([]() -> Status { return error(Code::kNotFound, "no"); }).error().code,
            Code::kNotFound);
  EXPECT_TRUE(guarded([] {}));
}

TEST(Guarded, AThreadThatThrowsTellsAndTheProcessGoesOn) {
  std::string told;
  {
    auto thread = guarded_thread(
        "t", [](std::stop_token) -> Status { throw std::out_of_range("x"); },
        [&](const Error& error) { told = error.message; });
    ASSERT_TRUE(thread);
  }
  EXPECT_EQ(told, "x");
  bool failed = false;
  {
    auto fine = guarded_thread(
        "t", [](std::stop_token) { return Status(); }, [&](const Error&) { failed = true; });
  }
  EXPECT_FALSE(failed);
}

TEST(Guarded, ATeamEndsWithItsFirstFailureAndAllHaveRun) {
  std::atomic<int> ran = 0;
  Status status = guarded_team(4, [&](int i) -> Status {
    ++ran;
    if (i == 2) throw std::runtime_error("two");
    return {};
  });
  EXPECT_EQ(status.error().message, "two");
  EXPECT_EQ(ran, 4);
}

}  // namespace
}  // namespace base
