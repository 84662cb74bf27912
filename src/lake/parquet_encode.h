// Parquet files made row group by row group, without the SQL engine: row groups are encoded apart
// from each other, on as many threads as one likes, and put behind each other into a file whose
// footer comes last. Same batches, same bytes.
//
//   file = parquet_begin() + group.bytes … + parquet_end(schema, groups)
//
// Format: Apache Parquet 2, one data page (v1) a column and row group, ZSTD; whole numbers
// and decimals DELTA_BINARY_PACKED, the rest PLAIN; statistics of numbers. Columns that aren't
// nullable are required. kDecimal is an int64 of DECIMAL(12,2), kTimestamp an instant in µs,
// kStringList a list of strings. Read by every reader that the tests know: DuckDB, Arrow, Spark.
//
// Threads: pure functions. Read first: tests/parquet_encode_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/batch.h"

namespace lake {

/// One column's part of a row group.
struct ColumnChunk {
  std::int64_t offset = 0;  ///< from the row group's beginning
  std::int64_t values = 0;  ///< nulls included; of a list its elements
  std::int64_t nulls = 0;
  std::int64_t raw_bytes = 0, bytes = 0;  ///< of the page with its header, before and after ZSTD
  std::string min, max;                   ///< eight bytes, or empty: no statistics
};

struct RowGroup {
  std::int64_t rows = 0;
  std::string bytes;
  std::vector<ColumnChunk> columns;
};

/// Errors: kInvalidArgument where a string isn't UTF-8 (column and row named); kUnimplemented for a
/// null in a column that isn't nullable.
base::Result<RowGroup> encode_row_group(const model::Batch& batch);

/// "PAR1".
std::string_view parquet_begin();
/// Footer and end. Of the groups only `bytes.size()` as given by `sizes` is asked for, so that the
/// bytes can be written and forgotten: sizes[i] is group i's.
std::string parquet_end(const model::Schema& schema, const std::vector<RowGroup>& groups,
                        const std::vector<std::int64_t>& sizes);

}  // namespace lake
