// Opening, experiments and models. Runs are in store_runs.cc, the registry and the mirror's view in
// store_registry.cc.
#include "tracking/store.h"

#include "base/log.h"
#include "sqlite/connection.h"

namespace tracking {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr int kStoreVersion = 1;

constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS experiments (
  name TEXT PRIMARY KEY, description TEXT NOT NULL, tracking_uri TEXT NOT NULL,
  tracking_token TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, experiment TEXT NOT NULL, name TEXT NOT NULL,
  state TEXT NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '',
  version INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS runs_by_experiment ON runs (experiment, seq);
CREATE TABLE IF NOT EXISTS params (
  run_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run_id, key))
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS metrics (
  run_id TEXT NOT NULL, key TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY (run_id, key))
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tags (
  run_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run_id, key))
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS artifacts (
  run_id TEXT NOT NULL, path TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (run_id, path))
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS models (
  name TEXT PRIMARY KEY, description TEXT NOT NULL, metric TEXT NOT NULL,
  latest INTEGER NOT NULL DEFAULT 0)
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
  model TEXT NOT NULL, version INTEGER NOT NULL, run_id TEXT NOT NULL, created_ms INTEGER NOT NULL,
  PRIMARY KEY (model, version)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS aliases (
  model TEXT NOT NULL, alias TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (model, alias))
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decisions (
  model TEXT NOT NULL, version INTEGER NOT NULL, champion INTEGER NOT NULL,
  promoted INTEGER NOT NULL, reason TEXT NOT NULL, facts TEXT NOT NULL, time_ms INTEGER NOT NULL,
  PRIMARY KEY (model, version)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mirrored (
  run_id TEXT NOT NULL, uri TEXT NOT NULL, remote_run TEXT NOT NULL, version INTEGER NOT NULL,
  error TEXT NOT NULL, PRIMARY KEY (run_id, uri)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mirrored_aliases (
  uri TEXT NOT NULL, model TEXT NOT NULL, alias TEXT NOT NULL, version INTEGER NOT NULL,
  PRIMARY KEY (uri, model, alias)) WITHOUT ROWID;
)sql";

Status check_version(sqlite::Connection& db, const std::string& path) {
  auto statement = TRY(db.prepare("PRAGMA user_version"));
  TRY(statement.step());
  auto version = statement.column_int(0);
  if (version == 0 || version == kStoreVersion) return {};
  return base::error(Code::kFailedPrecondition,
                     "tracking store {} is of version {}, and this hriste reads version {}: it was "
                     "written by another one; use that, or a newer one. Nothing was changed",
                     path, version, kStoreVersion);
}

}  // namespace

Store::Store(Options options, std::unique_ptr<sqlite::Connection> db)
    : options_(std::move(options)), db_(std::move(db)) {}
Store::~Store() = default;

std::int64_t Store::now_ms() const { return base::to_millis(options_.clock->now()); }

Result<std::unique_ptr<Store>> Store::open(Options options) {
  TRY(options.env->make_dirs(options.dir + "/artifacts"));
  const std::string path = options.dir + "/tracking.db";
  auto db = std::make_unique<sqlite::Connection>(
      TRY(sqlite::Connection::open(path, {.called = "tracking store"})));
  TRY(db->exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"));
  TRY(check_version(*db, path));
  TRY(db->exec(kSchema));
  TRY(db->exec(fmt::format("PRAGMA user_version = {}", kStoreVersion)));
  std::unique_ptr<Store> store(new Store(std::move(options), std::move(db)));
  TRY(store->forget_killed_runs());
  return store;
}

/// A run that is "running" when nobody can be running it was killed; so are folders of no run.
Status Store::forget_killed_runs() {
  auto kill = TRY(db_->prepare(
      "UPDATE runs SET state = 'killed', ended_ms = ?, error = 'the daemon ended during this run: "
      "run the pipeline again' WHERE state = 'running'"));
  TRY(kill.integer(now_ms()).run());
  for (const auto& entry : TRY(options_.env->list(options_.dir + "/artifacts"))) {
    auto found = TRY(db_->prepare("SELECT 1 FROM runs WHERE id = ? AND state = 'finished'"));
    if (TRY(found.text(entry.name).step())) continue;
    TRY(options_.env->remove_tree(options_.dir + "/artifacts/" + entry.name));
    base::log_info("tracking", "leftover_removed", "run={}", entry.name);
  }
  return {};
}

Status Store::put_experiment(const Experiment& experiment) {
  TRY(base::check_name(experiment.name, "experiment"));
  std::lock_guard lock(mutex_);
  auto statement = TRY(db_->prepare("INSERT OR REPLACE INTO experiments VALUES (?, ?, ?, ?)"));
  return statement.text(experiment.name)
      .text(experiment.description)
      .text(experiment.tracking_uri)
      .text(experiment.tracking_token)
      .run();
}

Status Store::remove_experiment(const std::string& name) {
  std::lock_guard lock(mutex_);
  return db_->transaction([&]() -> Status {
    for (const char* sql : {
             "DELETE FROM params WHERE run_id IN (SELECT id FROM runs WHERE experiment = ? AND "
             "version = 0)",
             "DELETE FROM metrics WHERE run_id IN (SELECT id FROM runs WHERE experiment = ? AND "
             "version = 0)",
             "DELETE FROM tags WHERE run_id IN (SELECT id FROM runs WHERE experiment = ? AND "
             "version = 0)",
             "DELETE FROM runs WHERE experiment = ? AND version = 0",
             "DELETE FROM experiments WHERE name = ?",
         }) {
      auto statement = TRY(db_->prepare(sql));
      TRY(statement.text(name).run());
    }
    return {};
  });
}

Result<std::vector<Experiment>> Store::experiments() {
  std::lock_guard lock(mutex_);
  auto statement = TRY(db_->prepare(
      "SELECT name, description, tracking_uri, tracking_token FROM experiments ORDER BY name"));
  std::vector<Experiment> all;
  while (TRY(statement.step())) {
    all.push_back({statement.column_text(0), statement.column_text(1), statement.column_text(2),
                   statement.column_text(3)});
  }
  return all;
}

Status Store::put_model(const std::string& name, const std::string& description,
                        const std::string& metric) {
  TRY(base::check_name(name, "model"));
  std::lock_guard lock(mutex_);
  auto statement =
      TRY(db_->prepare("INSERT INTO models (name, description, metric) VALUES (?, ?, ?) "
                       "ON CONFLICT (name) DO UPDATE SET description = excluded.description, "
                       "metric = excluded.metric"));
  return statement.text(name).text(description).text(metric).run();
}

Status Store::remove_model(const std::string& name) {
  std::lock_guard lock(mutex_);
  return db_->transaction([&]() -> Status {
    for (const char* sql :
         {"DELETE FROM aliases WHERE model = ?", "DELETE FROM decisions WHERE model = ?",
          "DELETE FROM mirrored_aliases WHERE model = ?", "DELETE FROM versions WHERE model = ?",
          "DELETE FROM models WHERE name = ?",
          "UPDATE runs SET model = '', version = 0 WHERE model = ?"}) {
      auto statement = TRY(db_->prepare(sql));
      TRY(statement.text(name).run());
    }
    return {};
  });
}

Result<std::vector<Model>> Store::models() {
  std::lock_guard lock(mutex_);
  std::vector<Model> all;
  auto statement =
      TRY(db_->prepare("SELECT name, description, metric, latest FROM models ORDER BY name"));
  while (TRY(statement.step())) {
    all.push_back({.name = statement.column_text(0),
                   .description = statement.column_text(1),
                   .metric = statement.column_text(2),
                   .latest = static_cast<int>(statement.column_int(3)),
                   .aliases = {}});
  }
  for (Model& model : all) {
    auto aliases = TRY(db_->prepare("SELECT alias, version FROM aliases WHERE model = ?"));
    aliases.text(model.name);
    while (TRY(aliases.step())) {
      model.aliases[aliases.column_text(0)] = static_cast<int>(aliases.column_int(1));
    }
  }
  return all;
}

}  // namespace tracking
