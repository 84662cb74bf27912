#include <cmath>

#include "lake/batch_read_internal.h"
#include "lake/value_internal.h"

namespace lake {
namespace {

using model::Type;

template <typename T>
const T* data_of(duckdb_vector vector) {
  return static_cast<const T*>(duckdb_vector_get_data(vector));
}

std::string_view text_at(const duckdb_string_t* values, std::uint64_t row) {
  auto* value = const_cast<duckdb_string_t*>(values) + row;
  return {duckdb_string_t_data(value), duckdb_string_t_length(*value)};
}

/// Which rows of a vector are not null.
class Validity {
 public:
  explicit Validity(duckdb_vector vector) : mask_(duckdb_vector_get_validity(vector)) {}
  bool operator()(std::uint64_t row) const {
    return mask_ == nullptr || duckdb_validity_row_is_valid(mask_, row);
  }

 private:
  std::uint64_t* mask_;
};

/// BIGINT and times: as they are.
void read_bigints(duckdb_vector vector, std::uint64_t count, model::Column& column) {
  const auto* data = data_of<std::int64_t>(vector);
  if (duckdb_vector_get_validity(vector) == nullptr && column.valid.empty()) {
    column.ints.insert(column.ints.end(), data, data + count);
    return;
  }
  Validity valid(vector);
  for (std::uint64_t row = 0; row < count; ++row) {
    if (valid(row)) {
      column.add_int(data[row]);
    } else {
      column.add_null();
    }
  }
}

template <typename T, typename Convert>
void read_ints(duckdb_vector vector, std::uint64_t count, model::Column& column, Convert convert) {
  const T* data = data_of<T>(vector);
  Validity valid(vector);
  for (std::uint64_t row = 0; row < count; ++row) {
    if (valid(row)) {
      column.add_int(convert(data[row]));
    } else {
      column.add_null();
    }
  }
}
/// DOUBLE: as they are.
void read_doubles(duckdb_vector vector, std::uint64_t count, model::Column& column) {
  const auto* data = data_of<double>(vector);
  if (duckdb_vector_get_validity(vector) == nullptr && column.valid.empty()) {
    column.doubles.insert(column.doubles.end(), data, data + count);
    return;
  }
  Validity valid(vector);
  for (std::uint64_t row = 0; row < count; ++row) {
    if (valid(row)) {
      column.add_double(data[row]);
    } else {
      column.add_null();
    }
  }
}

template <typename T>
void read_whole(duckdb_vector vector, std::uint64_t count, model::Column& column,
                std::int64_t factor = 1) {
  read_ints<T>(vector, count, column,
               [factor](T v) { return static_cast<std::int64_t>(v) * factor; });
}

template <typename T, typename Convert>
void read_reals(duckdb_vector vector, std::uint64_t count, model::Column& column, Convert convert) {
  const T* data = data_of<T>(vector);
  Validity valid(vector);
  for (std::uint64_t row = 0; row < count; ++row) {
    if (valid(row)) {
      column.add_double(convert(data[row]));
    } else {
      column.add_null();
    }
  }
}

double as_double(duckdb_hugeint value) { return duckdb_hugeint_to_double(value); }
std::int64_t narrow(duckdb_hugeint value) {
  // Sums of whole numbers: what doesn't fit is cut to the largest, which no reader takes for right.
  if (value.upper == 0 && value.lower <= INT64_MAX) return static_cast<std::int64_t>(value.lower);
  if (value.upper == -1 && value.lower > INT64_MAX) return static_cast<std::int64_t>(value.lower);
  return value.upper < 0 ? INT64_MIN : INT64_MAX;
}

void read_decimals(duckdb_vector vector, duckdb_logical_type type, std::uint64_t count,
                   model::Column& column) {
  int scale = duckdb_decimal_scale(type);
  auto read = [&]<typename T>(const T*) {
    if (column.type == Type::kDouble) {
      double by = std::pow(10.0, scale);
      read_reals<T>(vector, count, column, [by](T v) { return static_cast<double>(v) / by; });
    } else {
      read_whole<T>(vector, count, column, scale == 2 ? 1 : scale == 1 ? 10 : 100);
    }
  };
  switch (duckdb_decimal_internal_type(type)) {
    case DUCKDB_TYPE_SMALLINT:
      return read(static_cast<const std::int16_t*>(nullptr));
    case DUCKDB_TYPE_INTEGER:
      return read(static_cast<const std::int32_t*>(nullptr));
    case DUCKDB_TYPE_BIGINT:
      return read(static_cast<const std::int64_t*>(nullptr));
    default:
      break;
  }
  double by = std::pow(10.0, scale);
  read_reals<duckdb_hugeint>(vector, count, column,
                             [by](duckdb_hugeint v) { return as_double(v) / by; });
}

void read_texts(duckdb_vector vector, std::uint64_t count, model::Column& column) {
  auto* data = data_of<duckdb_string_t>(vector);
  Validity valid(vector);
  for (std::uint64_t row = 0; row < count; ++row) {
    if (valid(row)) {
      column.add_text(text_at(data, row));
    } else {
      column.add_null();
    }
  }
}

void read_lists(duckdb_vector vector, std::uint64_t count, model::Column& column) {
  auto* data = data_of<duckdb_list_entry>(vector);
  auto* texts = data_of<duckdb_string_t>(duckdb_list_vector_get_child(vector));
  Validity valid(vector);
  for (std::uint64_t row = 0; row < count; ++row) {
    if (!valid(row)) {
      column.add_null();
      continue;
    }
    for (std::uint64_t i = 0; i < data[row].length; ++i) {
      column.bytes.append(text_at(texts, data[row].offset + i));
      column.ends.push_back(column.bytes.size());
    }
    column.list_ends.push_back(column.ends.size());
    if (!column.valid.empty()) column.valid.push_back(1);
  }
}

}  // namespace

base::Result<Type> batch_type(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return Type::kBool;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_HUGEINT:
      return Type::kInt64;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
      return Type::kDouble;
    case DUCKDB_TYPE_DECIMAL:
      return duckdb_decimal_scale(type) <= 2 &&
                     duckdb_decimal_internal_type(type) != DUCKDB_TYPE_HUGEINT
                 ? Type::kDecimal
                 : Type::kDouble;
    case DUCKDB_TYPE_VARCHAR:
      return Type::kString;
    case DUCKDB_TYPE_BLOB:
      return Type::kBinary;
    case DUCKDB_TYPE_DATE:
      return Type::kDate;
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return Type::kTimestamp;
    case DUCKDB_TYPE_TIMESTAMP:
      return Type::kTimestampNtz;
    case DUCKDB_TYPE_LIST: {
      duckdb_logical_type child = duckdb_list_type_child_type(type);
      bool texts = duckdb_get_type_id(child) == DUCKDB_TYPE_VARCHAR;
      duckdb_destroy_logical_type(&child);
      if (texts) return Type::kStringList;
      break;
    }
    default:
      break;
  }
  return base::error(base::Code::kInvalidArgument, "a {} can't be read into a batch: cast it",
                     type_text(type));
}

void read_vector(duckdb_vector vector, duckdb_logical_type type, std::uint64_t count,
                 model::Column& column) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return read_whole<bool>(vector, count, column);
    case DUCKDB_TYPE_TINYINT:
      return read_whole<std::int8_t>(vector, count, column);
    case DUCKDB_TYPE_SMALLINT:
      return read_whole<std::int16_t>(vector, count, column);
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_DATE:
      return read_whole<std::int32_t>(vector, count, column);
    case DUCKDB_TYPE_UTINYINT:
      return read_whole<std::uint8_t>(vector, count, column);
    case DUCKDB_TYPE_USMALLINT:
      return read_whole<std::uint16_t>(vector, count, column);
    case DUCKDB_TYPE_UINTEGER:
      return read_whole<std::uint32_t>(vector, count, column);
    case DUCKDB_TYPE_HUGEINT:
      return read_ints<duckdb_hugeint>(vector, count, column, narrow);
    case DUCKDB_TYPE_FLOAT:
      return read_reals<float>(vector, count, column, [](float v) { return double{v}; });
    case DUCKDB_TYPE_DOUBLE:
      return read_doubles(vector, count, column);
    case DUCKDB_TYPE_DECIMAL:
      return read_decimals(vector, type, count, column);
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB:
      return read_texts(vector, count, column);
    case DUCKDB_TYPE_LIST:
      return read_lists(vector, count, column);
    default:  // BIGINT, and times in microseconds
      return read_bigints(vector, count, column);
  }
}

}  // namespace lake
