#include "catalogue/catalogue.h"

#include <charconv>
#include <utility>

#include "base/clock.h"
#include "catalogue/catalogue_migrations.h"
#include "catalogue/record_form.h"
#include "catalogue/runs_kept_internal.h"
#include "catalogue/stored_form.h"

namespace catalogue {

using base::Code;
using base::Result;
using base::Status;

namespace {

json json_in(const sqlite::Statement& row, int column) {
  return json::parse(row.column_text(column), nullptr, false);
}

constexpr const char* kFailed = "failed";

/// What was under way has failed, and what waited was never begun.
void end_run(json& record, std::string_view error) {
  record["state"] = kFailed;
  record["error"] = error;
  for (auto& activity : record["activities"]) {
    std::string state = activity.value("state", "");
    if (state == "running") {
      activity["state"] = kFailed;
      activity["error"] = error;
    }
    if (state == "waiting") activity["state"] = "skipped";
  }
}

constexpr const char* kVersionKey = "catalogue_version";

/// What came from outside may hold bytes that are no text; a record of it is kept all the same.
std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<std::optional<std::string>> meta_of(sqlite::Connection& db, std::string_view key) {
  auto statement = TRY(db.prepare("SELECT value FROM meta WHERE key = ?"));
  if (!TRY(statement.text(key).step())) return std::nullopt;
  return statement.column_text(0);
}

Status set_meta_of(sqlite::Connection& db, std::string_view key, std::string_view value) {
  auto statement = TRY(db.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)"));
  return statement.text(key).text(value).run();
}

/// In a transaction of the caller's.
Status migrate(sqlite::Connection& db, const std::string& path) {
  TRY(
      db.exec("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) "
              "WITHOUT ROWID"));
  std::string stored = TRY(meta_of(db, kVersionKey)).value_or("0");
  size_t found = 0;
  auto [end, failed] = std::from_chars(stored.data(), stored.data() + stored.size(), found);
  if (failed != std::errc() || end != stored.data() + stored.size()) {
    return base::error(Code::kDataLoss,
                       "catalogue {}: its version \"{}\" is no number, the file is damaged: move "
                       "the playground's data folder away and apply again",
                       path, stored);
  }
  if (found > kMigrations.size()) {
    return base::error(
        Code::kFailedPrecondition,
        "catalogue {} is of version {}, this hriste reads versions up to {}: use the "
        "hriste that made it or a newer one, or move the playground's data folder away and "
        "apply again",
        path, found, kMigrations.size());
  }
  for (size_t step = found; step < kMigrations.size(); ++step) TRY(db.exec(kMigrations[step]));
  if (found == kMigrations.size()) return {};
  return set_meta_of(db, kVersionKey, std::to_string(kMigrations.size()));
}

}  // namespace

Catalogue::~Catalogue() = default;

Result<std::unique_ptr<Catalogue>> Catalogue::open(const std::string& path) {
  auto db = TRY(sqlite::Connection::open(
      path, {.called = "catalogue",
             .when_damaged = "; the file is damaged: put a copy of it back, or move the data "
                             "folder away and apply again"}));
  // NORMAL: a commit survives the death of the process; a loss of power may lose the last ones,
  // which the next apply makes again.
  TRY(db.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"));
  TRY(db.transaction([&] { return migrate(db, path); }));
  return std::unique_ptr<Catalogue>(new Catalogue(std::move(db)));
}

int Catalogue::version() { return static_cast<int>(kMigrations.size()); }

Result<std::optional<std::string>> Catalogue::meta(std::string_view key) {
  base::MutexLock lock(mutex_);
  return meta_of(db_, key);
}

Status Catalogue::set_meta(std::string_view key, std::string_view value) {
  base::MutexLock lock(mutex_);
  return set_meta_of(db_, key, value);
}

Status Catalogue::put(const Resource& resource) {
  base::MutexLock lock(mutex_);
  auto statement = TRY(db_.prepare(
      "INSERT INTO resources (kind, name, attributes, ready, incarnation, named, failed) "
      "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, name) DO UPDATE SET "
      "attributes = excluded.attributes, ready = excluded.ready, "
      "incarnation = excluded.incarnation, named = excluded.named, failed = excluded.failed"));
  return statement.text(resource.kind)
      .text(resource.name)
      .text(text_of(resource.attributes))
      .integer(resource.ready ? 1 : 0)
      .text(resource.incarnation)
      .integer(resource.named ? 1 : 0)
      .text(resource.failed)
      .run();
}

Status Catalogue::set_named(std::string_view kind, std::string_view name, bool named) {
  base::MutexLock lock(mutex_);
  auto statement = TRY(db_.prepare("UPDATE resources SET named = ? WHERE kind = ? AND name = ?"));
  return statement.integer(named ? 1 : 0).text(kind).text(name).run();
}

Status Catalogue::remove(std::string_view kind, std::string_view name) {
  base::MutexLock lock(mutex_);
  auto statement = TRY(db_.prepare("DELETE FROM resources WHERE kind = ? AND name = ?"));
  return statement.text(kind).text(name).run();
}

/// A damaged row is a failed resource, never an error: the others are to be read.
Resource Catalogue::resource_of(const sqlite::Statement& row) {
  Resource found{.kind = row.column_text(0),
                 .name = row.column_text(1),
                 .attributes = json_in(row, 2),
                 .ready = row.column_int(3) != 0,
                 .incarnation = row.column_text(4),
                 .named = row.column_int(5) != 0,
                 .failed = row.column_text(6)};
  std::string wrong = bring_to_form(found.kind, found.name, found.attributes);
  if (wrong.empty()) return found;
  found.failed =
      fmt::format("what {} keeps of {} \"{}\" is damaged: {}; apply with -replace, or destroy it",
                  db_.file(), found.kind, found.name, wrong);
  return found;
}

Result<std::optional<Resource>> Catalogue::get(std::string_view kind, std::string_view name) {
  base::MutexLock lock(mutex_);
  auto statement =
      TRY(db_.prepare("SELECT kind, name, attributes, ready, incarnation, named, failed "
                      "FROM resources WHERE kind = ? AND name = ?"));
  if (!TRY(statement.text(kind).text(name).step())) return std::nullopt;
  return resource_of(statement);
}

Result<std::vector<Resource>> Catalogue::list(std::string_view kind) {
  base::MutexLock lock(mutex_);
  auto statement =
      TRY(db_.prepare("SELECT kind, name, attributes, ready, incarnation, named, failed "
                      "FROM resources WHERE ? IN ('', kind) ORDER BY id"));
  statement.text(kind);
  std::vector<Resource> resources;
  while (TRY(statement.step())) resources.push_back(resource_of(statement));
  return resources;
}

Status Catalogue::put_run(const StoredRun& run) {
  const std::string record = text_of(run.record);
  base::MutexLock lock(mutex_);
  return db_.transaction([&]() -> Status {
    mutex_.assert_held();
    auto update = TRY(db_.prepare("UPDATE runs SET state = ?, record = ? WHERE id = ?"));
    TRY(update.text(run.state).text(record).text(run.id).run());
    if (db_.changes() > 0) return {};
    auto insert =
        TRY(db_.prepare("INSERT INTO runs (id, pipeline, state, record) VALUES (?, ?, ?, ?)"));
    TRY(insert.text(run.id).text(run.pipeline).text(run.state).text(record).run());
    return forget_old_runs(db_, run.pipeline, base::to_millis(base::SystemClock().now()));
  });
}

Result<std::vector<StoredRun>> Catalogue::runs(int limit, std::string_view pipeline) {
  base::MutexLock lock(mutex_);
  auto statement = TRY(db_.prepare(
      "SELECT id, pipeline, state, record FROM runs WHERE ? IN ('', pipeline) ORDER BY seq "
      "DESC LIMIT ?"));
  statement.text(pipeline).integer(limit);
  std::vector<StoredRun> runs;
  while (TRY(statement.step())) {
    runs.push_back({statement.column_text(0), statement.column_text(1), statement.column_text(2),
                    json_in(statement, 3)});
    auto& run = runs.back();
    run.record = run_form(run.id, run.pipeline, run.state, std::move(run.record));
  }
  return runs;
}

Result<int> Catalogue::fail_running_runs(std::string_view error) {
  base::MutexLock lock(mutex_);
  std::vector<std::pair<std::string, json>> ended;
  auto running = TRY(db_.prepare("SELECT id, pipeline, record FROM runs WHERE state = 'running'"));
  while (TRY(running.step())) {
    std::string id = running.column_text(0), pipeline = running.column_text(1);
    json record = run_form(id, pipeline, kFailed, json_in(running, 2));
    end_run(record, error);
    ended.emplace_back(std::move(id), std::move(record));
  }
  auto update = TRY(db_.prepare("UPDATE runs SET state = ?, record = ? WHERE id = ?"));
  for (const auto& [id, record] : ended) {
    TRY(update.text(kFailed).text(text_of(record)).text(id).run());
    update.again();
  }
  return static_cast<int>(ended.size());
}

Status Catalogue::put_grade(std::string_view run_id, const json& grade) {
  base::MutexLock lock(mutex_);
  auto insert = TRY(db_.prepare("INSERT INTO grades (run_id, grade) VALUES (?, ?)"));
  TRY(insert.text(run_id).text(text_of(grade)).run());
  auto forget = TRY(db_.prepare(
      "DELETE FROM grades WHERE seq <= (SELECT seq FROM grades ORDER BY seq DESC LIMIT 1 "
      "OFFSET ?)"));
  return forget.integer(kGradesKept).run();
}

Result<std::optional<json>> Catalogue::latest_grade(std::string_view run_id) {
  base::MutexLock lock(mutex_);
  auto statement = TRY(
      db_.prepare("SELECT grade FROM grades WHERE ? IN ('', run_id) ORDER BY seq DESC LIMIT 1"));
  if (!TRY(statement.text(run_id).step())) return std::nullopt;
  json grade = grade_form(json_in(statement, 0));
  if (grade.is_null()) return std::nullopt;  // damaged: the next run grades again
  return grade;
}

Result<std::vector<json>> Catalogue::grades() {
  base::MutexLock lock(mutex_);
  auto statement =
      TRY(db_.prepare("SELECT json_remove(grade, '$.checks') FROM grades WHERE CASE WHEN "
                      "json_valid(grade) THEN json_type(grade) = 'object' END ORDER BY seq DESC"));
  std::vector<json> grades;
  while (TRY(statement.step())) {
    grades.push_back(grade_form(json_in(statement, 0)));
    grades.back().erase("checks");
  }
  return grades;
}

Status Catalogue::put_alerts(const std::vector<Alert>& alerts) {
  base::MutexLock lock(mutex_);
  return db_.transaction([&]() -> Status {
    mutex_.assert_held();
    auto statement = TRY(db_.prepare("INSERT OR IGNORE INTO alerts VALUES (?, ?, ?, ?)"));
    for (const auto& alert : alerts) {
      TRY(statement.text(alert.key)
              .text(alert.rule)
              .integer(alert.time_ms)
              .text(text_of(alert.fields))
              .run());
      statement.again();
    }
    return {};
  });
}

Result<std::vector<Alert>> Catalogue::alerts(int limit) {
  base::MutexLock lock(mutex_);
  auto statement = TRY(db_.prepare(
      "SELECT key, rule, time_ms, fields FROM alerts ORDER BY time_ms DESC, key DESC LIMIT ?"));
  statement.integer(limit);
  std::vector<Alert> alerts;
  while (TRY(statement.step())) {
    alerts.push_back({statement.column_text(0), statement.column_text(1), statement.column_int(2),
                      json_in(statement, 3)});
  }
  return alerts;
}

Result<std::int64_t> Catalogue::alert_count(std::string_view rule) {
  base::MutexLock lock(mutex_);
  auto statement = TRY(db_.prepare("SELECT count(*) FROM alerts WHERE ? IN ('', rule)"));
  TRY(statement.text(rule).step());
  return statement.column_int(0);
}

Status Catalogue::clear_other_alerts(std::string_view rule, std::string_view prefix) {
  base::MutexLock lock(mutex_);
  auto statement =
      TRY(db_.prepare("DELETE FROM alerts WHERE rule = ? AND substr(key, 1, length(?)) <> ?"));
  return statement.text(rule).text(prefix).text(prefix).run();
}

Status Catalogue::clear_alerts(std::string_view rule) {
  base::MutexLock lock(mutex_);
  auto statement = TRY(db_.prepare("DELETE FROM alerts WHERE rule = ?"));
  return statement.text(rule).run();
}

std::string ref_name(const std::string& ref) { return ref.substr(0, ref.rfind('@')); }

}  // namespace catalogue
