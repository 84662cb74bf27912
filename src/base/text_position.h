// Where in a text something is wrong, for people. Pure.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace base {

/// "line 2, column 3: " of a byte offset; both count from 1, columns in bytes.
inline std::string position_of(std::string_view text, std::size_t offset) {
  auto before = text.substr(0, std::min(text.size(), offset));
  auto line = 1 + std::ranges::count(before, '\n');
  auto line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return fmt::format("line {}, column {}: ", line, before.size() - line_start + 1);
}

}  // namespace base
