#include "base/env.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/faulty_env.h"
#include "base/testing/temp_dir.h"

namespace base {
namespace {

class EnvTest : public base::TempDirTest {};

TEST_F(EnvTest, WritesWholeFilesAndLists) {
  Env& env = Env::real();
  ASSERT_TRUE(env.make_dirs(path("a/b")));
  ASSERT_TRUE(env.write_file(path("a/one"), "hello", true));
  EXPECT_EQ(*env.read_file(path("a/one")), "hello");
  auto entries = *env.list(path("a"));
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_TRUE(entries[0].is_dir);
  EXPECT_EQ(entries[1].size, 5u);
  EXPECT_EQ(env.read_file(path("none")).error().code, Code::kNotFound);
  EXPECT_TRUE(env.open(path("a/two"), Env::Open::kCreateExclusive));
  EXPECT_EQ(env.open(path("a/two"), Env::Open::kCreateExclusive).error().code,
            Code::kAlreadyExists);
}

TEST_F(EnvTest, FullDiskTearsTheWriteAndSaysWhere) {
  FaultyEnv env;
  auto file = *env.open(path("log"), Env::Open::kAppend);
  env.set_disk_bytes(3);
  auto status = file->append("hello");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kResourceExhausted);
  EXPECT_NE(status.error().message.find(path("log")), std::string::npos);
  EXPECT_EQ(*file->size(), 3u);
  EXPECT_FALSE(env.write_file(path("whole"), "x"));
  EXPECT_FALSE(env.exists(path("whole")));
}

TEST_F(EnvTest, PowerLossDropsUnsyncedBytes) {
  FaultyEnv env;
  auto file = *env.open(path("log"), Env::Open::kAppend);
  ASSERT_TRUE(file->append("kept"));
  ASSERT_TRUE(file->sync());
  ASSERT_TRUE(file->append("lost"));
  ASSERT_TRUE(env.drop_unsynced());
  EXPECT_EQ(*env.read_file(path("log")), "kept");
}

TEST_F(EnvTest, SecondListenerOnAPortIsRefused) {
  auto first = *Env::real().listen_loopback(0);
  EXPECT_GT(first->port(), 0);
  EXPECT_EQ(Env::real().listen_loopback(first->port()).error().code, Code::kAlreadyExists);
  std::jthread closer([&] { first->close(); });
  EXPECT_EQ(first->accept().error().code, Code::kCancelled);
}

TEST(Names, AreOnePathComponent) {
  EXPECT_TRUE(check_name("page-views_1.x", "hub"));
  for (const char* bad : {"", ".", "..", "a/b", "-rf", "a b", "č"})
    EXPECT_FALSE(check_name(bad, "hub"));
}

}  // namespace
}  // namespace base
