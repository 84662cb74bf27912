#include <algorithm>

#include "ml/moments_internal.h"

namespace ml {

using Eigen::Index;

void Moments::take(const Rows& block, std::int64_t split_us) {
  chosen_.clear();
  for (std::size_t i = 0; i < block.count; ++i) {
    if (block.times_us[i] < split_us) chosen_.push_back(i);
  }
  auto n = static_cast<Index>(chosen_.size());
  taken_.resize(n, mean.size());
  for (Index j = 0; j < mean.size(); ++j) {
    auto at = static_cast<std::size_t>(j);
    const double* from = at < block.features ? block.feature(at).data() : block.target.data();
    double* to = taken_.col(j).data();
    if (chosen_.size() == block.count) {
      std::copy_n(from, block.count, to);
    } else {
      for (std::size_t i = 0; i < chosen_.size(); ++i) to[i] = from[chosen_[i]];
    }
  }
}

void Moments::add(const Rows& block, std::int64_t split_us) {
  take(block, split_us);
  if (taken_.rows() == 0) return;
  Eigen::VectorXd block_mean = taken_.colwise().mean();
  taken_.rowwise() -= block_mean.transpose();
  auto lower = products.selfadjointView<Eigen::Lower>();
  lower.rankUpdate(taken_.transpose());
  auto before = static_cast<double>(rows), more = static_cast<double>(taken_.rows());
  Eigen::VectorXd apart = block_mean - mean;
  lower.rankUpdate(apart, before * more / (before + more));
  mean += apart * (more / (before + more));
  rows += taken_.rows();
}

}  // namespace ml
