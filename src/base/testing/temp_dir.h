// A folder for one test, removed behind it. For tests only: script/check-rooms keeps this out of
// everything else.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace base {

/// Makes an empty folder below the system's temporary folder; its destructor removes it with all
/// that is in it. CHECKs that the folder can be made.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A fixture with a folder of its own, which outlives the members of the derived fixture.
class TempDirTest : public ::testing::Test {
 protected:
  std::string path(std::string_view below) const { return dir_ + "/" + std::string(below); }

 private:
  TempDir temp_dir_;

 protected:
  const std::string& dir_ = temp_dir_.path();
};

}  // namespace base
