// Errors of the query on an event: they stop the job, or the event becomes a dead letter, in one
// counted place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include <numeric>

#include "stream/datetime.h"
#include "stream/tests/collect.h"
#include "streamsql/streamsql.h"

namespace stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// Inputs `e` and `f`; event n arrives n seconds after kStart.
struct ErrorBench {
  streamsql::Plan plan;
  CollectedOutputs outputs{plan};
  std::unique_ptr<Engine> engine;
  std::int64_t pushed = 0;

  explicit ErrorBench(std::string_view query, bool dead_letters = true) {
    auto compiled = streamsql::compile(query, {{"e", "f"}, {"r"}, {"o", "p"}});
    EXPECT_TRUE(compiled) << to_string(compiled.error());
    plan = std::move(*compiled);
    engine = make(dead_letters);
  }
  std::unique_ptr<Engine> make(bool dead_letters) {
    EngineOptions options;
    options.errors_are_dead_letters = dead_letters;
    options.broker_columns = false;
    return Engine::create(plan, options, outputs).value();
  }
  base::Status push(std::vector<std::string> events, std::size_t input = 0) {
    std::vector<SourceRecord> records;
    for (const std::string& event : events) {
      records.push_back({kStart + pushed * kTicksPerSecond, 0, pushed, event});
      pushed++;
    }
    return engine->push(input, records);
  }
  std::int64_t in_bin(Bin bin, std::size_t input = 0) const {
    return engine->counts(input).at(0).bins[static_cast<std::size_t>(bin)];
  }
  /// Every event read is in one bin.
  void expect_sums() const {
    for (const auto& [partition, counts] : engine->counts(0))
      EXPECT_EQ(counts.read, std::accumulate(counts.bins.begin(), counts.bins.end(), 0L));
  }
};

TEST(EventErrors, StopIsTheDefault) {
  ErrorBench b("SELECT CAST(a AS bigint) AS a INTO o FROM e", false);
  auto status = b.push({R"({"a":1})", R"({"a":"x"})"});
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("line 1, column 8"));
}

TEST(EventErrors, AnEventThatFailsInOneStatementIsSeenByNone) {
  ErrorBench b(
      "SELECT a INTO o FROM e "
      "SELECT m, COUNT(*) AS n INTO p FROM e GROUP BY m, TumblingWindow(hour, 1)");
  ASSERT_TRUE(b.push({R"({"a":1,"m":"GET"})", R"({"a":2,"m":{"a":1}})", R"({"a":3,"m":[1]})",
                      R"({"a":4,"m":"GET"})"}));
  EXPECT_THAT(b.outputs.lines("o"), ElementsAre("{\"a\":1}", "{\"a\":4}"));
  EXPECT_THAT(b.outputs.dead(), ElementsAre(HasSubstr(R"(GROUP BY key|{"a":2,"m":{"a":1}})"),
                                            HasSubstr(R"(GROUP BY key|{"a":3,"m":[1]})")));
  EXPECT_THAT(b.outputs.dead()[0], ::testing::StartsWith("failed: line 1, column 71"));
  ASSERT_TRUE(b.engine->finish());
  EXPECT_EQ(b.outputs.lines("p").size(), 2U);  // 00:00:00 belongs to the window before
  EXPECT_EQ(b.in_bin(Bin::kFailed), 2);
  EXPECT_EQ(b.in_bin(Bin::kDelivered), 2);
  b.expect_sums();
}

TEST(EventErrors, EveryKindOfExpressionThatCanFail) {
  for (const char* select : {
           "SELECT CAST(a AS bigint) AS x INTO o FROM e",
           "SELECT a / (a - a) AS x INTO o FROM e",
           "SELECT -a AS x INTO o FROM e WHERE a IS NOT NULL",
           "SELECT 1 AS x INTO o FROM e WHERE CAST(a AS datetime) > '2026-01-01'",
           "SELECT ROUND(a, 1) AS x INTO o FROM e",
           "SELECT DATEADD(year, 9999, System.Timestamp()) AS x INTO o FROM e WHERE a IS NOT NULL",
           "SELECT SUM(a) AS x INTO o FROM e GROUP BY TumblingWindow(minute, 1)",
           "SELECT MAX(a) AS x INTO o FROM e GROUP BY SlidingWindow(minute, 1)",
           "SELECT COUNT(*) AS x INTO o FROM e GROUP BY a, SessionWindow(second, 5, 60)",
           "SELECT v.ArrayValue AS x INTO o FROM e CROSS APPLY GetArrayElements(a) AS v",
           "WITH s AS (SELECT a FROM e) SELECT CAST(a AS bigint) AS x INTO o FROM s",
           "SELECT LAG(CAST(a AS bigint)) OVER (LIMIT DURATION(hour, 1)) AS x INTO o FROM e",
           "SELECT CAST(a AS bigint) AS x INTO o FROM e WHERE ISFIRST(minute, 1) = 1",
           "SELECT e.a AS x INTO o FROM e JOIN f ON CAST(e.a AS bigint) = f.a AND "
           "DATEDIFF(second, e, f) BETWEEN 0 AND 5",
       }) {
    for (const char* bad : {R"({"a":{"b":1}})"}) {
      ErrorBench stops(select, false);
      base::Status status = stops.push({bad});
      if (status) status = stops.engine->finish();
      EXPECT_FALSE(status) << select;
      ErrorBench b(select);
      ASSERT_TRUE(b.push({bad})) << select;
      ASSERT_TRUE(b.engine->finish()) << select;
      EXPECT_THAT(b.outputs.dead(), ElementsAre(HasSubstr("failed: line 1, column "))) << select;
      EXPECT_THAT(b.outputs.lines("o"), IsEmpty()) << select;
      EXPECT_EQ(b.in_bin(Bin::kFailed), 1) << select;
      EXPECT_EQ(b.in_bin(Bin::kDelivered), 0) << select;
    }
  }
}

TEST(EventErrors, GoodEventsOfABadBatchPass) {
  ErrorBench b("SELECT CAST(a AS bigint) AS a INTO o FROM e");
  std::vector<std::string> events, expected;
  for (int i = 0; i < 3000; i++) {
    bool bad = i % 700 == 3;
    events.push_back(bad ? R"({"a":"x"})" : fmt::format(R"({{"a":"{}"}})", i));
    if (!bad) expected.push_back(fmt::format(R"({{"a":{}}})", i));
  }
  ASSERT_TRUE(b.push(events));
  EXPECT_EQ(b.outputs.lines("o"), expected);
  EXPECT_EQ(b.in_bin(Bin::kFailed), 5);
  b.expect_sums();
}

TEST(EventErrors, RowsThatOnlyTogetherFailAreDeadLettersOfTheirOwn) {
  ErrorBench b(
      "SELECT m, 10 / (COUNT(*) - 2) AS n INTO o FROM e GROUP BY m, TumblingWindow(hour, 1)");
  ASSERT_TRUE(b.push({"{}", R"({"m":"a"})", R"({"m":"b"})", R"({"m":"b"})"}));
  ASSERT_TRUE(b.engine->finish());
  EXPECT_THAT(b.outputs.lines("o"),
              UnorderedElementsAre(R"({"m":null,"n":-10})", R"({"m":"a","n":-10})"));
  EXPECT_THAT(b.outputs.dead(),
              ElementsAre(HasSubstr(R"x(|{"key 1 ([m])":"b","aggregate 1":2})x")));
  EXPECT_EQ(b.engine->failed_results(), 1);
  EXPECT_EQ(b.in_bin(Bin::kDelivered), 4);
}

TEST(EventErrors, ASumThatNoLongerFitsLosesTheEventThatIsTooMuch) {
  ErrorBench b(
      "SELECT COUNT(*) AS c, SUM(a) AS s INTO o FROM e TIMESTAMP BY t "
      "GROUP BY TumblingWindow(hour, 1)");
  std::string t = R"("t":"2026-06-01T00:00:00Z")";
  ASSERT_TRUE(b.push(
      {"{" + t + R"(,"a":9223372036854775807})", "{" + t + R"(,"a":5})", "{" + t + R"(,"a":-7})"}));
  ASSERT_TRUE(b.engine->finish());
  EXPECT_THAT(b.outputs.lines("o"), ElementsAre(R"({"c":2,"s":9223372036854775800})"));
  EXPECT_EQ(b.in_bin(Bin::kFailed), 1);
  EXPECT_EQ(b.in_bin(Bin::kDelivered), 2);
}

TEST(EventErrors, TwoStatementsThatFailLateTellOnce) {
  std::string late = " FROM e WHERE ISFIRST(minute, 1) = 1 ";
  ErrorBench b("SELECT CAST(a AS bigint) AS x INTO o" + late + "SELECT a / 0 AS x INTO p" + late);
  ASSERT_TRUE(b.push({R"([{"a":"x"},{"a":"y"}])"}));
  ASSERT_TRUE(b.engine->finish());
  EXPECT_EQ(b.outputs.dead().size(), 1u);  // ISFIRST takes the first of the body
  EXPECT_EQ(b.in_bin(Bin::kFailed), 1);
  b.expect_sums();
}

TEST(EventErrors, StateGoesOnWithTheSameCounts) {
  ErrorBench b("SELECT CAST(a AS bigint) AS a INTO o FROM e");
  ASSERT_TRUE(b.push({R"({"a":"x"})", R"({"a":1})"}));
  StateWriter out;
  b.engine->save(out);
  StateReader in = StateReader::open(out.finish()).value();
  b.engine = b.make(true);
  ASSERT_TRUE(b.engine->restore(in));
  EXPECT_TRUE(in.done());
  EXPECT_EQ(b.in_bin(Bin::kFailed), 1);
  ASSERT_TRUE(b.push({R"({"a":"y"})"}));
  EXPECT_EQ(b.in_bin(Bin::kFailed), 2);
}

TEST(EventErrors, StatesOfTheVersionBeforeAreRead) {
  ErrorBench b("SELECT a INTO o FROM e");
  StateWriter out;
  for (Ticks t : {kNoWatermark, kStart, kStart}) out.integer(t);  // largest, frontier, passed
  out.integer(1);
  for (std::int64_t n : {0, 5, 3, 1, 1, 0, 0, 0, 2}) out.integer(n);  // partition, read, 6 bins, …
  for (std::int64_t n : {0, 0}) out.integer(n);                       // emitted rows, a watermark
  std::string bytes = out.finish();
  std::size_t header = bytes.find('\n') + 1;
  bytes[header - 2] = '2';  // whose checksum is of what follows the header alone
  std::uint64_t hash = XXH3_64bits(bytes.data() + header, bytes.size() - header - sizeof hash);
  std::memcpy(bytes.data() + bytes.size() - sizeof hash, &hash, sizeof hash);
  StateReader in = StateReader::open(bytes).value();
  ASSERT_TRUE(b.engine->restore(in));
  EXPECT_TRUE(in.done());
  EXPECT_EQ(b.in_bin(Bin::kBadTime), 1);
  EXPECT_EQ(b.in_bin(Bin::kFailed), 0);
  EXPECT_EQ(b.engine->counts(0).at(0).adjusted, 2);
  b.expect_sums();
}

TEST(EventBodies, SeveralEventsOfOneBody) {
  ErrorBench b("SELECT a INTO o FROM e");
  ASSERT_TRUE(b.push({R"([{"a":1},{"a":2}])", "{\"a\":3}\n{\"a\":4}", "\xEF\xBB\xBF{\"a\":5}",
                      "\xEF\xBB\xBF[{\"a\":6}]\r\n", "{\"a\":7}\r\n"}));
  EXPECT_THAT(b.outputs.dead(), IsEmpty());
  EXPECT_THAT(b.outputs.lines("o"), ElementsAre("{\"a\":1}", "{\"a\":2}", "{\"a\":3}", "{\"a\":4}",
                                                "{\"a\":5}", "{\"a\":6}", "{\"a\":7}"));
  EXPECT_EQ(b.engine->counts(0).at(0).read, 7);
  EXPECT_EQ(b.outputs.all()["o"][1].origin.offset, 0);
  EXPECT_EQ(b.outputs.all()["o"][2].origin.offset, 1);
}

TEST(EventBodies, OnlyTheBadPartIsADeadLetter) {
  ErrorBench b("SELECT CAST(a AS bigint) AS a INTO o FROM e");
  ASSERT_TRUE(b.push({R"([{"a":1},{"a":"x"},7,{"a":2}])", "{\"a\":3}\n{\"a\"\n{\"a\":4}", "[]"}));
  EXPECT_THAT(b.outputs.lines("o"),
              ElementsAre("{\"a\":1}", "{\"a\":2}", "{\"a\":3}", "{\"a\":4}"));
  EXPECT_THAT(
      b.outputs.dead(),
      UnorderedElementsAre(
          "malformed: event 3 of the body: the event is not a JSON object|7",
          HasSubstr("failed: event 2 of the body: line 1"),
          ::testing::AllOf(HasSubstr("malformed: event 2 of the body"), HasSubstr("|{\"a\"")),
          HasSubstr("|[]")));
  EXPECT_EQ(b.engine->counts(0).at(0).read, 8);
  b.expect_sums();
}

}  // namespace
}  // namespace stream
