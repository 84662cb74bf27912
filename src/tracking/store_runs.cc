// Runs: begun, given files, finished in one transaction.
#include <openssl/rand.h>

#include "sqlite/connection.h"
#include "tracking/store.h"

namespace tracking {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr size_t kIdBytes = 16;

std::string new_id() {
  unsigned char raw[kIdBytes];
  CHECK(RAND_bytes(raw, sizeof raw) == 1);
  std::string id;
  for (unsigned char byte : raw) id += fmt::format("{:02x}", byte);
  return id;
}

Status check_path(std::string_view path) {
  for (;;) {
    size_t slash = path.find('/');
    TRY(base::check_name(path.substr(0, slash), "artifact"));
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
  }
}

RunState state_of(std::string_view name) {
  for (RunState state : {RunState::kRunning, RunState::kFinished, RunState::kKilled}) {
    if (name == state_name(state)) return state;
  }
  return RunState::kFailed;
}

Status put_texts(sqlite::Connection& db, const char* sql, const std::string& run_id,
                 const std::map<std::string, std::string>& values) {
  for (const auto& [key, value] : values) {
    auto statement = TRY(db.prepare(sql));
    TRY(statement.text(run_id).text(key).text(value).run());
  }
  return {};
}

Status put_params_and_tags(sqlite::Connection& db, const std::string& run_id,
                           const std::map<std::string, std::string>& params,
                           const std::map<std::string, std::string>& tags) {
  TRY(put_texts(db, "INSERT OR REPLACE INTO params VALUES (?, ?, ?)", run_id, params));
  return put_texts(db, "INSERT OR REPLACE INTO tags VALUES (?, ?, ?)", run_id, tags);
}

/// What a run's folder holds, with sizes: what was written is what is listed.
Result<std::vector<Artifact>> files_in(base::Env& env, const std::string& folder,
                                       const std::string& below) {
  std::vector<Artifact> files;
  if (!env.exists(folder)) return files;
  for (const auto& entry : TRY(env.list(folder))) {
    std::string path = below.empty() ? entry.name : below + "/" + entry.name;
    if (!entry.is_dir) {
      files.push_back({path, static_cast<std::int64_t>(entry.size)});
      continue;
    }
    for (auto& file : TRY(files_in(env, folder + "/" + entry.name, path))) {
      files.push_back(std::move(file));
    }
  }
  return files;
}

}  // namespace

std::string Store::artifact_folder(const std::string& run_id) const {
  return options_.dir + "/artifacts/" + run_id;
}

Status Store::remove_folder(const std::string& run_id) {
  return options_.env->remove_tree(artifact_folder(run_id));
}

Result<std::string> Store::begin_run(const Begin& begin) {
  std::lock_guard lock(mutex_);
  std::string id = new_id();
  auto done = db_->transaction([&]() -> Status {
    auto known = TRY(db_->prepare("SELECT 1 FROM experiments WHERE name = ?"));
    if (!TRY(known.text(begin.experiment).step())) {
      return base::error(Code::kFailedPrecondition, "experiment \"{}\" does not exist",
                         begin.experiment);
    }
    auto insert = TRY(db_->prepare(
        "INSERT INTO runs (id, experiment, name, state, started_ms) VALUES (?, ?, ?, 'running', "
        "?)"));
    TRY(insert.text(id).text(begin.experiment).text(begin.name).integer(now_ms()).run());
    return put_params_and_tags(*db_, id, begin.params, begin.tags);
  });
  if (!done) return std::unexpected(done.error());
  return id;
}

Status Store::write_artifact(const std::string& run_id, const std::string& path,
                             std::string_view bytes) {
  TRY(base::check_name(run_id, "run"));
  TRY(check_path(path));
  std::string file = artifact_folder(run_id) + "/" + path;
  TRY(options_.env->make_dirs(file.substr(0, file.rfind('/'))));
  return options_.env->write_file(file, bytes);
}

Result<std::string> Store::read_artifact(const std::string& run_id, const std::string& path) {
  TRY(base::check_name(run_id, "run"));
  TRY(check_path(path));
  return options_.env->read_file(artifact_folder(run_id) + "/" + path);
}

Result<int> Store::finish_run(const std::string& run_id, const Finish& finish) {
  auto files = TRY(files_in(*options_.env, artifact_folder(run_id), ""));
  std::lock_guard lock(mutex_);
  return db_->transaction([&]() -> Result<int> {
    TRY(put_params_and_tags(*db_, run_id, finish.params, finish.tags));
    for (const auto& [key, value] : finish.metrics) {
      auto statement = TRY(db_->prepare("INSERT OR REPLACE INTO metrics VALUES (?, ?, ?)"));
      TRY(statement.text(run_id).text(key).number(value).run());
    }
    for (const Artifact& file : files) {
      auto statement = TRY(db_->prepare("INSERT OR REPLACE INTO artifacts VALUES (?, ?, ?)"));
      TRY(statement.text(run_id).text(file.path).integer(file.bytes).run());
    }
    int version = finish.model.empty() ? 0 : TRY(register_locked(run_id, finish));
    auto end = TRY(db_->prepare(
        "UPDATE runs SET state = 'finished', ended_ms = ?, model = ?, version = ? WHERE id = ? AND "
        "state = 'running'"));
    TRY(end.integer(now_ms()).text(finish.model).integer(version).text(run_id).run());
    if (db_->changes() == 1) return version;
    return base::error(Code::kFailedPrecondition, "run {} isn't running", run_id);
  });
}

Status Store::fail_run(const std::string& run_id, const std::string& error) {
  {
    std::lock_guard lock(mutex_);
    auto statement = TRY(db_->prepare(
        "UPDATE runs SET state = 'failed', ended_ms = ?, error = ? WHERE id = ? AND state = "
        "'running'"));
    TRY(statement.integer(now_ms()).text(error).text(run_id).run());
    if (db_->changes() == 0) return {};  // it ended in another way: its files are its own
  }
  return remove_folder(run_id);
}

Result<Run> Store::run_locked(const std::string& run_id) {
  auto row = TRY(db_->prepare(
      "SELECT r.id, r.experiment, r.name, r.state, r.started_ms, r.ended_ms, r.error, r.model, "
      "r.version, CASE WHEN r.state <> 'finished' OR coalesce(e.tracking_uri, '') = '' THEN '' "
      "WHEN m.error = '' THEN 'done' ELSE 'waiting: ' || coalesce(m.error, 'not sent yet') END "
      "FROM runs r LEFT JOIN experiments e ON e.name = r.experiment LEFT JOIN mirrored m ON "
      "m.run_id = r.id AND m.uri = e.tracking_uri WHERE r.id = ?"));
  if (!TRY(row.text(run_id).step())) {
    return base::error(Code::kNotFound, "run \"{}\" does not exist", run_id);
  }
  Run run;
  run.id = row.column_text(0);
  run.experiment = row.column_text(1);
  run.name = row.column_text(2);
  run.state = state_of(row.column_text(3));
  run.started_ms = row.column_int(4);
  run.ended_ms = row.column_int(5);
  run.error = row.column_text(6);
  run.model = row.column_text(7);
  run.version = static_cast<int>(row.column_int(8));
  run.mirror = row.column_text(9);
  auto params = TRY(db_->prepare("SELECT key, value FROM params WHERE run_id = ?"));
  params.text(run_id);
  while (TRY(params.step())) run.params[params.column_text(0)] = params.column_text(1);
  auto metrics = TRY(db_->prepare("SELECT key, value FROM metrics WHERE run_id = ?"));
  metrics.text(run_id);
  while (TRY(metrics.step())) run.metrics[metrics.column_text(0)] = metrics.column_number(1);
  auto tags = TRY(db_->prepare("SELECT key, value FROM tags WHERE run_id = ?"));
  tags.text(run_id);
  while (TRY(tags.step())) run.tags[tags.column_text(0)] = tags.column_text(1);
  auto files = TRY(db_->prepare("SELECT path, bytes FROM artifacts WHERE run_id = ?"));
  files.text(run_id);
  while (TRY(files.step())) run.artifacts.push_back({files.column_text(0), files.column_int(1)});
  return run;
}

Result<Run> Store::run(const std::string& run_id) {
  std::lock_guard lock(mutex_);
  return run_locked(run_id);
}

Result<std::vector<Run>> Store::runs(const std::string& experiment, int limit) {
  std::lock_guard lock(mutex_);
  auto ids = TRY(
      db_->prepare("SELECT id FROM runs WHERE ? IN ('', experiment) ORDER BY seq DESC LIMIT ?"));
  ids.text(experiment).integer(limit);
  std::vector<Run> runs;
  while (TRY(ids.step())) runs.push_back(TRY(run_locked(ids.column_text(0))));
  return runs;
}

}  // namespace tracking
