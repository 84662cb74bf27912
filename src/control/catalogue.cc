#include "control/catalogue.h"

#include <sqlite3.h>

#include <charconv>
#include <utility>

#include "control/catalogue_migrations.h"
#include "control/record_form.h"
#include "control/stored_form.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr const char* kVersionKey = "catalogue_version";

std::unexpected<base::Error> sqlite_error(sqlite3* db, std::string_view what) {
  int code = sqlite3_errcode(db);
  Code kind = Code::kInternal;
  if (code == SQLITE_FULL) kind = Code::kResourceExhausted;
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) kind = Code::kDataLoss;
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) kind = Code::kUnavailable;
  constexpr const char* kToDo =
      "; the file is damaged: put a copy of it back, or move the data folder away and apply again";
  return base::error(kind, "catalogue {}: {}: {}{}", sqlite3_db_filename(db, "main"), what,
                     sqlite3_errmsg(db), kind == Code::kDataLoss ? kToDo : "");
}

/// What came from outside may hold bytes that are no text; a record of it is kept all the same.
std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

/// A prepared statement with its bindings; finalised at the end of its scope.
class Catalogue::Statement {
 public:
  Statement(sqlite3* db, sqlite3_stmt* stmt) : db_(db), stmt_(stmt) {}
  Statement(Statement&& other) noexcept
      : db_(other.db_), stmt_(std::exchange(other.stmt_, nullptr)), next_(other.next_) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement() { sqlite3_finalize(stmt_); }

  Statement& text(std::string_view value) {
    sqlite3_bind_text(stmt_, ++next_, value.data(), static_cast<int>(value.size()),
                      SQLITE_TRANSIENT);
    return *this;
  }
  Statement& integer(std::int64_t value) {
    sqlite3_bind_int64(stmt_, ++next_, value);
    return *this;
  }
  /// True when there is a row, false at the end.
  Result<bool> step() {
    int rc = sqlite3_step(stmt_);
    if (rc == SQLITE_ROW) return true;
    if (rc == SQLITE_DONE) return false;
    return sqlite_error(db_, "can't run a statement");
  }
  Status run() {
    while (TRY(step())) {
    }
    return {};
  }
  void again() {
    sqlite3_reset(stmt_);
    next_ = 0;
  }
  std::string column_text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(stmt_, column));
    return {bytes == nullptr ? "" : bytes,
            static_cast<size_t>(sqlite3_column_bytes(stmt_, column))};
  }
  std::int64_t column_int(int column) const { return sqlite3_column_int64(stmt_, column); }
  json column_json(int column) const { return json::parse(column_text(column), nullptr, false); }

 private:
  sqlite3* db_;
  sqlite3_stmt* stmt_;
  int next_ = 0;
};

Catalogue::~Catalogue() { sqlite3_close(db_); }

Status Catalogue::exec(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return sqlite_error(db_, "can't run a statement");
  }
  return {};
}

Result<Catalogue::Statement> Catalogue::prepare(const char* sql) {
  sqlite3_stmt* stmt = nullptr;
  if (sqlite3_prepare_v2(db_, sql, -1, &stmt, nullptr) != SQLITE_OK) {
    return sqlite_error(db_, "can't prepare a statement");
  }
  return Statement(db_, stmt);
}

Result<std::unique_ptr<Catalogue>> Catalogue::open(const std::string& path) {
  sqlite3* db = nullptr;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  int rc = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  std::unique_ptr<Catalogue> catalogue(new Catalogue(db));
  if (rc != SQLITE_OK) return sqlite_error(db, "can't open");
  sqlite3_busy_timeout(db, 5000);
  // NORMAL: a commit survives the death of the process; a loss of power may lose the last ones,
  // which the next apply makes again.
  TRY(catalogue->exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"));
  TRY(catalogue->exec("BEGIN IMMEDIATE"));
  if (Status migrated = catalogue->migrate(path); !migrated) {
    (void)catalogue->exec("ROLLBACK");
    return std::unexpected(migrated.error());
  }
  TRY(catalogue->exec("COMMIT"));
  return catalogue;
}

int Catalogue::version() { return static_cast<int>(kMigrations.size()); }

/// In a transaction of the caller's.
Status Catalogue::migrate(const std::string& path) {
  TRY(
      exec("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) "
           "WITHOUT ROWID"));
  std::string stored = TRY(meta(kVersionKey)).value_or("0");
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
  for (size_t step = found; step < kMigrations.size(); ++step) TRY(exec(kMigrations[step]));
  if (found == kMigrations.size()) return {};
  return set_meta(kVersionKey, std::to_string(kMigrations.size()));
}

Result<std::optional<std::string>> Catalogue::meta(std::string_view key) {
  std::lock_guard lock(mutex_);
  auto statement = TRY(prepare("SELECT value FROM meta WHERE key = ?"));
  if (!TRY(statement.text(key).step())) return std::nullopt;
  return statement.column_text(0);
}

Status Catalogue::set_meta(std::string_view key, std::string_view value) {
  std::lock_guard lock(mutex_);
  auto statement = TRY(prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)"));
  return statement.text(key).text(value).run();
}

Status Catalogue::put(const Resource& resource) {
  std::lock_guard lock(mutex_);
  auto statement = TRY(prepare(
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
  std::lock_guard lock(mutex_);
  auto statement = TRY(prepare("UPDATE resources SET named = ? WHERE kind = ? AND name = ?"));
  return statement.integer(named ? 1 : 0).text(kind).text(name).run();
}

Status Catalogue::remove(std::string_view kind, std::string_view name) {
  std::lock_guard lock(mutex_);
  auto statement = TRY(prepare("DELETE FROM resources WHERE kind = ? AND name = ?"));
  return statement.text(kind).text(name).run();
}

/// A damaged row is a failed resource, never an error: the others are to be read.
Resource Catalogue::resource_of(const Statement& row) {
  Resource found{.kind = row.column_text(0),
                 .name = row.column_text(1),
                 .attributes = row.column_json(2),
                 .ready = row.column_int(3) != 0,
                 .incarnation = row.column_text(4),
                 .named = row.column_int(5) != 0,
                 .failed = row.column_text(6)};
  std::string wrong = bring_to_form(found.kind, found.name, found.attributes);
  if (wrong.empty()) return found;
  found.failed =
      fmt::format("what {} keeps of {} \"{}\" is damaged: {}; apply with -replace, or destroy it",
                  sqlite3_db_filename(db_, "main"), found.kind, found.name, wrong);
  return found;
}

Result<std::optional<Resource>> Catalogue::get(std::string_view kind, std::string_view name) {
  std::lock_guard lock(mutex_);
  auto statement =
      TRY(prepare("SELECT kind, name, attributes, ready, incarnation, named, failed "
                  "FROM resources WHERE kind = ? AND name = ?"));
  if (!TRY(statement.text(kind).text(name).step())) return std::nullopt;
  return resource_of(statement);
}

Result<std::vector<Resource>> Catalogue::list() {
  std::lock_guard lock(mutex_);
  auto statement =
      TRY(prepare("SELECT kind, name, attributes, ready, incarnation, named, failed "
                  "FROM resources ORDER BY id"));
  std::vector<Resource> resources;
  while (TRY(statement.step())) resources.push_back(resource_of(statement));
  return resources;
}

Status Catalogue::put_run(const StoredRun& run) {
  std::lock_guard lock(mutex_);
  auto statement = TRY(
      prepare("INSERT INTO runs (id, pipeline, state, record) VALUES (?, ?, ?, ?) "
              "ON CONFLICT (id) DO UPDATE SET state = excluded.state, record = excluded.record"));
  return statement.text(run.id).text(run.pipeline).text(run.state).text(text_of(run.record)).run();
}

Result<std::vector<StoredRun>> Catalogue::runs(int limit, std::string_view pipeline) {
  std::lock_guard lock(mutex_);
  auto statement = TRY(
      prepare("SELECT id, pipeline, state, record FROM runs WHERE ? IN ('', pipeline) ORDER BY seq "
              "DESC LIMIT ?"));
  statement.text(pipeline).integer(limit);
  std::vector<StoredRun> runs;
  while (TRY(statement.step())) {
    runs.push_back({statement.column_text(0), statement.column_text(1), statement.column_text(2),
                    statement.column_json(3)});
    auto& run = runs.back();
    run.record = run_form(run.id, run.pipeline, run.state, std::move(run.record));
  }
  return runs;
}

Result<int> Catalogue::fail_running_runs(std::string_view error) {
  std::lock_guard lock(mutex_);
  auto statement =
      TRY(prepare("UPDATE runs SET state = 'failed', "
                  "record = json_set(CASE WHEN json_valid(record) THEN record ELSE '{}' END, "
                  "'$.id', id, '$.pipeline', pipeline, '$.state', 'failed', '$.error', ?) "
                  "WHERE state = 'running'"));
  TRY(statement.text(error).run());
  return sqlite3_changes(db_);
}

Status Catalogue::put_grade(std::string_view run_id, const json& grade) {
  std::lock_guard lock(mutex_);
  auto insert = TRY(prepare("INSERT INTO grades (run_id, grade) VALUES (?, ?)"));
  TRY(insert.text(run_id).text(text_of(grade)).run());
  auto forget = TRY(
      prepare("DELETE FROM grades WHERE seq <= (SELECT seq FROM grades ORDER BY seq DESC LIMIT 1 "
              "OFFSET ?)"));
  return forget.integer(kGradesKept).run();
}

Result<std::optional<json>> Catalogue::latest_grade(std::string_view run_id) {
  std::lock_guard lock(mutex_);
  auto statement =
      TRY(prepare("SELECT grade FROM grades WHERE ? IN ('', run_id) ORDER BY seq DESC LIMIT 1"));
  if (!TRY(statement.text(run_id).step())) return std::nullopt;
  json grade = grade_form(statement.column_json(0));
  if (grade.is_null()) return std::nullopt;  // damaged: the next run grades again
  return grade;
}

Result<std::vector<json>> Catalogue::grades() {
  std::lock_guard lock(mutex_);
  auto statement =
      TRY(prepare("SELECT json_remove(grade, '$.checks') FROM grades WHERE CASE WHEN "
                  "json_valid(grade) THEN json_type(grade) = 'object' END ORDER BY seq DESC"));
  std::vector<json> grades;
  while (TRY(statement.step())) {
    grades.push_back(grade_form(statement.column_json(0)));
    grades.back().erase("checks");
  }
  return grades;
}

Status Catalogue::put_alerts(const std::vector<Alert>& alerts) {
  std::lock_guard lock(mutex_);
  TRY(exec("BEGIN IMMEDIATE"));
  auto insert = [&]() -> Status {
    auto statement = TRY(prepare("INSERT OR IGNORE INTO alerts VALUES (?, ?, ?, ?)"));
    for (const auto& alert : alerts) {
      TRY(statement.text(alert.key)
              .text(alert.rule)
              .integer(alert.time_ms)
              .text(text_of(alert.fields))
              .run());
      statement.again();
    }
    return {};
  };
  Status status = insert();
  if (!status) {
    (void)exec("ROLLBACK");
    return status;
  }
  return exec("COMMIT");
}

Result<std::vector<Alert>> Catalogue::alerts(int limit) {
  std::lock_guard lock(mutex_);
  auto statement = TRY(prepare(
      "SELECT key, rule, time_ms, fields FROM alerts ORDER BY time_ms DESC, key DESC LIMIT ?"));
  statement.integer(limit);
  std::vector<Alert> alerts;
  while (TRY(statement.step())) {
    alerts.push_back({statement.column_text(0), statement.column_text(1), statement.column_int(2),
                      statement.column_json(3)});
  }
  return alerts;
}

Result<std::int64_t> Catalogue::alert_count(std::string_view rule) {
  std::lock_guard lock(mutex_);
  auto statement = TRY(prepare("SELECT count(*) FROM alerts WHERE ? IN ('', rule)"));
  TRY(statement.text(rule).step());
  return statement.column_int(0);
}

Status Catalogue::clear_other_alerts(std::string_view rule, std::string_view prefix) {
  std::lock_guard lock(mutex_);
  auto statement =
      TRY(prepare("DELETE FROM alerts WHERE rule = ? AND substr(key, 1, length(?)) <> ?"));
  return statement.text(rule).text(prefix).text(prefix).run();
}

Status Catalogue::clear_alerts(std::string_view rule) {
  std::lock_guard lock(mutex_);
  auto statement = TRY(prepare("DELETE FROM alerts WHERE rule = ?"));
  return statement.text(rule).run();
}

}  // namespace control
