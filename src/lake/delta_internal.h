// The Delta log's actions as JSON, folded into a state. Stays inside lake.
#pragma once

#include <map>
#include <string>

#include "lake/delta.h"
#include "lake/duckdb_internal.h"

namespace lake {

/// The log up to a version: what a checkpoint holds.
struct LogState {
  std::int64_t version = -1;
  Json protocol, metadata;
  std::map<std::string, Json> adds;     ///< live files by encoded path
  std::map<std::string, Json> removes;  ///< tombstones by encoded path

  /// Folds in one line of a commit, {"add": {…}} and the like. Unknown actions are passed over.
  /// Errors: kDataLoss: a file without a path; kUnimplemented.
  base::Status apply(const Json& action);
};

/// "00000000000000000010" + suffix.
std::string version_name(std::int64_t version, std::string_view suffix);

/// Folds checkpoint and commits up to `version` (-1: the newest).
base::Result<LogState> read_log(base::Env& env, const std::string& log_dir, std::int64_t version);
/// The lines of one commit file.
base::Result<std::vector<Json>> read_commit(base::Env& env, const std::string& log_dir,
                                            std::int64_t version);
/// kUnimplemented for a protocol or feature that we can't read (or write), as far as the table uses
/// it.
base::Status check_protocol(const LogState& state, bool write);

base::Result<std::vector<Json>> read_checkpoint(const std::string& path);
/// Writes version_name(state.version, ".checkpoint.parquet") and _last_checkpoint. Tombstones from
/// before `keep_after_ms` are left out.
base::Status write_checkpoint(base::Env& env, const std::string& log_dir, const LogState& state,
                              std::int64_t keep_after_ms);

/// An `add.path` as the protocol wants it (a URI), and back.
std::string encode_path(std::string_view path);
std::string decode_path(std::string_view uri);

/// Whether `schema` is a struct with named fields of types that we read. Errors: kDataLoss,
/// kUnimplemented.
base::Status check_schema(const Json& schema);

/// Delta's statistics of a file from COPY's (see CopyResult::stats).
Json delta_stats(const Json& copy_stats, const Json& schema, std::int64_t rows);

/// `present` (null: of no table yet) with what a table of `schema` needs besides.
Json protocol_with(const Json& present, const Json& schema);

std::string random_uuid();

}  // namespace lake
