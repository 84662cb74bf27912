#include "grade/key_sun.h"

#include <gtest/gtest.h>

#include <chrono>

#include "grade/key_calendar.h"
#include "world/prague.h"

namespace grade {
namespace {

using namespace std::chrono;

std::int64_t at(int y, unsigned m, unsigned d, int hour, int minute, int second = 0) {
  std::int64_t days = sys_days{year{y} / month{m} / day{d}}.time_since_epoch().count();
  return days * kDayMs + ((hour * 60 + minute) * 60 + second) * std::int64_t{1000};
}

const Place kPrague(50.0880, 14.4208), kMurmansk(68.97, 33.09), kQuito(-0.22, -78.51);

// NOAA's own calculator: sunset in Prague on 2026-06-21 is at 21:16 CEST, sunrise at 04:51.
TEST(AfterDark, TurnsAtSunriseAndSunset) {
  EXPECT_FALSE(is_after_dark(kPrague, at(2026, 6, 21, 19, 15)));
  EXPECT_TRUE(is_after_dark(kPrague, at(2026, 6, 21, 19, 18)));
  EXPECT_TRUE(is_after_dark(kPrague, at(2026, 6, 21, 2, 49)));
  EXPECT_FALSE(is_after_dark(kPrague, at(2026, 6, 21, 2, 53)));
}

TEST(AfterDark, PolarDayAndNight) {
  for (int hour = 0; hour < 24; ++hour) {
    EXPECT_FALSE(is_after_dark(kMurmansk, at(2026, 6, 21, hour, 0)));
    EXPECT_TRUE(is_after_dark(kMurmansk, at(2026, 12, 21, hour, 0)));
  }
}

TEST(AfterDark, TheSunStandsHighAtNoonOnTheEquator) {
  // 21 March, 12:00 mean time in Quito is 17:14 UTC; the equation of time is −7 minutes.
  EXPECT_GT(sun_height(kQuito, at(2026, 3, 21, 17, 21)), 89);
}

TEST(AfterDark, DuskIsTheSameAndFaster) {
  for (std::int64_t day = 0; day < 365; day += 7) {
    Dusk dusk(kPrague);
    for (std::int64_t t = 0; t < kDayMs; t += 17'123) {
      std::int64_t ms = at(2026, 1, 1, 0, 0) + day * kDayMs + t;
      ASSERT_EQ(dusk.is_after_dark(ms), is_after_dark(kPrague, ms)) << ms;
    }
  }
}

// The world's calendar is another computation of the same.
TEST(Calendar, AgreesWithTheWorldsCalendar) {
  PragueClock clock;
  for (std::int64_t t = at(2000, 1, 1, 0, 0); t < at(2036, 1, 1, 0, 0); t += kHourMs / 2) {
    ASSERT_EQ(clock.local_ms(t), t + world::prague_offset_ms(t)) << t;
    std::int64_t day = floor_div(clock.local_ms(t), kDayMs);
    world::PragueTime local = world::prague_time(t);
    ASSERT_EQ(day_of_week(day), local.weekday + 1);
    if (t % kDayMs == 0) {
      ASSERT_EQ(is_public_holiday(day), world::is_czech_holiday(local.day)) << t;
    }
  }
}

}  // namespace
}  // namespace grade
