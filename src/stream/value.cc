#include "stream/value.h"

#include <charconv>
#include <cmath>

#include "codec/json.h"
#include "stream/datetime.h"
#include "streamsql/lexer.h"

namespace stream {
namespace {

std::optional<Ticks> as_datetime(const Value& value) {
  if (value.kind == Kind::kDatetime) return value.integer;
  if (value.kind == Kind::kText) return parse_datetime(value.view());
  return std::nullopt;
}

bool is_numeric(const Value& v) { return v.is_number() || v.kind == Kind::kBit; }

/// Exact, also where a bigint has more digits than a double.
std::partial_ordering compare_mixed(std::int64_t a, double b) {
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (b >= 0x1p63) return std::partial_ordering::less;
  if (b < -0x1p63) return std::partial_ordering::greater;
  double whole = std::trunc(b);
  auto n = static_cast<std::int64_t>(whole);
  if (a != n) return a <=> n;
  return whole < b   ? std::partial_ordering::less
         : whole > b ? std::partial_ordering::greater
                     : std::partial_ordering::equivalent;
}

std::partial_ordering compare_numbers(const Value& a, const Value& b) {
  if (a.kind == Kind::kFloat && b.kind == Kind::kFloat) return a.number <=> b.number;
  if (a.kind == Kind::kFloat) return 0 <=> compare_mixed(b.integer, a.number);
  if (b.kind == Kind::kFloat) return compare_mixed(a.integer, b.number);
  return a.integer <=> b.integer;
}

void append_double(double value, std::string& out) {
  char text[40];
  char* end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, end);
  if (std::string_view(text, end).find_first_of(".eni") == std::string_view::npos) out += ".0";
}

void append_int(std::int64_t value, std::string& out) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

}  // namespace

const char* kind_text(Kind kind) {
  static constexpr const char* kTexts[] = {"NULL",     "NULL",          "bigint", "float", "bit",
                                           "datetime", "nvarchar(max)", "record", "array"};
  return kTexts[static_cast<int>(kind)];
}

Value Record::find(std::string_view name) const {
  for (std::size_t i = size; i > 0; i--)
    if (streamsql::same_name(fields[i - 1].name, name)) return fields[i - 1].value;
  return {};
}

std::optional<std::partial_ordering> compare(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return std::nullopt;
  if (is_numeric(a) && is_numeric(b)) return compare_numbers(a, b);
  if (a.kind == Kind::kText && b.kind == Kind::kText) return a.view() <=> b.view();
  if (a.kind != Kind::kDatetime && b.kind != Kind::kDatetime) return std::nullopt;
  auto left = as_datetime(a), right = as_datetime(b);
  if (!left || !right) return std::nullopt;
  return *left <=> *right;
}

void append_key(const Value& value, std::string& out) {
  auto put = [&out](char tag, const void* bytes, std::size_t n) {
    out += tag;
    out.append(static_cast<const char*>(bytes), n);
  };
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kNull:
      out += '0';
      break;
    case Kind::kFloat: {
      bool whole = value.number == std::trunc(value.number) && std::fabs(value.number) < 0x1p63;
      std::int64_t n = whole ? static_cast<std::int64_t>(value.number) : 0;
      if (whole)
        put('n', &n, sizeof n);
      else
        put('f', &value.number, sizeof value.number);
      break;
    }
    case Kind::kBigint:
      put('n', &value.integer, sizeof value.integer);
      break;
    case Kind::kBit:
      put('b', &value.integer, sizeof value.integer);
      break;
    case Kind::kDatetime:
      put('d', &value.integer, sizeof value.integer);
      break;
    case Kind::kText:
      put('t', &value.size, sizeof value.size);
      out.append(value.view());
      break;
    case Kind::kRecord:
    case Kind::kArray: {
      std::string json;
      append_json(value, json);
      auto size = static_cast<std::uint32_t>(json.size());
      put('j', &size, sizeof size);
      out += json;
      break;
    }
  }
}

void append_json(const Value& value, std::string& out) {
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kNull:
      out += "null";
      break;
    case Kind::kBigint:
      append_int(value.integer, out);
      break;
    case Kind::kFloat:
      append_double(value.number, out);
      break;
    case Kind::kBit:
      out += value.integer != 0 ? "true" : "false";
      break;
    case Kind::kDatetime:
      out += '"';
      append_datetime(value.integer, out);
      out += '"';
      break;
    case Kind::kText:
      codec::append_json_string(out, value.view());
      break;
    case Kind::kRecord:
      out += '{';
      for (std::size_t i = 0; i < value.record->size; i++) {
        if (i > 0) out += ',';
        codec::append_json_string(out, value.record->fields[i].name);
        out += ':';
        append_json(value.record->fields[i].value, out);
      }
      out += '}';
      break;
    case Kind::kArray:
      out += '[';
      for (std::size_t i = 0; i < value.array->size; i++) {
        if (i > 0) out += ',';
        append_json(value.array->items[i], out);
      }
      out += ']';
      break;
  }
}

void append_text(const Value& value, std::string& out) {
  switch (value.kind) {
    case Kind::kText:
      out.append(value.view());
      break;
    case Kind::kDatetime:
      append_datetime(value.integer, out);
      break;
    case Kind::kBit:
      out += value.integer != 0 ? "1" : "0";
      break;
    case Kind::kFloat: {
      char text[40];
      out.append(text, std::to_chars(text, text + sizeof text, value.number).ptr);
      break;
    }
    default:
      append_json(value, out);
  }
}

Value copy_value(const Value& value, Arena& arena) {
  Value out = value;
  if (value.kind == Kind::kText) {
    out = Value::text(arena.copy(value.view()));
  } else if (value.kind == Kind::kRecord) {
    auto* fields = arena.array<RecordField>(value.record->size);
    for (std::size_t i = 0; i < value.record->size; i++)
      fields[i] = {arena.copy(value.record->fields[i].name),
                   copy_value(value.record->fields[i].value, arena)};
    auto* record = arena.array<Record>(1);
    *record = {value.record->size, fields};
    out.record = record;
  } else if (value.kind == Kind::kArray) {
    auto* items = arena.array<Value>(value.array->size);
    for (std::size_t i = 0; i < value.array->size; i++)
      items[i] = copy_value(value.array->items[i], arena);
    auto* array = arena.array<Array>(1);
    *array = {value.array->size, items};
    out.array = array;
  }
  return out;
}

}  // namespace stream
