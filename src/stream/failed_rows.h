// Where the query's errors go when they don't stop the job.
#pragma once

#include <string_view>

#include "base/result.h"
#include "stream/table.h"

namespace stream {

/// Owned by the engine's thread.
class FailedRows {
 public:
  virtual ~FailedRows() = default;
  /// The SELECT that `select` stands for failed on row `row` of `table` (which may have no shape
  /// and no origins), and goes on without it. `input`: the one that all its events come from, or
  /// -1.
  virtual base::Status failed(const void* select, int input, const Table& table, std::size_t row,
                              std::string_view why) = 0;
};

/// What an error of a SELECT does: it stops the job, or the row goes to `rows`.
struct ErrorPolicy {
  FailedRows* rows = nullptr;  ///< null: stop
  int input = -1;              ///< that the SELECT's events come from; -1: several
};

}  // namespace stream
