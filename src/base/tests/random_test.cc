#include "base/random.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(CounterRandom, IsAPureFunctionOfItsKey) {
  constexpr CounterRandom a(42, 1, 2), b(42, 1, 3), c(43, 1, 2);
  static_assert(a.bits(7) == CounterRandom(42, 1, 2).bits(7));
  EXPECT_NE(a.bits(7), a.bits(8));
  EXPECT_NE(a.bits(7), b.bits(7));
  EXPECT_NE(a.bits(7), c.bits(7));
  EXPECT_NE(a.bits(7, 0), a.bits(7, 1));
  for (std::uint64_t n : {0, 1, 99}) EXPECT_EQ(a.row(7).bits(n), a.bits(7, n));
}

TEST(CounterRandom, IsUniformByChiSquare) {
  constexpr int kBins = 100, kRows = 1'000'000;
  CounterRandom random(1, 2, 3);
  int counts[kBins] = {};
  for (int row = 0; row < kRows; ++row) ++counts[random.below(row, kBins)];
  double chi2 = 0, expected = static_cast<double>(kRows) / kBins;
  for (int n : counts) chi2 += (n - expected) * (n - expected) / expected;
  EXPECT_LT(chi2, 148.2);  // 99.9 % quantile for 99 degrees of freedom
}

TEST(CounterRandom, GoldenValues) {  // a change here is a new world version
  EXPECT_EQ(CounterRandom(42, 1, 2).bits(3), 0x7C54D1E7BF0A7B3AU);
  EXPECT_EQ(mix64(0), 0xE220A8397B1DCDAFULL);
}

}  // namespace
}  // namespace base
