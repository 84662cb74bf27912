#include "cli/statements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(StatementsTest, EndAtSemicolonsOutsideOfQuotesAndComments) {
  EXPECT_THAT(statements("SELECT 1"), ElementsAre("SELECT 1"));
  EXPECT_THAT(statements("SELECT ';'; SELECT \";\" -- ;\n"),
              ElementsAre("SELECT ';'", "            SELECT \";\" -- ;\n"));
  EXPECT_THAT(statements("SELECT 'it''s;'/* ; */"), ElementsAre("SELECT 'it''s;'/* ; */"));
  EXPECT_THAT(statements("SELECT $$;$$; SELECT $a$;$$;$a$"),
              ElementsAre("SELECT $$;$$", "              SELECT $a$;$$;$a$"));
  EXPECT_THAT(statements("SELECT $1; SELECT 2"), ElementsAre("SELECT $1", "           SELECT 2"));
  EXPECT_THAT(statements(" ; -- nothing\n;\n"), IsEmpty());
  EXPECT_THAT(statements(""), IsEmpty());
}

TEST(StatementsTest, KeepTheirPlace) {
  EXPECT_THAT(statements("a;\nb;\n  c"), ElementsAre("a", "  \nb", "  \n  \n  c"));
}

TEST(StatementsTest, UnendedQuotesGoToTheEnd) {
  EXPECT_THAT(statements("SELECT 'a; b"), ElementsAre("SELECT 'a; b"));
  EXPECT_THAT(statements("SELECT /* a; b"), ElementsAre("SELECT /* a; b"));
}

TEST(StatementsTest, ATextIsEndedByItsSemicolon) {
  EXPECT_TRUE(is_ended("SELECT 1;"));
  EXPECT_TRUE(is_ended("SELECT 1; -- done\n"));
  EXPECT_FALSE(is_ended("SELECT 1"));
  EXPECT_FALSE(is_ended("SELECT ';"));
  EXPECT_FALSE(is_ended(""));
}

}  // namespace
}  // namespace cli
