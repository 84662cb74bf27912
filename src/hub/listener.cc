#include <algorithm>
#include <exception>

#include "base/log.h"
#include "hub/listener_internal.h"

namespace hub {
namespace {

using base::Connection;

constexpr std::size_t kReadBytes = 1 << 20;

/// Reads exactly `n` bytes to the end of `out`; memory grows as bytes come, not as they are
/// claimed.
bool read_exactly(Connection& connection, std::size_t n, std::string& out) {
  std::size_t end = out.size() + n;
  while (out.size() < end) {
    std::size_t have = out.size(), step = std::min(kReadBytes, end - have);
    out.resize(have + step);
    auto got = connection.read({out.data() + have, step});
    if (!got || *got == 0) return false;
    out.resize(have + *got);
  }
  return true;
}

void serve(Connection& connection, Services& services, std::stop_token stop) {
  Session session(services, stop);
  std::string frame, reply;
  bool open = true;
  while (open && !stop.stop_requested()) {
    frame.clear();
    if (!read_exactly(connection, 4, frame)) return;
    auto size = wire::load_big<std::int32_t>(frame.data());
    if (size < 0 || size > session.frame_bytes_max()) {
      base::log_warn("hub", "frame_too_large", "bytes={} limit={}", size,
                     session.frame_bytes_max());
      return;
    }
    frame.clear();
    if (!read_exactly(connection, static_cast<std::size_t>(size), frame)) return;
    open = session.handle(frame, reply);
    if (!reply.empty() && !connection.write_all(reply)) return;
    if (frame.capacity() > 4 * kReadBytes) frame = {};
    if (reply.capacity() > 4 * kReadBytes) reply = {};
  }
}

}  // namespace

Listener::Listener(std::unique_ptr<base::Listener> socket, Services& services)
    : socket_(std::move(socket)), services_(services) {}

std::unique_ptr<Listener> Listener::start(std::unique_ptr<base::Listener> socket,
                                          Services& services) {
  services.port = socket->port();
  std::unique_ptr<Listener> listener(new Listener(std::move(socket), services));
  listener->acceptor_ = std::jthread([raw = listener.get()] { raw->accept_all(); });
  return listener;
}

void Listener::accept_all() {
  for (;;) {
    auto connection = socket_->accept();
    if (connection) {
      add(std::move(*connection));
    } else if (connection.error().code == base::Code::kCancelled) {
      return;
    } else {  // out of descriptors, most likely: let others finish
      base::log_error("hub", "accept", "error={}", connection.error().message);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

void Listener::add(std::unique_ptr<base::Connection> connection) {
  std::lock_guard lock(mutex_);
  std::erase_if(clients_, [](Client& client) { return client.done.load(); });
  if (closing_) return;
  if (clients_.size() >= kConnectionsMax) {
    base::log_warn("hub", "too_many_connections", "limit={}", kConnectionsMax);
    return;
  }
  Client& client = clients_.emplace_back();
  client.connection = std::move(connection);
  client.thread = std::jthread([this, &client](std::stop_token stop) {
    try {
      serve(*client.connection, services_, stop);
    } catch (const std::exception& e) {  // out of memory: this client's affair alone
      base::log_error("hub", "connection_failed", "error={}", e.what());
    }
    client.connection->shutdown();
    client.done = true;
  });
}

Listener::~Listener() {
  socket_->close();
  acceptor_.join();
  std::lock_guard lock(mutex_);
  closing_ = true;
  for (Client& client : clients_) {
    client.thread.request_stop();
    client.connection->shutdown();
  }
  clients_.clear();  // joins
}

}  // namespace hub
