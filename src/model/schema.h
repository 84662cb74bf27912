// Value types and schemas that all rooms share: what a column is, whatever holds it (a JSON line,
// an Avro block, a Parquet file, a Delta table, a SQL table).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace model {

enum class Type {
  kBool,
  kInt64,         ///< bigint
  kDouble,        ///< IEEE 754 binary64
  kDecimal,       ///< DECIMAL(12,2): an int64 of hundredths
  kString,        ///< UTF-8
  kBinary,        ///< bytes
  kDate,          ///< days since 1970-01-01
  kTimestamp,     ///< an instant: UTC, microseconds since 1970-01-01
  kTimestampNtz,  ///< a local time: microseconds since 1970-01-01 00:00 on the wall
  kStringList,    ///< list of UTF-8 strings
};

/// SQL's name of the type as DuckDB and Spark both read it, e.g. "BIGINT".
std::string_view type_name(Type type);

struct Field {
  std::string name;
  Type type = Type::kString;
  bool nullable = true;
  bool operator==(const Field&) const = default;
};

struct Schema {
  std::vector<Field> fields;
  /// Index of `name`, or -1. Exact case.
  int index_of(std::string_view name) const;
  bool operator==(const Schema&) const = default;
};

}  // namespace model
