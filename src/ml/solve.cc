#include <Eigen/Cholesky>
#include <cmath>

#include "ml/solve_internal.h"

namespace ml {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// A feature of which earlier ones leave less than this share of its variance says nothing new.
constexpr double kCollinearShare = 1e-10;
/// What is left of a constant column's squares by rounding, beside its mean's.
constexpr double kConstantShare = 1e-18;
constexpr std::size_t kNamesMax = 6;

double product(const Moments& moments, std::size_t a, std::size_t b) {
  auto row = static_cast<Index>(std::max(a, b)), column = static_cast<Index>(std::min(a, b));
  return moments.products(row, column);
}

bool is_constant(const Moments& moments, std::size_t at) {
  double mean = moments.mean[static_cast<Index>(at)], squares = product(moments, at, at);
  return squares <= kConstantShare * static_cast<double>(moments.rows) * mean * mean;
}

/// A Cholesky factor that grows by a column of the correlation matrix at a time.
class GrowingFactor {
 public:
  GrowingFactor(const Moments& moments, std::size_t most)
      : moments_(moments),
        lower_(MatrixXd::Zero(static_cast<Index>(most), static_cast<Index>(most))) {}

  /// The share of the feature's variance that those taken leave.
  double offer(std::size_t feature) {
    auto n = static_cast<Index>(used_.size());
    VectorXd correlations(n);
    for (Index k = 0; k < n; ++k) {
      std::size_t other = used_[static_cast<std::size_t>(k)];
      correlations[k] = product(moments_, feature, other) / (scale(feature) * scale(other));
    }
    row_ = lower_.topLeftCorner(n, n).triangularView<Eigen::Lower>().solve(correlations);
    left_ = 1 - row_.squaredNorm();
    return left_;
  }
  void take(std::size_t feature) {
    auto n = static_cast<Index>(used_.size());
    lower_.row(n).head(n) = row_.transpose();
    lower_(n, n) = std::sqrt(left_);
    used_.push_back(feature);
  }
  /// The taken features that the offered one is a sum of.
  std::string parts(const std::vector<std::string>& names) const {
    auto n = static_cast<Index>(used_.size());
    VectorXd shares =
        lower_.topLeftCorner(n, n).triangularView<Eigen::Lower>().transpose().solve(row_);
    std::string text;
    std::size_t count = 0;
    for (Index k = 0; k < n; ++k) {
      if (std::abs(shares[k]) < 1e-4) continue;
      if (++count > kNamesMax) continue;
      text += (text.empty() ? "" : ", ") + names[used_[static_cast<std::size_t>(k)]];
    }
    if (count > kNamesMax) text += fmt::format(" and {} more", count - kNamesMax);
    return text;
  }
  const std::vector<std::size_t>& used() const { return used_; }

 private:
  double scale(std::size_t at) const { return std::sqrt(product(moments_, at, at)); }

  const Moments& moments_;
  std::vector<std::size_t> used_;
  MatrixXd lower_;
  VectorXd row_;
  double left_ = 0;
};

}  // namespace

Selection select_features(const Moments& moments, const std::vector<std::string>& names,
                          Algorithm algorithm) {
  Selection selection;
  GrowingFactor factor(moments, names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (is_constant(moments, i)) {
      selection.left_out.push_back({names[i], "constant"});
    } else if (algorithm == Algorithm::kRidge) {
      selection.used.push_back(i);
    } else if (factor.offer(i) < kCollinearShare) {
      selection.left_out.push_back({names[i], "collinear with " + factor.parts(names)});
    } else {
      factor.take(i);
    }
  }
  if (algorithm != Algorithm::kRidge) selection.used = factor.used();
  return selection;
}

Solution solve(const Moments& moments, const std::vector<std::size_t>& used, double penalty) {
  auto n = static_cast<Index>(used.size());
  std::size_t target = static_cast<std::size_t>(moments.mean.size()) - 1;
  MatrixXd gram(n, n);
  VectorXd right(n), means(n), scale(n);
  for (Index i = 0; i < n; ++i) {
    std::size_t a = used[static_cast<std::size_t>(i)];
    for (Index j = 0; j < n; ++j)
      gram(i, j) = product(moments, a, used[static_cast<std::size_t>(j)]);
    right[i] = product(moments, target, a);
    means[i] = moments.mean[static_cast<Index>(a)];
    scale[i] = 1 / std::sqrt(gram(i, i));
  }
  // Scaled to a unit diagonal, so that features in large and small units weigh the same in
  // rounding.
  MatrixXd penalised = gram;
  penalised.diagonal().array() += penalty;
  Eigen::LDLT<MatrixXd> factor(scale.asDiagonal() * penalised * scale.asDiagonal());
  MatrixXd inverse = scale.asDiagonal() * factor.solve(MatrixXd(scale.asDiagonal()));
  MatrixXd covariance = inverse * gram * inverse;
  Solution solution;
  solution.weights = scale.asDiagonal() * factor.solve(VectorXd(scale.asDiagonal() * right));
  solution.intercept = moments.mean[static_cast<Index>(target)] - means.dot(solution.weights);
  solution.variances = covariance.diagonal();
  auto rows = static_cast<double>(moments.rows);
  solution.intercept_variance = 1 / rows + means.dot(covariance * means);
  double fitted = penalty > 0 ? (inverse * gram).trace() : static_cast<double>(n);
  solution.degrees_of_freedom = rows - 1 - fitted;
  return solution;
}

}  // namespace ml
