// What two resources of one plan may not have both.
#include "provider/plan_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace provider {
namespace {

using kinds::json;
using testing::HasSubstr;

class PlanBookTest : public testing::Test {
 protected:
  std::vector<std::string> note(const char* kind, json planned, bool is_creation = true) {
    const auto& declared = *kinds::find_kind(kind);
    std::vector<std::string> said;
    for (const auto& problem :
         book_.note(declared, kinds::normalize(declared, planned), is_creation))
      said.push_back(kinds::path_text(problem.path) + ": " + problem.message);
    return said;
  }
  json pipeline(const char* name, const char* table) {
    return {{"name", name}, {"activities", {{{"name", "a"}, {"table", table}}}}};
  }
  PlanBook book_;
};

TEST_F(PlanBookTest, TwoCreationsOfOneNameAreRefused) {
  EXPECT_TRUE(note("database", {{"name", "d"}}).empty());
  EXPECT_TRUE(note("event_hub", {{"name", "d"}}).empty()) << "of another kind";
  const auto said = note("database", {{"name", "d"}});
  ASSERT_EQ(said.size(), 1u);
  EXPECT_THAT(said[0], HasSubstr("name: two resources"));
}

TEST_F(PlanBookTest, AReplacementIsPlannedTwiceAndIsOne) {
  EXPECT_TRUE(note("database", {{"name", "d"}}, false).empty());
  EXPECT_TRUE(note("database", {{"name", "d"}}, true).empty());
}

TEST_F(PlanBookTest, ATableHasOneOwner) {
  EXPECT_TRUE(note("pipeline", pipeline("one", "silver.users")).empty());
  const auto said = note("pipeline", pipeline("two", "silver.users"));
  ASSERT_EQ(said.size(), 1u);
  EXPECT_THAT(said[0], HasSubstr("activities[0].table: the folder silver/users belongs to "
                                 "hriste_pipeline \"one\""));
  EXPECT_TRUE(note("pipeline", pipeline("one", "silver.users"), false).size() == 1)
      << "whichever is planned again";
}

TEST_F(PlanBookTest, WhatOneGivesUpAnotherMayTake) {
  EXPECT_TRUE(note("pipeline", pipeline("one", "silver.b"), false).empty()) << "had silver.a";
  EXPECT_TRUE(note("pipeline", pipeline("two", "silver.a"), false).empty()) << "had silver.b";
}

TEST_F(PlanBookTest, ALakesTierIsKnownWhileItsRefIsNot) {
  EXPECT_TRUE(note("lake", {{"name", "b"}, {"tier", "bronze"}}).empty());
  EXPECT_TRUE(note("generator", {{"name", "g"},
                                 {"table", "users"},
                                 {"world", kinds::unknown_ref("w")},
                                 {"lake", kinds::unknown_ref("b")}})
                  .empty());
  const auto said = note(
      "stream_job", {{"name", "j"},
                     {"outputs", {{"o", {{"lake", kinds::unknown_ref("b")}, {"path", "users"}}}}}});
  ASSERT_EQ(said.size(), 1u);
  EXPECT_THAT(said[0], HasSubstr("outputs.o.path"));
  EXPECT_EQ(note("lake", {{"name", "c"}, {"tier", "bronze"}}).size(), 1u) << "two of one tier";
}

TEST_F(PlanBookTest, OneProcessMakesANameOnce) {
  const auto& lake = *kinds::find_kind("lake");
  EXPECT_TRUE(book_.may_make(lake, "b"));
  EXPECT_TRUE(book_.may_make(lake, "c"));
  EXPECT_FALSE(book_.may_make(lake, "b"));
}

}  // namespace
}  // namespace provider
