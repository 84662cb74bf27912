// DuckDB's vectors to JSON.
#include <cmath>
#include <cstdlib>

#include "lake/duckdb_internal.h"
#include "lake/value_internal.h"
#include "lake/value_text_internal.h"

namespace lake {
namespace {

template <typename T>
T at(duckdb_vector vector, std::uint64_t row) {
  return static_cast<const T*>(duckdb_vector_get_data(vector))[row];
}

Int128 wide(duckdb_hugeint value) {
  return static_cast<Int128>((static_cast<Uint128>(static_cast<std::uint64_t>(value.upper)) << 64) |
                             value.lower);
}

/// A number where a double holds it, which is what readers of JSON have; for ourselves, where 64
/// bits do.
Json integer(Int128 value, Integers form) {
  Int128 most = form == Integers::kOf64Bits ? INT64_MAX : (std::int64_t{1} << 53) - 1;
  Int128 least = form == Integers::kOf64Bits ? INT64_MIN : -most;
  if (value >= least && value <= most) return static_cast<std::int64_t>(value);
  return integer_text(value);
}

Json real(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

/// The shortest number that is this FLOAT: 0.1, where its double would be 0.10000000149011612.
Json real(float value) {
  if (!std::isfinite(value)) return real(static_cast<double>(value));
  return std::strtod(fmt::format("{}", value).c_str(), nullptr);
}

Json decimal(duckdb_vector vector, duckdb_logical_type type, std::uint64_t row) {
  Int128 unscaled = 0;
  switch (duckdb_decimal_internal_type(type)) {
    case DUCKDB_TYPE_SMALLINT:
      unscaled = at<std::int16_t>(vector, row);
      break;
    case DUCKDB_TYPE_INTEGER:
      unscaled = at<std::int32_t>(vector, row);
      break;
    case DUCKDB_TYPE_BIGINT:
      unscaled = at<std::int64_t>(vector, row);
      break;
    default:
      unscaled = wide(at<duckdb_hugeint>(vector, row));
  }
  return decimal_text(unscaled, duckdb_decimal_scale(type));
}

std::string_view string_at(duckdb_vector vector, std::uint64_t row) {
  auto* value = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + row;
  return {duckdb_string_t_data(value), duckdb_string_t_length(*value)};
}

Json hexadecimal(std::string_view bytes) {
  std::string text;
  for (char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

/// A value that isn't null and has nothing inside.
Json scalar(duckdb_vector vector, duckdb_logical_type type, std::uint64_t row, Integers form) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return at<bool>(vector, row);
    case DUCKDB_TYPE_TINYINT:
      return at<std::int8_t>(vector, row);
    case DUCKDB_TYPE_SMALLINT:
      return at<std::int16_t>(vector, row);
    case DUCKDB_TYPE_INTEGER:
      return at<std::int32_t>(vector, row);
    case DUCKDB_TYPE_BIGINT:
      return integer(at<std::int64_t>(vector, row), form);
    case DUCKDB_TYPE_UTINYINT:
      return at<std::uint8_t>(vector, row);
    case DUCKDB_TYPE_USMALLINT:
      return at<std::uint16_t>(vector, row);
    case DUCKDB_TYPE_UINTEGER:
      return at<std::uint32_t>(vector, row);
    case DUCKDB_TYPE_UBIGINT:
      return integer(at<std::uint64_t>(vector, row), form);
    case DUCKDB_TYPE_HUGEINT:
      return integer(wide(at<duckdb_hugeint>(vector, row)), form);
    case DUCKDB_TYPE_FLOAT:
      return real(at<float>(vector, row));
    case DUCKDB_TYPE_DOUBLE:
      return real(at<double>(vector, row));
    case DUCKDB_TYPE_DECIMAL:
      return decimal(vector, type, row);
    case DUCKDB_TYPE_DATE:
      return date_text(at<std::int32_t>(vector, row));
    case DUCKDB_TYPE_TIMESTAMP:
      return time_text(at<std::int64_t>(vector, row), 6);
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return time_text(at<std::int64_t>(vector, row), 6, "Z");
    case DUCKDB_TYPE_TIMESTAMP_S:
      return time_text(at<std::int64_t>(vector, row), 0);
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return time_text(at<std::int64_t>(vector, row), 3);
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return time_text(at<std::int64_t>(vector, row), 9);
    default:
      return nullptr;
  }
}

/// What a value takes in memory and in a text of JSON, at least.
constexpr std::int64_t kValueBytes = 16;

/// Reads values until they take more than the budget: what comes then is null or cut short, and
/// `budget` is below zero.
class Reader {
 public:
  Reader(std::int64_t& budget, Integers form) : budget_(budget), form_(form) {}

  Json value(duckdb_vector vector, duckdb_logical_type type, std::uint64_t row) {
    budget_ -= kValueBytes;
    std::uint64_t* validity = duckdb_vector_get_validity(vector);
    if (validity != nullptr && !duckdb_validity_row_is_valid(validity, row)) return nullptr;
    switch (duckdb_get_type_id(type)) {
      case DUCKDB_TYPE_VARCHAR:
        return text(string_at(vector, row));
      case DUCKDB_TYPE_BLOB:
        return text(string_at(vector, row), /*as_hex=*/true);
      case DUCKDB_TYPE_LIST:
        return list(vector, type, at<duckdb_list_entry>(vector, row));
      case DUCKDB_TYPE_ARRAY:
        return array(vector, type, row);
      case DUCKDB_TYPE_STRUCT:
        return structure(vector, type, row);
      case DUCKDB_TYPE_MAP:
        return map(vector, type, row);
      default:
        return scalar(vector, type, row, form_);
    }
  }

 private:
  Json text(std::string_view text, bool as_hex = false) {
    budget_ -= std::ssize(text) * (as_hex ? 2 : 1);
    if (budget_ < 0) return nullptr;
    return as_hex ? hexadecimal(text) : Json(text);
  }

  Json elements(duckdb_vector child, duckdb_logical_type type, std::uint64_t first,
                std::uint64_t count) {
    Json array = Json::array();
    for (std::uint64_t i = first; i < first + count && budget_ >= 0; ++i) {
      array.push_back(value(child, type, i));
    }
    return array;
  }

  Json list(duckdb_vector vector, duckdb_logical_type type, duckdb_list_entry entry) {
    LogicalType element(duckdb_list_type_child_type(type));
    return elements(duckdb_list_vector_get_child(vector), element, entry.offset, entry.length);
  }

  Json array(duckdb_vector vector, duckdb_logical_type type, std::uint64_t row) {
    LogicalType element(duckdb_array_type_child_type(type));
    std::uint64_t size = duckdb_array_type_array_size(type);
    return elements(duckdb_array_vector_get_child(vector), element, row * size, size);
  }

  /// An object; an array where the members have no names: row(1, 2).
  Json structure(duckdb_vector vector, duckdb_logical_type type, std::uint64_t row) {
    Json object = Json::object(), array = Json::array();
    for (idx_t i = 0; i < duckdb_struct_type_child_count(type) && budget_ >= 0; ++i) {
      char* raw = duckdb_struct_type_child_name(type, i);
      std::string name = raw;
      duckdb_free(raw);
      budget_ -= std::ssize(name);
      LogicalType child(duckdb_struct_type_child_type(type, i));
      Json member = value(duckdb_struct_vector_get_child(vector, i), child, row);
      if (name.empty()) {
        array.push_back(std::move(member));
      } else {
        object[std::move(name)] = std::move(member);
      }
    }
    return array.empty() ? object : array;
  }

  Json map(duckdb_vector vector, duckdb_logical_type type, std::uint64_t row) {
    auto entry = at<duckdb_list_entry>(vector, row);
    duckdb_vector pairs = duckdb_list_vector_get_child(vector);
    LogicalType value_type(duckdb_map_type_value_type(type));
    Json object = Json::object();
    for (std::uint64_t i = entry.offset; i < entry.offset + entry.length && budget_ >= 0; ++i) {
      std::string key{string_at(duckdb_struct_vector_get_child(pairs, 0), i)};
      budget_ -= std::ssize(key);
      object[std::move(key)] = value(duckdb_struct_vector_get_child(pairs, 1), value_type, i);
    }
    return object;
  }

  std::int64_t& budget_;
  Integers form_;
};

}  // namespace

Json value_to_json(duckdb_vector vector, duckdb_logical_type type, std::uint64_t row,
                   std::int64_t& budget, Integers form) {
  return Reader(budget, form).value(vector, type, row);
}

bool has_json_form(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_DECIMAL:
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB:
    case DUCKDB_TYPE_DATE:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
    case DUCKDB_TYPE_SQLNULL:
      return true;
    case DUCKDB_TYPE_ARRAY:
      return has_json_form(LogicalType(duckdb_array_type_child_type(type)));
    case DUCKDB_TYPE_LIST:
      return has_json_form(LogicalType(duckdb_list_type_child_type(type)));
    case DUCKDB_TYPE_MAP: {
      LogicalType key(duckdb_map_type_key_type(type));
      return duckdb_get_type_id(key) == DUCKDB_TYPE_VARCHAR &&
             has_json_form(LogicalType(duckdb_map_type_value_type(type)));
    }
    case DUCKDB_TYPE_STRUCT:
      for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
        if (!has_json_form(LogicalType(duckdb_struct_type_child_type(type, i)))) return false;
      }
      return true;
    default:
      return false;
  }
}

}  // namespace lake
