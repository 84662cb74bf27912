#include "base/file_mark.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/testing/temp_dir.h"

namespace base {
namespace {

class FileMarkTest : public TempDirTest {
 protected:
  /// Other bytes, at another time.
  void overwrite(std::string_view bytes) {
    ASSERT_TRUE(env_.write_file(path_, bytes));
    times_++;
    auto now = std::filesystem::last_write_time(path_);
    std::filesystem::last_write_time(path_, now + std::chrono::seconds(times_));
  }
  bool fits(const std::string& mark) { return fits_mark(env_, path_, mark); }

  Env& env_ = Env::real();
  const std::string path_ = dir_ + "/file";
  int times_ = 0;
};

TEST_F(FileMarkTest, OtherBytesOfTheSameSizeAreFound) {
  ASSERT_TRUE(env_.write_file(path_, "as it was"));
  std::string mark = file_mark(env_, path_);
  EXPECT_TRUE(fits(mark));
  overwrite("as it waz");
  EXPECT_FALSE(fits(mark));
  EXPECT_FALSE(fits(mark)) << "as it was found before";
  overwrite("as it was");
  EXPECT_TRUE(fits(mark)) << "a copy of the same bytes is no damage";
}

TEST_F(FileMarkTest, WhatIsNoMarkSaysNothing) {
  ASSERT_TRUE(env_.write_file(path_, "x"));
  EXPECT_TRUE(fits(""));
  EXPECT_TRUE(fits("9e3779b97f4a7c15"));
  EXPECT_TRUE(fits("9e3779b97f4a7c15 soon"));
  EXPECT_EQ(file_mark(env_, dir_ + "/absent"), "");
}

}  // namespace
}  // namespace base
