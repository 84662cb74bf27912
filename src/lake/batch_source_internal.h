// A stream of batches as DuckDB reads it: the table function hriste_batches(token).
#pragma once

#include <optional>

#include "lake/parquet.h"

namespace lake {

/// Read by one thread at a time.
struct BatchSource {
  BatchSource(model::Schema s, NextBatch n) : schema(std::move(s)), next(std::move(n)) {}
  /// Only `batch`, checked before and alive until the query has ended.
  explicit BatchSource(const model::Batch& batch)
      : schema(batch.schema),
        next([](model::Batch&) -> base::Result<bool> { return false; }),
        current(&batch) {}

  model::Schema schema;
  NextBatch next;
  model::Batch own;                       ///< what `next` filled last
  const model::Batch* current = nullptr;  ///< the batch being handed out
  std::size_t position = 0;               ///< its first row not handed out yet
  std::optional<base::Error> failure;

  /// Makes `current` a batch with rows left; false at the end or after a failure.
  bool advance();
};

/// Every string of a batch is UTF-8: outside bytes must not get into files that others read.
base::Status check_batch(const model::Batch& batch, const model::Schema& schema);

}  // namespace lake
