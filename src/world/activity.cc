#include "world/activity.h"

#include <algorithm>

#include "world/columns.h"

namespace world {

Activity::Activity(std::uint64_t seed, std::int64_t users, std::int64_t vip_users)
    : vips_(static_cast<std::uint64_t>(vip_users)),
      others_(static_cast<std::uint64_t>(users - vip_users)),
      vip_share_(((3 * vips_) << 28) / std::max<std::uint64_t>(3 * vips_ + others_, 1) << 4),
      order_(std::max<std::uint64_t>(vips_ + others_, 1), key(seed, Draws::kVips)) {}

std::int64_t Activity::user(std::uint64_t bits) const {
  // The lower half chooses the class, the upper half the rank in it.
  bool vip = (bits & 0xFFFFFFFF) < vip_share_;
  std::uint64_t rank = vip ? base::zipf_half(bits, vips_) : vips_ + base::zipf_half(bits, others_);
  return static_cast<std::int64_t>(order_.inverse(rank));
}

}  // namespace world
