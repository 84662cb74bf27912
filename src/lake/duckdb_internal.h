// DuckDB's C API with owners, and its errors as Status. Stays inside lake: this is the only room
// that sees DuckDB.
#pragma once

#include <duckdb.h>

#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lake/parquet.h"

namespace lake {

using Json = nlohmann::json;

/// Text as a SQL literal, and a name as a quoted identifier.
std::string quote_text(std::string_view text);
std::string quote_name(std::string_view name);

/// A finished result, with its rows.
class DuckResult {
 public:
  explicit DuckResult(duckdb_result raw) : raw_(raw) {}
  DuckResult(DuckResult&& other) noexcept : raw_(std::exchange(other.raw_, {})) {}
  DuckResult& operator=(DuckResult&&) = delete;
  ~DuckResult() { duckdb_destroy_result(&raw_); }

  duckdb_result& raw() { return raw_; }
  /// The rows not fetched yet, as JSON (see value_internal.h), up to `max_rows`; integers of 64
  /// bits are numbers.
  std::vector<Json> rows(std::int64_t max_rows = -1);
  /// As an answer sends them, until they take more than `budget` bytes in memory: the row that did
  /// isn't there and `budget` is below zero then.
  std::vector<Json> rows(std::int64_t max_rows, std::int64_t& budget);
  /// The first value of the first row; null when there is none. Call once.
  Json value();

 private:
  std::vector<Json> read_rows(std::int64_t max_rows, std::int64_t& budget, bool for_answer);
  duckdb_result raw_;
};

/// Batches that SQL reads as `hriste_batches(token)`: see DuckDb::add_source.
struct BatchSource;

/// One in-memory instance. Thread-safe.
class DuckDb {
 public:
  struct Options {
    int threads = 2;
    int memory_mb = 512;
    std::string temp_dir;  ///< where it may spill; empty: nowhere
  };
  static base::Result<std::shared_ptr<DuckDb>> open(const Options& options);
  /// Opens one that this process's next open() takes: for one that is started ahead of what it will
  /// be asked.
  static base::Status open_ahead();
  ~DuckDb();
  DuckDb(const DuckDb&) = delete;
  DuckDb& operator=(const DuckDb&) = delete;

  duckdb_database raw() { return raw_; }

  /// Makes `source` readable as a table, hriste_batches(token), once, until the token is removed.
  /// Strings are handed over by reference: a batch stays as it is until the next one is asked for.
  std::uint64_t add_source(std::shared_ptr<BatchSource> source);
  /// The error that the source gave, if any.
  base::Status remove_source(std::uint64_t token);
  std::shared_ptr<BatchSource> source(std::uint64_t token);

 private:
  explicit DuckDb(duckdb_database raw) : raw_(raw) {}
  duckdb_database raw_;
  std::mutex mutex_;  // guards sources_ and next_token_
  std::map<std::uint64_t, std::shared_ptr<BatchSource>> sources_;
  std::uint64_t next_token_ = 1;
};

/// Owned by one thread, but for interrupt(). Keeps its instance open.
class DuckConnection {
 public:
  static base::Result<DuckConnection> open(std::shared_ptr<DuckDb> db);
  DuckConnection(DuckConnection&& other) noexcept
      : db_(std::move(other.db_)), raw_(std::exchange(other.raw_, nullptr)) {}
  DuckConnection& operator=(DuckConnection&&) = delete;
  ~DuckConnection();

  duckdb_connection raw() { return raw_; }
  const std::shared_ptr<DuckDb>& db() const { return db_; }
  base::Status run(const std::string& sql);
  base::Result<DuckResult> query(const std::string& sql);

 private:
  DuckConnection(std::shared_ptr<DuckDb> db, duckdb_connection raw)
      : db_(std::move(db)), raw_(raw) {}
  std::shared_ptr<DuckDb> db_;
  duckdb_connection raw_;
};

/// The instance that write_parquet and the Delta log share. It is opened at the first use and
/// closed, with its memory given back, when nobody has used it for two seconds.
base::Result<std::shared_ptr<DuckDb>> shared_engine();

/// What DuckDB said, with a code that fits.
base::Error duck_error(const duckdb_result& result);
/// Without the class of error that DuckDB puts before its message, "Binder Error: ".
std::string_view without_class(std::string_view message);
base::Error duck_error(duckdb_error_type type, std::string_view message);

/// Makes hriste_batches known; part of DuckDb::open.
base::Status register_batches(DuckConnection& connection);

}  // namespace lake
