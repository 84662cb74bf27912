// Delta Lake tables: the transaction log below `<table>/_delta_log`, written and read by ourselves;
// the rows are Parquet files beside it. Delta's reader version 1 and writer version 2; a table with
// a timestamp_ntz column has reader 3, writer 7 and that one feature.
//
//   DeltaTable table(env, clock, "/…/lake/silver/users");
//   int64 version = TRY(table.commit({.mode = kOverwrite, .schema = …, .files = …}));
//   Snapshot now = TRY(table.snapshot());
//
// Invariants: versions have no gaps; a commit is there whole or not at all (its file is written
// under another name and linked to its own, which fails when somebody else was first); data files
// are never changed, and those that no commit lists are not seen by anybody. kill -9 at any moment
// leaves at most such files. Every tenth version gets a checkpoint; when that can't be written the
// commit stands all the same.
// Not synced: a table can be made again from what is below it.
//
// Threads: thread-safe; writers in one or many processes are ordered by their commits. An append or
// overwrite that lost a race is tried again on top of the winner.
// Read first: tests/delta_test.cc. Source: the Delta protocol (PROTOCOL.md of delta-io/delta).
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/env.h"
#include "base/result.h"
#include "model/schema.h"

namespace lake {

/// In commitInfo: base::file_mark of each file, by path.
inline constexpr const char* kMarks = "hriste.marks";

/// One Parquet file of a table.
struct DataFile {
  std::string path;        ///< below the table's folder, as the file system spells it
  std::int64_t rows = -1;  ///< -1: not known
  std::int64_t bytes = 0;
  std::int64_t modified_ms = 0;  ///< since 1970-01-01, UTC; 0 when committing: now
  std::map<std::string, std::optional<std::string>> partition_values;
  /// Delta's statistics object (numRecords, minValues, maxValues, nullCount), or null.
  nlohmann::json stats;
};

/// What a table holds at a version.
struct Snapshot {
  std::int64_t version = 0;
  std::string table_id;
  /// Delta's: {"type":"struct","fields":[{"name","type",…}]}, with types that sql_type() knows.
  nlohmann::json schema;
  std::vector<std::string> partition_columns;
  std::vector<DataFile> files;  ///< by path
  /// The commitInfo of this version: operation, engineInfo, what `info` added; {} when it has none.
  nlohmann::json commit_info;

  std::int64_t rows() const;
  std::int64_t bytes() const;
  /// commitInfo's hriste.cuts: hub → ms. Those of another form are left out.
  std::map<std::string, std::int64_t> cuts() const;
};

struct Commit {
  enum class Mode { kAppend, kOverwrite };
  Mode mode = Mode::kAppend;
  /// Delta's schema. Needed for a new table; an overwrite may change it; an append must not.
  nlohmann::json schema;
  std::vector<std::string> partition_columns;  ///< of a new or overwritten table
  std::vector<DataFile> files;                 ///< none is fine: an empty table
  /// Delta's name of what was done; empty: CREATE TABLE or WRITE.
  std::string operation;
  /// Goes into commitInfo as it is, e.g. {"hriste.cuts": {"pageviews": 1780272000000}}.
  nlohmann::json info = nlohmann::json::object();
};

class DeltaTable {
 public:
  /// `clock` stamps commits: wall time. Both outlive the table; the folder is made by a commit.
  DeltaTable(base::Env& env, const base::Clock& clock, std::string path);

  bool exists() const;
  const std::string& path() const { return path_; }

  /// The newest version, or `version`. Errors: kNotFound: no table or no such version; kDataLoss: a
  /// damaged or missing commit (named); kUnimplemented: a feature that we don't read (named).
  base::Result<Snapshot> snapshot(std::optional<std::int64_t> version = {}) const;

  /// The newest version that was committed at `time` or before. Errors: kNotFound.
  base::Result<std::int64_t> version_at(base::Instant time) const;

  /// Returns the new version. The files must be in place. Errors: kInvalidArgument: a schema that
  /// doesn't fit; kUnavailable: lost twenty races.
  base::Result<std::int64_t> commit(const Commit& commit) const;

  /// A fresh name for a data file, "part-00000-<uuid>.zstd.parquet".
  static std::string new_file_name(int part = 0);

  /// Deletes data files that no version within `keep` needs: overwritten earlier, or never
  /// committed and older than that. Returns how many. Older versions can't be read afterwards.
  base::Result<std::int64_t> vacuum(base::Duration keep) const;

 private:
  base::Env& env_;
  const base::Clock& clock_;
  std::string path_;
};

/// Delta's schema of `schema`.
nlohmann::json delta_schema(const model::Schema& schema);
/// Delta's type of a DuckDB type ("DECIMAL(12,2)" → "decimal(12,2)", "VARCHAR[]" → array of
/// string). Errors: kInvalidArgument: a table can't hold it; the message says what to cast it to.
base::Result<nlohmann::json> delta_type(const std::string& sql_type);
/// The inverse, for casts in views. Errors: kUnimplemented.
base::Result<std::string> sql_type(const nlohmann::json& delta_type);

/// Creates `path` with `bytes`, whole and only if it isn't there: written beside it and linked.
/// Errors: kAlreadyExists. Works across processes and kill -9; not synced.
base::Status create_whole(base::Env& env, const std::string& path, std::string_view bytes);

}  // namespace lake
