#include "base/file_mark.h"

#include <xxhash.h>

#include <charconv>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>
#include <vector>

namespace base {
namespace {

constexpr std::size_t kBlock = 1 << 20;
constexpr std::size_t kDigits = 16;
/// Entries; what is looked at again after that is read again.
constexpr std::size_t kRemembered = 100'000;

std::string hex(std::uint64_t number) { return fmt::format("{:016x}", number); }

Result<std::string> checksum_of(Env& env, const std::string& path) {
  auto file = TRY(env.open(path, Env::Open::kRead));
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                        XXH3_freeState);
  XXH3_64bits_reset(state.get());
  std::vector<char> block(kBlock);
  for (std::uint64_t offset = 0;;) {
    std::size_t n = TRY(file->read_at(offset, block));
    XXH3_64bits_update(state.get(), block.data(), n);
    offset += n;
    if (n < block.size()) return hex(XXH3_64bits_digest(state.get()));
  }
}

std::string text_of(const std::string& checksum, const DirEntry& entry) {
  return fmt::format("{} {}", checksum, entry.modified_ns);
}

/// What files were found to hold, in this process.
class Seen {
 public:
  using Key = std::tuple<std::string, std::uint64_t, std::int64_t>;

  Result<std::string> checksum(Env& env, const std::string& path, const DirEntry& entry) {
    Key key{path, entry.size, entry.modified_ns};
    {
      std::lock_guard lock(mutex_);
      if (auto known = checksums_.find(key); known != checksums_.end()) return known->second;
    }
    std::string checksum = TRY(checksum_of(env, path));
    std::lock_guard lock(mutex_);
    if (checksums_.size() >= kRemembered) checksums_.clear();
    return checksums_[key] = checksum;
  }

 private:
  std::mutex mutex_;
  std::map<Key, std::string> checksums_;
};

}  // namespace

std::string file_mark(Env& env, const std::string& path) {
  auto entry = env.look(path);
  if (!entry || entry->is_dir) return {};
  auto checksum = checksum_of(env, path);
  return checksum ? text_of(*checksum, *entry) : std::string();
}

bool fits_mark(Env& env, const std::string& path, const std::string& mark) {
  auto entry = env.look(path);
  return entry && fits_mark(env, path, *entry, mark);
}

bool fits_mark(Env& env, const std::string& path, const DirEntry& entry, const std::string& mark) {
  static Seen seen;
  if (mark.size() < kDigits + 2 || mark[kDigits] != ' ') return true;
  std::int64_t modified_ns = 0;
  auto [end, failed] =
      std::from_chars(mark.data() + kDigits + 1, mark.data() + mark.size(), modified_ns);
  if (failed != std::errc() || entry.modified_ns == modified_ns) return true;
  auto checksum = seen.checksum(env, path, entry);
  return checksum && mark.starts_with(*checksum);
}

}  // namespace base
