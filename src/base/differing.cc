#include "base/differing.h"

#include <algorithm>
#include <vector>

namespace base {

namespace {

/// Where each character begins, and the end.
std::vector<std::size_t> characters(std::string_view text) {
  std::vector<std::size_t> begins;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) begins.push_back(i);
  }
  begins.push_back(text.size());
  return begins;
}

std::string window(std::string_view text, const std::vector<std::size_t>& at, std::size_t first,
                   std::size_t width) {
  std::size_t count = at.size() - 1;
  if (count <= width) return std::string(text);
  // The end is reached: a window that could show more shows what stands before.
  first = std::min(first, count - width + 1);
  std::size_t shown = width - (first > 0 ? 1 : 0);
  bool more = first + shown < count;
  if (more) --shown;
  std::string out = first > 0 ? "…" : "";
  out += text.substr(at[first], at[first + shown] - at[first]);
  return more ? out + "…" : out;
}

}  // namespace

Differing differing_parts(std::string_view a, std::string_view b, std::size_t width) {
  width = std::max<std::size_t>(width, 8);
  auto in_a = characters(a), in_b = characters(b);
  std::size_t same = 0, shorter = std::min(in_a.size(), in_b.size()) - 1;
  while (same < shorter && a.substr(in_a[same], in_a[same + 1] - in_a[same]) ==
                               b.substr(in_b[same], in_b[same + 1] - in_b[same])) {
    ++same;
  }
  std::size_t first = same - std::min(same, width / 4);
  // As long as the mark that would stand for it; and equal texts are shown from their begin.
  if (first <= 1 || a == b) first = 0;
  return {window(a, in_a, first, width), window(b, in_b, first, width)};
}

}  // namespace base
