#include "base/open_files.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>

#include "base/log.h"

namespace base {
namespace {

constexpr std::uint64_t kEnough = 65'536;
constexpr std::uint64_t kSpare = 64;  // clients, queries, a compiler of views

std::uint64_t open_now() {
  std::error_code ec;
  std::uint64_t n = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", ec), end; !ec && it != end;
       it.increment(ec)) {
    ++n;
  }
  return n;
}

}  // namespace

std::uint64_t raise_open_files_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  rlim_t wanted = std::min<rlim_t>(limit.rlim_max, kEnough);
  if (limit.rlim_cur >= wanted) return limit.rlim_cur;
  limit.rlim_cur = wanted;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) log_warn("base", "open_files", "limit stays low");
  return open_files_limit();
}

std::uint64_t open_files_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

Status check_open_files(std::uint64_t more, std::string_view what) {
  std::uint64_t now = open_now(), limit = open_files_limit();
  if (now + more + kSpare <= limit) return {};
  return error(Code::kResourceExhausted,
               "{} needs {} open files; {} of the {} that this process may have are open: raise "
               "the limit (ulimit -n) and start the daemon again",
               what, more, now, limit);
}

}  // namespace base
