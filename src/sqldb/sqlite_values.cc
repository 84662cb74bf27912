// Values of a batch to and from SQLite's storage classes.
#include <chrono>
#include <cmath>

#include "base/calendar.h"
#include "base/clock.h"
#include "sqldb/sqlite_internal.h"

namespace sqldb {
namespace {

using model::Type;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

void put_digits(std::string& out, std::int64_t value, int width) {
  char digits[20];
  for (int i = width - 1; i >= 0; --i, value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits, static_cast<std::size_t>(width));
}

void put_date(std::string& out, std::int64_t days) {
  std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  put_digits(out, static_cast<int>(date.year()), 4);
  out += '-';
  put_digits(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  put_digits(out, static_cast<unsigned>(date.day()), 2);
}

void put_time(std::string& out, std::int64_t micros) {
  std::int64_t days = micros / kMicrosPerDay - (micros % kMicrosPerDay < 0 ? 1 : 0);
  std::int64_t rest = micros - days * kMicrosPerDay;
  put_date(out, days);
  out += ' ';
  std::int64_t seconds = rest / kMicrosPerSecond;
  put_digits(out, seconds / 3600, 2);
  out += ':';
  put_digits(out, seconds / 60 % 60, 2);
  out += ':';
  put_digits(out, seconds % 60, 2);
  out += '.';
  put_digits(out, rest % kMicrosPerSecond, 6);
}

std::string_view text_of(sqlite3_stmt* statement, int index) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, index));
  auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
  return bytes == nullptr ? std::string_view{} : std::string_view{bytes, size};
}

std::unexpected<base::Error> misfit(sqlite3_stmt* statement, int index, Type type) {
  std::string_view text = text_of(statement, index);
  return base::error(
      base::Code::kInvalidArgument, "column {}: \"{}\" is no {}; cast it in the query",
      sqlite3_column_name(statement, index), text.substr(0, 40), model::type_name(type));
}

base::Status read_instant(sqlite3_stmt* statement, int index, model::Column& column) {
  if (sqlite3_column_type(statement, index) != SQLITE_TEXT) {
    return misfit(statement, index, column.type);
  }
  auto instant = base::parse_instant(text_of(statement, index));
  if (!instant) return misfit(statement, index, column.type);
  column.add_int(instant->time_since_epoch().count());
  return {};
}

bool is_number(int storage) { return storage == SQLITE_INTEGER || storage == SQLITE_FLOAT; }

}  // namespace

base::Result<std::string> declared_type(Type type) {
  if (type == Type::kStringList) {
    return base::error(base::Code::kInvalidArgument, "a SQL table can't hold a list of strings");
  }
  // The word REAL gives the column SQLite's REAL affinity: 12.00 must not become the integer 12.
  if (type == Type::kDecimal) return "REAL DECIMAL(12,2)";
  return std::string{model::type_name(type)};
}

Type type_of_declaration(std::string_view declared) {
  if (declared == "INTEGER") return Type::kInt64;
  if (declared == "REAL DECIMAL(12,2)") return Type::kDecimal;
  if (declared == "REAL") return Type::kDouble;
  for (Type type : {Type::kBool, Type::kInt64, Type::kDouble, Type::kBinary, Type::kDate,
                    Type::kTimestamp, Type::kTimestampNtz}) {
    if (declared == model::type_name(type)) return type;
  }
  return Type::kString;
}

void bind_value(sqlite3_stmt* statement, int index, const model::Column& column, std::size_t row,
                std::string& text) {
  if (column.is_null(row)) {
    sqlite3_bind_null(statement, index);
    return;
  }
  auto bind_text = [&](std::string_view value) {
    sqlite3_bind_text64(statement, index, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
  };
  switch (column.type) {
    case Type::kBool:
    case Type::kInt64:
      sqlite3_bind_int64(statement, index, column.ints[row]);
      return;
    case Type::kDecimal:
      sqlite3_bind_double(statement, index, static_cast<double>(column.ints[row]) / 100.0);
      return;
    case Type::kDouble:
      sqlite3_bind_double(statement, index, column.doubles[row]);
      return;
    case Type::kDate:
      text.clear();
      put_date(text, column.ints[row]);
      bind_text(text);
      return;
    case Type::kTimestamp:
    case Type::kTimestampNtz:
      text.clear();
      put_time(text, column.ints[row]);
      bind_text(text);
      return;
    case Type::kString:
      bind_text(column.text(row));
      return;
    case Type::kBinary:
      sqlite3_bind_blob64(statement, index, column.text(row).data(), column.text(row).size(),
                          SQLITE_STATIC);
      return;
    case Type::kStringList:
      CHECK(false, "a table with a list was refused when it was made");
  }
}

base::Status read_value(sqlite3_stmt* statement, int index, model::Column& column) {
  int storage = sqlite3_column_type(statement, index);
  if (storage == SQLITE_NULL) {
    column.add_null();
    return {};
  }
  switch (column.type) {
    case Type::kBool:
    case Type::kInt64:
      if (storage != SQLITE_INTEGER) return misfit(statement, index, column.type);
      column.add_int(sqlite3_column_int64(statement, index));
      return {};
    case Type::kDecimal:
      // Beyond these a double has no two decimals.
      if (!is_number(storage) || std::abs(sqlite3_column_double(statement, index)) >= 1e13) {
        return misfit(statement, index, column.type);
      }
      column.add_int(static_cast<std::int64_t>(
          std::floor(sqlite3_column_double(statement, index) * 100 + 0.5)));
      return {};
    case Type::kDouble:
      if (!is_number(storage)) return misfit(statement, index, column.type);
      column.add_double(sqlite3_column_double(statement, index));
      return {};
    case Type::kDate: {
      auto days = base::parse_date(text_of(statement, index).substr(0, 10));
      if (!days) return misfit(statement, index, column.type);
      column.add_int(*days);
      return {};
    }
    case Type::kTimestamp:
    case Type::kTimestampNtz:
      return read_instant(statement, index, column);
    default:
      if (storage == SQLITE_FLOAT) {  // SQLite's own text has fifteen digits
        column.add_text(fmt::format("{}", sqlite3_column_double(statement, index)));
        return {};
      }
      column.add_text(
          storage == SQLITE_BLOB
              ? text_of(statement, index)
              : std::string_view{
                    reinterpret_cast<const char*>(sqlite3_column_text(statement, index)),
                    static_cast<std::size_t>(sqlite3_column_bytes(statement, index))});
      return {};
  }
}

}  // namespace sqldb
