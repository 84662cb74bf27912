// A SQL text as its tokens: layout, comments and the case of words say nothing. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sqlfile {

struct Token {
  std::string_view text;  ///< as it stands in the source
  std::string same;       ///< equal for tokens that say the same
  int line = 1;           ///< from 1
};

/// Comments (`--`, `/* */`), white space and the semicolons at the end are left out.
std::vector<Token> tokens(std::string_view text);

}  // namespace sqlfile
