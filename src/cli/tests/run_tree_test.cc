#include "cli/run_tree.h"

#include <gmock/gmock.h>

namespace cli {
namespace {

using testing::ElementsAre;

json a_run() {
  return {{"id", "run-3"},
          {"pipeline", "refine"},
          {"state", "running"},
          {"seconds", 2.5},
          {"activities",
           {{{"name", "gold_sales"}, {"state", "waiting"}},
            {{"name", "silver_users"},
             {"state", "succeeded"},
             {"rows", 100000},
             {"offset_s", 0.5},
             {"seconds", 0.75}},
            {{"name", "copy"}, {"state", "succeeded"}, {"kept", true}, {"rows", 7}},
            {{"name", "silver_días"}, {"state", "failed"}, {"offset_s", 0.6}, {"seconds", 61.0}}}}};
}

TEST(RunTree, ActivitiesStandInTheOrderInWhichTheyBegan) {
  EXPECT_THAT(run_tree(a_run(), {}),
              ElementsAre("refine run-3: running, 2.50 s",  //
                          "├─ = copy                7 rows             kept",
                          "├─ ✓ silver_users  100 000 rows     0.75 s",
                          "├─ ✗ silver_días                 1 min 1 s  failed",
                          "└─ · gold_sales                             waiting"));
}

TEST(RunTree, LinesFitTheTerminalAndColoursAreForTerminals) {
  for (const auto& line : run_tree(a_run(), {.colour = false, .width = 20})) {
    std::size_t letters = 0;
    for (char c : line) letters += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
    EXPECT_LE(letters, 20u) << line;
  }
  EXPECT_NE(run_tree(a_run(), {.colour = true})[3].find("\033[31m✗\033[0m"), std::string::npos);
}

TEST(RunTree, AnyRecordIsShown) {
  EXPECT_THAT(run_tree(json::object(), {}), ElementsAre(" : , 0 s"));
  EXPECT_EQ(activity_line(json::object()), ": waiting");
  EXPECT_EQ(activity_line(a_run()["activities"][1]),
            "silver_users: succeeded, 100 000 rows, 0.75 s");
  EXPECT_EQ(activity_line(a_run()["activities"][2]), "copy: kept, 7 rows");
}

}  // namespace
}  // namespace cli
