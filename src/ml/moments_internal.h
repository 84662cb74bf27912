// Means and centred products of columns, gathered block by block. Stays inside ml.
#pragma once

#include <Eigen/Core>

#include "ml/rows.h"

namespace ml {

/// The last column is the target. Thread-compatible. Source: Chan, Golub, LeVeque (1983), the
/// update of a sample's centred products by another's.
struct Moments {
  std::int64_t rows = 0;
  Eigen::VectorXd mean;
  Eigen::MatrixXd products;  ///< Σ (x − mean)(x − mean)ᵀ; only the lower triangle

  explicit Moments(std::size_t features)
      : mean(Eigen::VectorXd::Zero(static_cast<Eigen::Index>(features) + 1)),
        products(Eigen::MatrixXd::Zero(mean.size(), mean.size())) {}

  /// Adds the rows before `split_us`.
  void add(const Rows& block, std::int64_t split_us);

 private:
  void take(const Rows& block, std::int64_t split_us);
  Eigen::MatrixXd taken_;  ///< the block's rows, centred; kept for its memory
  std::vector<std::size_t> chosen_;
};

}  // namespace ml
