// Linear and ridge regression by normal equations. The sums (means and centred products of all
// columns) are gathered block by block on two threads and put together as if it had been one pass:
// memory grows with the square of the columns and not with the rows.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "ml/model.h"
#include "ml/row_source.h"

namespace ml {

/// What happens with features that say nothing: those that are constant in the training rows, and
/// those that others give (a sum of them and a constant).
enum class Unusable {
  kRefuse,    ///< an error that names them
  kLeaveOut,  ///< the model goes without them (Model::left_out); of collinear ones the later
};

struct FitSpec {
  std::string name;  ///< of the model
  FeatureTable features;
  Algorithm algorithm = Algorithm::kLinear;
  /// Of ridge: minimises Σ (y − ŷ)² + penalty · Σ weight²; above 0. The intercept is free.
  double penalty = 1.0;
  /// Rows before it train. None: the last `test_share` of the time from first to last row is for
  /// the test, from a full UTC day on where ten days or more are there.
  std::optional<base::Instant> split;
  double test_share = 0.2;
  std::optional<double> noise_sd;  ///< of the target, where it is known: gives the ceiling
  Unusable unusable = Unusable::kRefuse;
};

/// Goes over the rows twice: sums, then residuals. `rows` are those of spec.features. Errors:
/// kFailedPrecondition: too few rows (how many there are and must be), unusable features (named), a
/// null; kInvalidArgument: penalty, share; kCancelled.
base::Result<Model> fit(RowSource& rows, const FitSpec& spec, std::stop_token stop = {});
/// The same for who wants nothing else of the rows.
base::Result<Model> fit(lake::Lake& lake, const FitSpec& spec, std::stop_token stop = {});

}  // namespace ml
