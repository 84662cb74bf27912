// Batch scoring: a table of features in, a table of predictions out.
#pragma once

#include <stop_token>
#include <string>

#include "ml/model.h"

namespace ml {

struct ScoreSpec {
  FeatureTable features;
  std::string into = "gold.order_predictions";
  std::int64_t version = 0;  ///< of the model, in the registry
};

/// Replaces `into` by one row for each row of the features: id and target under the names that they
/// have there, `predicted` double, `model` string, `version` bigint. One commit, whole or not at
/// all; its commitInfo holds the features' cuts, and "hriste.model": {"version", "model": to_json}
/// and "hriste.features": {"table", "version"}, so that anybody can compute the scores again.
/// Errors: as bind and read_rows; kInvalidArgument: no name of a table; kResourceExhausted.
base::Result<lake::TableWrite> score(lake::Lake& lake, const ScoreSpec& spec, const Model& model,
                                     std::stop_token stop = {});

}  // namespace ml
