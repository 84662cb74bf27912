// intercept + Σ weight · feature: what a model comes down to when it predicts.
#pragma once

#include <span>
#include <vector>

#include "ml/rows.h"

namespace ml {

/// Immutable once made, thread-safe.
struct LinearForm {
  std::vector<std::size_t> columns;  ///< positions among a feature table's columns
  std::vector<double> weights;       ///< as many
  double intercept = 0;

  /// Writes the predictions of the rows: out[i] for row i; `out` has rows.count places. The columns
  /// must be the block's.
  void apply(const Rows& rows, std::span<double> out) const;
};

}  // namespace ml
