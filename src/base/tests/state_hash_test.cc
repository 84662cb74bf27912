#include "base/state_hash.h"

#include <gtest/gtest.h>

#include "base/testing/temp_dir.h"

namespace base {
namespace {

class StateHashTest : public TempDirTest {
 protected:
  std::string folder() {
    StateHash hash;
    auto added = add_folder(Env::real(), dir_ + "/a", hash);
    return added ? hash.text() : "";
  }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(Env::real().make_dirs(dir_ + "/a/b"));
    ASSERT_TRUE(Env::real().write_file(dir_ + "/a/" + name, text));
  }
};

TEST_F(StateHashTest, AFolderIsAllThatLiesBelowIt) {
  EXPECT_EQ(folder(), "") << "it isn't there";
  write("one", "1");
  const std::string one = folder();
  EXPECT_EQ(folder(), one);
  write("b/two", "2");
  const std::string two = folder();
  EXPECT_NE(two, one);
  write("b/two", "22");
  EXPECT_NE(folder(), two);
  const std::string longer = folder();
  write("b/db-shm", "a reader's");
  EXPECT_EQ(folder(), longer);
}

}  // namespace
}  // namespace base
