#include "cli/line_difference.h"

#include <gtest/gtest.h>

namespace cli {
namespace {

std::string shown(std::string_view before, std::string_view after, int most = 10) {
  return difference_text(line_difference(before, after), most);
}

TEST(LineDifference, OnlyWhatDiffersIsNamedWithItsLine) {
  EXPECT_EQ(shown("a\nb\nc\n", "a\nb\nc\n"), "");
  EXPECT_EQ(shown("a\nb\nc\n", "a\nx\nc\n"), "     2 - b\n     2 + x\n");
  EXPECT_EQ(shown("a\nb\nc\nd\n", "a\nc\nd\ne\n"), "     2 - b\n     4 + e\n");
  EXPECT_EQ(shown("", "a\nb"), "     1 + a\n     2 + b\n");
  EXPECT_EQ(shown("a\n", ""), "     1 - a\n");
}

TEST(LineDifference, NoMoreThanAskedForAndNothingThatATerminalObeys) {
  EXPECT_EQ(shown("", "a\nb\nc\n", 1), "     1 + a\n  … 2 more lines\n");
  EXPECT_EQ(shown("", "\x1b[2J\n"), "     1 + \\x1b[2J\n");
  EXPECT_LT(shown("", std::string(100'000, 'x')).size(), 250U);
}

TEST(LineDifference, LargePartsAreReplacedWhole) {
  std::string before, after;
  for (int i = 0; i < 3000; ++i) {
    before += std::to_string(i) + "\n";
    after += std::to_string(i + 1) + "\n";
  }
  EXPECT_EQ(line_difference(before, after).size(), 6000U);
}

}  // namespace
}  // namespace cli
