// Statistics for tests of distributions: each bound is five standard deviations, so that a sound
// world fails about once in a million seeds; the seeds are fixed, so it never does.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace world {

/// Rows of a property test: a million, and fewer where the sanitizers make each one slow.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::int64_t kManyRows = 50'000;
#else
inline constexpr std::int64_t kManyRows = 1'000'000;
#endif

/// `Part part(first, last)` for two halves of [0, count), on two threads.
template <typename Part, typename Make>
std::vector<Part> in_halves(std::int64_t count, Make make) {
  std::vector<Part> parts(2);
  std::jthread second([&] { parts[1] = make(count / 2, count); });
  parts[0] = make(0, count / 2);
  return parts;
}

/// `hits` of `n` tries with probability `p`.
inline void expect_share(double hits, double n, double p, const char* what) {
  EXPECT_NEAR(hits, n * p, 5 * std::sqrt(n * p * (1 - p)) + 1e-9) << what;
}

/// Standard deviations by which χ² of `degrees` freedom is above its mean (Wilson, Hilferty).
inline double chi_square_deviation(double chi_square, double degrees) {
  double spread = 2 / (9 * degrees);
  return (std::cbrt(chi_square / degrees) - (1 - spread)) / std::sqrt(spread);
}

/// Observed counts against weights of any scale. Cells that expect fewer than five are put
/// together.
inline void expect_distribution(const std::vector<double>& observed,
                                const std::vector<double>& weights, const char* what) {
  ASSERT_EQ(observed.size(), weights.size()) << what;
  double n = 0, total = 0, chi_square = 0, cells = 0, few_seen = 0, few_expected = 0;
  for (double count : observed) n += count;
  for (double weight : weights) total += weight;
  auto add = [&](double seen, double expected) {
    chi_square += (seen - expected) * (seen - expected) / expected;
    ++cells;
  };
  for (std::size_t i = 0; i < observed.size(); ++i) {
    double expected = n * weights[i] / total;
    if (expected >= 5) {
      add(observed[i], expected);
      continue;
    }
    if (weights[i] == 0) {
      EXPECT_EQ(observed[i], 0) << what << " " << i;
    }
    few_seen += observed[i];
    few_expected += expected;
  }
  if (few_expected >= 5) add(few_seen, few_expected);
  ASSERT_GE(cells, 2) << what;
  EXPECT_LT(chi_square_deviation(chi_square, cells - 1), 5)
      << what << ": chi-square " << chi_square << " of " << cells << " cells";
}

/// Kolmogorov and Smirnov: P(D √n > 2.74) is 6 · 10⁻⁷. Sorts `values`.
inline void expect_cdf(std::vector<double>& values, const std::function<double(double)>& cdf,
                       const char* what) {
  std::ranges::sort(values);
  double n = static_cast<double>(values.size()), distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    double p = cdf(values[i]), at = static_cast<double>(i);
    distance = std::max({distance, p - at / n, (at + 1) / n - p});
  }
  EXPECT_LT(distance * std::sqrt(n), 2.74) << what << ": distance " << distance;
}

/// |N(mean, deviation)|.
inline double folded_normal_cdf(double x, double mean, double deviation) {
  auto phi = [](double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); };
  return phi((x - mean) / deviation) - phi((-x - mean) / deviation);
}

/// Weights of ranks 0 … n−1 under Zipf's law with exponent ½: floor(n·u²).
inline std::vector<double> zipf_weights(std::size_t n) {
  std::vector<double> weights;
  for (std::size_t k = 0; k < n; ++k) {
    weights.push_back(std::sqrt(static_cast<double>(k + 1)) - std::sqrt(static_cast<double>(k)));
  }
  return weights;
}

}  // namespace world
