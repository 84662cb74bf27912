// The SQL names of DuckDB's types.
#include "lake/duckdb_internal.h"
#include "lake/value_internal.h"

namespace lake {

std::string type_text(duckdb_logical_type type) {
  static constexpr std::pair<duckdb_type, const char*> kNames[] = {
      {DUCKDB_TYPE_BOOLEAN, "BOOLEAN"},
      {DUCKDB_TYPE_TINYINT, "TINYINT"},
      {DUCKDB_TYPE_SMALLINT, "SMALLINT"},
      {DUCKDB_TYPE_INTEGER, "INTEGER"},
      {DUCKDB_TYPE_BIGINT, "BIGINT"},
      {DUCKDB_TYPE_UTINYINT, "UTINYINT"},
      {DUCKDB_TYPE_USMALLINT, "USMALLINT"},
      {DUCKDB_TYPE_UINTEGER, "UINTEGER"},
      {DUCKDB_TYPE_UBIGINT, "UBIGINT"},
      {DUCKDB_TYPE_HUGEINT, "HUGEINT"},
      {DUCKDB_TYPE_UHUGEINT, "UHUGEINT"},
      {DUCKDB_TYPE_FLOAT, "FLOAT"},
      {DUCKDB_TYPE_DOUBLE, "DOUBLE"},
      {DUCKDB_TYPE_VARCHAR, "VARCHAR"},
      {DUCKDB_TYPE_BLOB, "BLOB"},
      {DUCKDB_TYPE_DATE, "DATE"},
      {DUCKDB_TYPE_TIME, "TIME"},
      {DUCKDB_TYPE_INTERVAL, "INTERVAL"},
      {DUCKDB_TYPE_TIMESTAMP, "TIMESTAMP"},
      {DUCKDB_TYPE_TIMESTAMP_TZ, "TIMESTAMP WITH TIME ZONE"},
      {DUCKDB_TYPE_TIMESTAMP_S, "TIMESTAMP_S"},
      {DUCKDB_TYPE_TIMESTAMP_MS, "TIMESTAMP_MS"},
      {DUCKDB_TYPE_TIMESTAMP_NS, "TIMESTAMP_NS"},
      {DUCKDB_TYPE_ENUM, "ENUM"},
      {DUCKDB_TYPE_UUID, "UUID"},
      {DUCKDB_TYPE_SQLNULL, "NULL"},
      {DUCKDB_TYPE_BIT, "BIT"},
      {DUCKDB_TYPE_TIME_TZ, "TIME WITH TIME ZONE"},
      {DUCKDB_TYPE_BIGNUM, "BIGNUM"}};
  duckdb_type id = duckdb_get_type_id(type);
  for (auto [known, name] : kNames) {
    if (known == id) return name;
  }
  switch (id) {
    case DUCKDB_TYPE_DECIMAL:
      return fmt::format("DECIMAL({},{})", duckdb_decimal_width(type), duckdb_decimal_scale(type));
    case DUCKDB_TYPE_LIST:
      return type_text(LogicalType(duckdb_list_type_child_type(type))) + "[]";
    case DUCKDB_TYPE_ARRAY:
      return fmt::format("{}[{}]", type_text(LogicalType(duckdb_array_type_child_type(type))),
                         duckdb_array_type_array_size(type));
    case DUCKDB_TYPE_MAP:
      return fmt::format("MAP({}, {})", type_text(LogicalType(duckdb_map_type_key_type(type))),
                         type_text(LogicalType(duckdb_map_type_value_type(type))));
    case DUCKDB_TYPE_STRUCT: {
      std::string fields;
      for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
        char* name = duckdb_struct_type_child_name(type, i);
        fields += fmt::format("{}{} {}", fields.empty() ? "" : ", ", quote_name(name),
                              type_text(LogicalType(duckdb_struct_type_child_type(type, i))));
        duckdb_free(name);
      }
      return "STRUCT(" + fields + ")";
    }
    default:
      return "OTHER";
  }
}

}  // namespace lake
