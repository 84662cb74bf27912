#include "cli/change_tree.h"

#include <gmock/gmock.h>

namespace cli {
namespace {

using testing::ElementsAre;

TEST(ChangeTree, KindsStandInTheOrderInWhichTheyCame) {
  EXPECT_THAT(change_tree("apply",
                          {{"hriste_lake", "bronze", "succeeded", 0.01},
                           {"hriste_generator", "files[\"users\"]", "succeeded", 1.5},
                           {"hriste_lake", "gold", "succeeded", 0.02},
                           {"hriste_generator", "orders", "running", 0.5},
                           {"hriste_generator", "stars", "failed", 0.2},
                           {"hriste_trigger", "apply", "waiting", 0}},
                          {}),
              ElementsAre("apply: 3 of 6",  //
                          "├─ ✓ hriste_lake            2",
                          "├─ ✗ hriste_generator  1 of 3  stars failed, orders 0.50 s, "
                          "files[\"users\"] 1.50 s",
                          "└─ · hriste_trigger    0 of 1"));
}

TEST(ChangeTree, ItFitsAndMayBeEmpty) {
  EXPECT_THAT(change_tree("apply", {}, {}), ElementsAre("apply"));
  EXPECT_EQ(change_tree("apply", {{"hriste_lake", "bronze", "running", 0}}, {.width = 12})[1],
            "└─ ● hriste…");
}

}  // namespace
}  // namespace cli
