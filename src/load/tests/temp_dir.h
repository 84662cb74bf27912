// A folder for one test, removed behind it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "base/env.h"

namespace load {

class TempDirTest : public ::testing::Test {
 protected:
  TempDirTest() {
    char pattern[] = "/tmp/hriste_load_XXXXXX";
    dir_ = ::mkdtemp(pattern);
  }
  ~TempDirTest() override { (void)base::Env::real().remove_tree(dir_); }

  std::string dir_;
};

}  // namespace load
