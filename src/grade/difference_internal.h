// Where two tables differ whose fingerprints do. Stays inside grade.
#pragma once

#include "grade/compare.h"

namespace grade {

struct Difference {
  std::int64_t missing = 0, extra = 0, changed = 0;  ///< rows, by key
  bool whole = true;  ///< false: only a part of what differs was looked at
  std::string first;  ///< the row with the smallest key that was looked at
};

base::Result<Difference> locate(const Table& table, const Fingerprint& expected,
                                const Fingerprint& found, const RowSource& expected_rows,
                                const RowSource& found_rows);

}  // namespace grade
