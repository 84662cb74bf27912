// SELECTs: connections, statements, errors, and rows gathered into batches.
#include <algorithm>

#include "sqldb/sqlite_internal.h"
#include "sqldb/table_internal.h"

namespace sqldb {
namespace {

using base::Code;
constexpr std::size_t kBatchRows = 61'440;  // thirty of DuckDB's vectors

Code code_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
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
    case SQLITE_NOMEM:
      return Code::kResourceExhausted;
    default:
      return Code::kInternal;
  }
}

class SqliteCursor final : public Cursor {
 public:
  SqliteCursor(Connection connection, Statement statement)
      : connection_(std::move(connection)), statement_(std::move(statement)) {}

  const model::Schema& schema() const override { return schema_; }

  /// Runs up to the first row: a computed column takes its type from there.
  base::Status start() {
    TRY(step());
    int columns = sqlite3_column_count(statement_.get());
    for (int i = 0; i < columns; ++i) {
      schema_.fields.push_back({sqlite3_column_name(statement_.get(), i), type_of(i), true});
    }
    return {};
  }

  base::Result<bool> next(model::Batch& into) override {
    if (into.schema == schema_) {
      into.clear();
    } else {
      into = model::Batch(schema_);
    }
    while (has_row_ && into.rows < kBatchRows) {
      for (std::size_t i = 0; i < into.columns.size(); ++i) {
        auto read = read_value(statement_.get(), static_cast<int>(i), into.columns[i]);
        if (!read) return base::annotate(read.error(), fmt::format("row {}", row_ + 1));
      }
      ++into.rows;
      ++row_;
      TRY(step());
    }
    return into.rows > 0;
  }

 private:
  base::Status step() {
    int rc = sqlite3_step(statement_.get());
    has_row_ = rc == SQLITE_ROW;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return sqlite_error(connection_.get(), "can't read");
    return {};
  }

  model::Type type_of(int column) const {
    if (const char* declared = sqlite3_column_decltype(statement_.get(), column)) {
      return type_of_declaration(declared);
    }
    switch (has_row_ ? sqlite3_column_type(statement_.get(), column) : SQLITE_NULL) {
      case SQLITE_INTEGER:
        return model::Type::kInt64;
      case SQLITE_FLOAT:
        return model::Type::kDouble;
      case SQLITE_BLOB:
        return model::Type::kBinary;
      default:
        return model::Type::kString;
    }
  }

  Connection connection_;
  Statement statement_;  // ends before its connection
  model::Schema schema_;
  bool has_row_ = false;
  std::int64_t row_ = 0;
};

}  // namespace

std::unexpected<base::Error> sqlite_error(sqlite3* db, std::string_view what,
                                          std::string_view sql) {
  int offset = sql.empty() ? -1 : sqlite3_error_offset(db);
  std::string where = offset >= 0 ? position_of(sql, static_cast<std::size_t>(offset)) : "";
  const char* file = sqlite3_db_filename(db, "main");
  return base::error(code_of(sqlite3_errcode(db)), "{}{}: {} ({})", where, what, sqlite3_errmsg(db),
                     file == nullptr ? "" : file);
}

base::Result<Connection> connect(const std::string& path, int flags) {
  sqlite3* raw = nullptr;
  int rc = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection(raw);
  if (raw == nullptr) return base::error(Code::kResourceExhausted, "no memory to open {}", path);
  if (rc != SQLITE_OK) return sqlite_error(raw, fmt::format("can't open {}", path));
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, 10'000);
  return connection;
}

base::Status execute(sqlite3* db, const std::string& sql) {
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return sqlite_error(db, "can't run SQL", sql);
  }
  return {};
}

base::Result<Statement> prepare(sqlite3* db, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  int rc = sqlite3_prepare_v3(db, sql.c_str(), static_cast<int>(sql.size() + 1),
                              SQLITE_PREPARE_PERSISTENT, &raw, &tail);
  Statement statement(raw);
  if (rc != SQLITE_OK) return sqlite_error(db, "can't run SQL", sql);
  if (raw == nullptr) return base::error(Code::kInvalidArgument, "the SQL text is empty");
  if (std::string_view{tail}.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    return base::error(Code::kInvalidArgument, "one statement at a time: there is more after ';'");
  }
  return statement;
}

base::Result<std::unique_ptr<Cursor>> open_cursor(Connection connection, const std::string& sql) {
  auto statement = TRY(prepare(connection.get(), sql));
  if (sqlite3_stmt_readonly(statement.get()) == 0 || sqlite3_column_count(statement.get()) == 0) {
    return base::error(Code::kPermissionDenied, "only SELECT can run here");
  }
  auto cursor = std::make_unique<SqliteCursor>(std::move(connection), std::move(statement));
  TRY(cursor->start());
  return cursor;
}

}  // namespace sqldb
