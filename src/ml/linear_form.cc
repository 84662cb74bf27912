#include "ml/linear_form.h"

#include <Eigen/Core>

namespace ml {

void LinearForm::apply(const Rows& rows, std::span<double> out) const {
  CHECK(out.size() == rows.count && columns.size() == weights.size());
  auto n = static_cast<Eigen::Index>(rows.count);
  Eigen::Map<Eigen::ArrayXd> sum(out.data(), n);
  sum.setConstant(intercept);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    CHECK(columns[k] < rows.features);
    sum += weights[k] * Eigen::Map<const Eigen::ArrayXd>(rows.feature(columns[k]).data(), n);
  }
}

}  // namespace ml
