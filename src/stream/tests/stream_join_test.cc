// Joins of streams and functions over events: what the conformance cases don't say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"
#include "stream/datetime.h"
#include "stream/engine.h"
#include "stream/tests/collect.h"
#include "streamsql/streamsql.h"

namespace stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Inputs a and b by arrival; `ms` since kStart.
struct Streams {
  streamsql::Plan plan;
  CollectedOutputs outputs{plan};
  std::unique_ptr<Engine> engine;
  std::map<std::string, std::int64_t> pushed;

  explicit Streams(std::string_view query) {
    auto compiled = streamsql::compile(query, {{"a", "b"}, {}, {"o", "p"}});
    EXPECT_TRUE(compiled) << to_string(compiled.error());
    plan = std::move(*compiled);
    start();
  }
  void start() { engine = Engine::create(plan, {}, outputs).value(); }
  std::size_t input(const std::string& name) const {
    for (std::size_t i = 0; i < plan.inputs.size(); i++)
      if (plan.inputs[i].name == name) return i;
    return 99;
  }
  base::Status push(const std::string& name, std::int64_t ms, const std::string& json) {
    return engine->push(input(name), {{kStart + ms * kTicksPerMilli, 0, pushed[name]++, json}});
  }
  base::Status advance(std::int64_t ms) {
    for (std::size_t i = 0; i < plan.inputs.size(); i++)
      if (auto s = engine->advance(i, kStart + ms * kTicksPerMilli); !s) return s;
    return {};
  }
  void restart() {
    StateWriter state;
    engine->save(state);
    start();
    auto in = StateReader::open(state.finish()).value();
    ASSERT_TRUE(engine->restore(in));
    EXPECT_TRUE(in.done());
  }
  std::vector<std::string> o() const { return outputs.lines("o"); }
};

TEST(StreamJoin, WaitsForTheLowerWatermark) {
  Streams s("SELECT a.x, b.y INTO o FROM a JOIN b ON DATEDIFF(ss, a, b) BETWEEN 0 AND 5");
  ASSERT_TRUE(s.push("a", 1000, R"({"x":1})"));
  ASSERT_TRUE(s.push("b", 3000, R"({"y":2})"));
  ASSERT_TRUE(s.engine->advance(0, kStart + 60'000 * kTicksPerMilli));
  EXPECT_THAT(s.o(), IsEmpty());
  ASSERT_TRUE(s.engine->advance(1, kStart + 3000 * kTicksPerMilli));
  EXPECT_THAT(s.o(), IsEmpty());  // due strictly below the watermark
  ASSERT_TRUE(s.engine->advance(1, kStart + 3001 * kTicksPerMilli));
  EXPECT_THAT(s.o(), ElementsAre(R"({"x":1,"y":2})"));
}

TEST(StreamJoin, NullKeysMeetNobodyAndNumbersMeetAcrossTypes) {
  Streams s(
      "SELECT a.x, b.y INTO o FROM a JOIN b ON a.k = b.k AND DATEDIFF(ss, a, b) BETWEEN 0 AND 5");
  ASSERT_TRUE(s.push("a", 1, R"({"x":1,"k":null})"));
  ASSERT_TRUE(s.push("a", 2, R"({"x":2})"));
  ASSERT_TRUE(s.push("a", 3, R"({"x":3,"k":7})"));
  ASSERT_TRUE(s.push("b", 4, R"({"y":1,"k":null})"));
  ASSERT_TRUE(s.push("b", 5, R"({"y":2,"k":7.0})"));
  ASSERT_TRUE(s.push("b", 6, R"({"y":3,"k":"7"})"));
  ASSERT_TRUE(s.engine->finish());
  EXPECT_THAT(s.o(), ElementsAre(R"({"x":3,"y":2})"));
}

TEST(StreamJoin, LeftJoinWithAResidualKeepsWhatFindsNobody) {
  Streams s(
      "SELECT a.x, b.y, System.Timestamp() AS t INTO o FROM a LEFT JOIN b "
      "ON a.k = b.k AND DATEDIFF(ss, a, b) BETWEEN 0 AND 5 AND b.y > a.x");
  ASSERT_TRUE(s.push("a", 1000, R"({"x":1,"k":1})"));
  ASSERT_TRUE(s.push("a", 1500, R"({"x":9,"k":1})"));
  ASSERT_TRUE(s.push("a", 1600, R"({"x":2,"k":null})"));
  ASSERT_TRUE(s.push("b", 2000, R"({"y":5,"k":1})"));
  ASSERT_TRUE(s.engine->finish());
  EXPECT_THAT(s.o(), ElementsAre(R"({"x":1,"y":5,"t":"2026-06-01T00:00:02.0000000Z"})",
                                 R"({"x":9,"y":null,"t":"2026-06-01T00:00:06.5000000Z"})",
                                 R"({"x":2,"y":null,"t":"2026-06-01T00:00:06.6000000Z"})"));
}

TEST(StreamJoin, StarsAndRecordsSurviveTheWait) {
  Streams s(
      "SELECT a.*, b.r.z AS z, b.list INTO o FROM a JOIN b ON DATEDIFF(ss, a, b) BETWEEN 0 AND 5");
  ASSERT_TRUE(s.push("a", 1, R"({"x":1,"d":{"q":[1,"ž",null]}})"));
  s.restart();
  ASSERT_TRUE(s.push("b", 2, R"({"r":{"z":true},"list":[-1.5,{"m":"n"}]})"));
  s.restart();
  ASSERT_TRUE(s.engine->finish());
  ASSERT_EQ(s.o().size(), 1u);
  EXPECT_THAT(s.o()[0], HasSubstr(R"("x":1,"d":{"q":[1,"ž",null]})"));
  EXPECT_THAT(s.o()[0], HasSubstr(R"("z":true,"list":[-1.5,{"m":"n"}])"));
}

TEST(StreamJoin, FeedsWindowsAndSteps) {
  Streams s(
      "WITH j AS (SELECT a.k FROM a JOIN b ON a.k = b.k AND DATEDIFF(ss, a, b) BETWEEN -5 AND 5) "
      "SELECT k, COUNT(*) AS n INTO o FROM j GROUP BY k, TumblingWindow(minute, 1) "
      "SELECT a.k, COUNT(*) AS n INTO p FROM a JOIN b ON a.k = b.k AND "
      "DATEDIFF(ss, a, b) BETWEEN -5 AND 5 GROUP BY a.k, TumblingWindow(minute, 1)");
  for (int i = 0; i < 10; i++) {
    ASSERT_TRUE(s.push("a", 1000 * i + 500, fmt::format(R"({{"k":{}}})", i % 2)));
    ASSERT_TRUE(s.push("b", 1000 * i + 500, fmt::format(R"({{"k":{}}})", i % 2)));
  }
  ASSERT_TRUE(s.advance(61'000));
  EXPECT_THAT(s.o(), ElementsAre(R"({"k":0,"n":19})", R"({"k":1,"n":19})"));
  EXPECT_EQ(s.outputs.lines("p"), s.o());
}

/// Pairs by trying all.
std::multiset<std::string> all_pairs(const std::vector<std::array<std::int64_t, 3>>& events,
                                     std::int64_t low, std::int64_t high) {
  std::multiset<std::string> out;
  for (const auto& [stream, ms, id] : events)
    for (const auto& [other, other_ms, other_id] : events) {
      std::int64_t minutes = other_ms / 60'000 - ms / 60'000;
      if (stream == 0 && other == 1 && id % 7 == other_id % 7 && minutes >= low && minutes <= high)
        out.insert(fmt::format(R"({{"x":{},"y":{}}})", id, other_id));
    }
  return out;
}

TEST(StreamJoin, RandomStreamsGiveAllPairsHoweverTheyAreCut) {
  for (auto [low, high] : {std::pair(0, 3), std::pair(-2, 0), std::pair(-1, 1), std::pair(2, 4)}) {
    base::CounterRandom random(3, static_cast<std::uint64_t>(low + 10), 1);
    std::vector<std::array<std::int64_t, 3>> events;
    std::int64_t ms = 0;
    for (std::uint64_t i = 0; i < 600; i++) {
      ms += static_cast<std::int64_t>(random.below(i, 8000));
      events.push_back(
          {static_cast<std::int64_t>(random.bits(i, 1) % 2), ms, static_cast<std::int64_t>(i)});
    }
    auto expected = all_pairs(events, low, high);
    ASSERT_GT(expected.size(), 100u);
    std::vector<std::string> first;
    for (std::uint64_t round = 0; round < 4; round++) {
      Streams s(
          fmt::format("SELECT a.id AS x, b.id AS y INTO o FROM a JOIN b ON a.k = b.k AND "
                      "DATEDIFF(minute, a, b) BETWEEN {} AND {}",
                      low, high));
      for (std::uint64_t i = 0; i < events.size(); i++) {
        auto [stream, at, id] = events[i];
        ASSERT_TRUE(
            s.push(stream == 0 ? "a" : "b", at, fmt::format(R"({{"id":{},"k":{}}})", id, id % 7)));
        if (round > 0 && random.bits(i, 10 + round) % 5 == 0) {
          ASSERT_TRUE(s.advance(at));
        }
        if (round > 1 && random.bits(i, 20 + round) % 9 == 0) s.restart();
      }
      ASSERT_TRUE(s.engine->finish());
      auto lines = s.o();
      EXPECT_EQ(std::multiset<std::string>(lines.begin(), lines.end()), expected);
      if (round == 0) first = lines;
      EXPECT_EQ(lines, first) << "round " << round;
    }
  }
}

TEST(StreamJoin, WhatCanFindNobodyAnyMoreIsForgotten) {
  Streams s(
      "SELECT a.id INTO o FROM a JOIN b ON a.id = b.id AND DATEDIFF(minute, a, b) BETWEEN 0 AND "
      "15");
  std::size_t most = 0;
  for (std::int64_t minute = 0; minute < 600; minute++) {
    for (int i = 0; i < 20; i++)
      ASSERT_TRUE(s.push("a", minute * 60'000 + i, fmt::format(R"({{"id":{}}})", minute * 20 + i)));
    ASSERT_TRUE(s.advance(minute * 60'000 + 59'000));
    StateWriter state;
    s.engine->save(state);
    if (minute > 20) most = std::max(most, state.finish().size());
  }
  EXPECT_LT(most, 17u * 20 * 100);
}

TEST(StreamJoin, LastAndLagRemember) {
  Streams s(
      "SELECT x, LAG(x, 2, -1) OVER (PARTITION BY k LIMIT DURATION(ss, 10)) AS back, "
      "LAST(x) OVER (PARTITION BY k LIMIT DURATION(ss, 10) WHEN x > 10) AS big INTO o FROM a");
  const std::pair<int, int> events[] = {{1, 1}, {2, 20}, {3, 2}, {5, 3}, {12, 4}, {14, 5}};
  for (auto [second, x] : events) {
    ASSERT_TRUE(s.push("a", second * 1000, fmt::format(R"({{"x":{},"k":1}})", x)));
    ASSERT_TRUE(s.advance(second * 1000 + 1));
    s.restart();
  }
  EXPECT_THAT(s.o(),
              ElementsAre(R"({"x":1,"back":-1,"big":null})", R"({"x":20,"back":-1,"big":20})",
                          R"({"x":2,"back":1,"big":20})", R"({"x":3,"back":20,"big":20})",
                          R"({"x":4,"back":2,"big":null})", R"({"x":5,"back":3,"big":null})"));
}

TEST(StreamJoin, IsFirstLooksBeforeWhereAndOnlyAtWhatCounts) {
  Streams s(
      "SELECT x, ISFIRST(mi, 1) OVER (PARTITION BY k WHEN x > 1) AS f INTO o FROM a WHERE x <> 2");
  for (int x : {1, 2, 3, 4}) ASSERT_TRUE(s.push("a", 1000 * x, fmt::format(R"({{"x":{}}})", x)));
  ASSERT_TRUE(s.push("a", 60'000, R"({"x":5})"));  // at the interval's end: still in it
  ASSERT_TRUE(s.push("a", 60'001, R"({"x":6})"));
  ASSERT_TRUE(s.engine->finish());
  EXPECT_THAT(s.o(), ElementsAre(R"({"x":1,"f":0})", R"({"x":3,"f":0})", R"({"x":4,"f":0})",
                                 R"({"x":5,"f":0})", R"({"x":6,"f":1})"));
}

TEST(StreamJoin, WindowsThatNeedOrderSurviveARestart) {
  Streams s(
      "SELECT k, COUNT(*) AS n, SUM(x) AS sum, System.Timestamp() AS t INTO o FROM a "
      "GROUP BY k, SlidingWindow(ss, 5) "
      "SELECT COUNT(*) AS n, MAX(x) AS top, System.Timestamp() AS t INTO p FROM a "
      "GROUP BY SessionWindow(ss, 5, 20) OVER (PARTITION BY k)");
  Streams whole(R"(SELECT k, COUNT(*) AS n, SUM(x) AS sum, System.Timestamp() AS t INTO o FROM a
            GROUP BY k, SlidingWindow(ss, 5)
            SELECT COUNT(*) AS n, MAX(x) AS top, System.Timestamp() AS t INTO p FROM a
            GROUP BY SessionWindow(ss, 5, 20) OVER (PARTITION BY k))");
  base::CounterRandom random(9, 1, 1);
  std::int64_t ms = 0;
  for (std::uint64_t i = 0; i < 300; i++) {
    ms += static_cast<std::int64_t>(random.below(i, 5)) * 1000;
    std::string json = fmt::format(R"({{"x":{},"k":{}}})", i, random.bits(i, 1) % 3);
    ASSERT_TRUE(s.push("a", ms, json));
    ASSERT_TRUE(whole.push("a", ms, json));
    if (random.bits(i, 2) % 3 == 0) {
      ASSERT_TRUE(s.advance(ms));
    }
    if (random.bits(i, 3) % 7 == 0) s.restart();
  }
  ASSERT_TRUE(s.engine->finish());
  ASSERT_TRUE(whole.engine->finish());
  EXPECT_EQ(s.o(), whole.o());
  EXPECT_EQ(s.outputs.lines("p"), whole.outputs.lines("p"));
  EXPECT_GT(s.o().size(), 300u);
  EXPECT_GT(s.outputs.lines("p").size(), 20u);
}

TEST(StreamJoin, CsvReferencesHoldTexts) {
  std::string path = ::testing::TempDir() + "/towns.csv";
  auto rows = [&](const std::string& csv) -> std::vector<std::string> {
    EXPECT_TRUE(base::Env::real().write_file(path, csv));
    auto plan = streamsql::compile(
        "SELECT a.x, r.name, r.people INTO o FROM a JOIN r ON a.k = r.id", {{"a"}, {"r"}, {"o"}});
    EXPECT_TRUE(plan) << to_string(plan.error());
    CollectedOutputs outputs(*plan);
    EngineOptions options;
    options.references["r"] = path;
    auto engine = Engine::create(*plan, options, outputs);
    if (!engine) return {engine.error().message};
    EXPECT_TRUE((*engine)->push(0, {{kStart, 0, 0, R"({"x":1,"k":"2"})"}}));
    return outputs.lines("o");
  };
  EXPECT_THAT(
      rows("\xEF\xBB\xBFid,name,rest,people\r\n1,Brno,a,5\r\n2,\"Dvůr, \"\"K\"\"\",b,7\r\n\r\n"),
      ElementsAre(R"({"x":1,"name":"Dvůr, \"K\"","people":"7"})"));
  EXPECT_THAT(rows("id,name\n2\n"), ElementsAre(HasSubstr("row 2: 1 fields, the header has 2")));
  EXPECT_THAT(rows("id,name\n2,\"x\n"), ElementsAre(HasSubstr("row 2: a quote is not closed")));
  std::remove(path.c_str());
}

}  // namespace
}  // namespace stream
