#include "base/suggest.h"

#include <algorithm>
#include <numeric>

namespace base {
namespace {

std::string lower(std::string_view text) {
  std::string low(text);
  for (char& c : low) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return low;
}

/// Levenshtein distance with swapped neighbours counted once.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), 0u);
  for (std::size_t i = 1; i <= a.size(); i++) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); j++) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view name,
                              const std::vector<std::string_view>& candidates) {
  constexpr std::size_t kLengthMax = 64;
  if (name.size() > kLengthMax) return "";
  std::string wanted = lower(name);
  std::size_t best = std::max<std::size_t>(1, name.size() / 3) + 1;
  std::string_view found;
  for (std::string_view candidate : candidates) {
    if (candidate.size() > kLengthMax) continue;
    std::size_t d = distance(wanted, lower(candidate));
    if (d > 0 && d < best && d < candidate.size()) {
      best = d;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates) {
  std::string_view found = nearest_name(name, candidates);
  return found.empty() ? "" : "; did you mean '" + std::string(found) + "'?";
}

std::string listed(const std::vector<std::string_view>& names) {
  if (names.empty()) return "none";
  std::string out(names[0]);
  for (std::size_t i = 1; i < names.size(); i++)
    out += (i + 1 == names.size() ? " and " : ", ") + std::string(names[i]);
  return out;
}

}  // namespace base
