// SQLite with owners and errors: connections that close, statements that are finalised,
// transactions that end. What every room with a SQLite file shares; what it keeps there is its own.
//
// Errors say which file, what and, where it is damaged, what to do. Thread: one at a time uses a
// connection and its statements; who shares one has a mutex.
// Read first: tests/connection_test.cc.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sqlite {

/// By SQLite's primary result codes (sqlite.org/rescode.html).
base::Code code_of(int sqlite_code);

struct Options {
  std::string called = {};        ///< the file in errors, "catalogue"
  std::string when_damaged = {};  ///< "; " and what to do then
  int busy_ms = 5'000;            ///< waits so long for another process
  bool read_only = false;         ///< else it is created where it isn't there
};

/// A connection's last error. `sql` (may be empty) gives line and column to a syntax error.
std::unexpected<base::Error> error_of(sqlite3* db, const Options& options, std::string_view what,
                                      std::string_view sql);

/// A prepared statement; bindings go in the order of the question marks.
class Statement {
 public:
  Statement& text(std::string_view value);
  Statement& integer(std::int64_t value);
  Statement& number(double value);
  /// True when there is a row, false at the end.
  base::Result<bool> step();
  base::Status run();
  /// For the next bindings.
  void again();

  std::string column_text(int column) const;  ///< "" for NULL
  std::int64_t column_int(int column) const { return sqlite3_column_int64(stmt_.get(), column); }
  double column_number(int column) const { return sqlite3_column_double(stmt_.get(), column); }

  sqlite3_stmt* handle() const { return stmt_.get(); }

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  Statement(sqlite3_stmt* stmt, const Options* options) : stmt_(stmt), options_(options) {}

  std::unique_ptr<sqlite3_stmt, Finalize> stmt_;
  const Options* options_;  // the connection's
  int next_ = 0;
};

class Connection {
 public:
  static base::Result<Connection> open(const std::string& path, Options options);

  /// One or several statements without results.
  base::Status exec(const std::string& sql);
  /// Errors: kInvalidArgument, with line and column, for what is no SQL or more than a statement.
  base::Result<Statement> prepare(const std::string& sql);
  /// Rows changed by the last statement.
  int changes() const { return sqlite3_changes(db_.get()); }
  /// The file, as SQLite opened it.
  std::string file() const;
  /// The last one.
  std::unexpected<base::Error> error(std::string_view what, std::string_view sql = {}) const;

  /// Runs `body` in a transaction: committed when it succeeds, undone when it fails.
  template <typename Body>
  auto transaction(Body body) -> decltype(body()) {
    TRY(exec("BEGIN IMMEDIATE"));
    auto result = body();
    if (!result) {
      (void)exec("ROLLBACK");  // done already where the disk was full
      return result;
    }
    if (auto committed = exec("COMMIT"); !committed) {
      (void)exec("ROLLBACK");
      return std::unexpected(committed.error());
    }
    return result;
  }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  explicit Connection(Options options) : options_(std::make_unique<Options>(std::move(options))) {}

  std::unique_ptr<Options> options_;  // its place stays: statements point there
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace sqlite
