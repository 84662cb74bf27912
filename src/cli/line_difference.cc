#include "cli/line_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "cli/listing.h"

namespace cli {

namespace {

constexpr std::size_t kPairs = 4'000'000;

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The first of a very long line.
std::string_view shortened(std::string_view line) {
  constexpr std::size_t kMost = 200;
  if (line.size() <= kMost) return line;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
  return line.substr(0, end);
}

/// How many lines a from i and b from j have in common, in order.
class CommonLines {
 public:
  CommonLines(const Lines& a, const Lines& b) : width_(b.size() + 1) {
    if (a.size() * b.size() > kPairs) return;
    counts_.resize((a.size() + 1) * width_);
    for (auto i = a.size(); i-- > 0;) {
      for (auto j = b.size(); j-- > 0;) {
        counts_[i * width_ + j] =
            a[i] == b[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
  }
  bool are_known() const { return !counts_.empty(); }
  std::uint32_t at(std::size_t i, std::size_t j) const { return counts_[i * width_ + j]; }

 private:
  const std::size_t width_;
  std::vector<std::uint32_t> counts_;
};

}  // namespace

std::vector<DifferentLine> line_difference(std::string_view before, std::string_view after) {
  Lines a = lines_of(before), b = lines_of(after);
  auto [in_a, in_b] = std::ranges::mismatch(a, b);
  const int head = static_cast<int>(in_a - a.begin());
  a.erase(a.begin(), in_a);
  b.erase(b.begin(), in_b);
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a.pop_back();
    b.pop_back();
  }
  const CommonLines common(a, b);
  std::vector<DifferentLine> lines;
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    if (common.are_known() && i < a.size() && j < b.size() && a[i] == b[j]) {
      ++i, ++j;
    } else if (i < a.size() && (j == b.size() || !common.are_known() ||
                                common.at(i + 1, j) >= common.at(i, j + 1))) {
      lines.push_back({'-', head + static_cast<int>(i) + 1, a[i]});
      ++i;
    } else {
      lines.push_back({'+', head + static_cast<int>(j) + 1, b[j]});
      ++j;
    }
  }
  return lines;
}

std::string difference_text(const std::vector<DifferentLine>& lines, int most) {
  std::string text;
  for (const auto& line : lines) {
    if (most-- == 0) {
      text += fmt::format("  … {} more lines\n", lines.size() - (&line - lines.data()));
      break;
    }
    text += fmt::format("{:>6} {} {}\n", line.line, line.sign, printable(shortened(line.text)));
  }
  return text;
}

}  // namespace cli
