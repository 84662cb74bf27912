#include "sqlfile/functions.h"

#include <gtest/gtest.h>

namespace sqlfile {
namespace {

constexpr const char* kFunctions = R"(-- Functions of our own: the shop knows them.
CREATE OR REPLACE TEMPORARY FUNCTION half(x DOUBLE) RETURNS DOUBLE RETURN x / 2; -- ; not the end
/* function of nobody */
CREATE OR REPLACE TEMPORARY FUNCTION quarter(x DOUBLE)
  RETURNS DOUBLE RETURN Half(half(x));
CREATE OR REPLACE TEMPORARY FUNCTION shout(t STRING) RETURNS STRING RETURN t || ';-- no comment';
)";

TEST(UsedFunctions, OnlyWhatIsCalledCounts) {
  EXPECT_TRUE(used_functions("SELECT 1 -- of half\n FROM of_halves", kFunctions).empty());
  EXPECT_TRUE(used_functions("SELECT 'half(1)'", kFunctions).empty());
  auto half = used_functions("SELECT HALF (3)", kFunctions);
  EXPECT_EQ(half.size(), 1u);
  auto quarter = used_functions("SELECT quarter(8)", kFunctions);
  EXPECT_EQ(quarter.size(), 2u) << "what it calls itself counts too";
  EXPECT_EQ(quarter["half"], half["half"]);
  auto shout = used_functions("SELECT shout('a')", kFunctions);
  EXPECT_NE(shout["shout"].find("';-- no comment'"), std::string::npos);
}

TEST(UsedFunctions, CommentsLayoutAndNeighboursSayNothing) {
  const std::string before = "-- another remark; quarter\n",
                    query = "SELECT quarter(8), shout('a')";
  std::string other = before + kFunctions + "CREATE FUNCTION more(x INT) RETURNS INT RETURN x;";
  other.replace(other.find("RETURN x / 2"), 12, "RETURN\n  x /  2");
  EXPECT_EQ(used_functions(query, other), used_functions(query, kFunctions));
  other.replace(other.find("x /  2"), 6, "x /  3");
  EXPECT_NE(used_functions(query, other), used_functions(query, kFunctions));
}

}  // namespace
}  // namespace sqlfile
