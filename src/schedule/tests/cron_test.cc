#include "schedule/cron.h"

#include <gtest/gtest.h>

#include "schedule/windows.h"

namespace schedule {
namespace {

base::Instant at(const char* text) { return *base::parse_instant(text); }
/// Without the milliseconds, which are none.
std::string shown(base::Instant at) {
  std::string text = base::format_millis(at);
  return text.replace(text.find('.'), 4, "");
}

std::vector<std::string> ticks(const char* cron, const char* zone, const char* after,
                               const char* until) {
  std::vector<std::string> all;
  for (auto tick : Cron::parse(cron, zone)->between(at(after), at(until))) {
    all.push_back(shown(tick));
  }
  return all;
}
using Ticks = std::vector<std::string>;

std::string next(const char* cron, const char* zone, const char* after) {
  auto tick = Cron::parse(cron, zone)->next(at(after));
  return tick ? shown(*tick) : "never";
}

TEST(Cron, EveryHalfHour) {
  EXPECT_EQ(ticks("*/30 * * * *", "UTC", "2026-06-01T00:00:00Z", "2026-06-01T01:30:00Z"),
            (Ticks{"2026-06-01T00:30:00Z", "2026-06-01T01:00:00Z", "2026-06-01T01:30:00Z"}));
  EXPECT_EQ(next("*/30 * * * *", "UTC", "2026-06-01T00:29:59.999Z"), "2026-06-01T00:30:00Z");
}

TEST(Cron, ListsRangesNamesAndShortForms) {
  EXPECT_EQ(next("15,45 8-9 * * mon-fri", "UTC", "2026-06-05T09:45:00Z"), "2026-06-08T08:15:00Z")
      << "a Friday";
  EXPECT_EQ(next("0 0 1 JAN *", "UTC", "2026-06-01T00:00:00Z"), "2027-01-01T00:00:00Z");
  EXPECT_EQ(next("@monthly", "UTC", "2026-06-01T00:00:00Z"), "2026-07-01T00:00:00Z");
  EXPECT_EQ(next("0 12 29 2 *", "UTC", "2026-06-01T00:00:00Z"), "2028-02-29T12:00:00Z");
  EXPECT_EQ(next("0 0 * * 7", "UTC", "2026-06-01T00:00:00Z"), "2026-06-07T00:00:00Z");
  EXPECT_EQ(next("0 0 30 2 *", "UTC", "2026-06-01T00:00:00Z"), "never");
  EXPECT_EQ(next("0 0 13 * fri", "UTC", "2026-06-01T00:00:00Z"), "2026-06-05T00:00:00Z")
      << "either day is enough";
  EXPECT_EQ(next("5/20 * * * *", "UTC", "2026-06-01T00:25:00Z"), "2026-06-01T00:45:00Z");
}

// In Prague the clocks go from 02:00 to 03:00 on 29 March 2026 (01:00 UTC) and from 03:00 back to
// 02:00 on 25 October 2026 (01:00 UTC).
TEST(Cron, WhatTheSpringSkipsComesBehindTheGapOnce) {
  EXPECT_EQ(ticks("30 2 * * *", "Europe/Prague", "2026-03-28T00:00:00Z", "2026-03-30T12:00:00Z"),
            (Ticks{"2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}));
  EXPECT_EQ(
      ticks("0,30 2,3 * * *", "Europe/Prague", "2026-03-28T22:00:00Z", "2026-03-29T12:00:00Z"),
      (Ticks{"2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"}));
}

TEST(Cron, WhatTheAutumnRepeatsCountsOnce) {
  EXPECT_EQ(ticks("30 2 * * *", "Europe/Prague", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"),
            (Ticks{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}));
}

TEST(Cron, EveryHalfHourStaysSoWhenClocksChange) {
  for (const char* day : {"2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z"}) {
    auto from = at(day);
    auto all =
        Cron::parse("*/30 * * * *", "Europe/Prague")->between(from, from + std::chrono::hours(24));
    ASSERT_EQ(all.size(), 48u) << day;
    for (std::size_t i = 1; i < all.size(); ++i) {
      EXPECT_EQ(all[i] - all[i - 1], std::chrono::minutes(30)) << shown(all[i]);
    }
  }
}

TEST(Cron, NextAndBetweenAgree) {
  for (const char* text : {"*/7 * * * *", "30 2 * * *", "0 */5 * * *", "15 1,2,3 * * sun"}) {
    auto cron = *Cron::parse(text, "Europe/Prague");
    auto from = at("2026-10-20T00:00:00Z"), until = at("2026-11-01T00:00:00Z");
    std::vector<base::Instant> one_by_one;
    for (auto tick = cron.next(from); tick && *tick <= until; tick = cron.next(*tick)) {
      one_by_one.push_back(*tick);
    }
    EXPECT_EQ(one_by_one, cron.between(from, until)) << text;
  }
}

TEST(Cron, RefusalsNameTheField) {
  auto why = [](const char* text, const char* zone = "UTC") {
    auto cron = Cron::parse(text, zone);
    return cron ? std::string() : cron.error().message;
  };
  EXPECT_NE(why("* * * *").find("has 4 fields"), std::string::npos);
  EXPECT_NE(why("60 * * * *").find("the minute is \"60\""), std::string::npos);
  EXPECT_NE(why("* 5-3 * * *").find("the hour"), std::string::npos);
  EXPECT_NE(why("* * 0 * *").find("the day of month"), std::string::npos);
  EXPECT_NE(why("* * * foo *").find("the month"), std::string::npos);
  EXPECT_NE(why("* * * * mon-").find("the day of week"), std::string::npos);
  EXPECT_NE(why("*/0 * * * *").find("the minute"), std::string::npos);
  EXPECT_NE(why("* * * * *", "Europe/Praha").find("no time zone"), std::string::npos);
}

TEST(Windows, AreDueWhenTheyAreOver) {
  Windows windows{.start_ms = 1000, .every_ms = 500, .delay_ms = 100};
  EXPECT_EQ(windows.due(0), 0);
  EXPECT_EQ(windows.due(1599), 0);
  EXPECT_EQ(windows.due(1600), 1);
  EXPECT_EQ(windows.due(windows.due_at(99'999)), 100'000);
  EXPECT_EQ(windows.begin_of(2), 2000);
  EXPECT_EQ(windows.end_of(2), 2500);
  EXPECT_EQ(windows.first_from(2000), 2);
  EXPECT_EQ(windows.first_from(2001), 3);
}

}  // namespace
}  // namespace schedule
