// Where two tables differ whose fingerprints do. Stays inside grade.
#pragma once

#include "grade/compare.h"

namespace grade {

/// What Change says instead of a row that one side lacks.
inline constexpr const char* kNothing = "nothing";

struct Difference {
  std::int64_t missing = 0, extra = 0, changed = 0;  ///< rows, by key
  bool whole = true;            ///< false: one key has more rows than can be counted
  std::vector<Change> changes;  ///< a sample: of the smallest keys that were kept
  std::int64_t rows() const { return missing + extra + changed; }
};

base::Result<Difference> locate(const Table& table, const Fingerprint& expected,
                                const Fingerprint& found, const RowSource& expected_rows,
                                const RowSource& found_rows);

}  // namespace grade
