// A trained model, and its folder: model.json (all of it) and model.onnx (what predicts).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/env.h"
#include "ml/metrics.h"

namespace ml {

enum class Algorithm { kLinear, kRidge };
/// "linear", "ridge".
std::string_view algorithm_name(Algorithm algorithm);
/// Errors: kInvalidArgument: another name.
base::Result<Algorithm> algorithm_from_name(std::string_view name);

/// In the target's unit per unit of the feature.
struct Coefficient {
  std::string feature;  ///< "intercept" for that
  double value = 0;
  double standard_error = 0;
  double low = 0, high = 0;  ///< 95 % interval, Student's t
  bool operator==(const Coefficient&) const = default;
};

/// A feature that the model doesn't use: "constant", or "collinear with a, b".
struct LeftOut {
  std::string feature, reason;
  bool operator==(const LeftOut&) const = default;
};

struct Model {
  std::string name;  ///< "order_value"
  Algorithm algorithm = Algorithm::kLinear;
  double penalty = 0;  ///< of ridge: on Σ weight², the intercept left out (scikit-learn's alpha)
  std::string table;   ///< the features it was trained on, with their version
  std::int64_t table_version = 0;
  FeatureNames names;
  std::vector<std::string> columns;  ///< the ONNX input's, in order: all features of the table
  Coefficient intercept;
  std::vector<Coefficient> coefficients;  ///< in the order of `columns`, without those left out
  std::vector<LeftOut> left_out;
  base::Instant split{};  ///< rows before it trained, the others tested
  Metrics train, test;
  double residual_sd = 0;         ///< √(Σ residual² / degrees of freedom) of the training
  double degrees_of_freedom = 0;  ///< rows less what was fitted; of ridge with a fraction
  bool operator==(const Model&) const = default;
};

nlohmann::json to_json(const Model& model);
/// Errors: kDataLoss: a member is missing or wrong (named).
base::Result<Model> model_from_json(const nlohmann::json& json);

/// The model's weights for the columns of `table`, found by name. Errors: kFailedPrecondition: the
/// table lacks a feature (named).
base::Result<LinearForm> bind(const Model& model, const FeatureTable& table);

inline constexpr std::string_view kModelFile = "model.json";
inline constexpr std::string_view kOnnxFile = "model.onnx";

/// Makes `folder` with both files: whole or not at all, also at kill -9; its parent is made. What a
/// killed call left beside it goes. Errors: kAlreadyExists: the folder is there;
/// kResourceExhausted.
base::Status save_model(base::Env& env, const std::string& folder, const Model& model);
/// Errors: kNotFound; kDataLoss: no model.json of ours.
base::Result<Model> load_model(base::Env& env, const std::string& folder);

}  // namespace ml
