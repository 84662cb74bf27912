// DuckDB's vectors to JSON.
#include <chrono>
#include <cmath>

#include "lake/duckdb_internal.h"
#include "lake/value_internal.h"

namespace lake {
namespace {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

template <typename T>
T at(duckdb_vector vector, std::uint64_t row) {
  return static_cast<const T*>(duckdb_vector_get_data(vector))[row];
}

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

std::string digits_of(Uint128 value) {
  std::string digits;
  do digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
  while ((value /= 10) != 0);
  return digits;
}

std::string text_of(Int128 value) {
  return value < 0 ? "-" + digits_of(Uint128{0} - static_cast<Uint128>(value))
                   : digits_of(static_cast<Uint128>(value));
}

Json integer(Int128 value) {
  if (value >= INT64_MIN && value <= INT64_MAX) return static_cast<std::int64_t>(value);
  return text_of(value);
}

Json real(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

Int128 wide(duckdb_hugeint value) {
  return static_cast<Int128>((static_cast<Uint128>(static_cast<std::uint64_t>(value.upper)) << 64) |
                             value.lower);
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
  std::size_t scale = duckdb_decimal_scale(type);
  std::string text = digits_of(unscaled < 0 ? Uint128{0} - static_cast<Uint128>(unscaled)
                                            : static_cast<Uint128>(unscaled));
  if (text.size() <= scale) text.insert(0, scale + 1 - text.size(), '0');
  if (scale > 0) text.insert(text.size() - scale, ".");
  return unscaled < 0 ? "-" + text : text;
}

std::string date_text(std::int64_t days) {
  std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string time_text(std::int64_t micros, const char* zone) {
  if (micros == INT64_MAX) return "infinity";
  if (micros == -INT64_MAX) return "-infinity";
  using std::chrono::floor;
  std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds{micros}};
  auto day = floor<std::chrono::days>(time);
  auto rest = (time - day).count();
  return fmt::format("{}T{:02}:{:02}:{:02}.{:06}{}", date_text(day.time_since_epoch().count()),
                     rest / 3'600'000'000, rest / 60'000'000 % 60, rest / 1'000'000 % 60,
                     rest % 1'000'000, zone);
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

Json list(duckdb_vector vector, duckdb_logical_type type, std::uint64_t row) {
  auto entry = at<duckdb_list_entry>(vector, row);
  LogicalType element(duckdb_list_type_child_type(type));
  Json array = Json::array();
  for (std::uint64_t i = 0; i < entry.length; ++i) {
    array.push_back(value_to_json(duckdb_list_vector_get_child(vector), element, entry.offset + i));
  }
  return array;
}

Json structure(duckdb_vector vector, duckdb_logical_type type, std::uint64_t row) {
  Json object = Json::object();
  for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
    char* name = duckdb_struct_type_child_name(type, i);
    LogicalType child(duckdb_struct_type_child_type(type, i));
    object[name] = value_to_json(duckdb_struct_vector_get_child(vector, i), child, row);
    duckdb_free(name);
  }
  return object;
}

Json map(duckdb_vector vector, duckdb_logical_type type, std::uint64_t row) {
  auto entry = at<duckdb_list_entry>(vector, row);
  duckdb_vector pairs = duckdb_list_vector_get_child(vector);
  LogicalType value_type(duckdb_map_type_value_type(type));
  Json object = Json::object();
  for (std::uint64_t i = entry.offset; i < entry.offset + entry.length; ++i) {
    std::string key{string_at(duckdb_struct_vector_get_child(pairs, 0), i)};
    object[key] = value_to_json(duckdb_struct_vector_get_child(pairs, 1), value_type, i);
  }
  return object;
}

}  // namespace

Json value_to_json(duckdb_vector vector, duckdb_logical_type type, std::uint64_t row) {
  std::uint64_t* validity = duckdb_vector_get_validity(vector);
  if (validity != nullptr && !duckdb_validity_row_is_valid(validity, row)) return nullptr;
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
      return at<std::int64_t>(vector, row);
    case DUCKDB_TYPE_UTINYINT:
      return at<std::uint8_t>(vector, row);
    case DUCKDB_TYPE_USMALLINT:
      return at<std::uint16_t>(vector, row);
    case DUCKDB_TYPE_UINTEGER:
      return at<std::uint32_t>(vector, row);
    case DUCKDB_TYPE_UBIGINT:
      return integer(at<std::uint64_t>(vector, row));
    case DUCKDB_TYPE_HUGEINT:
      return integer(wide(at<duckdb_hugeint>(vector, row)));
    case DUCKDB_TYPE_FLOAT:
      return real(at<float>(vector, row));
    case DUCKDB_TYPE_DOUBLE:
      return real(at<double>(vector, row));
    case DUCKDB_TYPE_DECIMAL:
      return decimal(vector, type, row);
    case DUCKDB_TYPE_VARCHAR:
      return std::string{string_at(vector, row)};
    case DUCKDB_TYPE_BLOB:
      return hexadecimal(string_at(vector, row));
    case DUCKDB_TYPE_DATE:
      return date_text(at<std::int32_t>(vector, row));
    case DUCKDB_TYPE_TIMESTAMP:
      return time_text(at<std::int64_t>(vector, row), "");
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return time_text(at<std::int64_t>(vector, row), "Z");
    case DUCKDB_TYPE_LIST:
      return list(vector, type, row);
    case DUCKDB_TYPE_STRUCT:
      return structure(vector, type, row);
    case DUCKDB_TYPE_MAP:
      return map(vector, type, row);
    default:
      return nullptr;
  }
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
    case DUCKDB_TYPE_SQLNULL:
      return true;
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
      {DUCKDB_TYPE_TIME_TZ, "TIME WITH TIME ZONE"}};
  duckdb_type id = duckdb_get_type_id(type);
  for (auto [known, name] : kNames) {
    if (known == id) return name;
  }
  switch (id) {
    case DUCKDB_TYPE_DECIMAL:
      return fmt::format("DECIMAL({},{})", duckdb_decimal_width(type), duckdb_decimal_scale(type));
    case DUCKDB_TYPE_LIST:
      return type_text(LogicalType(duckdb_list_type_child_type(type))) + "[]";
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
