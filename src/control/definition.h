// Two SQL texts compared as their tokens: layout, comments and the case of words say nothing.
// Pure and thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace control {

struct SqlDifference {
  int line = 0;               ///< of `ours`, of its first token that differs; 0: there is none
  std::string ours, shipped;  ///< the first stretch that differs with some words around it
  explicit operator bool() const { return line > 0; }
};
SqlDifference sql_difference(std::string_view ours, std::string_view shipped);

}  // namespace control
