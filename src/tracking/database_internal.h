// SQLite for the store: statements that are finalised, transactions that end.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace tracking {

/// A prepared statement with its bindings, in order of the question marks.
class Statement {
 public:
  Statement(sqlite3* db, sqlite3_stmt* stmt) : db_(db), stmt_(stmt) {}
  Statement(Statement&& other) noexcept
      : db_(other.db_), stmt_(std::exchange(other.stmt_, nullptr)), next_(other.next_) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement() { sqlite3_finalize(stmt_); }

  Statement& text(std::string_view value);
  Statement& integer(std::int64_t value);
  Statement& number(double value);
  /// True when there is a row, false at the end.
  base::Result<bool> step();
  base::Status run();
  std::string column_text(int column) const;
  std::int64_t column_int(int column) const { return sqlite3_column_int64(stmt_, column); }
  double column_number(int column) const { return sqlite3_column_double(stmt_, column); }

 private:
  sqlite3* db_;
  sqlite3_stmt* stmt_;
  int next_ = 0;
};

/// One connection. Thread: the owner's mutex.
class Database {
 public:
  static base::Result<std::unique_ptr<Database>> open(const std::string& path);
  ~Database() { sqlite3_close(db_); }

  base::Status exec(const char* sql);
  base::Result<Statement> prepare(const char* sql);
  /// Rows changed by the last statement.
  int changes() const { return sqlite3_changes(db_); }

  /// Runs `body` in a transaction: committed when it succeeds, undone when it fails.
  template <typename Body>
  auto transaction(Body body) -> decltype(body()) {
    TRY(exec("BEGIN IMMEDIATE"));
    auto result = body();
    if (!result) {
      (void)exec("ROLLBACK");
      return result;
    }
    if (auto committed = exec("COMMIT"); !committed) {
      (void)exec("ROLLBACK");
      return std::unexpected(committed.error());
    }
    return result;
  }

 private:
  explicit Database(sqlite3* db) : db_(db) {}
  sqlite3* db_;
};

}  // namespace tracking
