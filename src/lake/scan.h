// Reading the rows of a statement batch by batch: for readers inside the program that want values,
// not JSON, and more rows than fit into memory.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "lake/lake.h"
#include "model/batch.h"

namespace lake {

struct ScanOptions {
  Cuts cuts;
  /// Errors beside those of Lake::query: kNotFound: no such version (an overwritten one is kept for
  /// an hour); kInvalidArgument: one for a table that isn't Delta.
  Versions versions;
  std::stop_token stop;
};

/// Gives the rows of `sql`, a SELECT as Lake::query takes it, to `on_batch` as they are made, in
/// batches of about two thousand rows; the batch is valid during the call. Memory is bounded by the
/// engine's limit, whatever the number of rows. Stops at the first error of `on_batch`. Without
/// ORDER BY the rows come in any order.
/// Types: whole numbers kInt64; FLOAT and DOUBLE kDouble; DECIMAL with up to two decimals kDecimal,
/// with more kDouble; TIMESTAMP WITH TIME ZONE kTimestamp; TIMESTAMP kTimestampNtz; VARCHAR[]
/// kStringList. Errors: as Lake::query; kInvalidArgument for a column of another type (named: cast
/// it in the statement).
base::Status scan(Lake& lake, const std::string& sql,
                  const std::function<base::Status(const model::Batch&)>& on_batch,
                  const ScanOptions& options);
/// Gives the rows that Lake::write_table(spec, options.cuts) would write now: those that its
/// expectations keep, with `columns` as they are named. What a kept table should hold if nothing
/// but its statement had a part in it. Errors: as scan(), and of the expectations; whether the keys
/// hold isn't looked at.
base::Status scan_remade(Lake& lake, const TableSpec& spec, const std::vector<std::string>& columns,
                         const std::function<base::Status(const model::Batch&)>& on_batch,
                         const ScanOptions& options);
inline base::Status scan(Lake& lake, const std::string& sql,
                         const std::function<base::Status(const model::Batch&)>& on_batch,
                         const Cuts& cuts = {}, std::stop_token stop = {}) {
  return scan(lake, sql, on_batch,
              ScanOptions{.cuts = cuts, .versions = {}, .stop = std::move(stop)});
}

}  // namespace lake
