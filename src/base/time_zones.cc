#include "base/time_zones.h"

#include <cstdlib>
#include <filesystem>

namespace base {

void use_shipped_time_zones() {
  namespace fs = std::filesystem;
  std::error_code wrong;
  if (std::getenv("TZDIR") != nullptr || fs::exists("/usr/share/zoneinfo/UTC", wrong)) return;
  const auto own = fs::read_symlink("/proc/self/exe", wrong).parent_path();
  const auto shipped = (own / "../share/hriste/zoneinfo").lexically_normal();
  if (fs::exists(shipped, wrong)) ::setenv("TZDIR", shipped.c_str(), 0);
}

}  // namespace base
