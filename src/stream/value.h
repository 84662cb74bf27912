// The dialect's values: types belong to values, not to columns. 16 bytes; texts, records and arrays
// are views into memory that the batch owns (its bytes, its Arena) and live as long as it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stream/arena.h"
#include "streamsql/plan.h"

namespace stream {

using streamsql::Ticks;

enum class Kind : std::uint8_t {
  kMissing,  ///< the event has no such column: NULL, but `*` leaves it out
  kNull,
  kBigint,
  kFloat,
  kBit,
  kDatetime,  ///< ticks of 100 ns since 1970-01-01 UTC
  kText,
  kRecord,
  kArray,
};
const char* kind_text(Kind kind);

struct Record;
struct Array;

struct Value {
  Kind kind = Kind::kMissing;
  std::uint32_t size = 0;  ///< kText: bytes
  union {
    std::int64_t integer = 0;  ///< kBigint, kBit, kDatetime
    double number;
    const char* text_data;
    const Record* record;
    const Array* array;
  };

  static Value null() { return with(Kind::kNull, 0); }
  static Value bigint(std::int64_t v) { return with(Kind::kBigint, v); }
  static Value bit(bool v) { return with(Kind::kBit, v); }
  static Value datetime(Ticks v) { return with(Kind::kDatetime, v); }
  static Value real(double v) {
    Value out;
    out.kind = Kind::kFloat;
    out.number = v;
    return out;
  }
  /// `v` must live as long as the value; at most 4 GB.
  static Value text(std::string_view v) {
    Value out;
    out.kind = Kind::kText;
    out.size = static_cast<std::uint32_t>(v.size());
    out.text_data = v.data();
    return out;
  }

  bool is_null() const { return kind <= Kind::kNull; }
  bool is_number() const { return kind == Kind::kBigint || kind == Kind::kFloat; }
  bool is_true() const { return kind == Kind::kBit && integer != 0; }
  std::string_view view() const { return {text_data, size}; }
  double as_double() const { return kind == Kind::kFloat ? number : static_cast<double>(integer); }

 private:
  static Value with(Kind kind, std::int64_t v) {
    Value out;
    out.kind = kind;
    out.integer = v;
    return out;
  }
};
static_assert(sizeof(Value) == 16);

struct RecordField {
  std::string_view name;
  Value value;
};
struct Record {
  std::size_t size = 0;
  const RecordField* fields = nullptr;
  /// Any letter case; kMissing when absent.
  Value find(std::string_view name) const;
};
struct Array {
  std::size_t size = 0;
  const Value* items = nullptr;
};

/// What a comparison says: nothing (NULL) when a side is NULL or the types don't compare.
/// bigint, float and bit compare as numbers; a text beside a datetime is read as one.
std::optional<std::partial_ordering> compare(const Value& a, const Value& b);

/// Bytes that are equal exactly for values that group together, by kind and value: 1 and 1.0 do,
/// NULL and a missing column do; '1', 1 and true don't, nor do a datetime and the text that spells
/// it. Appended to `out`. For joins see join_key.h.
void append_key(const Value& value, std::string& out);

/// As JSON. Datetimes as "2024-03-05T10:00:00.0000000Z"; a float keeps a fraction or an exponent.
void append_json(const Value& value, std::string& out);
/// As CAST(… AS nvarchar(max)) writes it; records and arrays as JSON.
void append_text(const Value& value, std::string& out);

/// A deep copy whose texts, records and arrays are in `arena`.
Value copy_value(const Value& value, Arena& arena);

}  // namespace stream
