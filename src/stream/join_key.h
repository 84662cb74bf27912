// Join keys: values as append_key() writes them, met as `=` meets values. GROUP BY, DISTINCT and
// PARTITION BY compare the bytes, so by kind and value; a join can't, since `=` reads a text beside
// a datetime as one, and counts a bit as a number.
#pragma once

#include <cstdint>
#include <string_view>

#include "stream/value.h"

namespace stream {

/// Whether the value equals any: NULL, records and arrays don't.
inline bool can_meet(const Value& value) {
  return !value.is_null() && value.kind != Kind::kRecord && value.kind != Kind::kArray;
}

/// The same for keys that join_equal() holds for. `key`: append_key of values that can meet.
std::uint64_t join_hash(std::string_view key);

/// Whether `a = b` is true for each value of two keys.
bool join_equal(std::string_view a, std::string_view b);

}  // namespace stream
