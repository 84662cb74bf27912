#include <algorithm>
#include <exception>

#include "base/guarded.h"
#include "base/log.h"
#include "hub/listener_internal.h"

namespace hub {
namespace {

using base::Connection;
using std::chrono::steady_clock;

constexpr std::size_t kReceiveBytes = 1 << 20;

/// Frees what a large request or answer needed.
void shrink_buffer(std::string& buffer) {
  if (buffer.capacity() > MemoryBudget::kFreeBytes / 2) buffer = {};
}

}  // namespace

/// Reads exactly `n` bytes to the end of `out`; memory grows as bytes come, not as they are
/// claimed, and only as far as there is some.
bool Listener::read_exactly(Client& client, Session& session, std::size_t n, std::string& out) {
  std::size_t end = out.size() + n;
  while (out.size() < end) {
    std::size_t have = out.size(), step = std::min(kReceiveBytes, end - have);
    if (!session.hold(have + step)) return false;
    out.reserve(end);  // addresses; memory comes with the bytes
    out.resize(have + step);
    auto got = client.connection->read({out.data() + have, step});
    if (!got || *got == 0) return false;
    out.resize(have + *got);
    bool late = steady_clock::now() - client.opened > limits_.login;
    if (!client.logged_in && late) return false;
  }
  return true;
}

/// False: the connection ends.
bool Listener::read_frame(Client& client, Session& session, std::string& frame) {
  frame.clear();
  client.idle_since = steady_clock::now();
  if (!read_exactly(client, session, 4, frame)) return false;
  client.idle_since = SteadyTime::max();
  auto size = wire::load_big<std::int32_t>(frame.data());
  if (size < 0 || size > session.frame_bytes_max()) {
    base::log_warn("hub", "frame_too_large", "bytes={} limit={}", size, session.frame_bytes_max());
    return false;
  }
  frame.clear();
  // Small frames come with their length; for the others silence means another thing from here on.
  bool patient = static_cast<std::size_t>(size) > MemoryBudget::kFreeBytes && client.logged_in;
  if (patient && !client.connection->set_timeouts(limits_.frame, limits_.write)) return false;
  if (!read_exactly(client, session, static_cast<std::size_t>(size), frame)) return false;
  return !patient || client.connection->set_timeouts(limits_.idle, limits_.write).has_value();
}

void Listener::serve(Client& client, std::stop_token stop) {
  Connection& connection = *client.connection;
  Session session(services_, {stop, [&] { return connection.peer_gone(); }},
                  [&] { connection.shutdown(); });
  std::string frame, reply;
  if (!connection.set_timeouts(limits_.login, limits_.write)) return;
  for (bool open = true; open && !stop.stop_requested();) {
    if (!read_frame(client, session, frame)) return;
    open = session.handle(frame, reply);
    if (!client.logged_in && session.logged_in()) {
      client.logged_in = true;
      if (!connection.set_timeouts(limits_.idle, limits_.write)) return;
    }
    shrink_buffer(frame);
    if (!session.hold(frame.capacity() + reply.capacity())) return;
    if (!reply.empty() && !connection.write_all(reply)) return;
    shrink_buffer(reply);
    (void)session.hold(0);
  }
}

Listener::Listener(std::unique_ptr<base::Listener> socket, Services& services, Limits limits)
    : socket_(std::move(socket)), services_(services), limits_(limits) {}

std::unique_ptr<Listener> Listener::start(std::unique_ptr<base::Listener> socket,
                                          Services& services, Limits limits) {
  services.port = socket->port();
  std::unique_ptr<Listener> listener(new Listener(std::move(socket), services, limits));
  listener->acceptor_ = std::jthread([raw = listener.get()] { raw->accept_all(); });
  return listener;
}

void Listener::accept_all() {
  for (;;) {
    auto connection = socket_->accept();
    if (connection) {
      // Out of threads or memory: this client isn't served, the next one may be.
      auto added = base::guarded([&] { add(std::move(*connection)); });
      if (!added) base::log_error("hub", "connection_failed", "error={}", added.error().message);
    } else if (connection.error().code == base::Code::kCancelled) {
      return;
    } else {  // out of descriptors, most likely: let others finish
      base::log_error("hub", "accept", "error={}", connection.error().message);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

/// Whether one more connection may come; sends the one away that will be missed least.
bool Listener::make_room() {
  Client* leaves = nullptr;
  std::size_t staying = 0;
  for (Client& client : clients_) {
    if (client.leaving) continue;
    ++staying;
    bool idle = client.logged_in && client.idle_since.load() < steady_clock::now() - limits_.login;
    if (client.logged_in && !idle) continue;
    auto rank = [](const Client& c) {
      return std::pair(c.logged_in.load(), c.logged_in ? c.idle_since.load() : c.opened);
    };
    if (leaves == nullptr || rank(client) < rank(*leaves)) leaves = &client;
  }
  if (staying < limits_.connections) return true;
  base::log_warn("hub", "too_many_connections", "limit={} made_room={}", limits_.connections,
                 leaves != nullptr);
  if (leaves == nullptr) return false;
  leaves->leaving = true;
  leaves->connection->shutdown();
  return true;
}

void Listener::add(std::unique_ptr<base::Connection> connection) {
  std::lock_guard lock(mutex_);
  std::erase_if(clients_, [](Client& client) { return client.done.load(); });
  if (closing_ || !make_room()) return;
  Client& client = clients_.emplace_back();
  client.connection = std::move(connection);
  client.thread = std::jthread([this, &client](std::stop_token stop) {
    // Out of memory: this client's affair alone.
    auto served = base::guarded([&] { serve(client, stop); });
    if (!served) base::log_error("hub", "connection_failed", "error={}", served.error().message);
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
