// Writing rows of bounded length into a string without filling it with zeros first. Inside the
// room only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

namespace world {

/// Appends what `write(char* begin)` puts at `begin` (it returns the end), at most `max` bytes.
template <typename Write>
void append_at_most(std::string& out, std::size_t max, Write write) {
  std::size_t old = out.size();
  if (out.capacity() < old + max) out.reserve(std::max(old + max, 2 * out.capacity()));
  out.resize_and_overwrite(old + max, [&](char* data, std::size_t) {
    return static_cast<std::size_t>(write(data + old) - data);
  });
}

}  // namespace world
