#include "tracking/mirror.h"

#include <algorithm>
#include <condition_variable>

#include "base/guarded.h"
#include "base/log.h"
#include "base/secrets.h"
#include "tracking/mlflow_client.h"

namespace tracking {

using base::Status;

namespace {

constexpr std::chrono::milliseconds kLongestPause{60'000};
constexpr const char* kModelFile = "model.json";
constexpr const char* kOnnxFile = "model.onnx";

/// The tag by which MLflow's page knows that a run has a model.
std::string model_note(const Run& run, const std::map<std::string, std::string>& files) {
  json note = json::parse(files.at("MLmodel"));
  note["artifact_path"] = "model";
  note["model_uuid"] = run.id;
  return json::array({note}).dump();
}

}  // namespace

Mirror::Mirror(Options options) : options_(std::move(options)) {
  thread_ = std::jthread([this](std::stop_token stop) { work(std::move(stop)); });
}

Mirror::~Mirror() = default;

void Mirror::work(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    auto done = base::guarded([&] { round(stop); });
    if (!done) base::log_warn("tracking", "mirror", "error={}", done.error().message);
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, options_.period, [] { return false; });
  }
}

bool Mirror::pausing(const std::string& uri) {
  auto found = pauses_.find(uri);
  return found != pauses_.end() && std::chrono::steady_clock::now() < found->second.until;
}

void Mirror::failed(const std::string& uri, const base::Error& error) {
  Pause& pause = pauses_[uri];
  pause.length = std::clamp(pause.length * 2, options_.first_pause, kLongestPause);
  pause.until = std::chrono::steady_clock::now() + pause.length;
  base::log_warn("tracking", "mirror", "uri={} error={}", uri, error.message);
}

void Mirror::round(std::stop_token stop) {
  auto due = options_.store->due();
  if (!due) return;
  for (const auto& run : *due) {
    const std::string& uri = run.experiment.tracking_uri;
    if (stop.stop_requested() || pausing(uri)) continue;
    if (auto done = send_run(run, stop); done) {
      pauses_.erase(uri);
    } else if (!stop.stop_requested()) {
      (void)options_.store->note_mirrored(run.run_id, uri, "", 0,
                                          base::mask_secrets(done.error().message));
      failed(uri, done.error());
    }
  }
  auto aliases = options_.store->due_aliases();
  if (!aliases) return;
  for (const auto& alias : *aliases) {
    const std::string& uri = alias.experiment.tracking_uri;
    if (stop.stop_requested() || pausing(uri)) continue;
    if (auto done = send_alias(alias, stop); !done) failed(uri, done.error());
  }
}

Status Mirror::send_run(const Store::Due& due, std::stop_token stop) {
  Store& store = *options_.store;
  auto run = TRY(store.run(due.run_id));
  MlflowClient client(due.experiment.tracking_uri, due.experiment.tracking_token, stop);
  auto remote = TRY(client.run(TRY(client.experiment(due.experiment.name)), run));
  TRY(client.log_values(remote, run));
  int version = 0;
  std::string note;
  if (run.version > 0) {
    auto model_json = TRY(store.read_artifact(run.id, kModelFile));
    auto files = mlflow_model_files(run, remote.id, options_.inputs_of(model_json));
    note = model_note(run, files);
    files["model.onnx"] = TRY(store.read_artifact(run.id, kOnnxFile));
    for (const auto& [path, bytes] : files) TRY(client.put_file(remote, "model/" + path, bytes));
    TRY(client.put_file(remote, kModelFile, model_json));
    version = TRY(client.version(
        run.model, remote,
        {{"hriste.version", std::to_string(run.version)}, {"hriste.run_id", run.id}}));
  }
  TRY(client.finish(remote, run, note));
  base::log_info("tracking", "mirrored", "run={} uri={} version={}", run.id,
                 due.experiment.tracking_uri, version);
  return store.note_mirrored(run.id, due.experiment.tracking_uri, remote.id, version, "");
}

Status Mirror::send_alias(const Store::DueAlias& due, std::stop_token stop) {
  MlflowClient client(due.experiment.tracking_uri, due.experiment.tracking_token, stop);
  TRY(client.set_alias(due.model, due.alias, due.remote_version));
  return options_.store->note_alias(due);
}

}  // namespace tracking
