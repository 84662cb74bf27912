// A lake with a table of features whose targets follow a known rule.
#pragma once

#include <gtest/gtest.h>

#include "base/testing/temp_dir.h"
#include "ml/regression.h"

namespace ml {

inline constexpr double kBase = 100, kA = 3, kB = -2, kC = 0.5;

class MlFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    auto lake = lake::Lake::open({.env = &base::Env::real(),
                                  .clock = &clock_,
                                  .root = temp_.path() + "/lake",
                                  .temp_dir = temp_.path() + "/tmp"});
    ASSERT_TRUE(lake) << lake.error().message;
    lake_ = std::move(*lake);
  }

  /// gold.features: `rows` orders, one an hour, y = 100 + 3a − 2b + ½c + `noise`, with a, b dummies
  /// and c a number; `more` are further columns, each with a comma behind it.
  FeatureTable make(int rows, const std::string& noise = "0", const std::string& more = "") {
    write(fmt::format(
        "WITH r AS (SELECT range AS i, CAST(range % 3 = 0 AS INT) AS a, "
        "CAST(range % 7 < 2 AS INT) AS b, CAST(range * 7919 % 1000 AS DOUBLE) / 100 AS c "
        "FROM range({})) "
        "SELECT i AS order_id, TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_hours(CAST(i AS INT)) AS "
        "ordered_at, CAST(100 + 3 * a - 2 * b + 0.5 * c + {} AS DOUBLE) AS order_value, {} a, b, c "
        "FROM r ORDER BY i",
        rows, noise, more));
    return open();
  }
  void write(const std::string& select) {
    auto written = lake_->overwrite_table("gold.features", select);
    ASSERT_TRUE(written) << written.error().message;
  }
  FeatureTable open() {
    auto table = open_features(*lake_, "gold.features");
    EXPECT_TRUE(table) << table.error().message;
    return table.value_or(FeatureTable{});
  }
  /// The message of the error that fitting ends with.
  std::string failure(const FitSpec& spec) {
    auto model = fit(*lake_, spec);
    return model ? "no error" : model.error().message;
  }

  base::TempDir temp_;
  base::SystemClock clock_;
  std::unique_ptr<lake::Lake> lake_;
};

/// A noise of mean 0 that looks like chance and is the same every time.
inline const std::string kNoise =
    "(CAST('0x' || substring(md5(CAST(i AS VARCHAR)), 1, 7) AS INT) % 2000)::DOUBLE / 1000 - "
    "0.9995";

}  // namespace ml
