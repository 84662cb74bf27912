#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/drawing_internal.h"

namespace cli {
namespace {

struct Mark {
  std::string_view state, glyph, colour;
};
constexpr std::array kMarks{Mark{"succeeded", "✓", "\033[32m"}, Mark{"kept", "=", "\033[32m"},
                            Mark{"running", "●", "\033[33m"},   Mark{"skipped", "–", "\033[33m"},
                            Mark{"failed", "✗", "\033[31m"},    Mark{"waiting", "·", ""}};

const Mark& mark_of(std::string_view state) {
  auto found = std::ranges::find(kMarks, state, &Mark::state);
  return found == kMarks.end() ? kMarks.back() : *found;
}

}  // namespace

std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  std::string blanks(width - std::min(width, letters(text)), ' ');
  return right ? blanks + text : text + blanks;
}

std::string cut(const std::string& text, std::size_t width) {
  if (width == 0 || letters(text) <= width) return text;
  std::size_t end = 0, count = 0;
  for (; end < text.size(); ++end) {
    bool begins = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (begins && ++count == width) break;
  }
  return text.substr(0, end) + "…";
}

std::string branch(std::string_view state, std::string text, bool last, const Look& look) {
  const Mark& mark = mark_of(state);
  text.erase(text.find_last_not_of(' ') + 1);
  text = cut(text, look.width > 5 ? look.width - 5 : look.width);
  bool coloured = look.colour && !mark.colour.empty();
  return fmt::format("{} {}{}{} {}", last ? "└─" : "├─", coloured ? mark.colour : "", mark.glyph,
                     coloured ? "\033[0m" : "", text);
}

}  // namespace cli
