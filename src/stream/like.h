// LIKE patterns and texts as characters.
#pragma once

#include <cstdint>
#include <string_view>

namespace stream {

/// `%` stands for any characters, `_` for one. Letter case counts. Linear in practice, at worst
/// text × pattern.
bool matches_like(std::string_view text, std::string_view pattern);

/// Bytes of the UTF-8 character that begins with `lead`; 1 for bytes that begin none.
inline std::size_t char_bytes(char lead) {
  auto c = static_cast<unsigned char>(lead);
  return c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}
/// Byte position of character `n` (from 0), or the size when there are fewer.
std::size_t char_position(std::string_view text, std::int64_t n);
/// Number of characters.
std::int64_t char_count(std::string_view text);

}  // namespace stream
