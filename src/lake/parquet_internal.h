// Parquet through COPY, with the statistics a Delta `add` needs. Stays inside lake.
#pragma once

#include <string>

#include "lake/duckdb_internal.h"

namespace lake {

struct CopyResult {
  FileInfo file;
  /// Column name → {"min", "max", "null_count", "has_nan", …}, all text; only columns of plain
  /// types.
  Json stats = Json::object();
};

/// Writes what `select` gives to `path`, which must not exist; nothing is left after an error.
base::Result<CopyResult> copy_to_parquet(DuckConnection& connection, const std::string& select,
                                         const std::string& path);

/// The COPY statement, and what its one row says. `small_groups`: row groups of at most 16 MB,
/// where rows may be wide and memory is tight; only for a connection that doesn't keep order.
std::string copy_text(const std::string& select, const std::string& path,
                      bool small_groups = false);
CopyResult copy_result(const std::vector<Json>& rows, const std::string& path);

/// A name beside `path` that nobody else uses and no reader takes for data.
std::string temporary_beside(const std::string& path);

}  // namespace lake
