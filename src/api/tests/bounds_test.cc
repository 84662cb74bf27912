// What clients may take: connections, live pages, bodies; and what ends when one goes.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "api/server.h"
#include "base/testing/temp_dir.h"

namespace api {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr int kPatience = 5;
#else
constexpr int kPatience = 1;
#endif

using control::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A connection by hand; closes with the object.
class Socket {
 public:
  explicit Socket(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    open_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Socket() { ::close(fd_); }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), open_(other.open_) {}
  Socket& operator=(Socket&&) = delete;

  bool is_open() const { return open_; }
  void send(const std::string& text) { (void)::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  /// Until `end` has come, the other side closes, or 20 s have passed.
  std::string receive(const std::string& end) {
    std::string all;
    char piece[4096];
    while (all.find(end) == std::string::npos) {
      ssize_t got = ::recv(fd_, piece, sizeof piece, 0);
      if (got <= 0) break;
      all.append(piece, static_cast<size_t>(got));
    }
    return all;
  }

 private:
  int fd_;
  bool open_ = false;
};

class BoundsTest : public base::TempDirTest {
 protected:
  BoundsTest() : playground_(*control::Playground::open({dir_, "9.9"})) { serve({}); }
  /// `wanted` says what differs from the usual; a server that runs ends first.
  void serve(Server::Options wanted) {
    if (server_ != nullptr) server_->stop();
    wanted.playground = playground_.get();
    wanted.token = token_;
    wanted.version = "9.9";
    wanted.log_path = path("daemon.log");
    wanted.on_end = [](bool) {};
    server_ = *Server::start(std::move(wanted));
    http_ = std::make_unique<httplib::Client>("127.0.0.1", server_->port());
    http_->set_default_headers({{"Authorization", "Bearer " + token_}});
    http_->set_read_timeout(20);
  }
  ~BoundsTest() override {
    playground_->close();
    server_->stop();
  }

  std::string head(const std::string& line, const std::string& more = "") const {
    return line + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server_->port()) +
           "\r\nAuthorization: Bearer " + token_ + "\r\n" + more + "\r\n";
  }
  Socket live() const {
    Socket page(server_->port());
    page.send(head("GET /v1/live"));
    return page;
  }
  /// How long /v1/health takes on a new connection.
  milliseconds health_time() const {
    auto from = steady_clock::now();
    Socket client(server_->port());
    client.send(head("GET /v1/health"));
    EXPECT_NE(client.receive("\"version\"").find("200 OK"), std::string::npos);
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - from);
  }
  bool is_running(const std::string& query) const {
    return http_->Delete("/v1/queries/" + query)->body.find("true") != std::string::npos;
  }

  const std::string token_ = std::string(64, 'a');
  std::unique_ptr<control::Playground> playground_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<httplib::Client> http_;
};

TEST_F(BoundsTest, IdleConnectionsDelayNobody) {
  std::vector<Socket> idle;
  for (int i = 0; i < 300; ++i) {
    idle.emplace_back(server_->port());
    ASSERT_TRUE(idle.back().is_open());
    if (i % 2 == 0) idle.back().send("GET /v1/health HTTP/1.1\r\nHo");  // and no more
  }
  EXPECT_LT(health_time(), kPatience * milliseconds(1000));
}

TEST_F(BoundsTest, LivePagesDelayNobodyAndAreLimited) {
  std::vector<Socket> pages;
  for (int i = 0; i < 200; ++i) pages.push_back(live());
  for (Socket& page : pages) {
    EXPECT_NE(page.receive("event: snapshot").find("200 OK"), std::string::npos);
  }
  EXPECT_LT(health_time(), kPatience * milliseconds(1000));
  EXPECT_NE(pages[7].receive("event: overview").find("event: overview"), std::string::npos);
  std::string refused = live().receive("}}");
  EXPECT_NE(refused.find("503"), std::string::npos) << refused;
  EXPECT_NE(refused.find("200 live pages are open already"), std::string::npos) << refused;
  pages.clear();
  std::string again;  // the places are free once their streams have noticed
  for (int i = 0; i < 50 && again.find("snapshot") == std::string::npos; ++i) {
    std::this_thread::sleep_for(milliseconds(100));
    again = live().receive("event: ");
    again = again.find("200 OK") != std::string::npos ? again + "snapshot" : "";
  }
  EXPECT_NE(again, "");
}

TEST_F(BoundsTest, ConnectionsBeyondTheLimitAreToldSo) {
  serve({.connections = 20});  // few: all are there long before the first has idled away
  std::vector<Socket> idle;
  for (int i = 0; i < 20; ++i) idle.emplace_back(server_->port());
  Socket more(server_->port());  // accepted behind them, whatever their threads have done by then
  more.send(head("GET /v1/health", "Connection: close\r\n"));
  std::string answer = more.receive("}}");
  EXPECT_NE(answer.find("503 Service Unavailable"), std::string::npos) << answer;
  EXPECT_NE(answer.find("too many connections are open"), std::string::npos) << answer;
}

TEST_F(BoundsTest, AStatementEndsWhenItsClientGoes) {
  const json body = {{"sql",
                      "SELECT count(*) FROM range(3000000) a, range(3000000) b"
                      " WHERE a.range * b.range = 7"},
                     {"id", "long"}};
  {
    Socket client(server_->port());
    std::string text = body.dump();
    client.send(head("POST /v1/query", "Content-Length: " + std::to_string(text.size()) + "\r\n") +
                text);
    std::this_thread::sleep_for(milliseconds(500));
  }
  // Cancelling by its name says whether it is still there; the client's going ended it before that.
  std::this_thread::sleep_for(milliseconds(1500));
  EXPECT_FALSE(is_running("long"));
}

TEST_F(BoundsTest, BodiesAreBoundedHoweverTheyCome) {
  EXPECT_EQ(http_->Post("/v1/query", std::string(17'000'000, ' '), "application/json")->status,
            413);
  Socket chunks(server_->port());
  chunks.send(head("POST /v1/query", "Transfer-Encoding: chunked\r\n"));
  EXPECT_NE(chunks.receive("}}").find("411"), std::string::npos);
  Socket packed(server_->port());
  packed.send(head("POST /v1/query", "Content-Encoding: gzip\r\nContent-Length: 5\r\n") + "abcde");
  EXPECT_NE(packed.receive("}}").find("415"), std::string::npos);
  auto from = steady_clock::now();
  Socket nothing(server_->port());
  nothing.send(head("POST /v1/query"));
  EXPECT_NE(nothing.receive("}}").find("\\\"sql\\\" is missing"), std::string::npos);
  EXPECT_LT(steady_clock::now() - from, kPatience * milliseconds(2000))
      << "no body is an empty one";
  Socket endless(server_->port());
  endless.send("GET /v1/health HTTP/1.1\r\n");
  for (int i = 0; i < 200; ++i) endless.send("X-Filler: " + std::string(1000, 'x') + "\r\n");
  EXPECT_EQ(endless.receive("200 OK").find("200 OK"), std::string::npos);
}

TEST_F(BoundsTest, ARefusedBodyIsNotReadAsARequest) {
  Socket stranger(server_->port());
  std::string inner = head("GET /v1/health");
  stranger.send("POST /v1/query HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server_->port()) +
                "\r\nContent-Length: " + std::to_string(inner.size()) + "\r\n\r\n" + inner);
  std::string answer = stranger.receive("\"version\"");
  EXPECT_NE(answer.find("403"), std::string::npos) << answer;
  EXPECT_EQ(answer.find("\"version\""), std::string::npos) << answer;
}

TEST_F(BoundsTest, AServerThatHasJustStartedCanBeStopped) {
  for (int i = 0; i < 50; ++i) serve({});
}

TEST_F(BoundsTest, TheServerEndsAtOnceWithPagesOpen) {
  std::vector<Socket> pages;
  for (int i = 0; i < 20; ++i) pages.push_back(live());
  for (Socket& page : pages) page.receive("event: snapshot");
  Socket idle(server_->port());
  auto from = steady_clock::now();
  server_->stop();
  EXPECT_LT(steady_clock::now() - from, kPatience * milliseconds(2000));
}

}  // namespace
}  // namespace api
