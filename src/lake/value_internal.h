// DuckDB's vectors: filled from batches, read as JSON.
//
// How each type looks as JSON says docs/formats/answers.md.
#pragma once

#include <duckdb.h>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "model/batch.h"

namespace lake {

/// Owns a logical type that the C API hands out.
class LogicalType {
 public:
  explicit LogicalType(duckdb_logical_type raw) : raw_(raw) {}
  LogicalType(const LogicalType&) = delete;
  LogicalType& operator=(const LogicalType&) = delete;
  ~LogicalType() { duckdb_destroy_logical_type(&raw_); }
  operator duckdb_logical_type() const { return raw_; }

 private:
  duckdb_logical_type raw_;
};

/// The caller destroys it.
duckdb_logical_type logical_type(model::Type type);

/// Puts `count` rows of `column` from `first` on into `vector` from row 0 on. Strings are
/// references into `column`, which must outlive the chunk's use.
void fill_vector(duckdb_vector vector, const model::Column& column, std::size_t first,
                 std::size_t count);

/// Which integers are numbers in JSON, the others being text: those that a double holds, as in
/// every answer, or all of 64 bits.
enum class Integers { kOfADouble, kOf64Bits };

/// Row `row` of `vector` as JSON. Takes what it needs (bytes) from `budget`; once that is below
/// zero the value is not whole.
nlohmann::json value_to_json(duckdb_vector vector, duckdb_logical_type type, std::uint64_t row,
                             std::int64_t& budget, Integers form = Integers::kOfADouble);

/// Whether value_to_json knows the type and what is inside of it.
bool has_json_form(duckdb_logical_type type);

/// The SQL name of the type, e.g. "DECIMAL(12,2)", "VARCHAR[]".
std::string type_text(duckdb_logical_type type);

}  // namespace lake
