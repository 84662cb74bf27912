#include "view/graded_nodes.h"

#include <gtest/gtest.h>

namespace view {
namespace {

MapNode node(std::string id, std::string kind = "table") {
  return {.id = id, .label = id, .kind = std::move(kind)};
}

json check(std::string layer, std::string name, std::string verdict, json table = nullptr) {
  return {{"layer", layer},
          {"check", name},
          {"table", std::move(table)},
          {"verdict", verdict},
          {"detail", "missing 1"}};
}

TEST(GradedNodes, WhatIsWrongIsNotGreen) {
  std::vector<MapNode> nodes{node("silver.users"),
                             node("silver.orders"),
                             node("bronze.deadletter"),
                             node("bronze.pageviews"),
                             node("silver.stream_slow_pages"),
                             node("hriste_stream_job.traffic.slow_pages", "alert"),
                             node("hriste_event_hub.stars", "hriste_event_hub"),
                             node("hriste_database.shop", "hriste_database")};
  nodes[5].label = "alert.slow_pages";
  json grade{{"checks",
              {check("silver", "users", "right", "silver.users"),
               check("silver", "users city repairs", "wrong", "silver.users"),
               check("silver", "orders", "changed by you", "silver.orders"),
               check("raw", "clicks dead letters", "wrong", "bronze.deadletter"),
               check("raw", "pageviews", "right", "bronze.pageviews"),
               check("stream", "slow_pages alerts", "wrong"),
               check("stream", "slow_pages", "right", "silver.stream_slow_pages"),
               check("hub", "stars partition 1", "wrong"),
               check("capture", "stars partition 0", "right"), check("sql", "orders", "wrong")}}};
  show_grade(grade, nodes);
  std::map<std::string, std::string> health;
  for (const MapNode& one : nodes) health[one.id] = one.health;
  EXPECT_EQ(health,
            (std::map<std::string, std::string>{{"silver.users", "fail"},
                                                {"silver.orders", "ok"},
                                                {"bronze.deadletter", "fail"},
                                                {"bronze.pageviews", "ok"},
                                                {"silver.stream_slow_pages", "ok"},
                                                {"hriste_stream_job.traffic.slow_pages", "fail"},
                                                {"hriste_event_hub.stars", "fail"},
                                                {"hriste_database.shop", "fail"}}));
  EXPECT_EQ(nodes[0].status, "graded wrong: missing 1");
  EXPECT_EQ(nodes[1].facts["grade"], "changed by you");
  EXPECT_EQ(nodes[3].facts["grade"], "right");
  show_grade(json(), nodes);
}

}  // namespace
}  // namespace view
