// Rows that are gone over several times: kept or read again, they are the same.
#include "ml/row_source.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "ml/tests/ml_fixture.h"

namespace ml {
namespace {

class RowSourceTest : public MlFixture {
 protected:
  static std::vector<Rows> pass(RowSource& source) {
    std::vector<Rows> blocks;
    auto take = [&](Rows& rows) -> base::Status {
      blocks.push_back(std::move(rows));
      rows = {};
      return {};
    };
    auto status = source.pass(take);
    EXPECT_TRUE(status) << status.error().message;
    return blocks;
  }
  static void expect_same(const std::vector<Rows>& a, const std::vector<Rows>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].count, b[i].count);
      EXPECT_EQ(a[i].features, b[i].features);
      EXPECT_EQ(a[i].ids, b[i].ids);
      EXPECT_EQ(a[i].times_us, b[i].times_us);
      EXPECT_EQ(a[i].target, b[i].target);
      EXPECT_EQ(a[i].values, b[i].values);
    }
  }
};

// Bytes at both of their ends, numbers beside them, and fractions.
constexpr const char* kMixed = "i % 256 - 128 AS narrow, i % 300 AS wide, i / 7e0 AS fraction,";

TEST_F(RowSourceTest, WhatFitsIsReadOnceAndStaysTheSame) {
  RowSource source(*lake_, make(5000, "0", kMixed));
  EXPECT_FALSE(source.kept());
  auto first = pass(source);
  EXPECT_TRUE(source.kept());
  std::filesystem::remove_all(temp_.path() + "/lake/gold/features");
  expect_same(first, pass(source));
  expect_same(first, pass(source));
}

TEST_F(RowSourceTest, WhatDoesNotFitIsReadAgain) {
  auto table = make(5000, "0", kMixed);
  RowSource small(*lake_, table, 1000), middle(*lake_, table, 200'000), large(*lake_, table);
  auto rows = pass(large);
  for (RowSource* source : {&small, &middle}) {
    expect_same(rows, pass(*source));
    EXPECT_FALSE(source->kept());
    expect_same(rows, pass(*source));
  }
}

TEST_F(RowSourceTest, APassThatEndsEarlyKeepsNothingHalf) {
  RowSource source(*lake_, make(5000));
  int blocks = 0;
  auto refuse = [&](Rows&) -> base::Status {
    if (++blocks < 2) return {};
    return base::error(base::Code::kInternal, "enough");
  };
  EXPECT_FALSE(source.pass(refuse));
  EXPECT_FALSE(source.kept());
  std::size_t rows = 0;
  for (const auto& block : pass(source)) rows += block.count;
  EXPECT_EQ(rows, 5000u);
  EXPECT_TRUE(source.kept());
  std::stop_source stop;
  stop.request_stop();
  auto stopped = source.pass([](Rows&) -> base::Status { return {}; }, stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, base::Code::kCancelled);
}

TEST_F(RowSourceTest, AModelIsTheSameHoweverItsRowsCome) {
  auto table = make(5000, kNoise);
  RowSource read(*lake_, table, 0), kept(*lake_, table);
  FitSpec spec{.name = "m", .features = table};
  auto a = fit(read, spec), b = fit(kept, spec);
  ASSERT_TRUE(a) << a.error().message;
  ASSERT_TRUE(b) << b.error().message;
  EXPECT_EQ(*a, *b);
}

TEST_F(RowSourceTest, TheSplitFollowsFromTheStatisticsOrFromTheRows) {
  auto table = make(1000);
  ASSERT_TRUE(table.span);
  EXPECT_EQ(base::format_millis(table.span->first), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(base::format_millis(table.span->last), "2026-02-11T15:00:00.000Z");
  FitSpec told{.name = "m", .features = table}, untold = told;
  untold.features.span.reset();
  auto a = fit(*lake_, told), b = fit(*lake_, untold);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->split, b->split);
}

}  // namespace
}  // namespace ml
