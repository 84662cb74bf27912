#include <gtest/gtest.h>

#include "streamsql/parser.h"
#include "streamsql/print.h"
#include "streamsql/streamsql.h"

namespace streamsql {
namespace {

const Names kNames{
    {"pageviews", "stars"}, {"vip", "users"}, {"raw", "counts", "with-dash", "output"}};

Plan compiled(std::string_view text) {
  auto plan = compile(text, kNames);
  EXPECT_TRUE(plan) << text << "\n" << (plan ? "" : to_string(plan.error()));
  return plan ? std::move(*plan) : Plan{};
}

TEST(Compile, FilterProjectionAndCast) {
  Plan plan = compiled(
      "-- raw\nselect user_id, CAST(latency AS float) AS latency, Lower(uri) u, "
      "EventEnqueuedUtcTime "
      "INTO [RAW] FROM PageViews p TIMESTAMP BY event_time WHERE latency > 1.5 AND p.uri LIKE "
      "'x%'");
  ASSERT_EQ(plan.inputs.size(), 1u);
  EXPECT_EQ(plan.inputs[0].name, "pageviews");
  EXPECT_EQ(plan.inputs[0].timestamp_by->path[0], "event_time");
  ASSERT_EQ(plan.steps.size(), 1u);
  EXPECT_EQ(plan.steps[0].name, "raw");
  const Select& select = plan.steps[0].branches[0];
  ASSERT_EQ(select.columns.size(), 4u);
  EXPECT_EQ(select.columns[0].name, "user_id");
  EXPECT_EQ(select.columns[0].type, std::nullopt);
  EXPECT_EQ(select.columns[1].type, SqlType::kFloat);
  EXPECT_EQ(select.columns[2].name, "u");
  EXPECT_EQ(select.columns[2].type, SqlType::kText);
  EXPECT_EQ(select.where->kind, ExprKind::kAnd);
}

TEST(Compile, TumblingWindowKeysAndAggregates) {
  Plan plan = compiled(
      "SELECT COUNT(*) AS count, http_method, SUM(latency)/COUNT(*) AS mean, System.Timestamp() AS "
      "e\n"
      "INTO counts FROM pageviews TIMESTAMP BY event_time\n"
      "GROUP BY TumblingWindow(minute, 5), http_method HAVING [count] >= 3");
  const Select& select = plan.steps[0].branches[0];
  EXPECT_TRUE(select.grouped);
  EXPECT_EQ(select.window.size, 300 * kTicksPerSecond);
  EXPECT_EQ(select.window.hop, select.window.size);
  ASSERT_EQ(select.keys.size(), 1u);
  ASSERT_EQ(select.aggregates.size(), 2u);
  EXPECT_EQ(select.columns[0].type, SqlType::kBigint);
  EXPECT_EQ(select.columns[1].value->kind, ExprKind::kKey);
  EXPECT_EQ(select.columns[3].value->kind, ExprKind::kTimestamp);
  EXPECT_EQ(select.columns[3].type, SqlType::kDatetime);
  EXPECT_EQ(select.having->args[0]->kind, ExprKind::kAggregate);
}

TEST(Compile, WindowForms) {
  auto window = [](std::string text) {
    Plan plan = compiled("SELECT COUNT(*) AS n INTO raw FROM stars GROUP BY " + text);
    return plan.steps[0].branches[0].window;
  };
  EXPECT_EQ(window("Tumbling(Duration(hour, 1))").size, 3600 * kTicksPerSecond);
  EXPECT_EQ(window("TUMBLINGWINDOW(ms, 10)").size, kTicksPerSecond / 100);
  EXPECT_EQ(window("TumblingWindow(Duration(ss, 10), Offset(millisecond, -1))").offset,
            -kTicksPerSecond / 1000);
  Window hopping = window("HoppingWindow(second, 60, 5)");
  EXPECT_EQ(hopping.kind, WindowKind::kHopping);
  EXPECT_EQ(hopping.hop, 5 * kTicksPerSecond);
  EXPECT_EQ(window("Hopping(Duration(mi, 2), Hop(ss, 30))").hop, 30 * kTicksPerSecond);
  EXPECT_EQ(window("System.Timestamp()").kind, WindowKind::kSnapshot);
  EXPECT_EQ(window("SlidingWindow(mi, 1)").size, 60 * kTicksPerSecond);
  Window session = window("Session(Timeout(ss, 5), MaxDuration(mi, 1)) OVER (PARTITION BY a)");
  EXPECT_EQ(session.kind, WindowKind::kSession);
  EXPECT_EQ(session.timeout, 5 * kTicksPerSecond);
  EXPECT_EQ(session.size, 60 * kTicksPerSecond);
  EXPECT_EQ(window("SessionWindow(hour, 1, 3)").timeout, 3600 * kTicksPerSecond);
}

TEST(Compile, StepsAndUnion) {
  Plan plan = compiled(
      "WITH slow AS (SELECT user_id, latency FROM pageviews TIMESTAMP BY t WHERE latency > 1),\n"
      "both AS (SELECT user_id FROM slow UNION SELECT user_id FROM stars)\n"
      "SELECT user_id INTO raw FROM both; SELECT latency INTO counts FROM slow");
  ASSERT_EQ(plan.steps.size(), 4u);
  EXPECT_FALSE(plan.steps[0].is_output);
  EXPECT_EQ(plan.steps[1].branches.size(), 2u);
  EXPECT_TRUE(plan.steps[1].branches[0].from.is_step);
  EXPECT_FALSE(plan.steps[1].branches[1].from.is_step);
  EXPECT_EQ(plan.inputs.size(), 2u);
}

TEST(Compile, ReferenceJoinFindsItsKeys) {
  Plan plan = compiled(
      "SELECT p.user_id, p.* INTO raw FROM pageviews p TIMESTAMP BY t\n"
      "JOIN vip v ON v.id = p.user_id AND v.level > 3 LEFT JOIN users u ON p.user_id = u.id");
  const Select& select = plan.steps[0].branches[0];
  ASSERT_EQ(select.joins.size(), 2u);
  EXPECT_EQ(plan.references, (std::vector<std::string>{"vip", "users"}));
  EXPECT_EQ(select.joins[0].left_keys[0]->source, 0);
  EXPECT_EQ(select.joins[0].right_keys[0]->source, 1);
  EXPECT_TRUE(select.joins[0].residual);
  EXPECT_TRUE(select.joins[1].left_join);
}

TEST(Compile, ImpliedNames) {
  Plan plan = compiled(
      "SELECT a.b.c, count(*), UPPER(x) FROM stars GROUP BY a.b.c, UPPER(X), "
      "TumblingWindow(second, 1)");
  const auto& columns = plan.steps[0].branches[0].columns;
  EXPECT_EQ(columns[0].name, "c");
  EXPECT_EQ(columns[1].name, "count");
  EXPECT_EQ(columns[2].name, "UPPER");
  EXPECT_EQ(plan.steps[0].name, "output");
}

TEST(Compile, StatementsNeedNoSeparator) {
  EXPECT_EQ(
      compiled("SELECT * INTO raw FROM stars SELECT a INTO [with-dash] FROM stars;").steps.size(),
      2u);
}

TEST(Compile, ColumnsCalledTimestamp) {
  Plan plan = compiled(
      "SELECT timestamp, x AS timestamp2 INTO raw FROM stars TIMESTAMP BY timestamp "
      "WHERE timestamp > '2026'");
  EXPECT_EQ(plan.steps[0].branches[0].columns[0].name, "timestamp");
  EXPECT_EQ(plan.inputs[0].timestamp_by->path[0], "timestamp");
}

TEST(Print, IsAFixedPoint) {
  const char* texts[] = {
      "SELECT a+b*-c - -5 AS x, 'it''s', [odd ]] name], 1.5e300, .5 FROM i",
      "WITH s AS (SELECT * FROM i TIMESTAMP BY t PARTITION BY k) SELECT x.* INTO o FROM s x",
      "SELECT CASE k WHEN 1 THEN NULL ELSE (a OR b AND NOT c) END FROM i WHERE x NOT IN (1, 2)",
      "SELECT CAST(a AS nvarchar(max)), TRY_CAST(b AS bit), COUNT(DISTINCT c) FROM i GROUP BY "
      "System.Timestamp HAVING COUNT(*) BETWEEN 1 AND 2 UNION SELECT y FROM j WHERE z IS NOT NULL",
      "SELECT LAG(*) OVER (PARTITION BY a ORDER BY b DESC LIMIT DURATION(mi, 5) WHEN c = 1) FROM i",
      "SELECT a FROM i JOIN j ON i.a = j.b LEFT JOIN k ON DATEDIFF(mi, i, k) BETWEEN 0 AND 15"};
  for (const char* text : texts) {
    auto script = parse(text);
    ASSERT_TRUE(script) << text << "\n" << to_string(script.error());
    std::string once = print(*script);
    auto again = parse(once);
    ASSERT_TRUE(again) << once << "\n" << to_string(again.error());
    EXPECT_EQ(print(*again), once);
  }
}

}  // namespace
}  // namespace streamsql
