#include "view/map.h"

#include <gtest/gtest.h>

namespace view {
namespace {

MapNode hub(std::int64_t total) {
  return {.id = "hub", .kind = "hriste_event_hub", .tier = "store", .total = total};
}

TEST(PlaygroundMap, MakesSmoothedRatesOfTotals) {
  PlaygroundMap map;
  map.sample({hub(100)}, 10, 1);
  EXPECT_EQ(map.nodes()[0]["rate"], 0.0) << "one sample is no rate";
  map.sample({hub(300)}, 12, 3);
  EXPECT_EQ(map.nodes()[0]["rate"], 50.0);
  map.sample({hub(500)}, 14, 5);
  EXPECT_EQ(map.nodes()[0]["rate"], 75.0);
  EXPECT_EQ(map.totals().events_per_s, 75.0);
  EXPECT_EQ(map.rate_history(), json({{1, 0.0}, {3, 100.0}, {5, 100.0}}));
  map.sample({hub(0)}, 15, 6);
  EXPECT_EQ(map.nodes()[0]["rate"], 37.5) << "made anew: not less than nothing";
}

TEST(PlaygroundMap, RatesReachZeroAndTheHistoryIsAMinute) {
  PlaygroundMap map;
  map.sample({hub(0)}, 0, 0);
  for (int i = 1; i <= 100; ++i) map.sample({hub(100)}, i, i);
  EXPECT_EQ(map.nodes()[0]["rate"], 0.0);
  EXPECT_EQ(map.rate_history().size(), 60u);
  EXPECT_EQ(map.rate_history()[0][0], 41);
}

TEST(PlaygroundMap, WhatFailsHasACard) {
  PlaygroundMap map;
  map.sample({{.id = "a", .health = "fail", .status = "no room; make some"},
              {.id = "b", .health = "fail", .status = "x", .card = {{"problem", "y"}}},
              {.id = "c", .status = "ready"}},
             0, 0);
  EXPECT_EQ(map.nodes()[0]["card"], json({{"problem", "no room"}, {"hint", "make some"}}));
  EXPECT_EQ(map.nodes()[1]["card"], json({{"problem", "y"}}));
  EXPECT_EQ(map.nodes()[2]["card"], json());
}

TEST(PlaygroundMap, CountsWhatTheCardsShow) {
  PlaygroundMap map;
  map.sample({{.id = "g", .kind = "hriste_generator", .tier = "source"},
              {.id = "j", .kind = "hriste_stream_job", .tier = "stream", .lag_ms = 5},
              {.id = "k", .kind = "hriste_stream_job", .tier = "stream", .lag_ms = 7},
              {.id = "gold.a", .kind = "table", .tier = "gold", .total = 3, .inputs = {"j", "k"}}},
             0, 0);
  auto totals = map.totals();
  EXPECT_EQ(totals.generators, 1);
  EXPECT_EQ(totals.jobs, 2);
  EXPECT_EQ(totals.lag_ms, 7);
  EXPECT_EQ(totals.gold_tables, 1);
  EXPECT_EQ(totals.gold_rows, 3);
  EXPECT_EQ(map.edges(), json({{{"from", "j"}, {"to", "gold.a"}, {"rate", 0.0}},
                               {{"from", "k"}, {"to", "gold.a"}, {"rate", 0.0}}}));
}

TEST(PlaygroundMap, ATierIsALane) {
  EXPECT_EQ(lane_titles()[static_cast<size_t>(lane_of("bronze"))], "Bronze");
  EXPECT_EQ(lane_titles()[static_cast<size_t>(lane_of("source"))], "Generators");
  EXPECT_EQ(lane_of(""), 6) << "a table whose lake has gone";
}

}  // namespace
}  // namespace view
