// A number for how something stands, made of texts: other texts, another number. FNV-1a in 64 bits
// (draft-eastlake-fnv), each text with an end of its own. Its values are kept in files and compared
// with those of earlier days, so the function stays. No secret: whoever wants two texts of one
// number finds them.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/env.h"

namespace base {

class StateHash {
 public:
  void add(std::string_view text) {
    for (char c : text) step(static_cast<unsigned char>(c));
    step(0xff);  // an end: "a", "bc" is not "ab", "c"
  }
  /// Name, size and time of writing: a file that was written has another.
  void add(const DirEntry& file) {
    add(file.name);
    add(std::to_string(file.size));
    add(std::to_string(file.modified_ns));
  }
  std::uint64_t value() const { return value_; }
  /// 16 hex digits.
  std::string text() const { return fmt::format("{:016x}", value_); }

 private:
  void step(std::uint64_t byte) { value_ = (value_ ^ byte) * 0x100000001b3; }

  std::uint64_t value_ = 0xcbf29ce484222325;
};

/// Every file below `folder` by path, size and time of writing. Without SQLite's "-shm", which
/// readers write too. Errors: the disk's, and that the folder isn't there.
Status add_folder(Env& env, const std::string& folder, StateHash& hash);

}  // namespace base
