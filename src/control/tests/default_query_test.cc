#include "control/default_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(DefaultQuery, LayoutAndCommentsAreNoChange) {
  std::string text(kDefaultQuery);
  EXPECT_THAT(*changed_outputs(text), IsEmpty());
  EXPECT_THAT(*changed_outputs("-- mine\n" + replaced(text, "COUNT(*)", "COUNT ( * )")), IsEmpty());
}

TEST(DefaultQuery, NamesTheOutputsThatChanged) {
  std::string text(kDefaultQuery);
  EXPECT_THAT(
      *changed_outputs(replaced(text, "TumblingWindow(minute, 5)", "TumblingWindow(minute, 10)")),
      ElementsAre("pageviews_5min"));
  EXPECT_THAT(*changed_outputs(text + "\nSELECT event_id INTO mine FROM stars"),
              ElementsAre("mine"));
}

TEST(DefaultQuery, WhatCantBeParsedIsAnError) {
  auto changed = changed_outputs("SELECT");
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, base::Code::kInvalidArgument);
}

}  // namespace
}  // namespace control
