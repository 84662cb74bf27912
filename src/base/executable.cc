#include "base/executable.h"

#include <fmt/format.h>
#include <sys/stat.h>

namespace base {

std::string executable_stamp(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return {};
  return fmt::format("{}-{}.{:09}", file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
}

}  // namespace base
