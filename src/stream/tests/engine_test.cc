// SELECTs over events in memory: what the conformance cases don't say.
#include "stream/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stream/datetime.h"
#include "stream/tests/collect.h"
#include "streamsql/streamsql.h"

namespace stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// One input `e` (and `f`), arrival = n seconds after kStart for event n.
struct Bench {
  streamsql::Plan plan;
  CollectedOutputs outputs{plan};
  std::unique_ptr<Engine> engine;
  std::int64_t pushed = 0;

  explicit Bench(std::string_view query, TimePolicy::Mode mode = TimePolicy::Mode::kAdjust,
                 bool broker_columns = false) {
    auto compiled = streamsql::compile(query, {{"e", "f"}, {"r"}, {"o", "p"}});
    EXPECT_TRUE(compiled) << to_string(compiled.error());
    plan = std::move(*compiled);
    EngineOptions options;
    options.policy.mode = mode;
    options.broker_columns = broker_columns;
    engine = Engine::create(plan, options, outputs).value();
  }
  base::Status push(std::initializer_list<std::string> events, std::size_t input = 0) {
    std::vector<std::string> kept(events);
    std::vector<SourceRecord> records;
    for (const std::string& event : kept) {
      records.push_back({kStart + pushed * kTicksPerSecond, 0, pushed, event});
      pushed++;
    }
    return engine->push(input, records);
  }
  std::vector<std::string> o() const { return outputs.lines("o"); }
};

TEST(Engine, StatelessRowsComeAtOnceWithoutTimestampBy) {
  Bench b("SELECT a, System.Timestamp() AS t INTO o FROM e WHERE a > 1");
  ASSERT_TRUE(b.push({R"({"a":1})", R"({"A":2})", R"({"a":"3"})", R"({"b":4})"}));
  EXPECT_THAT(b.o(), ElementsAre(R"({"a":2,"t":"2026-06-01T00:00:01.0000000Z"})"));
}

TEST(Engine, BrokerColumnsWinOverTheEvents) {
  Bench b("SELECT *, PartitionId AS part INTO o FROM e", TimePolicy::Mode::kAdjust, true);
  ASSERT_TRUE(b.push({R"({"a":1,"offset":"mine","partitionid":9})"}));
  EXPECT_THAT(b.o(), ElementsAre(HasSubstr("\"Offset\":0")));
  EXPECT_THAT(b.o()[0], HasSubstr("\"EventEnqueuedUtcTime\":\"2026-06-01T00:00:00.0000000Z\""));
  EXPECT_THAT(b.o()[0], HasSubstr("\"part\":0"));
  EXPECT_THAT(b.o()[0], Not(HasSubstr("mine")));
}

TEST(Engine, DeadLettersSayWhy) {
  Bench b("SELECT a INTO o FROM e TIMESTAMP BY DATEADD(second, n, '1970-01-01')");
  ASSERT_TRUE(b.push({R"({"a":1,"n":1780272000})", "{oops", R"({"a":2,"n":"x"})", R"({"a":3})"}));
  EXPECT_THAT(b.o(), ElementsAre("{\"a\":1}"));
  EXPECT_THAT(b.outputs.dead(), ElementsAre(HasSubstr("malformed: "),
                                            "bad_time: TIMESTAMP BY gives no datetime|"
                                            R"({"a":2,"n":"x"})",
                                            HasSubstr("bad_time: ")));
  const BinCounts& counts = b.engine->counts(0).at(0);
  EXPECT_EQ(counts.read, 4);
  EXPECT_EQ(counts.bins, (std::array<std::int64_t, kBins>{1, 1, 2, 0, 0, 0}));
}

TEST(Engine, ArrivalWindowsWaitForTheFrontier) {
  Bench b("SELECT COUNT(*) AS n INTO o FROM e GROUP BY TumblingWindow(second, 10)");
  ASSERT_TRUE(
      b.push({"{}", "{}", "{}"}));  // arrive at 0, 1, 2: the first belongs to the window before
  ASSERT_TRUE(b.engine->advance(0, kStart + 10 * kTicksPerSecond));
  EXPECT_THAT(b.o(), ElementsAre("{\"n\":1}"));
  ASSERT_TRUE(b.engine->advance(0, kStart + 10 * kTicksPerSecond + 1));
  EXPECT_THAT(b.o(), ElementsAre("{\"n\":1}", "{\"n\":2}"));
}

TEST(Engine, WindowOverAWindow) {
  Bench b(
      "WITH s AS (SELECT k, COUNT(*) AS n FROM e GROUP BY k, TumblingWindow(second, 2)) "
      "SELECT MAX(n) AS most, COUNT(*) AS rows INTO o FROM s GROUP BY TumblingWindow(second, 4)");
  ASSERT_TRUE(b.push({R"({"k":1})", R"({"k":1})", R"({"k":1})", R"({"k":2})", R"({"k":2})"}));
  ASSERT_TRUE(b.engine->finish());
  EXPECT_THAT(b.o(), ElementsAre(R"({"most":1,"rows":1})", R"({"most":2,"rows":2})"));
}

TEST(Engine, UnionTakesTheLowerWatermark) {
  Bench b(
      "WITH u AS (SELECT a FROM e UNION SELECT a FROM f) "
      "SELECT COUNT(*) AS n INTO o FROM u GROUP BY TumblingWindow(second, 10)");
  ASSERT_TRUE(b.push({R"({"a":1})"}, 0));
  ASSERT_TRUE(b.push({R"({"a":2})"}, 1));
  ASSERT_TRUE(b.engine->advance(0, kStart + 60 * kTicksPerSecond));
  EXPECT_THAT(b.o(), IsEmpty());
  ASSERT_TRUE(b.engine->advance(1, kStart + 60 * kTicksPerSecond));
  EXPECT_THAT(b.o(), ElementsAre("{\"n\":1}", "{\"n\":1}"));
}

TEST(Engine, MaxReadsAnUncastTextAsANumber) {
  Bench b("SELECT MAX(w) AS w INTO o FROM e GROUP BY TumblingWindow(hour, 1)");
  ASSERT_TRUE(b.push({"{}", R"({"w":"7.5"})"}));
  auto bad = b.push({R"({"w":"text"})"});
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().message, HasSubstr("line 1, column 12"));
}

TEST(Engine, AggregateResults) {
  Bench b(
      "SELECT COUNT(v) AS c, SUM(v) AS s, AVG(v) AS a, MIN(v) AS lo, MAX(v) AS hi, COUNT(DISTINCT "
      "v) "
      "AS d, MAX(CAST(x AS nvarchar(max))) AS t, SUM(none) AS none "
      "INTO o FROM e TIMESTAMP BY at GROUP BY TumblingWindow(hour, 1)");
  std::string at = R"("at":"2026-06-01T00:00:00Z")";
  ASSERT_TRUE(b.push({"{" + at + "}", "{" + at + R"(,"v":1,"x":"10"})",
                      "{" + at + R"(,"v":2,"x":"9"})", "{" + at + R"(,"v":2})"}));
  ASSERT_TRUE(b.engine->finish());
  EXPECT_THAT(
      b.o(),
      ElementsAre(
          R"({"c":3,"s":5,"a":1.6666666666666667,"lo":1,"hi":2,"d":2,"t":"9","none":null})"));
}

TEST(Engine, GuardsKeepCastsFromFailing) {
  Bench b(
      "SELECT CASE WHEN k = 'n' THEN CAST(v AS bigint) ELSE -1 END AS a, COALESCE(w, CAST(v AS "
      "bigint)) AS b "
      "INTO o FROM e WHERE k <> 'skip' AND (k = 'n' OR w IS NOT NULL)");
  ASSERT_TRUE(
      b.push({R"({"k":"n","v":"5"})", R"({"k":"t","v":"no","w":7})", R"({"k":"skip","v":"no"})"}));
  EXPECT_THAT(b.o(), ElementsAre(R"({"a":5,"b":5})", R"({"a":-1,"b":7})"));
}

TEST(Engine, ArithmeticErrorsStopWithTheirPlace) {
  for (const char* expression :
       {"a / 0", "a % (a - a)", "a * 9223372036854775807", "a + 'x'", "-s"}) {
    Bench b("SELECT " + std::string(expression) + " AS x INTO o FROM e");
    auto status = b.push({R"({"a":3,"s":"text"})"});
    ASSERT_FALSE(status) << expression;
    EXPECT_THAT(status.error().message, HasSubstr("line 1, column ")) << expression;
  }
}

TEST(Engine, NullsInThreeValues) {
  Bench b("SELECT id INTO o FROM e WHERE NOT (x = 1 AND y = 1)");
  ASSERT_TRUE(b.push({R"({"id":1,"x":1})", R"({"id":2,"x":2})", R"({"id":3,"x":1,"y":2})"}));
  EXPECT_THAT(b.o(), ElementsAre("{\"id\":2}", "{\"id\":3}"));  // 1: NOT NULL is NULL
}

TEST(Engine, AReferenceColumnThatNoRowHasIsAnError) {
  struct {
    const char* name;
    std::string text;
    const char* message;
  } files[] = {
      {"semicolons.csv", "k;name\n1;a\n", "separates fields by ';': write it with commas"},
      {"tabs.csv", "k\tname\r\n", "separates fields by tabs"},
      {"typo.csv", "\xEF\xBB\xBFk,nam\r\n1,a",
       "has no column 'name'; it has k and nam; did you mean"},
      {"typo.json", "[{\"k\":1,\"nam\":\"a\"}]", "has no column 'name'; it has k"},
      {"twice.csv", "k,name,K\n1,a,2\n", "line 1: two columns are called 'K': give one another"},
      {"quoted.csv", "k,name,\"name\"\n", "two columns are called 'name'"},
      {"zero.csv", std::string("k,name\n1,a\n2,b\0c\n", 17), "line 3: a zero byte"},
      {"latin.csv", "k,name\n1,\"a\nb\"\n2,Nov\xE1k\n3,c\n", "line 4: bytes that are not UTF-8"},
      {"wide.csv", std::string("\xFF\xFEk\0,\0n\0\n\0", 10), "line 1: this is UTF-16"},
      {"unnamed.csv", "k,name,,\n1,a,,\n", ""},
      {"good.csv", "\xEF\xBB\xBFK,name\r\n1,a", ""},
      {"empty.json", "[]", ""},
  };
  for (const auto& file : files) {
    auto plan = streamsql::compile("SELECT e.id, r.name INTO o FROM e JOIN r ON e.k = r.k",
                                   {{"e"}, {"r"}, {"o"}});
    ASSERT_TRUE(plan);
    CollectedOutputs outputs(*plan);
    EngineOptions options;
    options.references["r"] = ::testing::TempDir() + "/" + file.name;
    ASSERT_TRUE(base::Env::real().write_file(options.references["r"], file.text));
    auto engine = Engine::create(*plan, options, outputs);
    EXPECT_EQ(engine.has_value(), *file.message == '\0') << file.name;
    if (!engine) {
      EXPECT_EQ(engine.error().code, base::Code::kInvalidArgument);
      EXPECT_THAT(engine.error().message, HasSubstr(file.message)) << file.name;
    }
  }
}

TEST(Engine, ReferenceJoinsInnerLeftAndResidual) {
  auto plan = streamsql::compile(
      "SELECT e.id, r.name INTO o FROM e JOIN r ON e.k = r.k AND r.level > e.level "
      "SELECT e.id, r.name INTO p FROM e LEFT JOIN r ON e.k = r.k AND r.level > e.level",
      {{"e"}, {"r"}, {"o", "p"}});
  ASSERT_TRUE(plan) << to_string(plan.error());
  std::string path = ::testing::TempDir() + "/reference_join_test.json";
  ASSERT_TRUE(base::Env::real().write_file(path,
                                           "\n{\"k\":1,\"name\":\"a\",\"level\":1}\r\n{\"k\":1.0,"
                                           "\"name\":\"b\",\"level\":9}\n{\"name\":\"none\"}"));
  CollectedOutputs outputs(*plan);
  EngineOptions options;
  options.references["r"] = path;
  auto engine = Engine::create(*plan, options, outputs).value();
  std::vector<std::string> events = {R"({"id":1,"k":1,"level":0})", R"({"id":2,"k":1,"level":5})",
                                     R"({"id":3,"k":"1","level":0})", R"({"id":4,"level":0})"};
  std::vector<SourceRecord> records;
  for (const std::string& event : events) records.push_back({0, 0, 0, event});
  ASSERT_TRUE(engine->push(0, records));
  EXPECT_THAT(outputs.lines("o"), ElementsAre(R"({"id":1,"name":"a"})", R"({"id":1,"name":"b"})",
                                              R"({"id":2,"name":"b"})"));
  EXPECT_THAT(outputs.lines("p"), ElementsAre(R"({"id":1,"name":"a"})", R"({"id":1,"name":"b"})",
                                              R"({"id":2,"name":"b"})", R"({"id":3,"name":null})",
                                              R"({"id":4,"name":null})"));
  ASSERT_TRUE(base::Env::real().write_file(path, "{\"k\":1}\n{\"k\":\n"));
  auto broken = Engine::create(*plan, options, outputs);
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, HasSubstr("row 2"));
}

TEST(Engine, SaveAndRestoreAtEveryEvent) {
  const char* query =
      "WITH s AS (SELECT k, COUNT(*) AS n, MAX(CAST(t AS nvarchar(max))) AS m FROM e TIMESTAMP BY "
      "at GROUP BY k, "
      "HoppingWindow(second, 10, 5)) SELECT k, SUM(n) AS n, MIN(CAST(m AS nvarchar(max))) AS m, "
      "COUNT(DISTINCT n) AS d, "
      "System.Timestamp() AS w INTO o FROM s GROUP BY k, TumblingWindow(second, 20)";
  std::vector<std::string> events;
  for (int i = 0; i < 60; i++)
    events.push_back(fmt::format(R"({{"k":{},"t":"x{}","at":"2026-06-01T00:{:02}:{:02}Z"}})",
                                 i % 3 == 0 ? "null" : "1.5", i, i * 7 / 60, i * 7 % 60));
  Bench whole(query);
  for (const std::string& event : events) ASSERT_TRUE(whole.push({event}));
  ASSERT_TRUE(whole.engine->finish());
  ASSERT_GT(whole.o().size(), 20u);

  std::vector<std::string> rows;
  std::string state;
  for (std::size_t i = 0; i <= events.size(); i++) {
    Bench part(query);
    part.pushed = static_cast<std::int64_t>(i);
    if (!state.empty()) {
      StateReader in = StateReader::open(state).value();
      ASSERT_TRUE(part.engine->restore(in));
      EXPECT_TRUE(in.done());
    }
    if (i < events.size())
      ASSERT_TRUE(part.push({events[i]}));
    else
      ASSERT_TRUE(part.engine->finish());
    for (const std::string& row : part.o()) rows.push_back(row);
    StateWriter out;
    part.engine->save(out);
    state = out.finish();
  }
  EXPECT_EQ(rows, whole.o());
}

TEST(Engine, DamagedStateIsRefused) {
  Bench b("SELECT COUNT(*) AS n INTO o FROM e GROUP BY TumblingWindow(hour, 1)");
  ASSERT_TRUE(b.push({"{}"}));
  StateWriter out;
  b.engine->save(out);
  std::string state = out.finish();
  for (std::size_t i = 0; i < state.size(); i += 7) {
    std::string damaged = state;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(StateReader::open(damaged)) << i;
    EXPECT_FALSE(StateReader::open(state.substr(0, i)));
  }
}

}  // namespace
}  // namespace stream
