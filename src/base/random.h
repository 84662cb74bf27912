// Counter-based random numbers: a value is a pure function of a key and a counter, with no state
// between calls, so that any row can be made alone, in any order, on any number of threads.
//
// The mixer is the finaliser of SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom
// number generators", OOPSLA 2014), applied twice over key and counter. Changing anything here
// changes every world: it is a new world version.
#pragma once

#include <cstdint>

namespace base {

constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

/// The draws of one row: row.bits(0), row.bits(1), …; immutable.
class RowRandom {
 public:
  explicit constexpr RowRandom(std::uint64_t key) : key_(key) {}
  constexpr std::uint64_t bits(std::uint64_t n) const {
    return mix64(key_ + n * 0xA0761D6478BD642FULL);
  }

 private:
  std::uint64_t key_;
};

/// A stream of independent values for one (seed, table, column); immutable, thread-safe.
class CounterRandom {
 public:
  constexpr CounterRandom(std::uint64_t seed, std::uint64_t table, std::uint64_t column)
      : key_(mix64(mix64(seed ^ 0xD1B54A32D192ED03ULL) + table * 0x8CB92BA72F3D8DD7ULL + column)) {}

  /// 64 uniform bits for `row`.
  constexpr std::uint64_t bits(std::uint64_t row) const { return mix64(key_ ^ mix64(row)); }
  /// 64 uniform bits for the `n`-th draw of `row`.
  constexpr std::uint64_t bits(std::uint64_t row, std::uint64_t n) const {
    return mix64(bits(row) + n * 0xA0761D6478BD642FULL);
  }
  /// row(r).bits(n) == bits(r, n), for loops over `n`.
  constexpr RowRandom row(std::uint64_t row) const { return RowRandom(bits(row)); }
  /// Uniform in [0, 1), 53 bits.
  constexpr double unit(std::uint64_t row) const { return to_unit(bits(row)); }
  /// Uniform in [0, n); n > 0. Multiply-shift (Lemire 2019); its bias is below n / 2^64.
  constexpr std::uint64_t below(std::uint64_t row, std::uint64_t n) const {
    return scale(bits(row), n);
  }

  static constexpr double to_unit(std::uint64_t bits) {
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
  }
  static constexpr std::uint64_t scale(std::uint64_t bits, std::uint64_t n) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(bits) * n) >> 64);
  }

 private:
  std::uint64_t key_;
};

}  // namespace base
