// Kafka's Java client chooses partitions by murmur2 (Austin Appleby, public domain algorithm) with
// seed 0x9747b28c over the key.
#include <cstring>

#include "hub/hub.h"

namespace hub {
namespace {

std::uint32_t murmur2(std::string_view key) {
  constexpr std::uint32_t kMultiply = 0x5bd1e995;
  const char* p = key.data();
  std::size_t n = key.size();
  std::uint32_t h = 0x9747b28c ^ static_cast<std::uint32_t>(n);
  for (; n >= 4; n -= 4, p += 4) {
    std::uint32_t k;
    std::memcpy(&k, p, 4);  // little-endian, as the algorithm wants
    k *= kMultiply;
    k ^= k >> 24;
    k *= kMultiply;
    h = (h * kMultiply) ^ k;
  }
  auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<std::uint8_t>(p[i]));
  };
  if (n > 0) {
    if (n == 3) h ^= byte(2) << 16;
    if (n >= 2) h ^= byte(1) << 8;
    h = (h ^ byte(0)) * kMultiply;
  }
  h = (h ^ (h >> 13)) * kMultiply;
  return h ^ (h >> 15);
}

}  // namespace

int partition_of(std::string_view key, int partitions) {
  return static_cast<int>((murmur2(key) & 0x7FFFFFFF) % static_cast<std::uint32_t>(partitions));
}

}  // namespace hub
