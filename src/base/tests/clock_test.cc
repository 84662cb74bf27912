#include "base/clock.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Clock, ParsesAndFormats) {
  EXPECT_EQ(format_millis(*parse_instant("2026-06-01T00:00:00Z")), "2026-06-01T00:00:00.000Z");
  EXPECT_EQ(format_millis(*parse_instant("2024-02-29 23:59:59.987654")),
            "2024-02-29T23:59:59.987Z");
  EXPECT_EQ(format_millis(*parse_instant("1969-12-31T23:59:59.999Z")), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_millis(*parse_instant("1970-01-01")), 0);
  for (const char* bad :
       {"", "x", "2026-13-01", "2026-02-30", "2026-06-01T24:00", "2026-06-01T1:00",
        "2026-06-01T00:00:00.Z", "2026-06-01T00:00:00+02:00", "20260601"}) {
    EXPECT_FALSE(parse_instant(bad)) << bad;
  }
}

TEST(Clock, MillisecondsBeyondAllTimesAreTheLastAndTheFirst) {
  constexpr std::int64_t kMost = INT64_MAX / 1000;
  for (std::int64_t ms : {kMost, -kMost, std::int64_t{253'402'300'800'000}}) {
    EXPECT_EQ(to_millis(from_millis(ms)), ms);
  }
  for (std::int64_t ms : {kMost + 1, INT64_MAX / 10, INT64_MAX}) {
    EXPECT_EQ(from_millis(ms), Instant::max()) << ms;
    EXPECT_EQ(from_millis(-ms), Instant::min()) << ms;
  }
  EXPECT_EQ(from_millis(INT64_MIN), Instant::min());
  EXPECT_EQ(format_millis(Instant::max()), "294247-01-10T04:00:54.775Z");
  EXPECT_EQ(format_millis(from_millis(1'000'000'000'000'000)), "33658-09-27T01:46:40.000Z");
  EXPECT_EQ(format_millis(Instant::min()), "-290308-12-21T19:59:05.224Z");
}

TEST(Clock, ManualMovesOnlyWhenTold) {
  ManualClock clock(from_millis(5));
  EXPECT_EQ(to_millis(clock.now()), 5);
  clock.advance(std::chrono::milliseconds(2));
  EXPECT_EQ(to_millis(clock.now()), 7);
  EXPECT_TRUE(clock.wait_until(from_millis(7), {}));
}

TEST(Clock, ScaledFreezesJumpsForwardAndKeepsState) {
  ScaledClock clock({from_millis(1000), 1.0, true});
  EXPECT_EQ(to_millis(clock.now()), 1000);
  EXPECT_TRUE(clock.jump_to(from_millis(5000)));
  EXPECT_EQ(to_millis(clock.now()), 5000);
  EXPECT_FALSE(clock.jump_to(from_millis(4000)));
  EXPECT_FALSE(clock.set_speed(0.01));
  EXPECT_TRUE(clock.set_speed(10'000));
  EXPECT_EQ(to_millis(clock.state().anchor), 5000);
  clock.set_frozen(false);
  EXPECT_TRUE(clock.wait_until(from_millis(6000), {}));
  EXPECT_GE(to_millis(clock.now()), 6000);
}

TEST(Clock, WaitEndsWhenStopIsRequested) {
  ScaledClock clock({from_millis(0), 1.0, true});
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(clock.wait_until(from_millis(1), source.get_token()));
}

}  // namespace
}  // namespace base
