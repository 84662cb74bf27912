// Two SQL texts compared as their tokens: layout, comments and the case of words say nothing.
// Pure and thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace control {

struct SqlToken {
  std::string_view text;  ///< as it stands in the source
  std::string same;       ///< equal for tokens that say the same
  int line = 1;           ///< from 1
};

/// Comments (`--`, `/* */`), white space and the semicolons at the end are left out.
std::vector<SqlToken> sql_tokens(std::string_view text);

struct SqlDifference {
  int line = 0;               ///< of `ours`, of its first token that differs; 0: there is none
  std::string ours, shipped;  ///< the first stretch that differs with some words around it
  explicit operator bool() const { return line > 0; }
};
SqlDifference sql_difference(std::string_view ours, std::string_view shipped);

}  // namespace control
