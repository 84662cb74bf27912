#include "stream/join_key.h"

#include <xxhash.h>

#include <cstring>

#include "stream/datetime.h"

namespace stream {
namespace {

template <typename T>
T take(std::string_view& key) {
  T out{};
  std::memcpy(&out, key.data(), sizeof out);
  key.remove_prefix(sizeof out);
  return out;
}

/// The first value of a key, which gets shorter. What append_key never wrote is NULL.
Value take_value(std::string_view& key) {
  char tag = key.front();
  key.remove_prefix(1);
  bool sized = tag == 't';
  if (key.size() < (sized ? sizeof(std::uint32_t) : sizeof(std::int64_t))) {
    key = {};
    return Value::null();
  }
  switch (tag) {
    case 'n':
      return Value::bigint(take<std::int64_t>(key));
    case 'b':
      return Value::bit(take<std::int64_t>(key) != 0);
    case 'f':
      return Value::real(take<double>(key));
    case 'd':
      return Value::datetime(take<std::int64_t>(key));
    case 't': {
      auto size = take<std::uint32_t>(key);
      std::string_view text = key.substr(0, size);
      key.remove_prefix(text.size());
      return Value::text(text);
    }
    default:
      key = {};
      return Value::null();
  }
}

template <typename T>
std::uint64_t hash(T value, std::uint64_t seed) {
  return XXH3_64bits_withSeed(&value, sizeof value, seed);
}

/// Values that are equal have one hash: a text that is a datetime has the datetime's.
std::uint64_t hash_value(const Value& value, std::uint64_t seed) {
  if (value.kind != Kind::kText) return hash(value.integer, seed);
  if (auto ticks = parse_datetime(value.view())) return hash(*ticks, seed);
  return XXH3_64bits_withSeed(value.text_data, value.size, seed);
}

}  // namespace

std::uint64_t join_hash(std::string_view key) {
  std::uint64_t out = 0;
  while (!key.empty()) out = hash_value(take_value(key), out);
  return out;
}

bool join_equal(std::string_view a, std::string_view b) {
  if (a == b) return true;
  while (!a.empty() && !b.empty()) {
    auto order = compare(take_value(a), take_value(b));
    if (!order || *order != 0) return false;
  }
  return a.empty() && b.empty();
}

}  // namespace stream
