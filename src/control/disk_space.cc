#include "control/disk_space.h"

#include "kinds/estimate.h"

namespace control {

base::Status check_disk_space(Runtime& runtime, const json& world) {
  auto estimate = kinds::estimate_world(world);
  auto free = runtime.env.free_bytes(runtime.data_dir);
  // Where nobody says how much is free, the writes will say when nothing is.
  if (!estimate || !free || static_cast<std::uint64_t>(estimate->bytes) <= *free) return {};
  return base::error(
      base::Code::kResourceExhausted,
      "the disk is too small: the world becomes {} below {}, and {} are free there; "
      "nothing was made. Make room, choose another data_dir, or ask for fewer users, "
      "products, orders, traffic_hours or a lower event_rate",
      kinds::estimate_text(*estimate), runtime.data_dir,
      kinds::bytes_text(static_cast<std::int64_t>(*free)));
}

}  // namespace control
