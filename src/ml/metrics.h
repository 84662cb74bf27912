// How good predictions are.
#pragma once

#include <memory>
#include <optional>
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

/// Measures forms over the same rows, block by block. Owned by one thread.
class Evaluator {
 public:
  Evaluator(std::vector<LinearForm> forms, base::Instant split);
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;

  /// The columns of the forms must be the block's.
  void add(const Rows& rows);
  /// Of each form. `noise_sd`: of the target, in its unit; none: no ceiling.
  std::vector<Evaluation> result(std::optional<double> noise_sd = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ml
