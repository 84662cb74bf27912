// Drawing from distributions, reproducibly: integers and the four basic operations of IEEE 754 only
// (no libm, whose last bit differs between machines), so that the same bits give the same value
// everywhere. All types are immutable and thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"

namespace base {

/// A bijection of 0 … n−1, chosen by `key`: four rounds of a Feistel network over Z_a × Z_b with
/// a·b just above n, walked until the value is below n (about one step).
class Permutation {
 public:
  /// `n` in 1 … 2^40.
  Permutation(std::uint64_t n, std::uint64_t key);
  std::uint64_t size() const { return n_; }
  std::uint64_t operator()(std::uint64_t i) const;
  std::uint64_t inverse(std::uint64_t i) const;

 private:
  std::uint64_t forward(std::uint64_t i) const;
  std::uint64_t backward(std::uint64_t i) const;

  std::uint64_t n_, a_, b_;
  std::array<std::uint64_t, 4> keys_;
};

/// Draws 0 … n−1 with given weights in constant time (Walker's alias method).
class WeightedPick {
 public:
  /// At least one weight, each ≥ 0, sum in 1 … 2^31.
  explicit WeightedPick(std::span<const std::uint32_t> weights);
  std::size_t operator()(std::uint64_t bits) const {
    std::uint64_t i = ((bits >> 32) * cells_.size()) >> 32;
    const Cell& cell = cells_[i];
    return static_cast<std::uint32_t>(bits) < cell.cut ? i : cell.alias;
  }

 private:
  struct Cell {
    std::uint64_t cut;  ///< of 2^32
    std::uint32_t alias;
  };
  std::vector<Cell> cells_;
};

/// The standard normal distribution by its inverse, as a table of 4096 linear pieces, cut at
/// ±kNormalMax: the value in millionths for 32 uniform bits.
inline constexpr std::int64_t kNormalMax = 4'200'000;
class Normal {
 public:
  Normal();
  std::int64_t millionths(std::uint32_t bits) const {
    std::int64_t low = knots_[bits >> 20], high = knots_[(bits >> 20) + 1];
    return low + (((high - low) * static_cast<std::int64_t>(bits & 0xFFFFF)) >> 20);
  }

 private:
  std::array<std::int32_t, 4097> knots_;
};

/// Zipf's law with exponent 1/2 over ranks 0 … n−1 (rank 0 most often): its continuous inverse,
/// floor(n·u²), for 64 uniform bits.
constexpr std::uint64_t zipf_half(std::uint64_t bits, std::uint64_t n) {
  std::uint64_t u = bits >> 32;
  return CounterRandom::scale(u * u, n);
}

}  // namespace base
