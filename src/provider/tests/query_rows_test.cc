// Rows of a query, by column.
#include "provider/query_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace provider {
namespace {

using testing::HasSubstr;

TEST(QueryRows, AreMapsByColumn) {
  const json rows = *query_rows({{"columns", {{{"name", "n"}, {"type", "BIGINT"}}, "s"}},
                                 {"rows", {{1, "x"}, {nullptr, "y"}}}});
  EXPECT_EQ(rows["columns"], json({"n", "s"}));
  EXPECT_EQ(rows["rows"][1], json({{"n", nullptr}, {"s", "y"}}));
}

TEST(QueryRows, LoseNothingSilently) {
  const json twice = {{"columns", {{{"name", "a"}}, {{"name", "a"}}}}, {"rows", {{1, 2}}}};
  auto refused = query_rows(twice);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("\"a\""));
  EXPECT_FALSE(query_rows({{"columns", {"a"}}, {"rows", {{1}}}, {"truncated", true}}));
  EXPECT_FALSE(query_rows(nullptr));
  EXPECT_FALSE(query_rows({{"columns", nullptr}}));
}

}  // namespace
}  // namespace provider
