// SELECTs: connections, statements, errors, and rows gathered into batches.
#include <algorithm>

#include "sqldb/sqlite_internal.h"

namespace sqldb {
namespace {

using base::Code;
constexpr std::size_t kBatchRows = 61'440;  // thirty of DuckDB's vectors

class SqliteCursor final : public Cursor {
 public:
  SqliteCursor(sqlite::Connection connection, sqlite::Statement statement, std::stop_token stop)
      : connection_(std::move(connection)),
        statement_(std::move(statement)),
        stop_(std::move(stop)),
        on_stop_(stop_, Interrupt{sqlite3_db_handle(statement_.handle())}) {}

  const model::Schema& schema() const override { return schema_; }

  /// Runs up to the first row: a computed column takes its type from there.
  base::Status start() {
    TRY(step());
    int columns = sqlite3_column_count(statement_.handle());
    for (int i = 0; i < columns; ++i) {
      schema_.fields.push_back({sqlite3_column_name(statement_.handle(), i), type_of(i), true});
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
        auto read = read_value(statement_.handle(), static_cast<int>(i), into.columns[i]);
        if (!read) return base::annotate(read.error(), fmt::format("row {}", row_ + 1));
      }
      ++into.rows;
      ++row_;
      TRY(step());
    }
    return into.rows > 0;
  }

 private:
  struct Interrupt {
    sqlite3* db;
    void operator()() const { sqlite3_interrupt(db); }
  };

  base::Status step() {
    // Between two steps there is nothing to interrupt.
    if (stop_.stop_requested()) return base::error(Code::kCancelled, "the reading was stopped");
    int rc = sqlite3_step(statement_.handle());
    has_row_ = rc == SQLITE_ROW;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return connection_.error("can't read");
    return {};
  }

  model::Type type_of(int column) const {
    if (const char* declared = sqlite3_column_decltype(statement_.handle(), column)) {
      return type_of_declaration(declared);
    }
    switch (has_row_ ? sqlite3_column_type(statement_.handle(), column) : SQLITE_NULL) {
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

  sqlite::Connection connection_;
  sqlite::Statement statement_;  // ends before its connection
  const std::stop_token stop_;
  const std::stop_callback<Interrupt> on_stop_;
  model::Schema schema_;
  bool has_row_ = false;
  std::int64_t row_ = 0;
};

}  // namespace

base::Result<std::unique_ptr<Cursor>> open_cursor(sqlite::Connection connection,
                                                  const std::string& sql, std::stop_token stop) {
  auto statement = TRY(connection.prepare(sql));
  if (sqlite3_stmt_readonly(statement.handle()) == 0 ||
      sqlite3_column_count(statement.handle()) == 0) {
    return base::error(Code::kPermissionDenied, "only SELECT can run here");
  }
  auto cursor =
      std::make_unique<SqliteCursor>(std::move(connection), std::move(statement), std::move(stop));
  TRY(cursor->start());
  return cursor;
}

}  // namespace sqldb
