#include "sqlite/connection.h"

#include "base/text_position.h"

namespace sqlite {

using base::Code;
using base::Result;
using base::Status;

Code code_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return Code::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Code::kDataLoss;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Code::kUnavailable;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return Code::kPermissionDenied;
    case SQLITE_CANTOPEN:
      return Code::kNotFound;
    case SQLITE_CONSTRAINT:
      return Code::kAlreadyExists;
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
      return Code::kInvalidArgument;
    default:
      return Code::kInternal;
  }
}

Statement& Statement::text(std::string_view value) {
  sqlite3_bind_text64(stmt_.get(), ++next_, value.data(), value.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
  return *this;
}

Statement& Statement::integer(std::int64_t value) {
  sqlite3_bind_int64(stmt_.get(), ++next_, value);
  return *this;
}

Statement& Statement::number(double value) {
  sqlite3_bind_double(stmt_.get(), ++next_, value);
  return *this;
}

Result<bool> Statement::step() {
  int rc = sqlite3_step(stmt_.get());
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  return error_of(sqlite3_db_handle(stmt_.get()), *options_, "can't run SQL", {});
}

Status Statement::run() {
  while (TRY(step())) {
  }
  return {};
}

void Statement::again() {
  sqlite3_reset(stmt_.get());
  next_ = 0;
}

std::string Statement::column_text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(stmt_.get(), column));
  return {bytes == nullptr ? "" : bytes,
          static_cast<std::size_t>(sqlite3_column_bytes(stmt_.get(), column))};
}

std::unexpected<base::Error> error_of(sqlite3* db, const Options& options, std::string_view what,
                                      std::string_view sql) {
  Code code = code_of(sqlite3_errcode(db));
  int offset = sql.empty() ? -1 : sqlite3_error_offset(db);
  std::string where = offset >= 0 ? base::position_of(sql, static_cast<std::size_t>(offset)) : "";
  const char* file = sqlite3_db_filename(db, "main");
  return base::error(code, "{}{}: {} ({}{}{}){}", where, what, sqlite3_errmsg(db), options.called,
                     options.called.empty() ? "" : " ", file == nullptr ? "" : file,
                     code == Code::kDataLoss ? options.when_damaged : "");
}

Result<Connection> Connection::open(const std::string& path, Options options) {
  Connection made(std::move(options));
  int flags =
      made.options_->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* raw = nullptr;
  int rc = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  made.db_.reset(raw);
  if (raw == nullptr) return base::error(Code::kResourceExhausted, "no memory to open {}", path);
  if (rc != SQLITE_OK) return made.error(fmt::format("can't open {}", path));
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, made.options_->busy_ms);
  return made;
}

Status Connection::exec(const std::string& sql) {
  if (sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return error("can't run SQL", sql);
  }
  return {};
}

Result<Statement> Connection::prepare(const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  int rc =
      sqlite3_prepare_v2(db_.get(), sql.c_str(), static_cast<int>(sql.size() + 1), &raw, &tail);
  Statement statement(raw, options_.get());
  if (rc != SQLITE_OK) return error("can't run SQL", sql);
  if (raw == nullptr) return base::error(Code::kInvalidArgument, "the SQL text is empty");
  if (std::string_view{tail}.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    return base::error(Code::kInvalidArgument, "one statement at a time: there is more after ';'");
  }
  return statement;
}

std::string Connection::file() const {
  const char* file = sqlite3_db_filename(db_.get(), "main");
  return file == nullptr ? "" : file;
}

std::unexpected<base::Error> Connection::error(std::string_view what, std::string_view sql) const {
  return error_of(db_.get(), *options_, what, sql);
}

}  // namespace sqlite
