#include "stream/like.h"

#include <algorithm>

namespace stream {

bool matches_like(std::string_view text, std::string_view pattern) {
  std::size_t t = 0, p = 0, retry_t = 0, retry_p = std::string_view::npos;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      retry_p = ++p;  // first try: the % takes nothing
      retry_t = t;
    } else if (p < pattern.size() && pattern[p] == '_') {
      t = std::min(text.size(), t + char_bytes(text[t]));
      p++;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      t++;
      p++;
    } else if (retry_p != std::string_view::npos) {
      retry_t = std::min(text.size(), retry_t + char_bytes(text[retry_t]));
      t = retry_t;  // the last % takes one character more
      p = retry_p;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('%', p) == std::string_view::npos;
}

std::size_t char_position(std::string_view text, std::int64_t n) {
  std::size_t at = 0;
  for (; n > 0 && at < text.size(); n--) at += char_bytes(text[at]);
  return std::min(at, text.size());
}

std::int64_t char_count(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

}  // namespace stream
