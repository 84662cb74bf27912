// How good predictions are.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/clock.h"
#include "ml/linear_form.h"

namespace ml {

/// Over a part of the rows. Of no rows, and r2 of targets that are all alike: zeros.
struct Metrics {
  std::int64_t rows = 0;
  double r2 = 0;    ///< 1 − Σ(y − ŷ)² / Σ(y − ȳ)², ȳ of this part
  double rmse = 0;  ///< in the target's unit
  double mae = 0;   ///< in the target's unit
  /// The best R² that is possible on this part, 1 − noise² / Var(y), where the noise is known. A
  /// score may pass it by chance, by about 1 / √rows.
  std::optional<double> ceiling;
  bool operator==(const Metrics&) const = default;
};

/// Rows before the split, and the others.
struct Evaluation {
  Metrics train, test;
};

/// Metrics of each form over the same rows, in one pass. `noise_sd`: of the target, in its unit;
/// none: no ceiling. Errors: as read_rows.
base::Result<std::vector<Evaluation>> evaluate(lake::Lake& lake, const FeatureTable& table,
                                               std::span<const LinearForm> forms,
                                               base::Instant split, std::optional<double> noise_sd,
                                               std::stop_token stop = {});

}  // namespace ml
