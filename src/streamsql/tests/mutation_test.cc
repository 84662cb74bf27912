// A fuzzer that runs in every test run: seeded mutations of good queries. Whatever comes out is
// parsed or refused with a position inside the text, and what parses prints to a fixed point.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "streamsql/parser.h"
#include "streamsql/print.h"
#include "streamsql/streamsql.h"

namespace streamsql {
namespace {

const std::vector<std::string> kSeeds = {
    "SELECT user_id, CAST(latency AS float) AS latency INTO raw FROM pageviews p TIMESTAMP BY t "
    "WHERE p.latency > 2000 AND NOT (uri LIKE '%x_' OR a IS NOT NULL)",
    "WITH s AS (SELECT k, COUNT(*) AS n FROM stars GROUP BY k, TumblingWindow(minute, 5) HAVING "
    "COUNT(*) >= 3), u AS (SELECT k FROM s UNION SELECT k FROM stars) SELECT * INTO raw FROM u;",
    "SELECT CASE k WHEN 'A' THEN -1 ELSE DATEADD(hour, 2, t) END AS x, v.[odd name], s.* INTO "
    "counts "
    "FROM stars s JOIN vip v ON s.user_id = v.id AND v.x BETWEEN 1 AND 2 -- end\n",
    "SELECT SUM(a+b*2.5e3)/COUNT(DISTINCT c) AS r, System.Timestamp() AS t INTO raw FROM stars "
    "GROUP BY HoppingWindow(Duration(mi, 2), Hop(ss, 30), Offset(ms, -1)), System.Timestamp",
    "SELECT p.a, s.b, v.c, System.Timestamp() AS t INTO raw FROM pageviews p TIMESTAMP BY at "
    "JOIN vip v ON p.u = v.id LEFT OUTER JOIN stars s TIMESTAMP BY at ON p.u = s.u AND "
    "DATEDIFF(minute, p, s) BETWEEN -1 AND 15 AND DATEDIFF(ss, s, p) <= 900 AND s.x > p.y",
    "SELECT s.id, f.ArrayIndex AS i, g.PropertyValue.k AS k INTO raw FROM stars s CROSS APPLY "
    "GetArrayElements(s.items) AS f OUTER APPLY GetRecordProperties(f.ArrayValue) AS g",
    "SELECT COUNT(*) AS n INTO raw FROM stars GROUP BY "
    "SessionWindow(Timeout(ss, 5), MaxDuration(mi, 1)) OVER (PARTITION BY u)",
    "SELECT k, TopOne() OVER (ORDER BY v DESC) AS best, CollectTop(2, n) OVER (ORDER BY v, w) AS "
    "c, "
    "Collect(n) AS all_n INTO raw FROM stars GROUP BY k, TumblingWindow(second, 10)",
    "SELECT LAG(a, 2, 0) OVER (PARTITION BY u LIMIT DURATION(mi, 5) WHEN b = 1) AS l, "
    "LAST(c) OVER (LIMIT DURATION(hour, 1)), SUM(d) OVER (PARTITION BY u LIMIT DURATION(ss, 9)) AS "
    "s "
    "INTO raw FROM stars WHERE ISFIRST(mi, 60) OVER (PARTITION BY u WHEN a > 1) = 1",
    "SELECT LAG(*) OVER (PARTITION BY a ORDER BY b DESC LIMIT DURATION(mi, 5) WHEN c IN (1, 2)) "
    "FROM i"};

std::string mutated(std::uint64_t row) {
  base::CounterRandom random(7, 1, 1);
  std::uint64_t draw = 0;
  auto below = [&](std::size_t n) {
    return static_cast<std::size_t>(base::CounterRandom::scale(random.bits(row, draw++), n));
  };
  std::string text = kSeeds[below(kSeeds.size())];
  for (std::size_t edits = 1 + below(4); edits > 0 && !text.empty(); edits--) {
    std::size_t at = below(text.size());
    const std::string& other = kSeeds[below(kSeeds.size())];
    std::size_t from = below(other.size());
    switch (below(4)) {
      case 0:
        text.erase(at, 1 + below(12));
        break;
      case 1:
        text[at] = static_cast<char>(below(256));
        break;
      case 2:
        text.insert(at, other.substr(from, 1 + below(20)));
        break;
      default:
        text.insert(at, 1, "()[]'\",.*=<>-+ "[below(15)]);
        break;
    }
  }
  return text;
}

TEST(Mutation, NothingCrashesAndPrintIsAFixedPoint) {
  Names names{{"pageviews", "stars", "i"}, {"vip"}, {"raw", "counts", "output"}};
  int parsed = 0, bound = 0;
  for (std::uint64_t row = 0; row < 30'000; row++) {
    std::string text = mutated(row);
    auto plan = compile(text, names);
    bound += plan.has_value();
    if (!plan) {
      int lines = static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
      ASSERT_TRUE(plan.error().line >= 1 && plan.error().line <= lines) << text;
      ASSERT_FALSE(plan.error().message.empty()) << text;
    }
    auto script = parse(text);
    if (!script) continue;
    parsed++;
    std::string once = print(*script);
    auto again = parse(once);
    ASSERT_TRUE(again) << text << "\n" << once << "\n" << to_string(again.error());
    ASSERT_EQ(print(*again), once) << text;
  }
  EXPECT_GT(parsed, 1000);
  EXPECT_GT(bound, 300);
}

}  // namespace
}  // namespace streamsql
