// Batches to DuckDB's vectors.
#include <algorithm>
#include <cstring>

#include "lake/value_internal.h"

namespace lake {
namespace {

using model::Column;
using model::Type;

/// Refers to `text` where it doesn't fit into the value itself; DuckDB copies it when it keeps it.
duckdb_string_t string_reference(std::string_view text) {
  duckdb_string_t value;
  std::memset(&value, 0, sizeof value);
  constexpr std::size_t kInlined = sizeof value.value.inlined.inlined;
  value.value.inlined.length = static_cast<std::uint32_t>(text.size());
  if (text.size() <= kInlined) {
    std::memcpy(value.value.inlined.inlined, text.data(), text.size());
  } else {
    std::memcpy(value.value.pointer.prefix, text.data(), sizeof value.value.pointer.prefix);
    value.value.pointer.ptr = const_cast<char*>(text.data());
  }
  return value;
}

void fill_texts(duckdb_vector vector, const Column& column, std::size_t first, std::size_t count) {
  auto* out = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
  for (std::size_t i = 0; i < count; ++i) out[i] = string_reference(column.text(first + i));
}

void fill_lists(duckdb_vector vector, const Column& column, std::size_t first, std::size_t count) {
  auto* out = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(vector));
  std::uint64_t begin = first == 0 ? 0 : column.list_ends[first - 1];
  std::uint64_t elements = column.list_ends[first + count - 1] - begin;
  duckdb_list_vector_reserve(vector, elements);
  duckdb_list_vector_set_size(vector, elements);
  fill_texts(duckdb_list_vector_get_child(vector), column, begin, elements);
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t end = column.list_ends[first + i] - begin;
    out[i] = {offset, end - offset};
    offset = end;
  }
}

template <typename T>
void fill_narrow(duckdb_vector vector, const Column& column, std::size_t first, std::size_t count) {
  auto* out = static_cast<T*>(duckdb_vector_get_data(vector));
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<T>(column.ints[first + i]);
}

void fill_valid(duckdb_vector vector, const Column& column, std::size_t first, std::size_t count) {
  if (column.valid.empty()) return;
  duckdb_vector_ensure_validity_writable(vector);
  std::uint64_t* mask = duckdb_vector_get_validity(vector);
  for (std::size_t i = 0; i < count; ++i) {
    if (column.valid[first + i] == 0) duckdb_validity_set_row_invalid(mask, i);
  }
}

}  // namespace

duckdb_logical_type logical_type(Type type) {
  switch (type) {
    case Type::kBool:
      return duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    case Type::kInt64:
      return duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    case Type::kDouble:
      return duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE);
    case Type::kDecimal:
      return duckdb_create_decimal_type(12, 2);
    case Type::kString:
      return duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    case Type::kBinary:
      return duckdb_create_logical_type(DUCKDB_TYPE_BLOB);
    case Type::kDate:
      return duckdb_create_logical_type(DUCKDB_TYPE_DATE);
    case Type::kTimestamp:
      return duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP_TZ);
    case Type::kTimestampNtz:
      return duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP);
    case Type::kStringList: {
      duckdb_logical_type element = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
      duckdb_logical_type list = duckdb_create_list_type(element);
      duckdb_destroy_logical_type(&element);
      return list;
    }
  }
  CHECK(false, "type {}", static_cast<int>(type));
}

void fill_vector(duckdb_vector vector, const Column& column, std::size_t first, std::size_t count) {
  switch (column.type) {
    case Type::kBool:
      fill_narrow<bool>(vector, column, first, count);
      break;
    case Type::kDate:
      fill_narrow<std::int32_t>(vector, column, first, count);
      break;
    case Type::kDouble:
      std::copy_n(column.doubles.data() + first, count,
                  static_cast<double*>(duckdb_vector_get_data(vector)));
      break;
    case Type::kString:
    case Type::kBinary:
      fill_texts(vector, column, first, count);
      break;
    case Type::kStringList:
      fill_lists(vector, column, first, count);
      break;
    default:  // 64 bits as they are, DECIMAL(12,2) too
      std::copy_n(column.ints.data() + first, count,
                  static_cast<std::int64_t*>(duckdb_vector_get_data(vector)));
      break;
  }
  fill_valid(vector, column, first, count);
}

}  // namespace lake
