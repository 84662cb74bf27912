// The relational database behind one interface: the playground's source system, where orders and
// items live before a pipeline copies them into the lake. Two engines behind it, SQLite
// (sqlite_internal.h) and PostgreSQL (postgres_internal.h); another joins by another factory.
//
// Types as SQLite stores them (model::Type → declared type, value):
//   kBool → BOOLEAN 0/1 · kInt64 → BIGINT · kDouble → DOUBLE · kString → VARCHAR · kBinary → BLOB
//   kDecimal      → REAL DECIMAL(12,2), a REAL with two decimals; read back as cents, half up
//   kDate         → DATE, text YYYY-MM-DD
//   kTimestamp    → TIMESTAMPTZ, text YYYY-MM-DD hh:mm:ss.ffffff in UTC
//   kTimestampNtz → TIMESTAMP, the same text on the wall
// A scan types its columns by these declarations; a computed column by its first value.
// PostgreSQL has them all: boolean, bigint, double precision, numeric(12,2), text, bytea, date,
// timestamptz, timestamp, and text[] for lists. Other integers and floats are read as kInt64 and
// kDouble, numerics without bounds (sums, averages) as kDouble.
//
// Durability: for SQLite, an append that returned is there after kill -9 (its transaction is in the
// write-ahead log, which the operating system holds). Loss of power may take the last appends but
// leaves a sound file (journal WAL, synchronous NORMAL): every row can be made again from the
// world, so nothing waits for the disk. PostgreSQL keeps what its server's settings promise. An
// append that failed with kUnavailable may be there or not, whole: ask max_key().
//
// Threads: Database is thread-safe; appends take turns, scans run beside them on a snapshot. A
// Cursor is owned by one thread and must end before its Database.
// Read first: tests/database_test.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "model/batch.h"

namespace sqldb {

struct TableDef {
  std::string name;
  model::Schema schema;
  std::vector<std::string> primary_key;  ///< column names; none: the table has no key
};

/// Each value of `column` is the `key` of a row of `table`.
struct ForeignKey {
  std::string column, table, key;
};

/// The rows of one SELECT, batch by batch.
class Cursor {
 public:
  virtual ~Cursor() = default;
  /// Known once the statement is prepared; before the first row.
  virtual const model::Schema& schema() const = 0;
  /// Fills `into` (emptied first; its schema is set) with up to about 60 000 rows. False: no more.
  /// Errors: kInvalidArgument where a value doesn't fit its column's type (row and column named).
  virtual base::Result<bool> next(model::Batch& into) = 0;
};

class Database {
 public:
  virtual ~Database() = default;

  /// Does nothing when the same table is there. Errors: kFailedPrecondition when one with other
  /// columns or another key is there; kInvalidArgument for a name or type that can't be stored.
  virtual base::Status create_table(const TableDef& table) = 0;
  /// Not an error when absent. Foreign keys of other tables to it go with it.
  virtual base::Status drop_table(const std::string& table) = 0;
  virtual base::Result<std::vector<std::string>> tables() = 0;
  /// kNotFound when absent.
  virtual base::Result<TableDef> table(const std::string& name) = 0;

  /// Declares it; nothing where it is declared. Once both tables are in: before that each row of a
  /// load would be looked up, and tables come in any order. SQLite looks up nothing later either,
  /// unless a client asks for it. Errors: kFailedPrecondition where a row refers to none.
  virtual base::Status add_foreign_key(const std::string& table, const ForeignKey& key) = 0;

  /// Adds all rows in one transaction, or none. Columns go by name; those the table lacks are an
  /// error. Errors: kAlreadyExists for a key that is there; kResourceExhausted: disk full.
  virtual base::Status append(const std::string& table, const model::Batch& rows) = 0;

  /// Starts a SELECT on a snapshot. It can't write. A request of `stop` ends it and the cursor's
  /// reading, also while the server waits for something: with any error. Errors: kInvalidArgument
  /// with line and column.
  virtual base::Result<std::unique_ptr<Cursor>> query(const std::string& sql,
                                                      std::stop_token stop = {}) = 0;
  /// query(), pushed: stops at the first error of `on_batch`.
  base::Status scan(const std::string& sql,
                    const std::function<base::Status(const model::Batch&)>& on_batch);

  /// A text that changes with every write, by whomever; nothing where the engine can't tell.
  virtual std::optional<std::string> state() { return std::nullopt; }

  base::Result<std::int64_t> count(const std::string& table);
  /// The largest value of an integer column; nothing when the table is empty. With it a load knows
  /// how far it is.
  base::Result<std::optional<std::int64_t>> max_key(const std::string& table,
                                                    const std::string& column);

 private:
  base::Result<std::optional<std::int64_t>> one_int(const std::string& sql);
};

/// Opens or creates the SQLite file at `path` (its folder is made). Errors: kDataLoss when the file
/// is no database; the file system's.
base::Result<std::unique_ptr<Database>> open_sqlite(base::Env& env, const std::string& path);

/// Connects to a PostgreSQL server: `dsn` is libpq's connection text ("host=… dbname=…") or URI;
/// what it leaves out comes from PGHOST, PGPASSWORD, ~/.pgpass … as for psql. A connection that was
/// lost is made anew by the next call. Errors: kInvalidArgument (the text), kPermissionDenied
/// (user, password), kNotFound (database), kUnavailable. No message shows the password.
base::Result<std::unique_ptr<Database>> open_postgres(const std::string& dsn);

/// `name` as a quoted SQL identifier.
std::string quote_name(std::string_view name);

}  // namespace sqldb
