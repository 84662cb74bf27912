// What the lake wrote is there after a loss of power, or isn't listed.
#include <gtest/gtest.h>

#include "base/faulty_env.h"
#include "base/testing/temp_dir.h"
#include "lake/batch_table.h"
#include "lake/duckdb_internal.h"
#include "lake/lake.h"
#include "lake/parquet.h"

namespace lake {
namespace {

using model::Batch;

class LakePowerTest : public base::TempDirTest {
 protected:
  LakePowerTest() {
    EXPECT_TRUE(env_.make_dirs(root_));
    EXPECT_TRUE(env_.track_names(path("kept")));
    EXPECT_TRUE(env_.track_others(path("playground")));
    open();
  }
  void open() {
    lake_.reset();
    auto opened = Lake::open(
        {.env = &env_, .clock = &clock_, .root = root_, .temp_dir = path("playground/tmp")});
    ASSERT_TRUE(opened) << opened.error().message;
    lake_ = std::move(*opened);
  }
  void lose_power() {
    env_.revive();
    ASSERT_TRUE(env_.drop_unsynced());
    open();
  }
  std::string rows(const std::string& sql) {
    auto result = lake_->query(sql);
    return result ? nlohmann::json(result->rows).dump() : "error: " + result.error().message;
  }
  base::Status write_numbers(int n) {
    TRY(lake_->write_table({.table = "silver.t",
                            .select = fmt::format("SELECT i AS id FROM range({}) r(i)", n),
                            .expectations = {{"few", "id < 5", Expectation::Action::kQuarantine}},
                            .macros = ""}));
    return {};
  }

  const std::string root_ = dir_ + "/playground/lake";
  base::FaultyEnv env_;
  base::ManualClock clock_{base::from_millis(1'780'272'000'000)};
  std::unique_ptr<Lake> lake_;
};

Batch numbers(std::int64_t n) {
  Batch batch(model::Schema{{{"id", model::Type::kInt64}, {"name", model::Type::kString}}});
  for (std::int64_t i = 0; i < n; ++i) {
    batch.columns[0].add_int(i);
    batch.columns[1].add_text(fmt::format("row {}", i));
  }
  batch.rows = static_cast<std::size_t>(n);
  return batch;
}

TEST_F(LakePowerTest, AParquetFileIsThereWholeOrNotAtAll) {
  ASSERT_TRUE(env_.make_dirs(root_ + "/bronze/n"));
  const std::string file = root_ + "/bronze/n/0.parquet";
  int deaths = 0;
  for (int n = 1;; ++n) {
    env_.die_after(n);
    auto written = write_parquet(env_, file, numbers(1000));
    bool died = env_.dead();
    lose_power();
    if (env_.exists(file)) {
      EXPECT_EQ(rows("SELECT count(*), max(name) FROM bronze.n"), "[[1000,\"row 999\"]]");
    }
    if (written) {
      EXPECT_TRUE(env_.exists(file));
      EXPECT_FALSE(died);
      break;
    }
    ASSERT_TRUE(env_.remove_file(file));
    ++deaths;
  }
  EXPECT_GE(deaths, 5);  // made, begun, written, synced, renamed, the folder synced
}

TEST_F(LakePowerTest, AFullDiskLeavesNothingOfAParquetFile) {
  ASSERT_TRUE(env_.make_dirs(root_ + "/bronze/n"));
  for (std::int64_t room : {0, 10, 200}) {
    env_.set_disk_bytes(room);
    auto written = write_parquet(env_, root_ + "/bronze/n/0.parquet", numbers(1000));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, base::Code::kResourceExhausted) << written.error().message;
    EXPECT_TRUE(env_.list(root_ + "/bronze/n")->empty());
  }
}

TEST_F(LakePowerTest, ATablesRowsAreKeptBeforeTheCommitThatNamesThem) {
  ASSERT_TRUE(write_numbers(7));
  lose_power();
  EXPECT_EQ(rows("SELECT count(*) FROM silver.t"), "[[5]]");
  EXPECT_EQ(rows("SELECT count(*) FROM meta.rejected"), "[[2]]");
}

TEST_F(LakePowerTest, ATableOfBatchesIsKeptBeforeTheCommitThatNamesIt) {
  auto table = *BatchTable::create(*lake_, "gold.n", numbers(0).schema);
  ASSERT_TRUE(table->add(numbers(1000)));
  auto written = table->commit(nlohmann::json::object(), {});
  ASSERT_TRUE(written) << written.error().message;
  lose_power();
  EXPECT_EQ(rows("SELECT count(*) FROM gold.n"), "[[1000]]");
}

TEST_F(LakePowerTest, AWriteThatCouldNotBeSyncedLeavesTheTableAsItWas) {
  ASSERT_TRUE(write_numbers(2));
  int failures = 0;
  for (int n = 1;; ++n) {
    env_.fail_sync(n);
    bool written = write_numbers(4).has_value();
    env_.fail_sync(0);
    EXPECT_EQ(rows("SELECT count(*) FROM silver.t"), written ? "[[4]]" : "[[2]]") << n;
    if (written) break;
    ++failures;
  }
  EXPECT_GE(failures, 3);  // the file, its folder, the commit and its folder
}

TEST_F(LakePowerTest, ATableIsWhatItWasOrWhatItBecame) {
  ASSERT_TRUE(write_numbers(2));
  int deaths = 0;
  for (int n = 1;; ++n) {
    env_.die_after(n);
    bool written = write_numbers(4).has_value();
    bool died = env_.dead();
    lose_power();
    std::string now = rows("SELECT count(*) FROM silver.t");
    EXPECT_TRUE(now == "[[4]]" || (!written && now == "[[2]]")) << n << ": " << now;
    if (written && !died) break;
    ++deaths;
    ASSERT_TRUE(write_numbers(2));
  }
  EXPECT_GE(deaths, 5);
}

}  // namespace
}  // namespace lake
