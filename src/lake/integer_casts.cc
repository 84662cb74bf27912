#include <cmath>
#include <limits>

#include "lake/integer_casts_internal.h"
#include "lake/value_text_internal.h"

namespace lake {
namespace {

Int128 wide_of(duckdb_hugeint value) {
  return static_cast<Int128>((static_cast<Uint128>(static_cast<std::uint64_t>(value.upper)) << 64) |
                             value.lower);
}
template <typename T>
Int128 wide_of(T value) {
  return value;
}

/// Puts what `whole` makes of each value into `output`: false where it doesn't fit.
template <typename From, typename To, typename Whole>
bool cast_rows(duckdb_function_info info, idx_t count, duckdb_vector input, duckdb_vector output,
               const Whole& whole) {
  auto* from = static_cast<const From*>(duckdb_vector_get_data(input));
  auto* to = static_cast<To*>(duckdb_vector_get_data(output));
  std::uint64_t* validity = duckdb_vector_get_validity(input);
  bool all = true;
  for (idx_t row = 0; row < count; ++row) {
    if (validity != nullptr && !duckdb_validity_row_is_valid(validity, row)) {
      duckdb_vector_ensure_validity_writable(output);
      duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), row);
      continue;
    }
    if (whole(from[row], to[row])) continue;
    duckdb_cast_function_set_row_error(info, "the value doesn't fit into the integer", row, output);
    all = false;
  }
  return all || duckdb_cast_function_get_cast_mode(info) == DUCKDB_CAST_TRY;
}

template <typename From, typename To>
bool cast_real(duckdb_function_info info, idx_t count, duckdb_vector input, duckdb_vector output) {
  return cast_rows<From, To>(info, count, input, output, [](From value, To& into) {
    double whole = std::trunc(static_cast<double>(value));
    // −2^63 is a double, 2^63 − 1 is none: the bound above is the first that doesn't fit.
    constexpr double kLow = static_cast<double>(std::numeric_limits<To>::min());
    bool fits = whole >= kLow && whole < -kLow;
    if (fits) into = static_cast<To>(whole);
    return fits;
  });
}

template <typename From, typename To>
bool cast_decimal(duckdb_function_info info, idx_t count, duckdb_vector input,
                  duckdb_vector output) {
  duckdb_logical_type type = duckdb_vector_get_column_type(input);
  Int128 divisor = 1;
  for (int scale = duckdb_decimal_scale(type); scale > 0; --scale) divisor *= 10;
  duckdb_destroy_logical_type(&type);
  return cast_rows<From, To>(info, count, input, output, [divisor](From value, To& into) {
    Int128 whole = wide_of(value) / divisor;
    bool fits = whole >= std::numeric_limits<To>::min() && whole <= std::numeric_limits<To>::max();
    if (fits) into = static_cast<To>(whole);
    return fits;
  });
}

void add(duckdb_connection connection, duckdb_logical_type from, duckdb_logical_type to,
         duckdb_cast_function_t function) {
  duckdb_cast_function cast = duckdb_create_cast_function();
  duckdb_cast_function_set_source_type(cast, from);
  duckdb_cast_function_set_target_type(cast, to);
  duckdb_cast_function_set_implicit_cast_cost(cast, -1);  // never implicit
  duckdb_cast_function_set_function(cast, function);
  CHECK(duckdb_register_cast_function(connection, cast) == DuckDBSuccess);
  duckdb_destroy_cast_function(&cast);
}

template <typename To>
duckdb_cast_function_t decimal_cast(int width) {
  if (width <= 4) return cast_decimal<std::int16_t, To>;
  if (width <= 9) return cast_decimal<std::int32_t, To>;
  if (width <= 18) return cast_decimal<std::int64_t, To>;
  return cast_decimal<duckdb_hugeint, To>;
}

template <typename To>
void add_all(duckdb_connection connection, duckdb_type type) {
  duckdb_logical_type to = duckdb_create_logical_type(type);
  auto add_from = [&](duckdb_logical_type from, duckdb_cast_function_t function) {
    add(connection, from, to, function);
    duckdb_destroy_logical_type(&from);
  };
  add_from(duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE), cast_real<double, To>);
  add_from(duckdb_create_logical_type(DUCKDB_TYPE_FLOAT), cast_real<float, To>);
  for (int width = 1; width <= 38; ++width) {
    for (int scale = 1; scale <= width; ++scale) {
      add_from(duckdb_create_decimal_type(static_cast<std::uint8_t>(width),
                                          static_cast<std::uint8_t>(scale)),
               decimal_cast<To>(width));
    }
  }
  duckdb_destroy_logical_type(&to);
}

}  // namespace

void truncate_integer_casts(DuckConnection& connection, const std::set<std::string>& types) {
  if (types.contains("TINYINT")) add_all<std::int8_t>(connection.raw(), DUCKDB_TYPE_TINYINT);
  if (types.contains("SMALLINT")) add_all<std::int16_t>(connection.raw(), DUCKDB_TYPE_SMALLINT);
  if (types.contains("INTEGER")) add_all<std::int32_t>(connection.raw(), DUCKDB_TYPE_INTEGER);
  if (types.contains("BIGINT")) add_all<std::int64_t>(connection.raw(), DUCKDB_TYPE_BIGINT);
}

}  // namespace lake
