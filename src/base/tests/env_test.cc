#include "base/env.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/durable.h"
#include "base/faulty_env.h"
#include "base/open_files.h"
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

/// Notes what is asked of the real files, in order.
class NotingEnv final : public FaultyEnv {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, Open mode) override {
    calls += mode == Open::kRead ? "open " : "write ";
    return FaultyEnv::open(path, mode);
  }
  Status rename(const std::string& from, const std::string& to) override {
    calls += "rename ";
    return FaultyEnv::rename(from, to);
  }
  Status sync_dir(const std::string& path) override {
    calls += "sync_dir ";
    return FaultyEnv::sync_dir(path);
  }
  std::string calls;
};

TEST_F(EnvTest, WhatIsRenamedIntoPlaceIsSyncedWithItsFolder) {
  NotingEnv env;
  ASSERT_TRUE(env.write_file(path("one"), "hello"));
  EXPECT_EQ(env.calls, "write rename sync_dir ");
  env.fail_sync(1);
  EXPECT_FALSE(env.write_file(path("one"), "other"));  // not synced: not there
  EXPECT_EQ(*env.read_file(path("one")), "hello");
  env.calls.clear();
  ASSERT_TRUE(env.write_file(path("cache"), "x", false));
  EXPECT_EQ(env.calls, "write rename ");
  {
    auto part = *env.open(path("part"), Env::Open::kTruncate);
    ASSERT_TRUE(part->append("whole"));
  }
  env.fail_sync(1);
  EXPECT_FALSE(env.publish(path("part"), path("done")));
  EXPECT_FALSE(env.exists(path("done")));
  {
    // After a sync that failed nobody knows what the disk has: the file is written anew.
    auto part = *env.open(path("part"), Env::Open::kTruncate);
    ASSERT_TRUE(part->append("whole"));
  }
  env.calls.clear();
  ASSERT_TRUE(env.publish(path("part"), path("done")));
  EXPECT_EQ(env.calls, "open rename sync_dir ");
  ASSERT_TRUE(env.drop_unsynced());
  EXPECT_EQ(*env.read_file(path("done")), "whole");
  ASSERT_TRUE(env.make_dirs(path("stage")));
  ASSERT_TRUE(env.publish(path("stage"), path("folder")));
  EXPECT_EQ(env.publish(path("absent"), path("there")).error().code, Code::kNotFound);
}

TEST_F(EnvTest, ConnectionsHaveLimitsAndKnowThatThePeerHasGone) {
  auto listener = *Env::real().listen_loopback(0);
  int client = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(listener->port()));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  auto server = *listener->accept();
  ASSERT_TRUE(server->set_timeouts(std::chrono::milliseconds(30), std::chrono::milliseconds(30)));
  char byte;
  EXPECT_EQ(server->read({&byte, 1}).error().code, Code::kUnavailable);
  EXPECT_EQ(server->write_all(std::string(32 << 20, 'x')).error().code, Code::kUnavailable);
  EXPECT_FALSE(server->peer_gone());
  ::close(client);
  for (int i = 0; i < 100 && !server->peer_gone(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(server->peer_gone());
}

TEST(OpenFiles, AreRaisedAndTheNeedIsChecked) {
  std::uint64_t limit = raise_open_files_limit();
  EXPECT_GE(limit, 64u);
  EXPECT_EQ(limit, open_files_limit());
  EXPECT_TRUE(check_open_files(1, "this test"));
  auto refused = check_open_files(limit, "event hub \"views\"");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kResourceExhausted);
  EXPECT_NE(refused.error().message.find("ulimit -n"), std::string::npos);
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

TEST_F(EnvTest, PowerLossTakesWhatOthersWroteAndNobodySynced) {
  FaultyEnv env;
  ASSERT_TRUE(env.make_dirs(path("a")));
  ASSERT_TRUE(Env::real().write_file(path("a/before"), "old"));
  ASSERT_TRUE(env.track_names(path("kept")));
  ASSERT_TRUE(env.track_others(path("a")));
  for (const char* name : {"a/synced", "a/bytes", "a/gone"}) {
    ASSERT_TRUE(Env::real().write_file(path(name), "theirs"));
  }
  ASSERT_TRUE(make_durable(env, path("a/synced")));
  ASSERT_TRUE((*env.open(path("a/bytes"), Env::Open::kRead))->sync());  // not its name
  ASSERT_TRUE(env.drop_unsynced());
  EXPECT_EQ(*env.read_file(path("a/synced")), "theirs");
  EXPECT_EQ(*env.read_file(path("a/before")), "old");
  EXPECT_FALSE(env.exists(path("a/bytes")));
  EXPECT_FALSE(env.exists(path("a/gone")));
}

TEST_F(EnvTest, ALinkIsAWholeFileThatReplacesNone) {
  FaultyEnv env;
  ASSERT_TRUE(env.make_dirs(path("a")));
  ASSERT_TRUE(env.track_names(path("kept")));
  ASSERT_TRUE(env.write_file(path("a/one"), "hello"));
  ASSERT_TRUE(env.write_file(path("a/two"), "other"));
  EXPECT_EQ(env.link(path("a/one"), path("a/two")).error().code, Code::kAlreadyExists);
  EXPECT_EQ(*env.read_file(path("a/two")), "other");
  ASSERT_TRUE(env.link(path("a/one"), path("a/three")));
  EXPECT_EQ(*env.read_file(path("a/three")), "hello");
  ASSERT_TRUE(env.drop_unsynced());  // the name wasn't synced
  EXPECT_FALSE(env.exists(path("a/three")));
  EXPECT_EQ(*env.read_file(path("a/one")), "hello");
}

TEST_F(EnvTest, PowerLossTakesNamesThatTheFolderHasNotKept) {
  FaultyEnv env;
  ASSERT_TRUE(env.make_dirs(path("a")));
  ASSERT_TRUE(env.track_names(path("kept")));
  ASSERT_TRUE(env.write_file(path("a/safe"), "old", true));
  ASSERT_TRUE(env.write_file(path("a/gone"), "x", true));
  ASSERT_TRUE(env.write_file(path("a/safe"), "new", false));
  ASSERT_TRUE(env.remove_file(path("a/gone")));
  ASSERT_TRUE(env.write_file(path("a/fresh"), "y", false));
  EXPECT_EQ(*env.read_file(path("a/safe")), "new");
  ASSERT_TRUE(env.drop_unsynced());
  EXPECT_EQ(*env.read_file(path("a/safe")), "old");
  EXPECT_EQ(*env.read_file(path("a/gone")), "x");
  EXPECT_FALSE(env.exists(path("a/fresh")));
}

TEST_F(EnvTest, PowerLossTakesBackTheLastChangesOfEachFolder) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::string dir = path("n" + std::to_string(seed));
    FaultyEnv env;
    ASSERT_TRUE(env.make_dirs(dir));
    ASSERT_TRUE(env.track_names(dir + "-kept"));
    for (int i = 0; i < 5; ++i) {
      auto file = *env.open(fmt::format("{}/{}", dir, i), Env::Open::kCreateExclusive);
      ASSERT_TRUE(file->append("whole") && file->sync());
    }
    ASSERT_TRUE(env.lose_power(CounterRandom(seed, 1, 1)));
    auto left = *env.list(dir);
    for (std::size_t i = 0; i < left.size(); ++i) {
      EXPECT_EQ(left[i].name, std::to_string(i));
      EXPECT_EQ(left[i].size, 5u);
    }
  }
}

TEST_F(EnvTest, DeathTearsAWriteAndNothingComesBehindIt) {
  FaultyEnv env;
  auto file = *env.open(path("log"), Env::Open::kAppend);
  env.die_after(2);
  ASSERT_TRUE(file->append("kept"));
  EXPECT_FALSE(file->append("torn"));
  EXPECT_FALSE(file->sync());
  EXPECT_FALSE(env.write_file(path("late"), "x"));
  env.revive();
  EXPECT_FALSE(file->append("of a dead process"));
  EXPECT_EQ(*env.read_file(path("log")), "keptto");
  EXPECT_FALSE(env.exists(path("late")));
}

TEST_F(EnvTest, SyncsAndReadsFailAsOftenAsTold) {
  FaultyEnv env;
  auto file = *env.open(path("log"), Env::Open::kAppend);
  ASSERT_TRUE(file->append("x"));
  env.fail_sync(2, 2);
  EXPECT_TRUE(file->sync());
  EXPECT_FALSE(file->sync());
  EXPECT_FALSE(env.sync_dir(dir_));
  EXPECT_TRUE(file->sync());
  env.fail_read(1);
  EXPECT_FALSE(env.read_file(path("log")));
  EXPECT_TRUE(env.read_file(path("log")));
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
