#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/executable.h"
#include "base/testing/temp_dir.h"
#include "client/http_internal.h"
#include "client/playground.h"
#include "client/start.h"
#include "kinds/version.h"

namespace client {
namespace {

namespace fs = std::filesystem;
using base::Code;
using testing::HasSubstr;

const std::string kFakeEngine = HRISTE_FAKE_ENGINE;

class ClientTest : public base::TempDirTest {
 protected:
  void TearDown() override {
    if (auto session = Session::connect(data_dir_)) {
      ::kill((*session)->daemon().pid, SIGKILL);
      wait_for_end((*session)->daemon().pid, 5);
    }
  }
  void write(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << text;
  }

  std::string data_dir_ = path("data");
};

TEST_F(ClientTest, WithoutPlaygroundNothingIsThereAndNothingIsMade) {
  Playground playground(data_dir_, kFakeEngine);
  EXPECT_FALSE(playground.exists());
  EXPECT_EQ(playground.get("hriste_lake", "b").value(), std::nullopt);
  EXPECT_TRUE(playground.remove("hriste_lake", "b"));
  EXPECT_EQ(playground.call("GET", "/v1/grade").error().error.code, Code::kNotFound);
  EXPECT_EQ(Session::connect(data_dir_).error().code, Code::kNotFound);
  EXPECT_FALSE(fs::exists(data_dir_));
}

TEST_F(ClientTest, StartsTheDaemonAndTheLastRemovalEndsIt) {
  Playground playground(data_dir_, kFakeEngine);
  auto made = playground.put("hriste_lake", "b", {{"name", "b"}, {"tier", "bronze"}});
  ASSERT_TRUE(made) << made.error().error.message;
  EXPECT_EQ((*made)["tier"], "bronze");
  EXPECT_FALSE(playground.id().empty());
  EXPECT_EQ((**playground.get("hriste_lake", "b"))["tier"], "bronze");
  const auto pid = (*playground.session())->daemon().pid;
  ASSERT_TRUE(playground.remove("hriste_lake", "b"));
  EXPECT_TRUE(wait_for_end(pid, 0));
  EXPECT_FALSE(fs::exists(data_dir_));
  EXPECT_TRUE(fs::is_empty(dir_)) << "nothing is left beside the folder either";
  EXPECT_TRUE(playground.put("hriste_lake", "b", {{"name", "b"}})) << "a new one starts";
}

TEST_F(ClientTest, TheDaemonIsDetachedAndKnowsNothingOfThePlugin) {
  ::setenv("TF_PLUGIN_MAGIC_COOKIE", "x", 1);
  ::setenv("PLUGIN_CLIENT_CERT", "x", 1);
  auto session = connect_or_start(data_dir_, kFakeEngine);
  ::unsetenv("TF_PLUGIN_MAGIC_COOKIE");
  ::unsetenv("PLUGIN_CLIENT_CERT");
  ASSERT_TRUE(session);
  const auto proc = fmt::format("/proc/{}", (*session)->daemon().pid);
  EXPECT_EQ(fs::read_symlink(proc + "/cwd"), "/");
  EXPECT_EQ(fs::read_symlink(proc + "/fd/0"), "/dev/null");
  EXPECT_EQ(::getsid((*session)->daemon().pid), ::getpgid((*session)->daemon().pid));
  EXPECT_NE(::getsid((*session)->daemon().pid), ::getsid(0));
  std::ifstream environment(proc + "/environ");
  const std::string all(std::istreambuf_iterator<char>(environment), {});
  EXPECT_EQ(all.find("TF_"), std::string::npos);
  EXPECT_EQ(all.find("PLUGIN_"), std::string::npos);
}

TEST_F(ClientTest, RepeatsARequestWhenTheDaemonDies) {
  Playground playground(data_dir_, kFakeEngine);
  ASSERT_TRUE(playground.put("hriste_lake", "a", {{"name", "a"}}));
  const auto first = (*playground.session())->daemon().pid;
  write(dir_ + "/fake-die-on-put", "");
  auto made = playground.put("hriste_lake", "b", {{"name", "b"}});
  ASSERT_TRUE(made) << made.error().error.message;
  EXPECT_NE((*playground.session())->daemon().pid, first);
  EXPECT_TRUE((*playground.get("hriste_lake", "a")).has_value()) << "and nothing was lost";
}

TEST_F(ClientTest, ManyAtOnceShareOneDaemon) {
  std::vector<std::jthread> threads;
  std::vector<int> pids(12);
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&, i] {
      Playground own(data_dir_, kFakeEngine);  // as if in its own process
      auto made = own.put("hriste_lake", "l" + std::to_string(i), {{"name", "x"}});
      EXPECT_TRUE(made) << made.error().error.message;
      if (made) pids[i] = (*own.session())->daemon().pid;
    });
  }
  threads.clear();
  EXPECT_THAT(pids, testing::Each(pids[0]));
  EXPECT_NE(pids[0], 0);
}

TEST_F(ClientTest, ASilentStrangerAtADeadDaemonsPortIsNotWaitedFor) {
  auto first = connect_or_start(data_dir_, kFakeEngine);
  ASSERT_TRUE(first);
  ::kill((*first)->daemon().pid, SIGKILL);
  ASSERT_TRUE(wait_for_end((*first)->daemon().pid, 5));
  const int stranger = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(stranger, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>((*first)->daemon().port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(stranger, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(stranger, 5), 0);
  auto second = connect_or_start(data_dir_, kFakeEngine);
  ::close(stranger);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_NE((*second)->daemon().port, (*first)->daemon().port);
}

TEST_F(ClientTest, AnotherVersionIsReplaced) {
  write(dir_ + "/fake-version", "0.0.1");
  auto old = connect_or_start(data_dir_, kFakeEngine);
  ASSERT_TRUE(old);
  fs::remove(dir_ + "/fake-version");
  auto fresh = connect_or_start(data_dir_, kFakeEngine);
  ASSERT_TRUE(fresh) << fresh.error().message;
  EXPECT_NE((*fresh)->daemon().pid, (*old)->daemon().pid);
  EXPECT_EQ((*fresh)->daemon().version, kinds::kVersion);
}

TEST_F(ClientTest, AnotherBuildOfTheSameVersionIsReplaced) {
  auto first = connect_or_start(data_dir_, kFakeEngine);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ((*first)->daemon().build, base::executable_stamp(kFakeEngine));
  EXPECT_EQ((*connect_or_start(data_dir_, kFakeEngine))->daemon().pid, (*first)->daemon().pid);
  ASSERT_TRUE((*first)->request("POST", "/v1/shutdown"));
  ASSERT_TRUE(wait_for_end((*first)->daemon().pid, 5));
  write(path("fake-build"), "1-2.3");
  auto old = connect_or_start(data_dir_, kFakeEngine);
  ASSERT_TRUE(old) << old.error().message;
  fs::remove(path("fake-build"));
  auto fresh = connect_or_start(data_dir_, kFakeEngine);
  ASSERT_TRUE(fresh) << fresh.error().message;
  EXPECT_NE((*fresh)->daemon().pid, (*old)->daemon().pid);
  EXPECT_TRUE(wait_for_end((*old)->daemon().pid, 0));
}

TEST_F(ClientTest, AForeignFolderIsRefusedAndLeftAlone) {
  write(data_dir_ + "/precious.txt", "mine");
  Playground playground(data_dir_, kFakeEngine);
  auto refused = playground.put("hriste_lake", "b", {{"name", "b"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.code, Code::kFailedPrecondition);
  EXPECT_THAT(refused.error().error.message, HasSubstr(data_dir_));
  EXPECT_FALSE(playground.remove("hriste_lake", "b"));
  EXPECT_EQ(std::distance(fs::directory_iterator(data_dir_), {}), 1);
}

TEST_F(ClientTest, NeitherAFileNorTheRootIsAFolderForAPlayground) {
  write(path("file"), "mine");
  for (const auto& place : {path("file"), path("file") + "/below/it"}) {
    auto refused = check_folder(folder_path(place));
    ASSERT_FALSE(refused) << place;
    EXPECT_THAT(refused.error().message, HasSubstr(path("file") + " is a file and no folder"));
    EXPECT_THAT(refused.error().message, HasSubstr("set data_dir to"));
  }
  for (const char* root : {"/", "//", "/tmp/..", "../../../../../../../../../../../../../.."}) {
    auto refused = check_folder(folder_path(root));
    ASSERT_FALSE(refused) << root;
    EXPECT_THAT(refused.error().message, HasSubstr("/ is the whole file system")) << root;
  }
  EXPECT_TRUE(check_folder(data_dir_ + "/not/yet/there"));
}

TEST_F(ClientTest, AFailingEngineIsShownWithWhatItSaid) {
  auto missing = connect_or_start(data_dir_, dir_ + "/no-engine");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("no-engine"));
  write(dir_ + "/engine", "#!/bin/sh\necho 'no room for the catalogue' >&2\nexit 1\n");
  ::chmod((dir_ + "/engine").c_str(), 0755);
  auto failed = connect_or_start(data_dir_, dir_ + "/engine");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kUnavailable);
  EXPECT_THAT(failed.error().message, HasSubstr("no room for the catalogue"));
}

TEST_F(ClientTest, ErrorsKeepCodeAndPath) {
  write(dir_ + "/fake-fail", R"({"b":{"code":"resource_exhausted","message":"disk full",
                                       "path":["activities",0,"query"]}})");
  Playground playground(data_dir_, kFakeEngine);
  auto failed = playground.put("hriste_lake", "b", {{"name", "b"}});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().error.code, Code::kResourceExhausted);
  EXPECT_EQ(failed.error().error.message, "disk full");
  EXPECT_EQ(failed.error().path, json::parse(R"(["activities",0,"query"])"));
}

TEST_F(ClientTest, CancelEndsWaitingRequests) {
  Playground playground(data_dir_, kFakeEngine);
  ASSERT_TRUE(playground.put("hriste_lake", "a", {{"name", "a"}}));
  write(dir_ + "/fake-slow", "30");
  std::jthread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    playground.cancel();
  });
  auto cancelled = playground.put("hriste_lake", "b", {{"name", "b"}});
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().error.code, Code::kCancelled);
}

TEST(ParseAnswer, ReadsLengthsAndChunks) {
  auto plain = parse_answer("HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->status, 404);
  EXPECT_EQ(plain->body, "{}");
  auto chunked = parse_answer(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n");
  ASSERT_TRUE(chunked);
  EXPECT_EQ(chunked->body, "[1,2]");
  EXPECT_EQ(parse_answer("HTTP/1.1 200 OK\r\n\r\nrest")->body, "rest");
}

TEST(ParseAnswer, AnAnswerCutShortIsUnavailable) {
  for (const char* bytes :
       {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"})
    EXPECT_EQ(parse_answer(bytes).error().code, Code::kUnavailable) << bytes;
  EXPECT_EQ(parse_answer("SSH-2.0-x\r\n\r\n").error().code, Code::kInternal);
}

}  // namespace
}  // namespace client
