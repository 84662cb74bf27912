// The TCP side of the Kafka listener: one thread a connection. Inside the room only.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "base/env.h"
#include "hub/session_internal.h"

namespace hub {

class Listener {
 public:
  static constexpr std::size_t kConnectionsMax = 200;

  /// `services` outlives the listener; its port is set here.
  static std::unique_ptr<Listener> start(std::unique_ptr<base::Listener> socket,
                                         Services& services);
  /// Closes every connection and waits for its thread.
  ~Listener();

 private:
  struct Client {
    std::unique_ptr<base::Connection> connection;
    std::atomic<bool> done = false;
    std::jthread thread;
  };
  Listener(std::unique_ptr<base::Listener> socket, Services& services);
  void accept_all();
  void add(std::unique_ptr<base::Connection> connection);

  const std::unique_ptr<base::Listener> socket_;
  Services& services_;
  std::mutex mutex_;
  bool closing_ = false;
  std::list<Client> clients_;
  std::jthread acceptor_;
};

}  // namespace hub
