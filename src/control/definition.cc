#include "control/definition.h"

#include <algorithm>
#include <vector>

#include "sqlfile/tokens.h"

namespace control {

namespace {

constexpr std::size_t kAround = 6;  // tokens shown before and behind
constexpr std::size_t kShown = 36;  // tokens at most

/// Tokens [first, last), with blanks where the source has them.
std::string shown(const std::vector<sqlfile::Token>& tokens, std::size_t first, std::size_t last) {
  bool cut = last - first > kShown;
  if (cut) last = first + kShown;
  std::string out = first > 0 ? "… " : "";
  for (std::size_t i = first; i < last; ++i) {
    bool apart =
        i > first && tokens[i].text.data() != tokens[i - 1].text.data() + tokens[i - 1].text.size();
    if (apart) out += ' ';
    out += tokens[i].text;
  }
  return cut || last < tokens.size() ? out + " …" : out;
}

}  // namespace

SqlDifference sql_difference(std::string_view ours, std::string_view shipped) {
  auto a = sqlfile::tokens(ours), b = sqlfile::tokens(shipped);
  auto [in_a, in_b] = std::ranges::mismatch(a, b, {}, &sqlfile::Token::same, &sqlfile::Token::same);
  if (in_a == a.end() && in_b == b.end()) return {};
  auto first = static_cast<std::size_t>(in_a - a.begin());
  std::size_t same_behind = 0, most = std::min(a.size(), b.size()) - first;
  while (same_behind < most &&
         a[a.size() - 1 - same_behind].same == b[b.size() - 1 - same_behind].same) {
    ++same_behind;
  }
  std::size_t from = first - std::min(first, kAround);
  std::size_t behind = same_behind - std::min(same_behind, kAround);
  SqlDifference difference{.line = 1,
                           .ours = shown(a, from, a.size() - behind),
                           .shipped = shown(b, from, b.size() - behind)};
  if (!a.empty()) difference.line = a[std::min(first, a.size() - 1)].line;
  return difference;
}

}  // namespace control
