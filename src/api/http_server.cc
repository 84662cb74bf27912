#include "api/http_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <limits>

#include "api/elastic_pool.h"

namespace api {

namespace {

constexpr int kSpareThreads = 20;  // say 503 to those that are too many
constexpr int kRequestsPerConnection = 1000;
constexpr int kIdleMs = 5000;   // between two requests
constexpr int kStallMs = 5000;  // without a byte within one, either way
constexpr auto kRequestTime = std::chrono::seconds(30);

thread_local socket_t current = -1;
thread_local bool ends = false;  // the connection, with the answer

bool ready(socket_t socket, short events, int timeout_ms) {
  pollfd asked{.fd = socket, .events = events, .revents = 0};
  int found;
  do found = ::poll(&asked, 1, timeout_ms);
  while (found < 0 && errno == EINTR);
  return found > 0 && (asked.revents & (events | POLLHUP)) != 0 && (asked.revents & POLLERR) == 0;
}

/// One connection's bytes. What a request may bring is counted: its head first, then its body too.
class SocketStream final : public httplib::Stream {
 public:
  explicit SocketStream(socket_t socket) : socket_(socket) {}

  bool wait_for_request() { return begin_ < end_ || ready(socket_, POLLIN, kIdleMs); }
  void begin_request() {
    allowed_ = kHeadLimit;
    deadline_ = std::chrono::steady_clock::now() + kRequestTime;
  }
  /// The library counts it, and throws away what is too much.
  void allow_body() { allowed_ = std::numeric_limits<size_t>::max(); }

  bool is_readable() const override { return begin_ < end_ || ready(socket_, POLLIN, kStallMs); }
  bool is_writable() const override { return ready(socket_, POLLOUT, kStallMs); }
  socket_t socket() const override { return socket_; }

  ssize_t read(char* to, size_t size) override {
    if (begin_ == end_ && !fill()) return -1;
    if (begin_ == end_) return 0;
    size = std::min({size, end_ - begin_, allowed_});
    if (size == 0) return -1;  // more than a request may have
    std::copy_n(buffer_.data() + begin_, size, to);
    begin_ += size;
    allowed_ -= size;
    return static_cast<ssize_t>(size);
  }
  ssize_t write(const char* from, size_t size) override {
    if (!is_writable()) return -1;
    return ::send(socket_, from, size, MSG_NOSIGNAL);
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
      name(address, ip, port);
    }
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
      name(address, ip, port);
    }
  }

 private:
  /// False on an error, when nothing comes, or when the request takes too long.
  bool fill() {
    if (!is_readable() || std::chrono::steady_clock::now() > deadline_) return false;
    ssize_t got = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
    begin_ = 0;
    end_ = got > 0 ? static_cast<size_t>(got) : 0;
    return got >= 0;
  }
  static void name(const sockaddr_in& address, std::string& ip, int& port) {
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
    ip = text.data();
    port = ntohs(address.sin_port);
  }

  const socket_t socket_;
  std::array<char, 16384> buffer_;
  size_t begin_ = 0, end_ = 0, allowed_ = 0;
  std::chrono::steady_clock::time_point deadline_;
};

/// Reads what the client still sends: closing over it would cut the answer off.
void drain(socket_t socket) {
  constexpr int kPieces = 1000;
  std::array<char, 16384> piece;
  ::shutdown(socket, SHUT_WR);
  for (int i = 0; i < kPieces && ready(socket, POLLIN, 200); ++i) {
    if (::recv(socket, piece.data(), piece.size(), 0) <= 0) return;
  }
}

void refuse_connection(socket_t socket) {
  constexpr std::string_view kBody =
      R"({"error":{"code":"unavailable","message":"too many connections are open: close some"}})";
  std::string answer =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nConnection: close\r\n"
      "Content-Length: " +
      std::to_string(kBody.size()) + "\r\n\r\n" + std::string(kBody);
  (void)!::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
  drain(socket);
}

}  // namespace

/// Knows a connection while it is served.
class HttpServer::Connection {
 public:
  Connection(HttpServer& server, socket_t socket) : server_(server), socket_(socket) {
    base::MutexLock lock(server_.mutex_);
    fits_ = ElasticPool::has_place() && !server_.stopping_;
    if (fits_) server_.open_.insert(socket_);
    current = socket_;
  }
  ~Connection() {
    current = -1;
    base::MutexLock lock(server_.mutex_);
    server_.open_.erase(socket_);
    // Under the lock: stop() may not meet a number that another connection got meanwhile.
    ::shutdown(socket_, SHUT_RDWR);
    ::close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  bool fits() const { return fits_; }

 private:
  HttpServer& server_;
  const socket_t socket_;
  bool fits_ = false;
};

HttpServer::HttpServer(int connections) : connections_(connections) {
  new_task_queue = [connections] {
    return new ElasticPool(connections, connections + kSpareThreads);
  };
  set_payload_max_length(kBodyLimit);
  // The library's default is SO_REUSEPORT, with which two daemons could share a port.
  set_socket_options([](socket_t socket) {
    int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  // Head and body are two writes: without this the second waits 40 ms for the first's receipt.
  set_tcp_nodelay(true);
}

HttpServer::~HttpServer() = default;

void HttpServer::widen_queue() { ::listen(svr_sock_, connections_); }

int HttpServer::current_socket() { return current; }

void HttpServer::end_connection() { ends = true; }

void HttpServer::stop() {
  {
    base::MutexLock lock(mutex_);
    stopping_ = true;
    for (socket_t socket : open_) ::shutdown(socket, SHUT_RD);
  }
  httplib::Server::stop();
}

bool HttpServer::process_and_close_socket(socket_t socket) {
  Connection connection(*this, socket);
  if (connection.fits()) return serve(socket);
  refuse_connection(socket);
  return false;
}

bool HttpServer::serve(socket_t socket) {
  SocketStream stream(socket);
  bool answered = false;
  ends = false;
  for (int left = kRequestsPerConnection; left > 0 && stream.wait_for_request(); --left) {
    bool closed = false;
    stream.begin_request();
    answered =
        process_request(stream, left == 1, closed, [&](httplib::Request&) { stream.allow_body(); });
    if (!answered || closed || ends) break;
  }
  if (ends) drain(socket);
  return answered;
}

}  // namespace api
