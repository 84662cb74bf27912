// What SQL over the lake takes and gives; the calls are Lake's (lake.h).
//
// The SQL is DuckDB's, and what is written in the common subset of Spark SQL and DuckDB, with the
// functions of macros_internal.h, gives the same on both. Tables are `tier.name`; `meta.world` has
// one row with the world's `epoch` and `seed`; `meta.rejected` has the rows that expectations kept
// out of the newest versions of all tables: `table_name`, `reason`, `origin`, `body`.
//
// What a text may do: one SELECT (or VALUES, FROM, PIVOT, DESCRIBE, SUMMARIZE, EXPLAIN, SHOW
// TABLES: sql_dialect_internal.h), over tables of the lake. It runs in an engine of its own, opened
// for it, in which (1) the parsed statement is checked before anything runs: no table but the
// lake's, no table function but a few that touch nothing outside (range, unnest, …); (2) the file
// system is closed but for the lake's folder, from which the tables are read; (3) extensions are
// off and the configuration is locked. Each of the three stands without the others. Source:
// DuckDB's "Securing DuckDB" (enable_external_access, allowed_directories, lock_configuration).
// Read first: tests/sql_attack_test.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace lake {

/// Hub → W in ms: only its events that arrived before W are read.
using Cuts = std::map<std::string, std::int64_t>;

/// Delta table, "tier.name" → the version that is read; of tables that aren't named the newest.
using Versions = std::map<std::string, std::int64_t>;

struct QueryOptions {
  std::int64_t max_rows = 10'000;     ///< the rest is cut off and `truncated` says so
  std::int64_t max_bytes = 64 << 20;  ///< of the rows in memory; the same
  Cuts cuts;                          ///< hubs that aren't named: everything committed
  std::chrono::milliseconds timeout{60'000};
  std::stop_token stop;
};

struct QueryColumn {
  std::string name;
  std::string type;  ///< SQL, e.g. "BIGINT", "DECIMAL(12,2)"
};

struct QueryResult {
  std::vector<QueryColumn> columns;
  /// Each an array, a value a column, as docs/formats/answers.md says: numbers where a double holds
  /// the value, else text that casts back to it.
  std::vector<nlohmann::json> rows;
  bool truncated = false;
};
/// {"columns":[{"name","type"}],"rows":[[…]],"truncated"}.
nlohmann::json to_json(QueryResult result);

/// Something that has to hold for every row of a table.
struct Expectation {
  enum class Action { kWarn, kDrop, kQuarantine, kFail };
  std::string name;
  std::string condition;  ///< SQL over the table's columns; a row for which it isn't true fails it
  Action action = Action::kWarn;
  int line = 0;  ///< of the table's text, from 1; 0: it stands nowhere there
};

/// "warn", "drop", "quarantine" or "fail".
std::string_view action_name(Expectation::Action action);

/// A table as its definition says it.
struct TableSpec {
  std::string table;  ///< "silver.users"
  /// Columns whose names begin with '_' don't become the table's; `_origin` says where a row in
  /// quarantine came from.
  std::string select;
  std::vector<std::string> keys;  ///< two equal rows of these, or a null, are an error
  std::vector<Expectation> expectations;
  /// Functions of its own: CREATE OR REPLACE TEMPORARY FUNCTION … RETURN …, as Spark writes them.
  std::string macros;
};

/// How many rows failed an expectation.
struct ExpectationCount {
  std::string name;
  Expectation::Action action = Expectation::Action::kWarn;
  std::int64_t failed = 0;
};

/// What write_table or overwrite_table committed.
struct TableWrite {
  std::int64_t version = 0;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  Cuts cuts;  ///< what the table holds: as asked, or inherited from the tables it was made of
  std::vector<ExpectationCount> expectations;  ///< in the order of the definition
  std::int64_t quarantined = 0;                ///< rows, now in meta.rejected
  /// The tables that the statement read, with their versions; none: no Delta table.
  std::map<std::string, std::optional<std::int64_t>> reads = {};
};

/// What a table would be other than it is.
struct TableDifference {
  std::int64_t added = 0, removed = 0;
  /// Rows of the same key with other values in the columns that both have; 0 without keys.
  std::int64_t changed = 0;
  /// By name and type: "+city VARCHAR", "-town VARCHAR", "~value DOUBLE → DECIMAL(12,2)".
  std::vector<std::string> columns;
};

/// As TableDifference::columns.
std::vector<std::string> column_differences(const std::vector<QueryColumn>& was,
                                            const std::vector<QueryColumn>& is);

/// What a write would make.
struct TablePreview {
  QueryResult first;  ///< the first rows, by the keys where there are some
  std::int64_t rows = 0, quarantined = 0;
  std::vector<ExpectationCount> expectations;
  std::string problem;                        ///< why a write would be refused; empty: it wouldn't
  std::optional<TableDifference> difference;  ///< none: there is no such table yet
};

}  // namespace lake
