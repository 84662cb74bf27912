// Two texts compared line by line, for a terminal. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cli {

struct DifferentLine {
  char sign = ' ';  ///< '+' or '-'
  int line = 0;     ///< from 1: of the text before for '-', of the other for '+'
  std::string_view text;
};

/// What was taken out and put in, in order. Of parts with more than four million pairs of lines all
/// of them. The views are into the texts.
std::vector<DifferentLine> line_difference(std::string_view before, std::string_view after);

/// "  12 - was\n  12 + is\n", at most `most` lines and how many more there are. Nothing in it is
/// obeyed by a terminal.
std::string difference_text(const std::vector<DifferentLine>& lines, int most);

}  // namespace cli
