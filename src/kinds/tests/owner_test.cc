// Whose a data folder is.
#include "kinds/owner.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/env.h"
#include "base/testing/temp_dir.h"

namespace kinds {
namespace {

namespace fs = std::filesystem;

class OwnerTest : public base::TempDirTest {
 protected:
  void SetUp() override {
    base::TempDirTest::SetUp();
    before_ = fs::current_path();
    fs::create_directories(dir_ + "/root/.terraform");
    fs::current_path(dir_ + "/root");
    ::unsetenv("TF_WORKSPACE");
    ::unsetenv("TF_DATA_DIR");
  }
  void TearDown() override {
    fs::current_path(before_);
    base::TempDirTest::TearDown();
  }
  void write(const std::string& file, const std::string& text) {
    ASSERT_TRUE(base::Env::real().write_file(file, text));
  }
  fs::path before_;
  std::string data_dir_ = dir_ + "/root/.hriste";
};

TEST_F(OwnerTest, IsTheRootSeenFromTheDataAndTheWorkspace) {
  EXPECT_EQ(own_identity(data_dir_), (Owner{"..", "default"}));
  EXPECT_EQ(own_identity(dir_ + "/elsewhere"), (Owner{"../root", "default"}));
  write(".terraform/environment", "prod\n");
  EXPECT_EQ(own_identity(data_dir_), (Owner{"..", "prod"}));
  ::setenv("TF_WORKSPACE", "test", 1);
  EXPECT_EQ(own_identity(data_dir_), (Owner{"..", "test"}));
  ::unsetenv("TF_WORKSPACE");
}

TEST_F(OwnerTest, AnotherIsRefusedWithHowToTakeTheFolderOver) {
  fs::create_directories(data_dir_);
  EXPECT_TRUE(check_owner(data_dir_, {"..", "prod"})) << "nobody's so far";
  write(data_dir_ + "/owner.json", to_json({"..", "default"}).dump());
  EXPECT_TRUE(check_owner(data_dir_, {"..", "default"}));
  for (const Owner& other : {Owner{"..", "prod"}, Owner{"../../other", "default"}}) {
    auto refused = check_owner(data_dir_, other);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("remove " + data_dir_ + "/owner.json"),
              std::string::npos);
    EXPECT_NE(refused.error().message.find("workspace " + other.workspace), std::string::npos);
  }
}

TEST_F(OwnerTest, AFileThatSaysNothingIsNobodys) {
  fs::create_directories(data_dir_);
  for (const char* text :
       {"", "{", "[]", "null", R"({"root":1,"workspace":"w"})", R"({"root":"x"})"}) {
    write(data_dir_ + "/owner.json", text);
    EXPECT_EQ(owner_of(data_dir_), std::nullopt) << text;
    EXPECT_TRUE(check_owner(data_dir_, {"..", "prod"}));
  }
}

}  // namespace
}  // namespace kinds
