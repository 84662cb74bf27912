#include "client/draft_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/testing/temp_dir.h"

namespace client {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DraftFilesTest : public base::TempDirTest {
 protected:
  void SetUp() override {
    put("playground/sql/gold_sales.sql", "SELECT 1\n");
    put("playground/streams/traffic.asaql", "SELECT 2\n");
    put("playground/local/main.tf", "resource\n");
  }
  void put(const std::string& name, const std::string& text) {
    fs::create_directories(fs::path(path(name)).parent_path());
    std::ofstream(path(name)) << text;
  }
  std::string text_of(const std::string& name) {
    std::stringstream text;
    text << std::ifstream(path(name)).rdbuf();
    return text.str();
  }
  std::string refused(const DraftFiles::Draft& draft) {
    auto found = files_.find(draft);
    return found ? "found " + *found : found.error().message;
  }

  DraftFiles files_{path("playground")};
  const DraftFiles::Draft sales_{"gold_sales.sql", "SELECT 1\n", "SELECT 10\n"};
};

TEST_F(DraftFilesTest, TheFileThatHoldsWhatIsAppliedIsWritten) {
  fs::permissions(path("playground/sql/gold_sales.sql"),
                  fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_EQ(files_.find(sales_).value(), "sql/gold_sales.sql");
  ASSERT_TRUE(files_.write("sql/gold_sales.sql", sales_));
  EXPECT_EQ(text_of("playground/sql/gold_sales.sql"), "SELECT 10\n");
  EXPECT_EQ(fs::status(path("playground/sql/gold_sales.sql")).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  // A stream's definition names no file.
  EXPECT_EQ(files_.find({"", "SELECT 2\n", "SELECT 3\n"}).value(), "streams/traffic.asaql");
}

TEST_F(DraftFilesTest, WhatWasChangedMeanwhileIsNotOverwritten) {
  put("playground/sql/gold_sales.sql", "SELECT 5\n");
  EXPECT_THAT(refused(sales_), HasSubstr("sql/gold_sales.sql was changed since it was applied"));
  EXPECT_THAT(refused({"", "SELECT 7\n", "SELECT 8\n"}), HasSubstr("no file below"));
}

TEST_F(DraftFilesTest, AfterAnApplyThatFailedItsOwnTextIsMended) {
  ASSERT_TRUE(files_.write("sql/gold_sales.sql", sales_));
  const DraftFiles::Draft mended{"gold_sales.sql", "SELECT 1\n", "SELECT 11\n"};
  EXPECT_EQ(files_.find(mended).value(), "sql/gold_sales.sql");
  put("playground/sql/gold_sales.sql", "SELECT by hand\n");
  EXPECT_THAT(refused(mended), HasSubstr("was changed since"));
}

TEST_F(DraftFilesTest, NothingBesideTheFolderAndNoLinkIsWritten) {
  put("outside/secret.sql", "SELECT s\n");
  fs::create_symlink(path("outside/secret.sql"), path("playground/sql/link.sql"));
  fs::create_directory_symlink(path("outside"), path("playground/linked"));
  EXPECT_THAT(refused({"link.sql", "SELECT s\n", "x"}), HasSubstr("is a symbolic link"));
  EXPECT_THAT(refused({"secret.sql", "SELECT s\n", "x"}), HasSubstr("no file below"));
  EXPECT_THAT(refused({"../outside/secret.sql", "SELECT s\n", "x"}), HasSubstr("no file below"));
  EXPECT_THAT(refused({"", "SELECT s\n", "x"}), HasSubstr("no file below"));
  EXPECT_THAT(refused({"main.tf", "resource\n", "x"}), HasSubstr("no file below"))
      << "Terraform's own files are no drafts";
  EXPECT_THAT(refused({"", "resource\n", "x"}), HasSubstr("no file below"));
  put("playground/.hidden/a.sql", "SELECT h\n");
  EXPECT_THAT(refused({"a.sql", "SELECT h\n", "x"}), HasSubstr("no file below"));
}

TEST_F(DraftFilesTest, OfTwoOfOneNameTheFoldersDecide) {
  put("playground/more/sql/gold_sales.sql", "SELECT 1\n");
  EXPECT_THAT(refused(sales_), HasSubstr("hold the same text"));
  auto more = sales_;
  more.file = "playground/more/sql/gold_sales.sql";
  EXPECT_EQ(files_.find(more).value(), "more/sql/gold_sales.sql");
  put("playground/more/sql/gold_sales.sql", "SELECT another\n");
  EXPECT_EQ(files_.find(sales_).value(), "sql/gold_sales.sql");
}

}  // namespace
}  // namespace client
