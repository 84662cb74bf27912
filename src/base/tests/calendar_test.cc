#include "base/calendar.h"

#include <gtest/gtest.h>

namespace base {
namespace {

constexpr std::int64_t kHour = 3'600'000'000'000;

TEST(Calendar, ReadsDates) {
  EXPECT_EQ(parse_date("1970-01-01"), 0);
  EXPECT_EQ(parse_date("1969-12-31"), -1);
  EXPECT_EQ(parse_date("2024-02-29"), 19'782);
  EXPECT_EQ(parse_date("0000-03-01"), -719'468);
  for (const char* bad : {"", "2026", "2026-06", "2026-06-1", "2026-13-01", "2026-00-01",
                          "2026-02-29", "2026-06-00", "2026-06-01 ", " 2026-06-01", "2026/06/01",
                          "2026-06-01T00:00", "-026-06-01", "+026-06-01", "20260601"}) {
    EXPECT_FALSE(parse_date(bad)) << bad;
  }
}

TEST(Calendar, ReadsTimesOfDayAndZones) {
  auto day = parse_calendar_time("2026-06-01");
  ASSERT_TRUE(day);
  EXPECT_FALSE(day->has_time);
  EXPECT_FALSE(day->zone_minutes);
  auto time = parse_calendar_time("1970-01-02T03:30:01.5");
  ASSERT_TRUE(time);
  EXPECT_EQ(time->day, 1);
  EXPECT_TRUE(time->has_time);
  EXPECT_EQ(time->nanos, 3 * kHour + kHour / 2 + 1'500'000'000);
  EXPECT_EQ(parse_calendar_time("1970-01-01 00:00")->nanos, 0);
  EXPECT_EQ(parse_calendar_time("1970-01-01t00:00:00.1234567899")->nanos, 123'456'789);
  EXPECT_EQ(parse_calendar_time("1970-01-01T00:00Z")->zone_minutes, 0);
  EXPECT_EQ(parse_calendar_time("1970-01-01T00:00:00z")->zone_minutes, 0);
  EXPECT_EQ(parse_calendar_time("1970-01-01T00:00:00+02:30")->zone_minutes, 150);
  EXPECT_EQ(parse_calendar_time("1970-01-01T00:00:00.25-1400")->zone_minutes, -840);
  for (const char* bad :
       {"1970-01-01T", "1970-01-01T1:00", "1970-01-01T24:00", "1970-01-01T00:60",
        "1970-01-01T00:00:60", "1970-01-01T00:00:", "1970-01-01T00:00:00.", "1970-01-01T00",
        "1970-01-01T00:00:00.Z", "1970-01-01T00:00+2", "1970-01-01T00:00+15:00",
        "1970-01-01T00:00+02:60", "1970-01-01T00:00ZZ", "1970-01-01T00:00 Z", "1970-01-01_00:00"}) {
    EXPECT_FALSE(parse_calendar_time(bad)) << bad;
  }
}

}  // namespace
}  // namespace base
