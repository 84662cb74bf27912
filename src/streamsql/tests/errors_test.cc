#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "streamsql/streamsql.h"

namespace streamsql {
namespace {

using ::testing::HasSubstr;

const Names kFewNames{{"pageviews", "stars"}, {"vip"}, {"raw", "counts"}};

struct Case {
  const char* text;
  int line, column;
  const char* message;
};

class Errors : public ::testing::TestWithParam<Case> {};

TEST_P(Errors, SayWhereAndWhat) {
  const Case& c = GetParam();
  auto plan = compile(c.text, kFewNames);
  ASSERT_FALSE(plan) << c.text;
  EXPECT_THAT(plan.error().message, HasSubstr(c.message)) << c.text;
  EXPECT_EQ(plan.error().line, c.line) << c.text << "\n" << plan.error().message;
  EXPECT_EQ(plan.error().column, c.column) << c.text << "\n" << plan.error().message;
}

TEST(Errors, HaveACardWithTheLineInLetters) {
  std::string text =
      "SELECT 'á' AS a INTO raw\nFROM pageviews;\nSELECT 'ž' AS z INTO rw FROM stars";
  auto plan = compile(text, kFewNames);
  ASSERT_FALSE(plan);
  auto card = card_of(plan.error(), text);
  EXPECT_EQ(card->line, 3);
  EXPECT_EQ(card->column, plan.error().column);
  EXPECT_EQ(card->excerpt, "SELECT 'ž' AS z INTO rw FROM stars");
  EXPECT_EQ(card->mark, 21);
  EXPECT_EQ(card->nearest, "raw");
}

INSTANTIATE_TEST_SUITE_P(Lexer, Errors,
                         ::testing::Values(Case{"SELECT 'abc", 1, 8, "not closed"},
                                           Case{"SELECT [abc", 1, 8, "] is missing"},
                                           Case{"SELECT a\n/* x", 2, 1, "comment"},
                                           Case{"SELECT a ? b", 1, 10, "'?' has no meaning"},
                                           Case{"SELECT '\xC5\xBE', ? b", 1, 13, "no meaning"},
                                           Case{"SELECT 12abc", 1, 10, "can't follow the number"},
                                           Case{"SELECT 99999999999999999999 AS x", 1, 8,
                                                "does not fit a bigint"},
                                           Case{"SELECT a\n\xFF", 2, 1, "not UTF-8"}));

INSTANTIATE_TEST_SUITE_P(
    Parser, Errors,
    ::testing::Values(
        Case{"", 1, 1, "expected SELECT, found the end of the query"},
        Case{"SELEC a FROM stars", 1, 1, "did you mean 'SELECT'"},
        Case{"SELECT a\nINTO raw\nFORM stars", 3, 1, "did you mean 'FROM'"},
        Case{"SELECT a, FROM stars", 1, 11, "expected an expression, found the keyword FROM"},
        Case{"SELECT (a FROM stars", 1, 11, "expected ')', found 'FROM'"},
        Case{"SELECT a INTO raw FROM stars WHERE", 1, 35, "found the end of the query"},
        Case{"SELECT CAST(a AS int) INTO raw FROM stars", 1, 18, "'int' is not a type"},
        Case{"SELECT a INTO raw FROM stars ORDER BY a", 1, 30, "ORDER BY is not part"},
        Case{"SELECT TOP 5 a INTO raw FROM stars", 1, 8, "TOP is not part"},
        Case{"SELECT a INTO raw FROM (SELECT b FROM stars)", 1, 24, "WITH"},
        Case{"CREATE TABLE x (a bigint)", 1, 1, "not supported"},
        Case{"SELECT a INTO raw FROM stars s CROSS APPLY GetArrayElements(s.x)", 1, 65, "an alias"},
        Case{"SELECT a INTO raw FROM stars s OUTER GetArrayElements(s.x)", 1, 38, "expected APPLY"},
        Case{"SELECT a INTO raw FROM stars) x", 1, 29, "expected SELECT"}));

INSTANTIATE_TEST_SUITE_P(
    Binder, Errors,
    ::testing::Values(
        Case{"SELECT a INTO raw FROM pageview", 1, 24, "did you mean 'pageviews'"},
        Case{"SELECT a INTO rwa FROM stars", 1, 15, "did you mean 'raw'"},
        Case{"SELECT a FROM stars", 1, 1, "no INTO"},
        Case{"SELECT LOWR(a) INTO raw FROM stars", 1, 8, "did you mean 'LOWER'"},
        Case{"SELECT 1 AS x,\n  JSON_PARSE(a) INTO raw FROM stars", 2, 3,
             "JSON_PARSE is not supported yet"},
        Case{"SELECT TopOne() OVER (ORDER BY a) AS t INTO raw FROM stars", 1, 8, "with GROUP BY"},
        Case{"SELECT TopOne() AS t INTO raw FROM stars GROUP BY Tumbling(mi, 1)", 1, 8,
             "needs OVER (ORDER BY"},
        Case{"SELECT CollectTop(0) OVER (ORDER BY a) AS t INTO raw FROM stars GROUP BY "
             "Tumbling(mi, 1)",
             1, 19, "from 1 to"},
        Case{"SELECT Collect(a) OVER (LIMIT DURATION(mi, 1)) AS c INTO raw FROM stars", 1, 8,
             "of single events"},
        Case{"SELECT LAG(a) INTO raw FROM stars", 1, 8, "needs OVER (LIMIT DURATION"},
        Case{"SELECT LAG(a) OVER (LIMIT DURATION(year, 1)) INTO raw FROM stars", 1, 36, "a unit"},
        Case{"SELECT LAG(a) OVER (LIMIT 5) INTO raw FROM stars", 1, 27, "DURATION(minute, 5)"},
        Case{"SELECT LAG(a, b) OVER (LIMIT DURATION(mi, 1)) INTO raw FROM stars", 1, 15,
             "whole number"},
        Case{"SELECT LAG(LAG(a) OVER (LIMIT DURATION(mi, 1))) OVER (LIMIT DURATION(mi, 1)) "
             "INTO raw FROM stars",
             1, 12, "WITH step"},
        Case{"SELECT ISFIRST(mi, 0) AS f INTO raw FROM stars", 1, 20, "above zero"},
        Case{"SELECT ISFIRST(mi, 5) OVER (LIMIT DURATION(mi, 1)) AS f INTO raw FROM stars", 1, 35,
             "not as LIMIT"},
        Case{"SELECT LEN(a) OVER (PARTITION BY b) INTO raw FROM stars", 1, 8, "takes no OVER"},
        Case{"SELECT LAG(v.a) OVER (LIMIT DURATION(mi, 1)) AS x INTO raw FROM stars s "
             "JOIN vip v ON s.a = v.id",
             1, 12, "before it is joined"},
        Case{"SELECT ISFIRST(mi, 5) AS f, COUNT(*) INTO raw FROM stars GROUP BY "
             "TumblingWindow(mi, 5)",
             1, 8, "must stand in GROUP BY"},
        Case{"SELECT udf.f(a) INTO raw FROM stars", 1, 8, "udf.f is not supported"},
        Case{"SELECT LEN(a, b) INTO raw FROM stars", 1, 8, "LEN takes 1 argument, not 2"},
        Case{"SELECT COUNT(*) INTO raw FROM stars", 1, 8, "GROUP BY"},
        Case{"SELECT COUNT(*) INTO raw FROM stars GROUP BY a", 1, 46, "needs a window"},
        Case{"SELECT b, COUNT(*) INTO raw FROM stars GROUP BY a, TumblingWindow(mi, 5)", 1, 8,
             "must stand in GROUP BY"},
        Case{"SELECT COUNT(*) INTO raw FROM stars GROUP BY TumblingWindow(fortnight, 5)", 1, 61,
             "expected a unit"},
        Case{"SELECT COUNT(*) INTO raw FROM stars GROUP BY TumblingWindow(day, 8)", 1, 66,
             "7 days"},
        Case{"SELECT COUNT(*) INTO raw FROM stars GROUP BY TumblingWindow(day, 0)", 1, 66,
             "above zero"},
        Case{"SELECT COUNT(*) INTO raw FROM stars GROUP BY SlidingWindow(day)", 1, 46,
             "is SlidingWindow(minute, 5)"},
        Case{"SELECT COUNT(*) INTO raw FROM stars GROUP BY SessionWindow(day, 1)", 1, 46,
             "is SessionWindow(minute, 5, 60)"},
        Case{"SELECT COUNT(*) INTO raw FROM stars GROUP BY SlidingWindow(mi, 1, Offset(mi, 1))", 1,
             46, "a sliding window is"},
        Case{"SELECT COUNT(*) INTO raw FROM stars GROUP BY Tumbling(mi, 1) OVER (PARTITION BY a)",
             1, 46, "takes no OVER"},
        Case{"SELECT COUNT(*) INTO raw FROM stars GROUP BY Windows(Tumbling(mi, 1))", 1, 46,
             "Windows is not supported yet"},
        Case{"SELECT SUM(COUNT(*)) INTO raw FROM stars GROUP BY TumblingWindow(day, 1)", 1, 12,
             "inside another"},
        Case{"SELECT a AS x, b AS X INTO raw FROM stars", 1, 16, "two columns"},
        Case{"SELECT a INTO raw FROM stars TIMESTAMP BY t SELECT a INTO raw FROM stars", 1, 68,
             "one time in a job"},
        Case{"SELECT s.a INTO raw FROM stars s CROSS APPLY LEN(s.x) AS f", 1, 46, "APPLY takes"},
        Case{"SELECT s.a, f.Value INTO raw FROM stars s CROSS APPLY GetArrayElements(s.x) AS f", 1,
             13, "'f' has no column 'Value'"},
        Case{"SELECT GetArrayElements(x) INTO raw FROM stars", 1, 8, "CROSS APPLY or OUTER APPLY"},
        Case{"SELECT a INTO raw FROM vip", 1, 24, "can only be joined"},
        Case{"SELECT a INTO raw FROM stars s JOIN vip v ON s.a = v.id", 1, 8, "say whose column"},
        Case{"SELECT * INTO raw FROM stars s JOIN vip v ON s.a = v.id", 1, 8, "write s.*"},
        Case{"SELECT s.a INTO raw FROM stars s JOIN vip v ON s.a > v.id", 1, 52, "equality"},
        Case{"SELECT s.a INTO raw FROM stars s JOIN pageviews p ON s.a = p.a", 1, 58,
             "DATEDIFF(minute, s, p) BETWEEN 0 AND 15"},
        Case{"SELECT s.a INTO raw FROM stars s JOIN pageviews p ON DATEDIFF(mi, s, p) < 5", 1, 73,
             "needs a bound of time"},
        Case{"SELECT s.a INTO raw FROM stars s JOIN pageviews p ON DATEDIFF(mi, s, p) < s.x", 1, 73,
             "whole number"},
        Case{"SELECT s.a INTO raw FROM stars s JOIN pageviews p ON DATEDIFF(day, s, p) "
             "BETWEEN 0 AND 8",
             1, 74, "7 days"},
        Case{"SELECT s.a INTO raw FROM stars s JOIN pageviews p ON DATEDIFF(year, s, p) "
             "BETWEEN 0 AND 1",
             1, 63, "expected a unit"},
        Case{"SELECT s.a INTO raw FROM stars s JOIN pageviews p ON DATEDIFF(mi, s, s) "
             "BETWEEN 0 AND 1",
             1, 54, "one of the two must be 'p'"},
        Case{"SELECT s.a INTO raw FROM stars s LEFT JOIN pageviews p ON DATEDIFF(mi, s, p) "
             "BETWEEN 0 AND 1 JOIN stars t ON DATEDIFF(mi, s, t) BETWEEN 0 AND 1",
             1, 94, "must be the last one"},
        Case{"SELECT ISFIRST(mi, 5) AS f INTO raw FROM stars s JOIN pageviews p ON "
             "DATEDIFF(mi, s, p) BETWEEN 0 AND 1",
             1, 8, "in a WITH step"},
        Case{"SELECT s.a INTO raw FROM stars s JOIN stars S ON DATEDIFF(mi, s, s) BETWEEN 0 AND 1",
             1, 39, "two sources are called 'S'"},
        Case{"WITH s AS (SELECT user_id FROM stars) SELECT userid INTO raw FROM s", 1, 46,
             "did you mean 'user_id'"},
        Case{"WITH s AS (SELECT a INTO raw FROM stars) SELECT a INTO raw FROM s", 1, 26,
             "INTO can't"},
        Case{"SELECT DATEADD(minut, 1, t) INTO raw FROM stars", 1, 16, "is a unit"},
        Case{"SELECT a INTO raw FROM stars HAVING a > 1", 1, 39, "HAVING needs GROUP BY"},
        Case{"SELECT a INTO raw FROM stars UNION SELECT b FROM stars", 1, 36, "same columns"}));

TEST(Errors, DeepNestingIsAnErrorNotACrash) {
  std::string parens(100'000, '(');
  EXPECT_FALSE(compile("SELECT " + parens, kFewNames));
  std::string sums = "SELECT 1";
  for (int i = 0; i < 100'000; i++) sums += "+1";
  auto plan = compile(sums + " AS x INTO raw FROM stars", kFewNames);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message, HasSubstr("nested"));
  std::string ands = "SELECT a INTO raw FROM stars WHERE a";
  for (int i = 0; i < 10'000; i++) ands += " AND a";
  EXPECT_TRUE(compile(ands, kFewNames));
}

TEST(Errors, TextAboveOneMegabyteIsRefused) {
  EXPECT_FALSE(compile(std::string((1 << 20) + 1, ' '), kFewNames));
}

}  // namespace
}  // namespace streamsql
