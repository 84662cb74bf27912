// All chance of a simulation: one seed, one stream of draws, the same in every run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"

namespace simulation {

/// Owned by one thread.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed, 7, 7) {}
  /// 0 … n−1.
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(random_.below(draws_++, static_cast<std::uint64_t>(n)));
  }
  std::int64_t between(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }
  bool one_in(std::int64_t n) { return below(n) == 0; }
  template <typename T>
  const T& of(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(below(std::ssize(choices)))];
  }
  base::CounterRandom stream() { return {random_.bits(draws_++), 1, 1}; }

 private:
  base::CounterRandom random_;
  std::uint64_t draws_ = 0;
};

}  // namespace simulation
