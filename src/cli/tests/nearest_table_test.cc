#include "cli/nearest_table.h"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(NearestTableTest, StandsInPlaceOfTheList) {
  const std::string there =
      " does not exist; there are bronze.users, gold.sales_by_day, gold.sessions";
  auto said = [&](const std::string& name) {
    return with_nearest_table("line 1, column 15: table " + name + there);
  };
  EXPECT_EQ(said("gold.sales_by_dy"),
            "line 1, column 15: table gold.sales_by_dy does not exist; did you mean "
            "'gold.sales_by_day'?");
  EXPECT_EQ(
      said("silver.sessions"),
      "line 1, column 15: table silver.sessions does not exist; did you mean 'gold.sessions'?");
  EXPECT_EQ(said("sesions"),
            "line 1, column 15: table sesions does not exist; did you mean 'gold.sessions'?");
  EXPECT_EQ(said("gold.zebra"), "line 1, column 15: table gold.zebra" + there) << "none is near";
}

TEST(NearestTableTest, TiersAndOtherMessages) {
  EXPECT_EQ(with_nearest_table("\"glod\" is no tier: tables are bronze.…"),
            "\"glod\" is no tier: tables are bronze.…; did you mean 'gold'?");
  for (const char* other : {"", "table", "\" is no tier: ", " does not exist; there are ",
                            "table x does not exist; the lake is empty"}) {
    EXPECT_EQ(with_nearest_table(other), other);
  }
}

}  // namespace
}  // namespace cli
