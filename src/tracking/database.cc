#include "tracking/database_internal.h"

namespace tracking {

using base::Code;
using base::Result;
using base::Status;

namespace {

std::unexpected<base::Error> sqlite_error(sqlite3* db, std::string_view what) {
  int code = sqlite3_errcode(db);
  Code kind = Code::kInternal;
  if (code == SQLITE_FULL) kind = Code::kResourceExhausted;
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) kind = Code::kDataLoss;
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) kind = Code::kUnavailable;
  const char* file = sqlite3_db_filename(db, "main");
  return base::error(kind, "tracking store {}: {}: {}", file == nullptr ? "" : file, what,
                     sqlite3_errmsg(db));
}

}  // namespace

Statement& Statement::text(std::string_view value) {
  sqlite3_bind_text(stmt_, ++next_, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::integer(std::int64_t value) {
  sqlite3_bind_int64(stmt_, ++next_, value);
  return *this;
}

Statement& Statement::number(double value) {
  sqlite3_bind_double(stmt_, ++next_, value);
  return *this;
}

Result<bool> Statement::step() {
  int rc = sqlite3_step(stmt_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  return sqlite_error(db_, "can't run a statement");
}

Status Statement::run() {
  while (TRY(step())) {
  }
  return {};
}

std::string Statement::column_text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(stmt_, column));
  return {bytes == nullptr ? "" : bytes, static_cast<size_t>(sqlite3_column_bytes(stmt_, column))};
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path) {
  sqlite3* db = nullptr;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  int rc = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  std::unique_ptr<Database> database(new Database(db));
  if (rc != SQLITE_OK) return sqlite_error(db, "can't open");
  sqlite3_busy_timeout(db, 5000);
  TRY(database->exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"));
  return database;
}

Status Database::exec(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return sqlite_error(db_, "can't run a statement");
  }
  return {};
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* stmt = nullptr;
  if (sqlite3_prepare_v2(db_, sql, -1, &stmt, nullptr) != SQLITE_OK) {
    return sqlite_error(db_, "can't prepare a statement");
  }
  return Statement(db_, stmt);
}

}  // namespace tracking
