#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "client/http_internal.h"

namespace client {
namespace {

using base::Code;

std::unexpected<base::Error> broken(std::string_view what, int err) {
  return base::error(Code::kUnavailable, "the connection to the daemon broke while {}: {}", what,
                     std::strerror(err));
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

/// The value of header `name` in "Name: value\r\n…", without blanks around it.
std::string_view header(std::string_view headers, std::string_view name) {
  while (!headers.empty()) {
    const auto end = std::min(headers.find("\r\n"), headers.size());
    const auto line = headers.substr(0, end);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && equal_ignoring_case(line.substr(0, colon), name)) {
      auto value = line.substr(colon + 1);
      while (value.starts_with(' ')) value.remove_prefix(1);
      while (value.ends_with(' ')) value.remove_suffix(1);
      return value;
    }
    headers.remove_prefix(std::min(end + 2, headers.size()));
  }
  return {};
}

base::Result<std::size_t> number(std::string_view text, int radix) {
  std::size_t value = 0;
  auto [end, err] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  if (err != std::errc{} || end == text.data())
    return base::error(Code::kInternal, "the daemon's answer has a bad length: \"{}\"", text);
  return value;
}

std::unexpected<base::Error> cut_short() {
  return base::error(Code::kUnavailable, "the daemon's answer ended too early");
}

base::Result<std::string> unchunk(std::string_view rest) {
  std::string body;
  while (true) {
    const auto line_end = rest.find("\r\n");
    if (line_end == std::string_view::npos) return cut_short();
    const auto size = TRY(number(rest.substr(0, line_end), 16));
    rest.remove_prefix(line_end + 2);
    if (size == 0) return body;
    if (rest.size() < size || rest.size() - size < 2) return cut_short();
    body.append(rest.substr(0, size));
    rest.remove_prefix(size + 2);
  }
}

std::string format_request(const HttpRequest& request) {
  return fmt::format(
      "{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\nAccept: "
      "application/json\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: "
      "{}\r\n\r\n{}",
      request.method, request.path, request.port, request.token, request.body.size(), request.body);
}

}  // namespace

base::Result<HttpAnswer> parse_answer(std::string_view bytes) {
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return cut_short();
  auto head = bytes.substr(0, head_end);
  const auto body = bytes.substr(head_end + 4);
  if (!head.starts_with("HTTP/1.") || head.size() < 12)
    return base::error(Code::kInternal, "what answers at the daemon's port doesn't speak HTTP");
  HttpAnswer answer;
  answer.status = static_cast<int>(TRY(number(head.substr(9, 3), 10)));
  head.remove_prefix(std::min(head.find("\r\n"), head.size()));
  while (head.starts_with("\r\n")) head.remove_prefix(2);
  if (equal_ignoring_case(header(head, "transfer-encoding"), "chunked")) {
    answer.body = TRY(unchunk(body));
  } else if (auto length = header(head, "content-length"); !length.empty()) {
    const auto size = TRY(number(length, 10));
    if (body.size() < size) return cut_short();
    answer.body = body.substr(0, size);
  } else {
    answer.body = body;
  }
  return answer;
}

HttpCall::~HttpCall() {
  if (int fd = fd_.load(); fd >= 0) ::close(fd);
}

void HttpCall::cut() {
  is_cut_ = true;
  if (int fd = fd_.load(); fd >= 0) ::shutdown(fd, SHUT_RDWR);
}

base::Status HttpCall::open(int port, int silence_seconds_max) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return base::errno_error(errno, "can't make", "a socket");
  fd_ = fd;
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval silence{.tv_sec = silence_seconds_max, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (is_cut_ || ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return base::error(Code::kUnavailable, "no daemon answers at 127.0.0.1:{}: {}", port,
                       std::strerror(errno));
  return {};
}

base::Status HttpCall::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return broken("sending", errno);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

base::Result<std::string> HttpCall::receive() {
  std::string bytes;
  std::array<char, 16384> chunk;
  while (true) {
    const auto got = ::recv(fd_, chunk.data(), chunk.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return broken("waiting for its answer", errno);
    if (got == 0) return bytes;
    bytes.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

base::Result<HttpAnswer> HttpCall::run(const HttpRequest& request) {
  TRY(open(request.port, request.silence_seconds_max));
  TRY(send(format_request(request)));
  // "Connection: close" makes the end of the stream the end of the answer.
  return parse_answer(TRY(receive()));
}

}  // namespace client
