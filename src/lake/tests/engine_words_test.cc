// What is wrong with a statement is said in words of ours.
#include <gtest/gtest.h>

#include <regex>

#include "lake/sql_check_internal.h"
#include "lake/tests/lake_fixture.h"

namespace lake {
namespace {

TEST(EngineWords, NamesAreAsOneWroteThem) {
  EXPECT_EQ(in_own_words("Binder Error: Referenced column \"nme\" not found in FROM clause!"),
            "there is no column \"nme\"");
  EXPECT_EQ(in_own_words("Catalog Error: Scalar Function with name lenght does not exist!"),
            "there is no function lenght");
  EXPECT_EQ(in_own_words("Conversion Error: Could not convert string 'a' to INT32"),
            "'a' is no INTEGER; try_cast gives NULL for it");
  EXPECT_EQ(in_own_words("Invalid Input Error: Invalid Error: what nobody knows"),
            "what nobody knows");
  EXPECT_EQ(in_own_words("an Error: in the middle"), "an Error: in the middle");
}

class EngineWordsInTheLake : public LakeFixture {};

TEST_F(EngineWordsInTheLake, NoStatementShowsTheEnginesOwn) {
  const std::regex engine("[A-Z][a-z]+ Error:|Candidate|LINE [0-9]|Referenced|with name|INT32");
  for (const char* sql : {"SELECT nme FROM bronze.users",
                          "SELECT u.nme FROM bronze.users u",
                          "SELECT x.name FROM bronze.users u",
                          "SELECT nope(1)",
                          "SELECT FROM WHERE",
                          "SELECT (1",
                          "SELECT sum(name) FROM bronze.users",
                          "SELECT CAST(name AS INTEGER) FROM bronze.users",
                          "SELECT name, count(*) FROM bronze.users",
                          "SELECT id FROM bronze.users a, bronze.users b",
                          "SELECT CAST(1 AS nothing)",
                          "SELECT 1 WHERE 'a' = 1",
                          "SELECT [1] + 'a'",
                          "SELECT * FROM nothing",
                          "SELECT make_date(2026, 13, 1)",
                          "SELECT 1 UNION SELECT 1, 2",
                          "SELECT name FROM bronze.users ORDER BY 7",
                          "SELECT interval 'a' day",
                          "SELECT (SELECT id FROM bronze.users)",
                          "SELECT strptime('a', '%Y')",
                          "SELECT CAST(99999999999 AS INTEGER)",
                          "SELECT error('mine')"}) {
    auto answer = lake_->query(sql);
    if (answer) continue;
    const std::string& message = answer.error().message;
    EXPECT_FALSE(std::regex_search(message, engine)) << sql << ": " << message;
  }
}

}  // namespace
}  // namespace lake
