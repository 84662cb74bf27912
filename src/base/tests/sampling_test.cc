#include "base/sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace base {
namespace {

TEST(Permutation, IsABijectionWithItsInverse) {
  for (std::uint64_t n : {1, 2, 3, 5, 10, 97, 1000, 4099}) {
    Permutation permutation(n, 7);
    std::vector<bool> seen(n);
    for (std::uint64_t i = 0; i < n; ++i) {
      std::uint64_t p = permutation(i);
      ASSERT_LT(p, n);
      EXPECT_FALSE(seen[p]);
      seen[p] = true;
      EXPECT_EQ(permutation.inverse(p), i);
    }
  }
  Permutation wide(std::uint64_t{1} << 40, 3);
  for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_EQ(wide.inverse(wide(i * 77)), i * 77);
}

TEST(Permutation, DependsOnItsKeyAndMixes) {
  Permutation a(10'000, 1), b(10'000, 2);
  int same = 0, low = 0;
  for (std::uint64_t i = 0; i < 5'000; ++i) {
    same += a(i) == b(i);
    low += a(i) < 5'000;
  }
  EXPECT_LT(same, 10);
  EXPECT_NEAR(low, 2500, 150);
}

TEST(WeightedPick, FollowsTheWeights) {
  std::vector<std::uint32_t> weights{1, 0, 3, 6};
  WeightedPick pick(weights);
  CounterRandom random(1, 1, 1);
  std::vector<int> counts(4);
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) ++counts[pick(random.bits(i))];
  EXPECT_EQ(counts[1], 0);
  EXPECT_NEAR(counts[0], kDraws * .1, kDraws * .005);
  EXPECT_NEAR(counts[2], kDraws * .3, kDraws * .005);
  EXPECT_NEAR(counts[3], kDraws * .6, kDraws * .005);
  std::vector<std::uint32_t> one{5};
  EXPECT_EQ(WeightedPick(one)(~std::uint64_t{0}), 0u);
}

TEST(Normal, HasTheMomentsAndQuantiles) {
  Normal normal;
  EXPECT_EQ(normal.millionths(0x80000000u), 0);
  EXPECT_NEAR(normal.millionths(0xF9999999u), 1'959'964, 400);   // 97.5 %
  EXPECT_NEAR(normal.millionths(0x028F5C29u), -2'326'348, 800);  // 1 %
  EXPECT_EQ(normal.millionths(0), -kNormalMax);
  double sum = 0, squares = 0;
  constexpr int kDraws = 1'000'000;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    double z = normal.millionths(static_cast<std::uint32_t>(i * 0x100000000 / kDraws)) * 1e-6;
    sum += z;
    squares += z * z;
  }
  EXPECT_NEAR(sum / kDraws, 0, 1e-4);
  EXPECT_NEAR(squares / kDraws, 1, 2e-3);
}

TEST(Zipf, FallsWithTheSquareRoot) {
  CounterRandom random(1, 2, 3);
  constexpr int kDraws = 400'000;
  int first_quarter = 0;
  for (int i = 0; i < kDraws; ++i) {
    std::uint64_t rank = zipf_half(random.bits(i), 1000);
    ASSERT_LT(rank, 1000u);
    first_quarter += rank < 250;
  }
  EXPECT_NEAR(first_quarter, kDraws / 2.0, kDraws * .005);  // sqrt(1/4)
}

}  // namespace
}  // namespace base
