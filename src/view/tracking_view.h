// What REST and the page see of the tracking store.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"
#include "tracking/store.h"

namespace view {

using json = nlohmann::json;

/// [{"name","description","tracking_uri","runs"}], by name; never the token.
base::Result<json> experiments(tracking::Store& store);
/// Newest first, as tracking::Run::to_json(). kNotFound.
base::Result<json> experiment_runs(tracking::Store& store, const std::string& name);
/// [{"name","description","metric","latest","aliases"}], by name.
base::Result<json> models(tracking::Store& store);
/// {"name","description","aliases","versions":[newest first: tracking::Version::to_json() with
/// "metrics","params","file"]}; "file" is the model's JSON file (docs/formats/models.md) with the
/// coefficients, null for all but the newest fifty. kNotFound.
base::Result<json> model(tracking::Store& store, const std::string& name);

/// The columns that a model's JSON file names, in the order of its ONNX input; none: no such file.
std::vector<std::string> model_inputs(const std::string& model_json);

/// The model's JSON file among a run's artifacts.
inline constexpr const char* kModelFile = "model.json";

}  // namespace view
