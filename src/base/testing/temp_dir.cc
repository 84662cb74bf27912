#include "base/testing/temp_dir.h"

#include <stdlib.h>

#include <filesystem>

#include "base/env.h"
#include "base/result.h"

namespace base {

TempDir::TempDir() : path_(std::filesystem::temp_directory_path() / "hriste_test_XXXXXX") {
  CHECK(::mkdtemp(path_.data()) != nullptr, "no folder for a test below {}", path_);
}

TempDir::~TempDir() { (void)Env::real().remove_tree(path_); }

}  // namespace base
