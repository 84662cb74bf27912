// Numbers and times as text, written straight into memory: the hot end of JSON and CSV writing.
// Each put_… writes at `p` and returns the end; the caller has made room (the k…Max constants say
// how much). No terminator, no locale, no allocation. Thread-safe: no state.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace codec {

inline constexpr std::size_t kIntMax = 20;     ///< bytes of the longest int64
inline constexpr std::size_t kMillisMax = 24;  ///< bytes of a time with milliseconds
inline constexpr std::size_t kHundredthsMax = 22;

inline char* put_text(char* p, std::string_view text) {
  std::memcpy(p, text.data(), text.size());
  return p + text.size();
}

/// "00" … "99" in pairs.
inline constexpr auto kPairs = [] {
  std::array<char, 200> pairs{};
  for (unsigned v = 0; v < 100; ++v) {
    pairs[2 * v] = static_cast<char>('0' + v / 10);
    pairs[2 * v + 1] = static_cast<char>('0' + v % 10);
  }
  return pairs;
}();
/// `v` in 0 … 99.
inline char* put_2(char* p, unsigned v) {
  std::memcpy(p, &kPairs[2 * v], 2);
  return p + 2;
}
inline char* put_3(char* p, unsigned v) {
  *p = static_cast<char>('0' + v / 100);
  return put_2(p + 1, v % 100);
}

/// May write up to kIntMax bytes, whatever the number's length.
char* put_uint(char* p, std::uint64_t v);
inline char* put_int(char* p, std::int64_t v) {
  if (v >= 0) return put_uint(p, static_cast<std::uint64_t>(v));
  *p = '-';
  return put_uint(p + 1, ~static_cast<std::uint64_t>(v) + 1);
}

/// Hundredths as a decimal number with two digits: 20341 → "203.41", -5 → "-0.05".
char* put_hundredths(char* p, std::int64_t v);

/// "2026-06-01", days since 1970-01-01; years 0 … 9999.
char* put_date(char* p, std::int64_t days);

/// "2026-06-01T00:00:00.000Z"; `ms` since 1970-01-01, years 0 … 9999.
/// Keeps the date of the last call in `cache`, as most times of a stream share a day.
struct DateCache {
  std::int64_t day = INT64_MIN;
  char text[11];  ///< "2026-06-01T"
};
char* put_millis(char* p, std::int64_t ms, DateCache& cache);

void append_int(std::string& out, std::int64_t v);
void append_hundredths(std::string& out, std::int64_t v);

}  // namespace codec
