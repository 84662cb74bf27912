#include "lake/presence.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "base/file_mark.h"
#include "base/testing/temp_dir.h"
#include "lake/delta.h"
#include "lake/manifest.h"

namespace lake {
namespace {

class PresenceTest : public base::TempDirTest {
 protected:
  base::Env& env_ = base::Env::real();
  base::SystemClock clock_;

  void write(const std::string& path, const std::string& bytes) {
    ASSERT_TRUE(env_.make_dirs(dir_ + "/" + path.substr(0, path.rfind('/'))));
    ASSERT_TRUE(env_.write_file(dir_ + "/" + path, bytes));
  }
};

TEST_F(PresenceTest, ATableNamesWhatIsGoneAndWhatWasCut) {
  EXPECT_TRUE(missing_of_table(env_, dir_, "silver/t")->empty()) << "no table lists nothing";
  EXPECT_FALSE(has_table(env_, dir_, "silver/t"));
  DeltaTable table(env_, clock_, dir_ + "/silver/t");
  write("silver/t/a.parquet", "12345");
  write("silver/t/b.parquet", "12345");
  model::Schema schema{{{"id", model::Type::kInt64, false}}};
  ASSERT_TRUE(table.commit({.mode = Commit::Mode::kOverwrite,
                            .schema = delta_schema(schema),
                            .files = {{.path = "a.parquet", .rows = 1, .bytes = 5},
                                      {.path = "b.parquet", .rows = 1, .bytes = 5}}}));
  EXPECT_TRUE(missing_of_table(env_, dir_, "silver/t")->empty());
  ASSERT_TRUE(env_.remove_file(dir_ + "/silver/t/a.parquet"));
  write("silver/t/b.parquet", "12");
  EXPECT_TRUE(has_table(env_, dir_, "silver/t"));
  auto missing = *missing_of_table(env_, dir_, "silver/t");
  ASSERT_EQ(missing.size(), 2u);
  EXPECT_EQ(to_text(missing),
            "2 files are not as they were written: silver/t/a.parquet is gone, "
            "silver/t/b.parquet has 2 bytes instead of 5");
}

TEST_F(PresenceTest, AJobNamesWhatIsGoneOfItsOutputs) {
  EXPECT_TRUE(missing_of_job(env_, dir_, "j")->empty());
  {
    auto log = *ManifestLog::open(env_, dir_, "j");
    ManifestCommit commit;
    commit.job = "j";
    auto& output = commit.outputs["raw"];
    output.tier = "bronze";
    output.path = "raw";
    output.format = "parquet";
    output.added = {{.path = "bronze/raw/x.parquet", .rows = 1, .bytes = 3}};
    ASSERT_TRUE(log->commit(commit));
  }
  EXPECT_EQ(missing_of_job(env_, dir_, "j")->size(), 1u);
  write("bronze/raw/x.parquet", "abc");
  EXPECT_TRUE(missing_of_job(env_, dir_, "j")->empty());
}

TEST_F(PresenceTest, WrongBitsInAFileOfTheRightSizeAreFound) {
  write("silver/t/a.parquet", "12345");
  write("bronze/raw/x.parquet", "abc");
  std::string mark = base::file_mark(env_, dir_ + "/silver/t/a.parquet");
  DeltaTable table(env_, clock_, dir_ + "/silver/t");
  model::Schema schema{{{"id", model::Type::kInt64, false}}};
  ASSERT_TRUE(table.commit({.mode = Commit::Mode::kOverwrite,
                            .schema = delta_schema(schema),
                            .files = {{.path = "a.parquet", .rows = 1, .bytes = 5}},
                            .info = {{kMarks, {{"a.parquet", mark}}}}}));
  {
    auto log = *ManifestLog::open(env_, dir_, "j");
    ManifestCommit commit;
    commit.outputs["raw"] = {"bronze", "raw", "parquet", 1, {}, {}};
    commit.outputs["raw"].added = {{.path = "bronze/raw/x.parquet",
                                    .rows = 1,
                                    .bytes = 3,
                                    .mark = base::file_mark(env_, dir_ + "/bronze/raw/x.parquet")}};
    ASSERT_TRUE(log->commit(commit));
  }
  EXPECT_TRUE(missing_of_table(env_, dir_, "silver/t")->empty());
  EXPECT_TRUE(missing_of_job(env_, dir_, "j")->empty());
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // as coarse as times of files are
  write("silver/t/a.parquet", "12343");
  write("bronze/raw/x.parquet", "abd");
  EXPECT_EQ(to_text(*missing_of_table(env_, dir_, "silver/t")),
            "a file is not as it was written: silver/t/a.parquet holds other bytes than were "
            "written");
  ASSERT_EQ(missing_of_job(env_, dir_, "j")->size(), 1u);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  write("bronze/raw/x.parquet", "abc");
  EXPECT_TRUE(missing_of_job(env_, dir_, "j")->empty()) << "put back";
}

}  // namespace
}  // namespace lake
