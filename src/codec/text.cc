#include "codec/text.h"

#include <array>
#include <chrono>

namespace codec {
namespace {

constexpr auto kPairs = [] {
  std::array<char, 200> pairs{};
  for (unsigned v = 0; v < 100; ++v) {
    pairs[2 * v] = static_cast<char>('0' + v / 10);
    pairs[2 * v + 1] = static_cast<char>('0' + v % 10);
  }
  return pairs;
}();

inline char* put_pair(char* p, unsigned v) {
  std::memcpy(p, &kPairs[2 * v], 2);
  return p + 2;
}

/// `v` in 0 … 9999, without leading zeros.
char* put_small(char* p, unsigned v) {
  if (v < 10) {
    *p = static_cast<char>('0' + v);
    return p + 1;
  }
  if (v < 100) return put_pair(p, v);
  if (v < 1000) {
    *p = static_cast<char>('0' + v / 100);
    return put_pair(p + 1, v % 100);
  }
  return put_pair(put_pair(p, v / 100), v % 100);
}

char* put_4(char* p, unsigned v) { return put_pair(put_pair(p, v / 100), v % 100); }

}  // namespace

const char* two_digits(unsigned v) { return &kPairs[2 * v]; }

char* put_uint(char* p, std::uint64_t v) {
  if (v < 10'000) return put_small(p, static_cast<unsigned>(v));
  if (v < 100'000'000) {
    p = put_small(p, static_cast<unsigned>(v / 10'000));
    return put_4(p, static_cast<unsigned>(v % 10'000));
  }
  p = put_uint(p, v / 100'000'000);
  auto low = static_cast<unsigned>(v % 100'000'000);
  return put_4(put_4(p, low / 10'000), low % 10'000);
}

char* put_hundredths(char* p, std::int64_t v) {
  auto u = static_cast<std::uint64_t>(v);
  if (v < 0) {
    *p++ = '-';
    u = ~u + 1;
  }
  p = put_uint(p, u / 100);
  *p = '.';
  return put_pair(p + 1, static_cast<unsigned>(u % 100));
}

char* put_date(char* p, std::int64_t days) {
  std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{days}}};
  p = put_4(p, static_cast<unsigned>(static_cast<int>(ymd.year())));
  *p++ = '-';
  p = put_pair(p, static_cast<unsigned>(ymd.month()));
  *p++ = '-';
  return put_pair(p, static_cast<unsigned>(ymd.day()));
}

char* put_millis(char* p, std::int64_t ms, DateCache& cache) {
  constexpr std::int64_t kDay = 86'400'000;
  std::int64_t day = ms / kDay - (ms % kDay < 0);
  if (day != cache.day) {
    cache.day = day;
    *put_date(cache.text, day) = 'T';
  }
  std::memcpy(p, cache.text, sizeof cache.text);
  p += sizeof cache.text;
  auto rest = static_cast<unsigned>(ms - day * kDay);
  unsigned seconds = rest / 1000;
  p = put_pair(p, seconds / 3600);
  *p++ = ':';
  p = put_pair(p, seconds / 60 % 60);
  *p++ = ':';
  p = put_pair(p, seconds % 60);
  *p++ = '.';
  p = put_3(p, rest % 1000);
  *p++ = 'Z';
  return p;
}

void append_int(std::string& out, std::int64_t v) {
  char text[kIntMax];
  out.append(text, put_int(text, v));
}

void append_hundredths(std::string& out, std::int64_t v) {
  char text[kHundredthsMax];
  out.append(text, put_hundredths(text, v));
}

}  // namespace codec
