// Parquet files from batches (ZSTD), whole or not at all: written through `env` under a temporary
// name beside `path`, synced and renamed, so that they are there after a loss of power. Types as
// model::Type says; kTimestamp is an instant in µs (UTC), so that Spark, delta-rs and DuckDB read
// the same.
//
// Memory: a row group (about 120 000 rows, or 128 MB of text) and a batch, whatever the file's
// size. Threads: thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/env.h"
#include "model/batch.h"

namespace lake {

struct FileInfo {
  std::string path;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
};

/// Gives the next batch: fills `into` (which holds the one before; empty it) or returns false at
/// the end. Its schema may not change on the way.
using NextBatch = std::function<base::Result<bool>(model::Batch& into)>;

/// No rows make a file with the schema and no rows; every column may hold nulls, whatever the
/// schema says. The folder must exist. Errors: kInvalidArgument where a string isn't UTF-8 (column
/// and row named); kResourceExhausted: disk full, nothing is left behind.
base::Result<FileInfo> write_parquet(base::Env& env, const std::string& path,
                                     const model::Batch& batch);

/// All batches that `next` gives, in order. An error of `next` is passed on and leaves no file.
base::Result<FileInfo> write_parquet(base::Env& env, const std::string& path,
                                     const model::Schema& schema, const NextBatch& next);

}  // namespace lake
