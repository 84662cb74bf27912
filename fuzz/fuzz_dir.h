// A folder in memory for targets whose code reads files.
#pragma once

#include <cstdlib>
#include <string>

#include "base/env.h"

namespace fuzz {

/// Removed at the program's end.
class Dir {
 public:
  Dir() {
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~Dir() { (void)base::Env::real().remove_tree(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/dev/shm/hriste_fuzz_XXXXXX";
};

}  // namespace fuzz
