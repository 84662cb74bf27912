#include "load/file_sink.h"

#include "base/faulty_env.h"
#include "load/run.h"
#include "load/tests/temp_dir.h"

namespace load {
namespace {

using base::Code;
using world::Table;
using world::World;

World world_with_traffic(std::uint64_t seed = 1) {
  world::Settings s;
  s.seed = seed;
  s.users = 9'000;
  s.vip_users = 4'000;
  s.traffic_hours = 2;
  return World::create(s).value();
}

class FileSinkTest : public TempDirTest {
 protected:
  base::Status load(const World& world, const Slice& slice, base::Env& env, Form form,
                    bool overwrite = false, std::stop_token stop = {}) {
    FileSink sink(env, {.path = path_, .form = form, .overwrite = overwrite});
    progress_ = std::make_unique<Progress>();
    return load_slice(world, slice, sink, {2}, *progress_, stop);
  }
  std::string read(const std::string& path) { return env_.read_file(path).value_or("(none)"); }

  base::Env& env_ = base::Env::real();
  const std::string path_ = dir_ + "/rows.txt";
  std::unique_ptr<Progress> progress_;
};

TEST_F(FileSinkTest, AFullDiskKeepsWholeChunksAndTheNextLoadGoesOn) {
  World world = world_with_traffic();
  for (Table table : {Table::kUsers, Table::kVipUsers, Table::kPageviews}) {
    Slice slice = whole_table(world, table);
    for (Form form : {Form::kJsonLines, Form::kCsv}) {
      ASSERT_TRUE(load(world, slice, env_, form));
      std::string whole = read(path_);
      ASSERT_TRUE(env_.remove_file(path_));
      auto size = std::ssize(whole);
      for (std::int64_t bytes : {size / 10, size / 3, size * 2 / 3}) {
        base::FaultyEnv full;
        full.set_disk_bytes(bytes);
        auto loaded = load(world, slice, full, form);
        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().code, Code::kResourceExhausted);
        EXPECT_FALSE(env_.exists(path_));
      }
      auto there = std::ssize(read(path_ + ".part"));
      ASSERT_TRUE(load(world, slice, env_, form));
      EXPECT_TRUE(read(path_) == whole);
      // The state of a full disk may be an older one.
      EXPECT_LE(progress_->bytes, size);
      EXPECT_LE(there, size);
      EXPECT_FALSE(env_.exists(path_ + ".part"));
      EXPECT_FALSE(env_.exists(path_ + ".part-state"));
      ASSERT_TRUE(env_.remove_file(path_));
    }
  }
}

TEST_F(FileSinkTest, AStoppedLoadGoesOnBehindItsRows) {
  World world = world_with_traffic();
  Slice slice = slice_rows(world, Table::kVipUsers, 100, 3'900).value();
  ASSERT_TRUE(load(world, slice, env_, Form::kCsv));
  std::string whole = read(path_);
  ASSERT_TRUE(env_.remove_file(path_));
  std::stop_source stop;
  stop.request_stop();
  auto stopped = load(world, slice, env_, Form::kCsv, false, stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Code::kCancelled);
  ASSERT_TRUE(load(world, slice, env_, Form::kCsv));
  EXPECT_EQ(read(path_), whole);
}

TEST_F(FileSinkTest, BytesBehindTheStateAreCutOff) {
  World world = world_with_traffic();
  Slice slice = whole_table(world, Table::kUsers);
  ASSERT_TRUE(load(world, slice, env_, Form::kJsonLines));
  std::string whole = read(path_);
  ASSERT_TRUE(env_.remove_file(path_));
  // What kill -9 leaves: a state, and a file that is longer.
  base::FaultyEnv full;
  full.set_disk_bytes(3'500'000);
  ASSERT_FALSE(load(world, slice, full, Form::kJsonLines));
  auto file = env_.open(path_ + ".part", base::Env::Open::kAppend).value();
  ASSERT_TRUE(file->append("{\"id\":123,\"na"));
  ASSERT_TRUE(file->close());
  ASSERT_TRUE(load(world, slice, env_, Form::kJsonLines));
  EXPECT_TRUE(read(path_) == whole);
}

TEST_F(FileSinkTest, WhatLiesThereIsNotTouched) {
  World world = world_with_traffic();
  Slice slice = whole_table(world, Table::kVipUsers);
  ASSERT_TRUE(env_.write_file(path_, "mine"));
  auto refused = load(world, slice, env_, Form::kJsonLines);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kAlreadyExists);
  EXPECT_NE(refused.error().message.find("--overwrite"), std::string::npos);
  EXPECT_EQ(read(path_), "mine");
  ASSERT_TRUE(load(world, slice, env_, Form::kJsonLines, true));
  EXPECT_NE(read(path_), "mine");
}

TEST_F(FileSinkTest, AnotherLoadsBeginningIsNotTakenUp) {
  World one = world_with_traffic(1), two = world_with_traffic(2);
  Slice slice = whole_table(one, Table::kUsers);
  base::FaultyEnv full;
  full.set_disk_bytes(3'500'000);
  ASSERT_FALSE(load(one, slice, full, Form::kJsonLines));
  auto refused = load(two, slice, env_, Form::kJsonLines);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
  EXPECT_NE(refused.error().message.find("--overwrite"), std::string::npos);
  EXPECT_FALSE(load(one, slice, env_, Form::kCsv));
  ASSERT_TRUE(load(two, slice, env_, Form::kJsonLines, true));
  std::string users;
  two.users_jsonl(0, 9'000, users);
  EXPECT_TRUE(read(path_) == users);
}

TEST_F(FileSinkTest, ParquetGoesOnToo) {
  World world = world_with_traffic();
  for (Table table : {Table::kUsers, Table::kPageviews}) {
    Slice slice = whole_table(world, table);
    ASSERT_TRUE(load(world, slice, env_, Form::kRowGroup));
    std::string whole = read(path_);
    ASSERT_TRUE(env_.remove_file(path_));
    auto size = std::ssize(whole);
    for (std::int64_t bytes : {size / 10, size / 2, size - 20}) {
      base::FaultyEnv full;
      full.set_disk_bytes(bytes);
      EXPECT_FALSE(load(world, slice, full, Form::kRowGroup));
    }
    ASSERT_TRUE(load(world, slice, env_, Form::kRowGroup));
    EXPECT_TRUE(read(path_) == whole);
    ASSERT_TRUE(env_.remove_file(path_));
  }
}

TEST_F(FileSinkTest, KilledBetweenRenameAndTheEndItIsComplete) {
  World world = world_with_traffic();
  Slice slice = whole_table(world, Table::kVipUsers);
  ASSERT_TRUE(load(world, slice, env_, Form::kJsonLines));
  ASSERT_TRUE(env_.write_file(path_ + ".part-state",
                              fmt::format("hriste load 1\n{} jsonl\n9000 4000 {} 1\n",
                                          slice_text(world, slice), read(path_).size())));
  ASSERT_TRUE(load(world, slice, env_, Form::kJsonLines));
  EXPECT_EQ(progress_->rows, 4'000);
  EXPECT_EQ(progress_->bytes, 0);
  EXPECT_FALSE(env_.exists(path_ + ".part-state"));
}

TEST_F(FileSinkTest, TwoAtOnceAreNotMixed) {
  World world = world_with_traffic();
  Slice slice = whole_table(world, Table::kUsers);
  {
    FileSink first(env_, {.path = path_});
    ASSERT_TRUE(first.open(world, slice));
    for (bool overwrite : {false, true}) {
      auto second = load(world, slice, env_, Form::kJsonLines, overwrite);
      ASSERT_FALSE(second);
      EXPECT_EQ(second.error().code, Code::kUnavailable);
      EXPECT_NE(second.error().message.find("another command"), std::string::npos);
    }
  }
  ASSERT_TRUE(load(world, slice, env_, Form::kJsonLines));
  auto entries = env_.list(dir_).value();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].name, "rows.txt");
}

}  // namespace
}  // namespace load
