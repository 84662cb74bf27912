#include "codec/text.h"

#include <bit>
#include <chrono>

namespace codec {
namespace {

/// `v` below 10^8, without leading zeros and without a branch on how many there are, as numbers of
/// changing lengths would take either side. Writes eight bytes always.
char* put_up_to_8(char* p, std::uint32_t v) {
  static_assert(std::endian::native == std::endian::little);
  // Digits in the bytes of a word, the first in the lowest: halves, then pairs, then single ones.
  std::uint64_t digits = v / 10'000 | std::uint64_t{v % 10'000} << 32;
  std::uint64_t hundreds = (digits * 5243 >> 19) & 0x7F'0000'007F;
  digits = hundreds | (digits - 100 * hundreds) << 16;
  std::uint64_t tens = (digits * 103 >> 10) & 0x000F'000F'000F'000F;
  digits = tens | (digits - 10 * tens) << 8;
  int zeros = std::countr_zero(digits | std::uint64_t{1} << 56) / 8;
  digits = (digits | 0x3030'3030'3030'3030) >> (8 * zeros);
  std::memcpy(p, &digits, 8);
  return p + (8 - zeros);
}

char* put_4(char* p, unsigned v) { return put_2(put_2(p, v / 100), v % 100); }

}  // namespace

char* put_uint(char* p, std::uint64_t v) {
  if (v < 100'000'000) return put_up_to_8(p, static_cast<std::uint32_t>(v));
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
  return put_2(p + 1, static_cast<unsigned>(u % 100));
}

char* put_date(char* p, std::int64_t days) {
  std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{days}}};
  p = put_4(p, static_cast<unsigned>(static_cast<int>(ymd.year())));
  *p++ = '-';
  p = put_2(p, static_cast<unsigned>(ymd.month()));
  *p++ = '-';
  return put_2(p, static_cast<unsigned>(ymd.day()));
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
  p = put_2(p, seconds / 3600);
  *p++ = ':';
  p = put_2(p, seconds / 60 % 60);
  *p++ = ':';
  p = put_2(p, seconds % 60);
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
