// What the tests of everything that stores rows try: one column of each type.
#pragma once

#include "model/schema.h"

namespace model {

/// Nullable columns b, i, d, m, s, x, day, t, n of the scalar types and l, a list of strings.
inline Schema every_type_schema() {
  return {{{"b", Type::kBool},
           {"i", Type::kInt64},
           {"d", Type::kDouble},
           {"m", Type::kDecimal},
           {"s", Type::kString},
           {"x", Type::kBinary},
           {"day", Type::kDate},
           {"t", Type::kTimestamp},
           {"n", Type::kTimestampNtz},
           {"l", Type::kStringList}}};
}

}  // namespace model
