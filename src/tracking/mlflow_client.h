// An MLflow server's REST API, as far as the mirror needs it. Databricks and Azure ML speak it too.
// Source: MLflow's REST API 2.0 (mlflow.org/docs/latest/rest-api.html) and its artifacts proxy.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tracking/types.h"

namespace tracking {

/// Thread: owned by one. Errors of every call: kUnavailable: no answer, or a 5xx: try again later;
/// kPermissionDenied: 401, 403; kNotFound, kAlreadyExists; kInvalidArgument with the server's
/// words.
class MlflowClient {
 public:
  /// `uri`: "http://host:port/prefix". `stop` breaks off what is under way.
  MlflowClient(const std::string& uri, const std::string& token, std::stop_token stop);
  ~MlflowClient();

  /// The experiment's id; made when absent.
  base::Result<std::string> experiment(const std::string& name);

  struct RemoteRun {
    std::string id;
    std::string artifact_uri;
  };
  /// The run that carries our id in its tag hriste.run_id; made when absent.
  base::Result<RemoteRun> run(const std::string& experiment_id, const Run& run);
  /// Parameters, metrics and tags; the same again changes nothing.
  base::Status log_values(const RemoteRun& remote, const Run& run);
  base::Status put_file(const RemoteRun& remote, const std::string& path, std::string_view bytes);
  base::Status finish(const RemoteRun& remote, const Run& run, const std::string& model_note);
  /// The version of `model` whose source is the run's folder "model"; made when absent.
  base::Result<int> version(const std::string& model, const RemoteRun& remote,
                            const std::map<std::string, std::string>& tags);
  base::Status set_alias(const std::string& model, const std::string& alias, int version);

 private:
  base::Result<json> get(const std::string& path, const std::map<std::string, std::string>& query);
  base::Result<json> post(const std::string& path, const json& body);
  base::Result<json> answer_of(const std::string& path, int status, const std::string& body);

  struct Http;
  std::unique_ptr<Http> http_;
};

/// Files of an MLflow model of the flavour `onnx`, around "model.onnx": path below the model's
/// folder → bytes. `inputs`: the columns of the ONNX input, in order.
std::map<std::string, std::string> mlflow_model_files(const Run& run, const std::string& remote_run,
                                                      const std::vector<std::string>& inputs);

}  // namespace tracking
