// The files that make a folder an MLflow model. MLmodel is YAML, of which JSON is a part.
#include "base/clock.h"
#include "tracking/mlflow_client.h"

namespace tracking {

namespace {

constexpr const char* kPython = "3.11";
constexpr const char* kRequirements = "mlflow\nonnx\nonnxruntime\nnumpy\n";

/// "2026-06-01 00:00:00.000", as MLflow writes it.
std::string created(std::int64_t ms) {
  std::string text = base::format_millis(base::from_millis(ms));
  text[10] = ' ';
  text.pop_back();
  return text;
}

/// The signature holds JSON as text.
json signature(const std::vector<std::string>& inputs) {
  json columns = json::array();
  for (const auto& name : inputs) {
    columns.push_back({{"name", name}, {"type", "double"}, {"required", true}});
  }
  json output = {{"type", "tensor"}, {"tensor-spec", {{"dtype", "float64"}, {"shape", {-1, 1}}}}};
  return {
      {"inputs", columns.dump()}, {"outputs", json::array({output}).dump()}, {"params", nullptr}};
}

json flavors() {
  return {{"onnx",
           {{"onnx_version", "1.15.0"},
            {"data", "model.onnx"},
            {"providers", {"CPUExecutionProvider"}},
            {"onnx_session_options", nullptr},
            {"code", nullptr}}},
          {"python_function",
           {{"loader_module", "mlflow.onnx"},
            {"python_version", kPython},
            {"data", "model.onnx"},
            {"env", {{"conda", "conda.yaml"}, {"virtualenv", "python_env.yaml"}}}}}};
}

}  // namespace

std::map<std::string, std::string> mlflow_model_files(const Run& run, const std::string& remote_run,
                                                      const std::vector<std::string>& inputs) {
  json mlmodel = {{"artifact_path", "model"}, {"run_id", remote_run},
                  {"model_uuid", run.id},     {"utc_time_created", created(run.ended_ms)},
                  {"flavors", flavors()},     {"signature", signature(inputs)}};
  json conda = {{"name", "mlflow-env"},
                {"channels", {"conda-forge"}},
                {"dependencies",
                 {std::string("python=") + kPython,
                  "pip",
                  {{"pip", {"mlflow", "onnx", "onnxruntime", "numpy"}}}}}};
  json python = {{"python", kPython},
                 {"build_dependencies", {"pip"}},
                 {"dependencies", {"-r requirements.txt"}}};
  return {{"MLmodel", mlmodel.dump(2, ' ', true)},
          {"conda.yaml", conda.dump(2)},
          {"python_env.yaml", python.dump(2)},
          {"requirements.txt", kRequirements}};
}

}  // namespace tracking
