// Timing for the benchmark programs.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace bench {

/// Runs `work` (it returns how many rows and bytes it made) `rounds` times and prints the best.
struct Made {
  std::int64_t rows = 0, bytes = 0;
};
template <typename Work>
void measure(std::string_view what, int rounds, Work work) {
  double best_s = 1e9;
  Made made;
  for (int i = 0; i < rounds; ++i) {
    auto start = std::chrono::steady_clock::now();
    made = work();
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best_s = std::min(best_s, took.count());
  }
  fmt::print("{:<28} {:>10} rows {:>8.3f} s {:>12.0f} rows/s {:>8.0f} MB/s\n", what, made.rows,
             best_s, static_cast<double>(made.rows) / best_s,
             static_cast<double>(made.bytes) / best_s / 1e6);
}

}  // namespace bench
