#include "tracking/mlflow_client.h"

#include <httplib.h>

#include "base/secrets.h"

namespace tracking {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr const char* kApi = "/api/2.0/mlflow/";
constexpr const char* kArtifacts = "/api/2.0/mlflow-artifacts/artifacts/";
constexpr time_t kConnectSeconds = 3;
constexpr time_t kAnswerSeconds = 20;
constexpr const char* kRunTag = "hriste.run_id";

struct Address {
  std::string host;    ///< "http://host:port"
  std::string prefix;  ///< "" or "/prefix"
};

Address split(const std::string& uri) {
  size_t slash = uri.find('/', uri.find("://") + 3);
  if (slash == std::string::npos) return {uri, ""};
  std::string prefix = uri.substr(slash);
  while (prefix.ends_with('/')) prefix.pop_back();
  return {uri.substr(0, slash), prefix};
}

json pairs(const std::map<std::string, std::string>& values) {
  json list = json::array();
  for (const auto& [key, value] : values) list.push_back({{"key", key}, {"value", value}});
  return list;
}

/// What the artifacts proxy calls the folder: "mlflow-artifacts:/1/abc/artifacts" →
/// "1/abc/artifacts".
Result<std::string> proxied(const std::string& artifact_uri) {
  constexpr std::string_view kScheme = "mlflow-artifacts:";
  if (!artifact_uri.starts_with(kScheme)) {
    return base::error(Code::kUnimplemented,
                       "the MLflow server keeps its artifacts at {}, not behind itself: start it "
                       "with --serve-artifacts",
                       artifact_uri);
  }
  std::string path = artifact_uri.substr(kScheme.size());
  if (path.starts_with("//")) path.erase(0, std::min(path.find('/', 2), path.size()));
  path.erase(0, path.find_first_not_of('/'));
  return path;
}

std::string text_at(const json& object, std::initializer_list<const char*> path) {
  const json* at = &object;
  for (const char* name : path) {
    if (!at->is_object() || !at->contains(name)) return {};
    at = &(*at)[name];
  }
  return at->is_string() ? at->get<std::string>() : std::string();
}

}  // namespace

struct MlflowClient::Http {
  Http(const std::string& uri, const std::string& token, std::stop_token stop)
      : address(split(uri)),
        client(address.host),
        on_stop(std::move(stop), [this] { client.stop(); }) {
    client.set_connection_timeout(kConnectSeconds);
    client.set_read_timeout(kAnswerSeconds);
    client.set_write_timeout(kAnswerSeconds);
    client.set_keep_alive(true);
    base::keep_secret(token);
    if (!token.empty()) client.set_bearer_token_auth(token);
  }

  Address address;
  httplib::Client client;
  std::stop_callback<std::function<void()>> on_stop;
};

MlflowClient::MlflowClient(const std::string& uri, const std::string& token, std::stop_token stop)
    : http_(std::make_unique<Http>(uri, token, std::move(stop))) {}
MlflowClient::~MlflowClient() = default;

Result<json> MlflowClient::answer_of(const std::string& path, int status, const std::string& body) {
  json answer = json::parse(body.empty() ? "{}" : body, nullptr, false);
  if (status == 200 && answer.is_object()) return answer;
  std::string name = text_at(answer, {"error_code"});
  std::string words = answer.is_object() ? text_at(answer, {"message"}) : body.substr(0, 200);
  Code code = Code::kInvalidArgument;
  if (status >= 500 || status == 429 || status == 200) code = Code::kUnavailable;
  if (status == 401 || status == 403) code = Code::kPermissionDenied;
  if (status == 404) code = Code::kNotFound;
  if (name == "RESOURCE_DOES_NOT_EXIST") code = Code::kNotFound;
  if (name == "RESOURCE_ALREADY_EXISTS") code = Code::kAlreadyExists;
  return base::error(code, "{}{} answers {} to {}: {}", http_->address.host, http_->address.prefix,
                     status, path, words);
}

Result<json> MlflowClient::get(const std::string& path,
                               const std::map<std::string, std::string>& query) {
  httplib::Params params(query.begin(), query.end());
  auto result = http_->client.Get((http_->address.prefix + kApi + path).c_str(), params, {});
  if (result) return answer_of(path, result->status, result->body);
  return base::error(Code::kUnavailable, "{} does not answer: {}", http_->address.host,
                     httplib::to_string(result.error()));
}

Result<json> MlflowClient::post(const std::string& path, const json& body) {
  auto result = http_->client.Post((http_->address.prefix + kApi + path).c_str(), body.dump(),
                                   "application/json");
  if (result) return answer_of(path, result->status, result->body);
  return base::error(Code::kUnavailable, "{} does not answer: {}", http_->address.host,
                     httplib::to_string(result.error()));
}

Result<std::string> MlflowClient::experiment(const std::string& name) {
  auto found = get("experiments/get-by-name", {{"experiment_name", name}});
  if (found) return text_at(*found, {"experiment", "experiment_id"});
  if (found.error().code != Code::kNotFound) return std::unexpected(found.error());
  return text_at(TRY(post("experiments/create", {{"name", name}})), {"experiment_id"});
}

Result<MlflowClient::RemoteRun> MlflowClient::run(const std::string& experiment_id,
                                                  const Run& run) {
  auto found =
      TRY(post("runs/search", {{"experiment_ids", {experiment_id}},
                               {"filter", fmt::format("tags.`{}` = '{}'", kRunTag, run.id)},
                               {"max_results", 1}}));
  json made;
  if (json runs = found.value("runs", json::array()); !runs.empty()) {
    made = runs.front();
  } else {
    made = TRY(post("runs/create",
                    {{"experiment_id", experiment_id},
                     {"run_name", run.name},
                     {"start_time", run.started_ms},
                     {"tags", pairs({{kRunTag, run.id}, {"mlflow.source.name", "hriste"}})}}))
               .value("run", json());
  }
  RemoteRun remote{text_at(made, {"info", "run_id"}), text_at(made, {"info", "artifact_uri"})};
  if (!remote.id.empty()) return remote;
  return base::error(Code::kUnavailable, "{} gives no run", http_->address.host);
}

Status MlflowClient::log_values(const RemoteRun& remote, const Run& run) {
  json metrics = json::array();
  for (const auto& [key, value] : run.metrics) {
    metrics.push_back({{"key", key}, {"value", value}, {"timestamp", run.ended_ms}, {"step", 0}});
  }
  TRY(post("runs/log-batch", {{"run_id", remote.id},
                              {"metrics", std::move(metrics)},
                              {"params", pairs(run.params)},
                              {"tags", pairs(run.tags)}}));
  return {};
}

Status MlflowClient::put_file(const RemoteRun& remote, const std::string& path,
                              std::string_view bytes) {
  std::string target = kArtifacts + TRY(proxied(remote.artifact_uri)) + "/" + path;
  auto result = http_->client.Put((http_->address.prefix + target).c_str(), bytes.data(),
                                  bytes.size(), "application/octet-stream");
  if (!result) {
    return base::error(Code::kUnavailable, "{} does not answer: {}", http_->address.host,
                       httplib::to_string(result.error()));
  }
  TRY(answer_of(target, result->status, result->body));
  return {};
}

Status MlflowClient::finish(const RemoteRun& remote, const Run& run,
                            const std::string& model_note) {
  if (!model_note.empty()) {
    TRY(post("runs/set-tag",
             {{"run_id", remote.id}, {"key", "mlflow.log-model.history"}, {"value", model_note}}));
  }
  TRY(post("runs/update",
           {{"run_id", remote.id}, {"status", "FINISHED"}, {"end_time", run.ended_ms}}));
  return {};
}

Result<int> MlflowClient::version(const std::string& model, const RemoteRun& remote,
                                  const std::map<std::string, std::string>& tags) {
  auto made = post("registered-models/create", {{"name", model}});
  if (!made && made.error().code != Code::kAlreadyExists) return std::unexpected(made.error());
  auto found = TRY(get("model-versions/search",
                       {{"filter", fmt::format("name='{}' and run_id='{}'", model, remote.id)}}));
  json version;
  if (json all = found.value("model_versions", json::array()); !all.empty()) {
    version = all.front();
  } else {
    version = TRY(post("model-versions/create", {{"name", model},
                                                 {"source", remote.artifact_uri + "/model"},
                                                 {"run_id", remote.id},
                                                 {"tags", pairs(tags)}}))
                  .value("model_version", json());
  }
  int number = std::atoi(text_at(version, {"version"}).c_str());
  if (number > 0) return number;
  return base::error(Code::kUnavailable, "{} gives no version of {}", http_->address.host, model);
}

Status MlflowClient::set_alias(const std::string& model, const std::string& alias, int version) {
  TRY(post("registered-models/alias",
           {{"name", model}, {"alias", alias}, {"version", std::to_string(version)}}));
  return {};
}

}  // namespace tracking
