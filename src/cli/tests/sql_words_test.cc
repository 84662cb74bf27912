#include "cli/sql_words.h"

#include <gmock/gmock.h>

namespace cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> kNames{"SELECT",        "FROM", "GROUP BY", "silver.users",
                                      "silver.orders", "name", "note"};

TEST(SqlWords, ANameIsWhatEndsTheText) {
  EXPECT_EQ(begin_of_name("SELECT u.na"), 7u);
  EXPECT_EQ(begin_of_name("SELECT "), 7u);
  EXPECT_EQ(begin_of_name(""), 0u);
}

TEST(SqlWords, WordsTablesAndColumnsAreOffered) {
  EXPECT_THAT(completions("se", kNames), ElementsAre("select"));
  EXPECT_THAT(completions("Se", kNames), ElementsAre("SELECT"));
  EXPECT_THAT(completions("GRO", kNames), ElementsAre("GROUP BY"));
  EXPECT_THAT(completions("silver.", kNames),
              ElementsAre("silver.name", "silver.note", "silver.orders", "silver.users"));
  EXPECT_THAT(completions("silver.u", kNames), ElementsAre("silver.users"));
  EXPECT_THAT(completions("u.na", kNames), ElementsAre("u.name"));
  EXPECT_THAT(completions("n", kNames), ElementsAre("name", "note"));
  EXPECT_THAT(completions("x", kNames), IsEmpty());
}

TEST(SqlWords, WhatAllBeginWith) {
  EXPECT_EQ(common_begin({"name", "nation"}), "na");
  EXPECT_EQ(common_begin({"name"}), "name");
  EXPECT_EQ(common_begin({}), "");
}

TEST(SqlWords, TablesOfAText) {
  EXPECT_THAT(
      tables_named("SELECT u.x FROM silver.Users u JOIN gold.sales USING (a) -- silver.users"),
      ElementsAre("silver.users", "gold.sales"));
  EXPECT_THAT(tables_named("silver. gold"), IsEmpty());
}

}  // namespace
}  // namespace cli
