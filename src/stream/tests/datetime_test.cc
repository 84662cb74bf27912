#include "stream/datetime.h"

#include <gtest/gtest.h>

namespace stream {
namespace {

std::string text(std::string_view in) {
  auto ticks = parse_datetime(in);
  std::string out;
  if (ticks) append_datetime(*ticks, out);
  return out;
}

TEST(Datetime, ParsesIsoForms) {
  EXPECT_EQ(parse_datetime("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(text("2024-03-05T10:00:01.0000001Z"), "2024-03-05T10:00:01.0000001Z");
  EXPECT_EQ(text("2024-03-05 10:00"), "2024-03-05T10:00:00.0000000Z");
  EXPECT_EQ(text("2024-02-29"), "2024-02-29T00:00:00.0000000Z");
  EXPECT_EQ(text("2024-03-05T12:00:09+02:00"), "2024-03-05T10:00:09.0000000Z");
  EXPECT_EQ(text("2024-03-05T12:00:09.123456789-0130"), "2024-03-05T13:30:09.1234567Z");
  EXPECT_EQ(text("0001-01-01"), "0001-01-01T00:00:00.0000000Z");
  EXPECT_EQ(text("9999-12-31T23:59:59.9999999Z"), "9999-12-31T23:59:59.9999999Z");
}

TEST(Datetime, RefusesWhatIsNone) {
  for (const char* bad :
       {"", "2024", "2024-13-01", "2023-02-29", "2024-03-05T", "2024-03-05T25:00",
        "2024-03-05T10:61", "2024-03-05T10:00:00.", "2024-03-05T10:00:00Zx", "not a date",
        "2024-03-05X10:00", "0000-01-01", "2024-03-05T10:00:00+99:00", "0001-01-01T00:00:00+01:00"})
    EXPECT_FALSE(parse_datetime(bad)) << bad;
}

TEST(Datetime, PartsAndNames) {
  Ticks t = *parse_datetime("2024-03-05T10:15:30.2504567Z");  // a Tuesday
  EXPECT_EQ(date_part(DatePart::kQuarter, t), 1);
  EXPECT_EQ(date_part(DatePart::kDayofyear, t), 65);
  EXPECT_EQ(date_part(DatePart::kWeekday, t), 3);
  EXPECT_EQ(date_part(DatePart::kWeek, t), 10);
  EXPECT_EQ(date_part(DatePart::kMillisecond, t), 250);
  EXPECT_EQ(date_part(DatePart::kMicrosecond, t), 250456);
  EXPECT_EQ(date_name(DatePart::kMonth, t), "March");
  EXPECT_EQ(date_name(DatePart::kWeekday, t), "Tuesday");
  Ticks old = *parse_datetime("1969-12-31T23:59:59.9999999Z");
  EXPECT_EQ(date_part(DatePart::kYear, old), 1969);
  EXPECT_EQ(date_part(DatePart::kSecond, old), 59);
}

TEST(Datetime, AddClampsMonthsAndStaysInRange) {
  Ticks t = *parse_datetime("2024-01-31T10:00:00Z");
  EXPECT_EQ(*date_add(DatePart::kMonth, 1, t), *parse_datetime("2024-02-29T10:00:00Z"));
  EXPECT_EQ(*date_add(DatePart::kYear, -1, t), *parse_datetime("2023-01-31T10:00:00Z"));
  EXPECT_EQ(*date_add(DatePart::kMonth, -13, t), *parse_datetime("2022-12-31T10:00:00Z"));
  EXPECT_FALSE(date_add(DatePart::kDay, 1'000'000'000'000, t));
  EXPECT_FALSE(date_add(DatePart::kYear, 9000, t));
}

TEST(Datetime, DiffCountsBoundaries) {
  auto at = [](const char* s) { return *parse_datetime(s); };
  EXPECT_EQ(date_diff(DatePart::kMinute, at("2024-03-05T10:00:59Z"), at("2024-03-05T10:01:00Z")),
            1);
  EXPECT_EQ(date_diff(DatePart::kMinute, at("2024-03-05T10:00:00Z"), at("2024-03-05T10:00:59Z")),
            0);
  EXPECT_EQ(date_diff(DatePart::kHour, at("2024-03-05T10:15:00Z"), at("2024-03-05T09:59:00Z")), -1);
  EXPECT_EQ(date_diff(DatePart::kMonth, at("2023-12-31"), at("2024-01-01")), 1);
  EXPECT_EQ(date_diff(DatePart::kWeek, at("2024-03-02"), at("2024-03-03")), 1);  // Saturday, Sunday
}

}  // namespace
}  // namespace stream
