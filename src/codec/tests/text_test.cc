#include "codec/text.h"

#include <gtest/gtest.h>

#include <chrono>

#include "base/clock.h"
#include "codec/csv.h"
#include "codec/json.h"

namespace codec {
namespace {

std::string int_text(std::int64_t v) {
  std::string out;
  append_int(out, v);
  return out;
}

TEST(Text, IntegersAtEveryLength) {
  std::int64_t v = 1;
  for (int digits = 1; digits <= 18; ++digits, v *= 10) {
    for (std::int64_t x : {v - 1, v, v + 1, -v, v * 7}) EXPECT_EQ(int_text(x), std::to_string(x));
  }
  EXPECT_EQ(int_text(INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(int_text(INT64_MAX), "9223372036854775807");
}

TEST(Text, Hundredths) {
  auto text = [](std::int64_t v) {
    std::string out;
    append_hundredths(out, v);
    return out;
  };
  EXPECT_EQ(text(20341), "203.41");
  EXPECT_EQ(text(-5), "-0.05");
  EXPECT_EQ(text(0), "0.00");
  EXPECT_EQ(text(100), "1.00");
}

TEST(Text, TimesAreThoseOfTheClock) {
  DateCache cache;
  for (std::int64_t ms : {0LL, 1LL, -1LL, 951'782'399'999LL, 951'782'400'000LL, 1'780'272'000'000LL,
                          1'780'272'000'000LL + 86'399'999LL, -86'400'001LL}) {
    char text[kMillisMax];
    char* end = put_millis(text, ms, cache);
    EXPECT_EQ(std::string(text, end), base::format_millis(base::from_millis(ms)));
  }
}

TEST(Json, EscapesWhatRfc8259Asks) {
  EXPECT_EQ(json_string("Žluťoučký \"kůň\"\\\n\t\x01"),
            "\"Žluťoučký \\\"kůň\\\"\\\\\\n\\t\\u0001\"");
  EXPECT_EQ(json_string(""), "\"\"");
}

TEST(Csv, QuotesOnlyWhereItMust) {
  std::string out;
  std::string_view fields[] = {"Praha", "a,b", "say \"x\"", " edge", "", "two\nlines"};
  append_csv_row(out, fields);
  EXPECT_EQ(out, "Praha,\"a,b\",\"say \"\"x\"\"\",\" edge\",,\"two\nlines\"\n");
}

}  // namespace
}  // namespace codec
