// DuckDB's vectors as columns of a batch. Stays inside lake.
#pragma once

#include <duckdb.h>

#include "base/result.h"
#include "model/batch.h"

namespace lake {

/// The type that a column of `type` has in a batch. kInvalidArgument when there is none.
base::Result<model::Type> batch_type(duckdb_logical_type type);

/// Appends `count` rows of `vector`, whose type is `type`, to `column`, which has batch_type(type).
void read_vector(duckdb_vector vector, duckdb_logical_type type, std::uint64_t count,
                 model::Column& column);

}  // namespace lake
