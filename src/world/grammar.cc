#include "world/grammar.h"

#include <algorithm>

namespace world {

std::size_t Grammar::longest(Start start) const {
  std::size_t longest = 0;
  for (std::uint32_t p = start.first; p < start.first + start.count; ++p) {
    std::size_t size = 0;
    for (std::uint32_t s = patterns_[p].first; s < patterns_[p].first + patterns_[p].count; ++s) {
      std::uint32_t most = 0;
      for (std::uint32_t i = slots_[s].first; i < slots_[s].first + slots_[s].count; ++i) {
        most = std::max(most, phrases_[i].size);
      }
      size += most;
    }
    longest = std::max(longest, size);
  }
  return longest;
}

}  // namespace world
