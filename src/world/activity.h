// Who is active: users ordered by a permutation in which the VIPs come first. Each of the two
// classes follows Zipf's law with exponent 1/2, and a VIP acts on average three times as often as
// another user. Sessions and orders draw from the same ranks. Immutable, thread-safe.
#pragma once

#include <cstdint>

#include "base/sampling.h"

namespace world {

class Activity {
 public:
  Activity(std::uint64_t seed, std::int64_t users, std::int64_t vip_users);

  bool is_vip(std::int64_t user) const { return order_(static_cast<std::uint64_t>(user)) < vips_; }
  /// The user that 64 uniform bits choose.
  std::int64_t user(std::uint64_t bits) const;

 private:
  std::uint64_t vips_, others_;
  std::uint64_t vip_share_;  ///< of 2^32
  base::Permutation order_;
};

}  // namespace world
