// The data lake of a playground: a folder with the tiers bronze, silver and gold, each with a table
// per folder, and SQL over them. Purpose of the room: Parquet (parquet.h), Delta tables (delta.h),
// manifests of stream jobs (manifest.h), and this front door. Only here DuckDB is seen.
//
// What is a table, `tier.name`:
//   a folder with _delta_log              Delta: the newest snapshot, by our own log reader
//   an output of a stream job             the files that its manifests list, and no others; the
//                                         output "stream/counts" of silver is silver.stream_counts
//   a folder with *.parquet, *.json or *.jsonl, or *.csv (the first that it has), directly or below
//   key=value folders (which give columns)
// A table without rows has the columns that declare_columns said, if it did.
// Names that begin with '_' or '.' and links are passed over. Columns of JSON and CSV are found by
// sampling; times in JSON stay text, as in Spark.
//
// Writing: overwrite_table replaces a Delta table in one commit; a reader sees the old rows or the
// new ones. kill -9 leaves files that nobody lists; a write of the table an hour later removes
// them. Threads: Lake is thread-safe. Up to three statements run at a time, the others wait. Each
// has an engine of its own (15 ms, memory_mb) that goes when it is done: an idle Lake holds no
// memory. Read first: tests/lake_test.cc.
#pragma once

#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/env.h"
#include "base/result.h"
#include "lake/sql.h"
#include "model/schema.h"

namespace lake {

struct CheckedSql;     // sql_check_internal.h
struct Snapshot;       // delta.h
struct TableSource;    // table_source_internal.h
struct WorkerRequest;  // sql_worker_internal.h

struct TableInfo {
  std::string tier;
  std::string name;
  std::string format;   ///< "delta", "parquet", "json", "csv"
  bool stream = false;  ///< output of a stream job
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::int64_t rows = -1;     ///< -1: not known without reading
  std::int64_t version = -1;  ///< of a Delta table
};

/// A table that a text reads, "tier.name" (or as it is called there, which is none of the lake's),
/// and where it says so: "line 1, column 15: ".
struct TableUse {
  std::string table, place;
};

/// Those with a tier, and the names without one, which are none of the lake's.
struct TableUses {
  std::vector<TableUse> tables, untiered;
};

/// The row of meta.world.
struct WorldFacts {
  base::Instant epoch;
  std::uint64_t seed = 0;
};

/// What a file of the lake is now, as a text that changes with it; null: it isn't there.
nlohmann::json file_state(base::Env& env, const std::string& path);

class Lake {
 public:
  struct Options {
    base::Env* env = nullptr;
    const base::Clock* clock = nullptr;  ///< wall time, for commits
    std::string root;                    ///< absolute
    /// For what doesn't fit into memory and tables under way; emptied by open(); not below root, on
    /// the same file system.
    std::string temp_dir;
    int memory_mb = 384;  ///< per statement
    int threads = 2;
    /// A program and arguments that call run_sql_worker(): query() and write_table() run each
    /// statement in a process of its own. None: in this one.
    std::vector<std::string> sql_worker = {};
  };
  /// Makes the folders. One Lake per root and process.
  static base::Result<std::unique_ptr<Lake>> open(Options options);
  ~Lake();

  const std::string& root() const { return options_.root; }
  base::Env& env() const { return *options_.env; }
  const base::Clock& clock() const { return *options_.clock; }
  /// Options::memory_mb.
  int memory_mb() const { return options_.memory_mb; }
  /// For a lake beside this one whose statements have the same bounds.
  const std::vector<std::string>& sql_worker() const { return options_.sql_worker; }
  /// "{root}/{tier}/{path}". Errors: kInvalidArgument for a tier that isn't bronze, silver or gold,
  /// or a path ("orders", "stream/counts") with a part that is no name.
  base::Result<std::string> folder(const std::string& tier, const std::string& path) const;

  /// What meta.world says from now on.
  void set_world(const WorldFacts& facts);

  /// Functions that every statement may call from now on, written as TableSpec::macros. Each owner
  /// has its own; empty text: none. Errors: kInvalidArgument, "line 3: …".
  base::Status set_macros(const std::string& owner, const std::string& text);

  /// All tables, by tier and name; no file is opened.
  base::Result<std::vector<TableInfo>> tables() const;
  /// Those of these names, "tier.name" in any case of the letters: the files of others, which may
  /// be thousands, are not looked at.
  base::Result<std::vector<TableInfo>> tables_named(const std::vector<std::string>& names) const;

  /// The version, rows and commitInfo.hriste.cuts of a Delta table. kNotFound when it isn't there.
  base::Result<TableWrite> table_write(const std::string& table) const;

  /// What tables hold, each as a text that changes whenever its rows may have; null: it isn't
  /// there. Of a stream output as far as `cuts` reach. {"silver.users": "delta …", "bronze.towns":
  /// "files …", "gold.new": null}. Folders, manifests and logs are read, no rows. Errors: one of
  /// these can't be read.
  base::Result<nlohmann::json> table_states(const std::vector<std::string>& tables,
                                            const Cuts& cuts) const;

  /// Every file that a reader of these tables opens, by name, size and time of writing: this
  /// changes also where somebody touched what was written, which table_states() doesn't ask. Null:
  /// it isn't there, or can't be listed. As costly as listing their folders. Errors: the lake can't
  /// be read.
  base::Result<nlohmann::json> table_files(const std::vector<std::string>& tables,
                                           const Cuts& cuts) const;

  /// What a Delta table "tier.name" holds at `version`, or now. kNotFound: no table or version.
  base::Result<Snapshot> snapshot(const std::string& table,
                                  std::optional<std::int64_t> version = {}) const;

  /// Errors: kInvalidArgument "line 1, column 8: …"; kPermissionDenied: not a SELECT over the lake;
  /// kNotFound: no such table (with line and column); kResourceExhausted: memory or disk;
  /// kCancelled: stopped or out of time. With a worker, both ends and the memory hold for all that
  /// a statement does, from its first byte.
  base::Result<QueryResult> query(const std::string& sql, const QueryOptions& options = {});

  /// query() of each text, by one worker: for many that take no time, whose worker would take most
  /// of it. One that makes the worker end is the error of all.
  std::vector<base::Result<QueryResult>> query_each(const std::vector<std::string>& texts,
                                                    const QueryOptions& options);

  /// What query() would refuse without looking at any table: syntax, more than one statement, other
  /// than SELECT, files. Returns the tables it reads, "tier.name".
  base::Result<std::vector<std::string>> check_sql(const std::string& sql);
  /// The same, with the place where each is read first.
  base::Result<std::vector<TableUse>> table_uses(const std::string& sql);
  /// What write_table would refuse without looking at any table: functions that can't be read,
  /// conditions that are no expressions. Returns the tables that the SELECT reads.
  base::Result<std::vector<std::string>> check_table(const TableSpec& spec);

  /// Replaces the Delta table "tier.name" by what `select` gives, in one commit that records the
  /// text and the cuts. Of a stream output it reads the events that arrived before the hub's cut,
  /// or before what its job has committed, whichever is less. The same inputs may be written again.
  base::Result<TableWrite> overwrite_table(const std::string& table, const std::string& select,
                                           const Cuts& cuts = {}, std::stop_token stop = {}) {
    return write_table({.table = table, .select = select}, cuts, std::move(stop));
  }

  /// The same with keys and expectations. The rows in quarantine are committed in one step with the
  /// table: meta.rejected always says what its newest version left out. Errors beside those of
  /// query(): kFailedPrecondition: an expectation of kFail, or the keys (says which row); the table
  /// stays as it was. With a worker a statement may put half of what is free on the disk there.
  base::Result<TableWrite> write_table(const TableSpec& spec, const Cuts& cuts = {},
                                       std::stop_token stop = {},
                                       std::chrono::milliseconds timeout = kWriteTimeout);
  /// What write_table would make, compared with the table as it is; nothing of the lake changes.
  /// Expectations and keys that don't hold are said, not an error. `rows`: how many are shown.
  base::Result<TablePreview> preview_table(const TableSpec& spec, const Cuts& cuts,
                                           std::int64_t rows, std::stop_token stop = {},
                                           std::chrono::milliseconds timeout = kPreviewTimeout);
  static constexpr std::chrono::minutes kPreviewTimeout{1};
  static constexpr std::chrono::minutes kWriteTimeout{10};

 private:
  explicit Lake(Options options);
  friend class Session;
  friend class TableReader;
  friend class SqlWorker;
  base::Result<std::vector<TableInfo>> infos_of(const std::vector<TableSource>& sources) const;
  nlohmann::json world_state() const;
  base::Result<std::string> rejected_state() const;
  base::Result<QueryResult> query_here(const std::string& sql, const QueryOptions& options,
                                       bool first_rows = false);
  base::Result<QueryResult> query_in_worker(const std::string& sql, const QueryOptions& options);
  base::Result<TableWrite> write_here(const TableSpec& spec, const Cuts& cuts,
                                      std::chrono::milliseconds timeout, std::stop_token stop);
  base::Result<TableWrite> write_in_worker(const TableSpec& spec, const Cuts& cuts,
                                           std::chrono::milliseconds timeout,
                                           const std::stop_token& stop);
  base::Result<TablePreview> preview_here(const TableSpec& spec, const Cuts& cuts,
                                          std::int64_t rows, std::chrono::milliseconds timeout,
                                          std::stop_token stop);
  base::Result<TableUses> check(const TableSpec& spec);
  static base::Result<TableUses> check_here(const TableSpec& spec);
  base::Result<TableUses> check_in_worker(const TableSpec& spec) const;
  static TableUses uses_of(const CheckedSql& checked, const std::string& sql);
  WorkerRequest worker_request(std::chrono::milliseconds timeout) const;
  base::Result<std::string> ask(const WorkerRequest& request, std::chrono::milliseconds timeout,
                                const std::stop_token& stop) const;

  Options options_;
  struct State;
  std::unique_ptr<State> state_;
};

/// Says which columns the table in `folder` has for as long as it has no rows: without this a file
/// of no JSON lines, or a stream output that got nothing yet, can't be asked for. Writes
/// _columns.json, which no reader takes for data. The folder is made.
base::Status declare_columns(base::Env& env, const std::string& folder,
                             const model::Schema& schema);

}  // namespace lake
