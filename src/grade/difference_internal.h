// Where two tables differ whose fingerprints do. Stays inside grade.
#pragma once

#include "grade/compare.h"

namespace grade {

/// What Change says instead of a row that one side lacks.
inline constexpr const char* kNothing = "nothing";

struct Difference {
  std::int64_t missing = 0, extra = 0, changed = 0;  ///< rows, by key
  bool whole = true;            ///< false: only a part of what differs was looked at
  std::vector<Change> changes;  ///< of the smallest keys that were looked at
};

base::Result<Difference> locate(const Table& table, const Fingerprint& expected,
                                const Fingerprint& found, const RowSource& expected_rows,
                                const RowSource& found_rows);

}  // namespace grade
