#include "ml/regression.h"

#include <gmock/gmock.h>

#include <cmath>

#include "lake/scan.h"
#include "ml/student_internal.h"
#include "ml/tests/ml_fixture.h"

namespace ml {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Regression = MlFixture;

TEST_F(Regression, FindsTheRuleWithoutNoise) {
  auto model = fit(*lake_, {.name = "m", .features = make(5'000)});
  ASSERT_TRUE(model) << model.error().message;
  ASSERT_EQ(model->coefficients.size(), 3u);
  EXPECT_EQ(model->coefficients[1].feature, "b");
  EXPECT_NEAR(model->intercept.value, kBase, 1e-9);
  EXPECT_NEAR(model->coefficients[0].value, kA, 1e-10);
  EXPECT_NEAR(model->coefficients[1].value, kB, 1e-10);
  EXPECT_NEAR(model->coefficients[2].value, kC, 1e-10);
  EXPECT_NEAR(model->test.r2, 1, 1e-12);
  EXPECT_FALSE(model->test.ceiling);
  EXPECT_EQ(model->train.rows + model->test.rows, 5'000);
}

TEST_F(Regression, SplitsByTime) {
  auto table = make(2'400);  // a hundred days
  auto at = [](const char* text) { return *base::parse_instant(text); };
  auto automatic = fit(*lake_, {.name = "m", .features = table, .test_share = 0.25});
  ASSERT_TRUE(automatic) << automatic.error().message;
  EXPECT_EQ(automatic->split, at("2026-03-16T00:00:00Z"));  // day 74 of 99.96
  EXPECT_EQ(automatic->train.rows, 74 * 24);
  auto given = fit(*lake_, {.name = "m", .features = table, .split = at("2026-01-02T01:00:00Z")});
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_EQ(given->train.rows, 25);
  EXPECT_EQ(given->test.rows, 2'375);
}

// The sums by hand, with long doubles, for one feature.
TEST_F(Regression, IntervalsOfOneFeature) {
  write(
      "SELECT range AS order_id, TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_hours(CAST(range AS "
      "INT)) AS ordered_at, CAST(range * range AS DOUBLE) AS order_value, range AS x FROM "
      "range(20)");
  auto split = *base::parse_instant("2026-01-01T10:00:00Z");
  auto model = fit(*lake_, {.name = "m", .features = open(), .split = split});
  ASSERT_TRUE(model) << model.error().message;
  // x = 0 … 9, y = x²: slope 9, intercept −12, Σ residual² = 528, Σ(x − x̄)² = 82.5.
  EXPECT_NEAR(model->coefficients[0].value, 9, 1e-12);
  EXPECT_NEAR(model->intercept.value, -12, 1e-12);
  EXPECT_NEAR(model->residual_sd, std::sqrt(528.0 / 8), 1e-12);
  double error = std::sqrt(528.0 / 8 / 82.5);
  EXPECT_NEAR(model->coefficients[0].standard_error, error, 1e-12);
  EXPECT_NEAR(model->coefficients[0].high, 9 + 2.3060041350333704 * error, 1e-9);
  EXPECT_NEAR(model->intercept.standard_error, std::sqrt(528.0 / 8 * (0.1 + 4.5 * 4.5 / 82.5)),
              1e-12);
  EXPECT_NEAR(model->train.rmse, std::sqrt(52.8), 1e-12);
}

TEST_F(Regression, RidgeDrawsWeightsTowardsZero) {
  auto table = make(3'000, kNoise);
  auto linear = fit(*lake_, {.name = "m", .features = table});
  FitSpec spec{.name = "m", .features = table, .algorithm = Algorithm::kRidge};
  spec.penalty = 1e-9;
  auto weak = fit(*lake_, spec);
  spec.penalty = 1e6;
  auto strong = fit(*lake_, spec);
  ASSERT_TRUE(linear && weak && strong);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(weak->coefficients[i].value, linear->coefficients[i].value, 1e-9);
    EXPECT_NEAR(weak->coefficients[i].standard_error, linear->coefficients[i].standard_error, 1e-9);
    EXPECT_LT(std::abs(strong->coefficients[i].value), 0.05);
  }
  EXPECT_GT(strong->degrees_of_freedom, linear->degrees_of_freedom);
  EXPECT_LT(strong->test.r2, linear->test.r2);
}

TEST_F(Regression, IntervalsHoldTheTruthAndTheCeilingIsReached) {
  double noise_sd = std::sqrt(4.0 / 12);  // even over a width of 2
  FitSpec spec{.name = "m", .features = make(20'000, kNoise), .noise_sd = noise_sd};
  auto model = fit(*lake_, spec);
  ASSERT_TRUE(model) << model.error().message;
  double truth[] = {kA, kB, kC};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& c = model->coefficients[i];
    EXPECT_LT(std::abs(c.value - truth[i]), 4 * c.standard_error) << c.feature;
    EXPECT_NEAR((c.high - c.low) / c.standard_error, 2 * 1.96, 0.01);
  }
  ASSERT_TRUE(model->test.ceiling);
  EXPECT_NEAR(model->test.r2, *model->test.ceiling, 0.01);
  EXPECT_NEAR(model->residual_sd, noise_sd, 0.01);
}

TEST_F(Regression, SameVersionSameBits) {
  FitSpec spec{.name = "m", .features = make(30'000, kNoise)};
  auto first = fit(*lake_, spec), second = fit(*lake_, spec);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
}

TEST_F(Regression, ReadsTheVersionItWasGiven) {
  auto old = make(2'000);
  make(2'000, "1000");
  auto model = fit(*lake_, {.name = "m", .features = old});
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_NEAR(model->intercept.value, kBase, 1e-9);
  EXPECT_EQ(model->table_version, old.version);
}

TEST_F(Regression, UnusableFeaturesAreNamed) {
  auto table = make(1'000, kNoise, "7 AS always, 1 - a AS not_a, 2 * c - b AS both,");
  FitSpec spec{.name = "m", .features = table};
  auto message = failure(spec);
  EXPECT_THAT(message, HasSubstr("always (constant)"));
  EXPECT_THAT(message, HasSubstr("a (collinear with not_a)"));
  EXPECT_THAT(message, HasSubstr("c (collinear with both, b)"));
  spec.unusable = Unusable::kLeaveOut;
  auto model = fit(*lake_, spec);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_THAT(model->left_out,
              ElementsAre(LeftOut{"always", "constant"}, LeftOut{"a", "collinear with not_a"},
                          LeftOut{"c", "collinear with both, b"}));
  EXPECT_NEAR(model->coefficients[0].value, -kA, 0.2);
  spec.algorithm = Algorithm::kRidge;  // which can tell collinear ones apart
  auto ridge = fit(*lake_, spec);
  ASSERT_TRUE(ridge);
  EXPECT_THAT(ridge->left_out, ElementsAre(LeftOut{"always", "constant"}));
}

TEST_F(Regression, LargeOffsetsLoseNothing) {
  write(
      "SELECT range AS order_id, TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_hours(CAST(range AS "
      "INT)) AS ordered_at, CAST(1e9 + range % 10 AS DOUBLE) AS order_value, "
      "1e9 + range % 10 AS x, range % 3 AS y FROM range(5000)");
  auto model = fit(*lake_, {.name = "m", .features = open()});
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_NEAR(model->coefficients[0].value, 1, 1e-9);
  EXPECT_NEAR(model->coefficients[1].value, 0, 1e-9);
}

TEST_F(Regression, WhatCantBeLearnedFrom) {
  EXPECT_THAT(failure({.name = "m", .features = make(0)}), HasSubstr("has no rows"));
  EXPECT_THAT(failure({.name = "m", .features = make(3)}), HasSubstr("at least"));
  auto late = *base::parse_instant("2027-01-01T00:00:00Z");
  EXPECT_THAT(failure({.name = "m", .features = make(300), .split = late}),
              HasSubstr("a test needs 2 at least"));
  EXPECT_THAT(
      failure({.name = "m", .features = make(300), .algorithm = Algorithm::kRidge, .penalty = 0}),
      HasSubstr("has to be above 0"));
  make(300, "0", "CASE WHEN i = 17 THEN NULL ELSE i END AS gaps,");
  EXPECT_THAT(failure({.name = "m", .features = open()}),
              HasSubstr("column gaps is null where order_id = 17"));
  make(300, "0", "CASE WHEN i = 18 THEN 'nan'::DOUBLE ELSE 1 END AS odd,");
  EXPECT_THAT(failure({.name = "m", .features = open()}),
              HasSubstr("column odd is no finite number where order_id = 18"));
  EXPECT_EQ(open_features(*lake_, "gold.nothing").error().code, base::Code::kNotFound);
  write(
      "SELECT 1 AS order_id, TIMESTAMPTZ '2026-01-01 00:00:00Z' AS ordered_at, "
      "1.5 AS order_value, 'Praha' AS city");
  EXPECT_THAT(open_features(*lake_, "gold.features").error().message,
              HasSubstr("column city is a string"));
  FeatureNames names{.time = "a"};
  EXPECT_THAT(open_features(*lake_, "gold.features", {}, names).error().message,
              HasSubstr("and a feature has to be a number"));
  names = {.id = "ordered_at", .time = "order_id"};
  make(300);
  EXPECT_THAT(open_features(*lake_, "gold.features", {}, names).error().message,
              HasSubstr("column ordered_at is a timestamp; the rows' id has to be a bigint"));
}

TEST(Student, Quantiles) {
  // Tables, and for many degrees the Cornish-Fisher expansion.
  EXPECT_NEAR(student_quantile(0.975, 1), 12.706204736174694, 1e-9);
  EXPECT_NEAR(student_quantile(0.975, 10), 2.2281388519862744, 1e-11);
  EXPECT_NEAR(student_quantile(0.975, 999), 1.9623414611334487, 1e-11);
  EXPECT_NEAR(student_quantile(0.975, 1001), 1.962336705280879, 1e-11);
  EXPECT_NEAR(student_quantile(0.975, 80'000), 1.9599936383714531, 1e-10);
}

}  // namespace
}  // namespace ml
