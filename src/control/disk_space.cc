#include "control/disk_space.h"

#include "kinds/estimate.h"

namespace control {

base::Status check_disk_space(const Folder& folder, const kinds::World& world) {
  auto estimate = kinds::estimate_world(kinds::write(world));
  auto free = folder.env.free_bytes(folder.path);
  // Where nobody says how much is free, the writes will say when nothing is.
  if (!estimate || !free || static_cast<std::uint64_t>(estimate->bytes) <= *free) return {};
  return base::error(
      base::Code::kResourceExhausted,
      "the disk is too small: the world becomes {} below {}, and {} are free there; "
      "nothing was made. Make room, choose another data_dir, or ask for fewer users, "
      "products, orders, traffic_hours or a lower event_rate",
      kinds::estimate_text(*estimate), folder.path,
      kinds::bytes_text(static_cast<std::int64_t>(*free)));
}

}  // namespace control
