// What reaches a reader of an answer is the value: docs/formats/answers.md.
#include <gtest/gtest.h>

#include "lake/tests/lake_fixture.h"

namespace lake {
namespace {

class AnswerTest : public LakeFixture {
 protected:
  /// The only value of a statement, as JSON text.
  std::string one(const std::string& expression) {
    std::string all = rows("SELECT " + expression);
    return all.starts_with("[[") ? all.substr(2, all.size() - 4) : all;
  }
};

TEST_F(AnswerTest, IntegersAreNumbersWhereADoubleHoldsThem) {
  EXPECT_EQ(one("9007199254740991"), "9007199254740991");
  EXPECT_EQ(one("9007199254740993"), "\"9007199254740993\"");
  EXPECT_EQ(one("-9007199254740991"), "-9007199254740991");
  EXPECT_EQ(one("-9007199254740993"), "\"-9007199254740993\"");
  EXPECT_EQ(one("CAST('-9223372036854775808' AS BIGINT)"), "\"-9223372036854775808\"");
  EXPECT_EQ(one("18446744073709551615::UBIGINT"), "\"18446744073709551615\"");
  EXPECT_EQ(one("170141183460469231731687303715884105727::HUGEINT"),
            "\"170141183460469231731687303715884105727\"");
  EXPECT_EQ(one("340282366920938463463374607431768211455::UHUGEINT"),
            "\"340282366920938463463374607431768211455\"");
  EXPECT_EQ(one("[1, 9007199254740993]"), "[1,\"9007199254740993\"]");
  EXPECT_EQ(one("{'a': 9007199254740993}"), R"({"a":"9007199254740993"})");
  EXPECT_EQ(one("MAP {'a': 9007199254740993}"), R"({"a":"9007199254740993"})");
}

TEST_F(AnswerTest, RealNumbersKeepSignAndKind) {
  EXPECT_EQ(one("-0.0::DOUBLE, 0.1::DOUBLE, 1e300::DOUBLE, 5e-324::DOUBLE"),
            "-0.0,0.1,1e+300,5e-324");
  EXPECT_EQ(one("'NaN'::DOUBLE, 'inf'::DOUBLE, '-inf'::FLOAT"), R"("NaN","Infinity","-Infinity")");
  EXPECT_EQ(one("0.1::FLOAT, 16777217::FLOAT"), "0.1,16777216.0");
  EXPECT_EQ(one("12.30::DECIMAL(12,2), -0.05::DECIMAL(4,2)"), R"("12.30","-0.05")");
  EXPECT_EQ(one("12345678901234567890123456789012345.678::DECIMAL(38,3)"),
            "\"12345678901234567890123456789012345.678\"");
}

TEST_F(AnswerTest, FarAndInfiniteTimesAreThemselves) {
  EXPECT_EQ(one("DATE '0001-01-01', DATE '9999-12-31', DATE '12026-06-01'"),
            R"("0001-01-01","9999-12-31","12026-06-01")");
  EXPECT_EQ(one("DATE '5881580-07-10', DATE '0044-03-15 (BC)', DATE 'infinity', DATE '-infinity'"),
            R"x("5881580-07-10","0044-03-15 (BC)","infinity","-infinity")x");
  EXPECT_EQ(one("TIMESTAMP '1969-12-31 23:59:59.999999', TIMESTAMPTZ '0001-01-01 00:00:00+00'"),
            R"("1969-12-31T23:59:59.999999","0001-01-01T00:00:00.000000Z")");
  EXPECT_EQ(one("TIMESTAMP '294247-01-10 04:00:54.775806', TIMESTAMPTZ 'infinity'"),
            R"("294247-01-10T04:00:54.775806","infinity")");
  EXPECT_EQ(one("TIMESTAMP '0044-03-15 (BC) 01:02:03'"), "\"0044-03-15 (BC) 01:02:03.000000\"");
  EXPECT_EQ(one("TIMESTAMP_NS '2026-06-01 00:00:00.123456789'"),
            "\"2026-06-01T00:00:00.123456789\"");
  EXPECT_EQ(one("TIMESTAMP_MS '2026-06-01 00:00:00.123', TIMESTAMP_S '2026-06-01 00:00:01'"),
            R"("2026-06-01T00:00:00.123","2026-06-01T00:00:01")");
}

/// Every text of the page on formats casts back to the value that it stands for.
TEST_F(AnswerTest, TextsCastBackToTheirValues) {
  for (const char* value :
       {"9007199254740993::BIGINT", "-12.30::DECIMAL(12,2)", "DATE '-infinity'",
        "DATE '5877642-06-25 (BC)'", "DATE '12026-06-01'", "TIMESTAMP '0044-03-15 (BC) 01:02:03.5'",
        "TIMESTAMP 'infinity'", "TIMESTAMP '294247-01-10 04:00:54.775806'",
        "TIMESTAMPTZ '290308-12-22 (BC) 00:00:00+00'",
        "TIMESTAMP_NS '2026-06-01 00:00:00.123456789'", "'-inf'::DOUBLE",
        "INTERVAL '1 year 3 days 4.5 seconds'", "UUID '6f6a0e2e-0b5e-4c83-9d5e-0f0f0f0f0f0f'"}) {
    auto answer = lake_->query(fmt::format("SELECT {}", value));
    ASSERT_TRUE(answer) << value << ": " << answer.error().message;
    ASSERT_TRUE(answer->rows[0][0].is_string()) << value;
    EXPECT_EQ(
        rows(fmt::format("SELECT CAST('{}' AS {}) = {}", answer->rows[0][0].get<std::string>(),
                         answer->columns[0].type, value)),
        "[[true]]")
        << answer->rows[0][0];
  }
}

TEST_F(AnswerTest, ColumnsAreKnownByTheirPlaceNotTheirName) {
  auto answer = *lake_->query("SELECT 1 AS a, 2 AS a, INTERVAL 1 DAY AS a");
  EXPECT_EQ(to_json(answer)["columns"].dump(),
            R"([{"name":"a","type":"INTEGER"},{"name":"a","type":"INTEGER"},)"
            R"({"name":"a","type":"INTERVAL"}])");
  EXPECT_EQ(nlohmann::json(answer.rows).dump(), R"([[1,2,"1 day"]])");
}

TEST_F(AnswerTest, WhatIsInsideIsThereToo) {
  EXPECT_EQ(one("row(1, 'x')"), R"([1,"x"])");
  EXPECT_EQ(one("[1, 2, 3]::BIGINT[3]"), "[1,2,3]");
  EXPECT_EQ(one("[{'at': DATE '12026-06-01', 'n': NULL}]"), R"([{"at":"12026-06-01","n":null}])");
  EXPECT_EQ(one("MAP {1: 'a'}"), "\"{1=a}\"");
  EXPECT_EQ(one("'\\x00\\xff'::BLOB"), "\"00ff\"");
  EXPECT_EQ(lake_->query("SELECT [1, 2]::BIGINT[2]")->columns[0].type, "BIGINT[2]");
}

TEST_F(AnswerTest, EndsAtItsSizeAndSaysSo) {
  auto answer =
      lake_->query("SELECT repeat('a', 1000) AS t FROM range(10000)", {.max_bytes = 1 << 20});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->truncated);
  EXPECT_GT(answer->rows.size(), 900u);
  EXPECT_LT(answer->rows.size(), 1049u);
  EXPECT_EQ(answer->rows.back()[0].get<std::string>().size(), 1000u);
  answer = lake_->query("SELECT 1, range(1000000)", {.max_bytes = 1 << 20});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->truncated);
  EXPECT_EQ(answer->rows.size(), 0u);
  EXPECT_EQ(answer->columns.size(), 2u);
  EXPECT_FALSE(lake_->query("SELECT range(1000)", {.max_bytes = 1 << 20})->truncated);
}

}  // namespace
}  // namespace lake
