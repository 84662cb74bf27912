#include "ml/model.h"

#include <algorithm>

namespace ml {

using base::Code;
using Json = nlohmann::json;

std::string_view algorithm_name(Algorithm algorithm) {
  return algorithm == Algorithm::kRidge ? "ridge" : "linear";
}

base::Result<Algorithm> algorithm_from_name(std::string_view name) {
  for (Algorithm algorithm : {Algorithm::kLinear, Algorithm::kRidge}) {
    if (algorithm_name(algorithm) == name) return algorithm;
  }
  return base::error(Code::kInvalidArgument, "\"{}\" is no algorithm: linear or ridge", name);
}

namespace {

constexpr std::string_view kFormat = "hriste.model/1";

Json metrics_json(const Metrics& metrics) {
  Json json{
      {"rows", metrics.rows}, {"r2", metrics.r2}, {"rmse", metrics.rmse}, {"mae", metrics.mae}};
  if (metrics.ceiling) json["ceiling"] = *metrics.ceiling;
  return json;
}

Metrics metrics_of(const Json& json) {
  Metrics metrics{
      .rows = json.at("rows"), .r2 = json.at("r2"), .rmse = json.at("rmse"), .mae = json.at("mae")};
  if (json.contains("ceiling")) metrics.ceiling = json.at("ceiling").get<double>();
  return metrics;
}

Json coefficient_json(const Coefficient& c) {
  return {{"feature", c.feature},
          {"value", c.value},
          {"standard_error", c.standard_error},
          {"low", c.low},
          {"high", c.high}};
}

Coefficient coefficient_of(const Json& json) {
  return {json.at("feature"), json.at("value"), json.at("standard_error"), json.at("low"),
          json.at("high")};
}

/// Throws nlohmann's exceptions, and base::Error.
Model parse(const Json& json) {
  auto take = [](auto result) {
    if (!result) throw result.error();
    return *result;
  };
  if (json.at("format") != kFormat) {
    throw base::Error{Code::kDataLoss, "format is " + json.at("format").dump()};
  }
  Model model{.name = json.at("name"),
              .algorithm = take(algorithm_from_name(json.at("algorithm").get<std::string>())),
              .penalty = json.at("penalty")};
  const Json& features = json.at("features");
  model.table = features.at("table");
  model.table_version = features.at("version");
  model.names = {features.at("id"), features.at("time"), features.at("target")};
  model.columns = features.at("columns").get<std::vector<std::string>>();
  model.intercept = coefficient_of(json.at("intercept"));
  for (const Json& c : json.at("coefficients")) model.coefficients.push_back(coefficient_of(c));
  for (const Json& left : json.at("left_out")) {
    model.left_out.push_back({left.at("feature"), left.at("reason")});
  }
  model.split = take(base::parse_instant(json.at("split").get<std::string>()));
  model.train = metrics_of(json.at("train"));
  model.test = metrics_of(json.at("test"));
  model.residual_sd = json.at("residual_sd");
  model.degrees_of_freedom = json.at("degrees_of_freedom");
  return model;
}

/// "2025-10-25T00:00:00.000000Z": to the microsecond, so that it reads back as it was.
std::string instant_text(base::Instant t) {
  auto micros = t.time_since_epoch().count() % 1000;
  std::string text = base::format_millis(t);
  text.insert(text.size() - 1, fmt::format("{:03}", micros < 0 ? micros + 1000 : micros));
  return text;
}

}  // namespace

Json to_json(const Model& model) {
  Json coefficients = Json::array(), left_out = Json::array();
  for (const auto& c : model.coefficients) coefficients.push_back(coefficient_json(c));
  for (const auto& left : model.left_out) {
    left_out.push_back({{"feature", left.feature}, {"reason", left.reason}});
  }
  return {{"format", kFormat},
          {"name", model.name},
          {"algorithm", algorithm_name(model.algorithm)},
          {"penalty", model.penalty},
          {"features",
           {{"table", model.table},
            {"version", model.table_version},
            {"id", model.names.id},
            {"time", model.names.time},
            {"target", model.names.target},
            {"columns", model.columns}}},
          {"intercept", coefficient_json(model.intercept)},
          {"coefficients", coefficients},
          {"left_out", left_out},
          {"split", instant_text(model.split)},
          {"train", metrics_json(model.train)},
          {"test", metrics_json(model.test)},
          {"residual_sd", model.residual_sd},
          {"degrees_of_freedom", model.degrees_of_freedom}};
}

base::Result<Model> model_from_json(const Json& json) {
  try {
    return parse(json);
  } catch (const Json::exception& e) {
    return base::error(Code::kDataLoss, "not a model: {}", e.what());
  } catch (const base::Error& e) {
    return base::error(Code::kDataLoss, "not a model: {}", e.message);
  }
}

base::Result<LinearForm> bind(const Model& model, const FeatureTable& table) {
  LinearForm form{.columns = {}, .weights = {}, .intercept = model.intercept.value};
  for (const auto& c : model.coefficients) {
    auto found = std::ranges::find(table.columns, c.feature);
    if (found == table.columns.end()) {
      return base::error(Code::kFailedPrecondition,
                         "{}@{} has no feature {}, which model {} needs: train a model on it",
                         table.table, table.version, c.feature, model.name);
    }
    form.columns.push_back(static_cast<std::size_t>(found - table.columns.begin()));
    form.weights.push_back(c.value);
  }
  return form;
}

}  // namespace ml
