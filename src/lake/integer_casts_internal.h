// CAST(2.5 AS INT) as Spark has it: what is behind the point goes, where the engine itself would
// round. Stays inside lake.
#pragma once

#include <set>
#include <string>

#include "lake/duckdb_internal.h"

namespace lake {

/// Replaces the instance's casts from DOUBLE, FLOAT and every DECIMAL to `types` ("INTEGER", …;
/// others are passed over). Takes about 5 ms a type.
void truncate_integer_casts(DuckConnection& connection, const std::set<std::string>& types);

}  // namespace lake
