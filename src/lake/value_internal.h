// DuckDB's vectors: filled from batches, read as JSON.
//
// As JSON: integers and doubles are numbers (an integer beyond 64 bits, NaN and infinities are
// strings); DECIMAL is a string with all its decimals ("12.30"); DATE "2026-06-01"; TIMESTAMP
// "2026-06-01T02:00:00.000000"; TIMESTAMPTZ the same in UTC with Z; BLOB hexadecimal; a list is an
// array, a struct and a map with text keys an object.
#pragma once

#include <duckdb.h>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "model/batch.h"

namespace lake {

/// The caller destroys it.
duckdb_logical_type logical_type(model::Type type);

/// Puts `count` rows of `column` from `first` on into `vector` from row 0 on. Strings are
/// references into `column`, which must outlive the chunk's use.
void fill_vector(duckdb_vector vector, const model::Column& column, std::size_t first,
                 std::size_t count);

/// Row `row` of `vector` as JSON.
nlohmann::json value_to_json(duckdb_vector vector, duckdb_logical_type type, std::uint64_t row);

/// Whether value_to_json knows the type and what is inside of it.
bool has_json_form(duckdb_logical_type type);

/// The SQL name of the type, e.g. "DECIMAL(12,2)", "VARCHAR[]".
std::string type_text(duckdb_logical_type type);

}  // namespace lake
