// From sums to coefficients. Stays inside ml.
#pragma once

#include <string>
#include <vector>

#include "ml/moments_internal.h"
#include "ml/regression.h"

namespace ml {

/// Which features say something in the rows that were summed.
struct Selection {
  std::vector<std::size_t> used;
  std::vector<LeftOut> left_out;
};
/// Constant ones are left out, and (of a linear regression) those that earlier ones give.
Selection select_features(const Moments& moments, const std::vector<std::string>& names,
                          Algorithm algorithm);

/// Weights of the used features, and what their intervals need, less the residuals' variance s².
struct Solution {
  Eigen::VectorXd weights;
  double intercept = 0;
  Eigen::VectorXd variances;      ///< of the weights, times s²
  double intercept_variance = 0;  ///< times s²
  double degrees_of_freedom = 0;  ///< of the residuals
};
/// `penalty` 0: ordinary least squares.
Solution solve(const Moments& moments, const std::vector<std::size_t>& used, double penalty);

}  // namespace ml
