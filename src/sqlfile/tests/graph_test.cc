#include "sqlfile/graph.h"

#include <gtest/gtest.h>

namespace sqlfile {
namespace {

using Names = std::vector<std::string>;

Step train(const std::string& name, const std::string& model) {
  return {.name = name, .makes = {}, .header = {}, .reads = {"gold.f"}, .trains = model};
}
Step score(const std::string& name, const std::string& model) {
  return {.name = name,
          .makes = "gold." + name,
          .header = {},
          .reads = {"gold.f"},
          .trains = {},
          .predicts_with = model};
}

TEST(Graph, TrainingsOfOneModelFollowEachOtherAndScoresThem) {
  Graph graph = order({score("s", "m"),
                       train("a", "m"),
                       train("b", "m"),
                       train("c", "other"),
                       {.name = "f", .makes = "gold.f", .header = {}}},
                      {});
  EXPECT_TRUE(graph.problems.empty());
  EXPECT_EQ(graph.after[0], (Names{"f", "a", "b"}));
  EXPECT_EQ(graph.after[1], (Names{"f"}));
  EXPECT_EQ(graph.after[2], (Names{"f", "a"}));
  EXPECT_EQ(graph.after[3], (Names{"f"}));
}

TEST(Graph, AScoreNeedsNoTrainingInItsPipeline) {
  Graph graph = order({score("s", "m")}, {"gold.f"});
  EXPECT_TRUE(graph.problems.empty());
  EXPECT_TRUE(graph.after[0].empty());
  EXPECT_EQ(order({score("s", "m")}, {}).problems.size(), 1u);
}

}  // namespace
}  // namespace sqlfile
