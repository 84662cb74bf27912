// Found values that need only be near: floating-point figures whose last digits depend on the order
// of adding.
#pragma once

#include "grade/compare.h"

namespace grade {

/// `found` with each kReal value that differs from the expected row's by at most 1e-9 of it
/// replaced by that. `expected`'s rows are few: 40 bytes each are kept.
RowSource near_rows(Table table, RowSource expected, RowSource found);

}  // namespace grade
