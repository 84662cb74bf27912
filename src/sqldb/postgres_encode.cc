// Rows of a batch to the binary form of COPY: for each row the number of columns, for each value
// its length and its bytes, big-endian.
#include <bit>
#include <cstring>

#include "sqldb/postgres_internal.h"
#include "sqldb/postgres_values_internal.h"

namespace sqldb::postgres {
namespace {

using model::Type;

template <typename T>
void put(std::string& out, T value) {
  auto big = big_endian(value);
  out.append(reinterpret_cast<const char*>(&big), sizeof big);
}

void put_null(std::string& out) { put<std::int32_t>(out, -1); }

void put_int64(std::string& out, std::int64_t value) {
  char bytes[12];
  auto length = big_endian<std::int32_t>(8);
  auto big = big_endian(value);
  std::memcpy(bytes, &length, 4);
  std::memcpy(bytes + 4, &big, 8);
  out.append(bytes, sizeof bytes);
}

/// Digits to the base of 10 000, the first with weight `weight`; none at either end is zero.
void put_decimal(std::string& out, std::int64_t hundredths) {
  auto magnitude = hundredths < 0 ? 0 - static_cast<std::uint64_t>(hundredths)
                                  : static_cast<std::uint64_t>(hundredths);
  std::int16_t digits[6];  // 17 whole digits and the fraction
  int count = 0;
  std::uint64_t whole = magnitude / 100, fraction = magnitude % 100;
  if (fraction != 0) digits[count++] = static_cast<std::int16_t>(fraction * 100);
  int weight = -1;
  bool leading = true;  // zeros at the small end, none of them kept
  for (; whole != 0; whole /= kNumericBase) {
    auto digit = static_cast<std::int16_t>(whole % kNumericBase);
    ++weight;
    leading = leading && count == 0 && digit == 0;
    if (!leading) digits[count++] = digit;
  }
  if (count == 0) weight = 0;
  put<std::int32_t>(out, 8 + 2 * count);
  put<std::int16_t>(out, static_cast<std::int16_t>(count));
  put<std::int16_t>(out, static_cast<std::int16_t>(weight));
  put<std::int16_t>(out, hundredths < 0 ? kNumericNegative : 0);
  put<std::int16_t>(out, 2);
  while (count > 0) put<std::int16_t>(out, digits[--count]);
}

/// A text[] without nulls.
void put_list(std::string& out, const model::Column& column, std::size_t row) {
  std::uint64_t first = row == 0 ? 0 : column.list_ends[row - 1], last = column.list_ends[row];
  std::size_t length_at = out.size();
  put<std::int32_t>(out, 0);
  put<std::int32_t>(out, first == last ? 0 : 1);  // dimensions
  put<std::int32_t>(out, 0);                      // no nulls
  put<std::int32_t>(out, kTextOid);
  if (first != last) {
    put<std::int32_t>(out, static_cast<std::int32_t>(last - first));
    put<std::int32_t>(out, 1);  // the lower bound
  }
  for (std::uint64_t i = first; i < last; ++i) {
    std::string_view text = column.text(static_cast<std::size_t>(i));
    put<std::int32_t>(out, static_cast<std::int32_t>(text.size()));
    out.append(text);
  }
  auto length = big_endian(static_cast<std::int32_t>(out.size() - length_at - 4));
  std::memcpy(out.data() + length_at, &length, 4);
}

void put_value(std::string& out, const model::Column& column, std::size_t row) {
  switch (column.type) {
    case Type::kBool:
      put<std::int32_t>(out, 1);
      out += column.ints[row] != 0 ? '\1' : '\0';
      return;
    case Type::kInt64:
      return put_int64(out, column.ints[row]);
    case Type::kDouble:
      return put_int64(out, std::bit_cast<std::int64_t>(column.doubles[row]));
    case Type::kDecimal:
      return put_decimal(out, column.ints[row]);
    case Type::kDate:
      put<std::int32_t>(out, 4);
      return put(out, static_cast<std::int32_t>(column.ints[row] - kEpochDays));
    case Type::kTimestamp:
    case Type::kTimestampNtz:
      return put_int64(out, column.ints[row] - kEpochMicros);
    case Type::kString:
    case Type::kBinary:
      put<std::int32_t>(out, static_cast<std::int32_t>(column.text(row).size()));
      out.append(column.text(row));
      return;
    case Type::kStringList:
      return put_list(out, column, row);
  }
}

}  // namespace

void put_copy_header(std::string& out) {
  out.append("PGCOPY\n\377\r\n\0", 11);
  put<std::int32_t>(out, 0);  // flags
  put<std::int32_t>(out, 0);  // no extension
}

void put_copy_row(const model::Batch& rows, std::size_t row, std::string& out) {
  put<std::int16_t>(out, static_cast<std::int16_t>(rows.columns.size()));
  for (const model::Column& column : rows.columns) {
    column.is_null(row) ? put_null(out) : put_value(out, column, row);
  }
}

void put_copy_end(std::string& out) { put<std::int16_t>(out, -1); }

}  // namespace sqldb::postgres
