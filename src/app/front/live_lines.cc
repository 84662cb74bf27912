#include "app/front/live_lines.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace app {
namespace {

std::size_t height_of_errors() {
  winsize size{};
  const char* term = std::getenv("TERM");
  bool plain = term == nullptr || std::string_view(term) == "dumb";
  if (plain || ::isatty(STDERR_FILENO) == 0 || ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0)
    return 0;
  return size.ws_row;
}

}  // namespace

LiveLines::LiveLines() : height_(height_of_errors()) {}

void LiveLines::draw(const std::vector<std::string>& lines) {
  // In one piece, line by line over what stands there: nothing flickers.
  std::string text;
  if (lines_ > 0) text = fmt::format("\033[{}A", lines_);
  for (const auto& line : lines) text += line + "\033[K\n";
  text += "\033[J";
  fmt::print(stderr, "{}", text);
  std::fflush(stderr);
  lines_ = lines.size();
}

void LiveLines::clear() {
  if (lines_ > 0) fmt::print(stderr, "\033[{}A\033[J", lines_);
  lines_ = 0;
}

bool LiveLines::keep() { return std::exchange(lines_, 0) > 0; }

}  // namespace app
