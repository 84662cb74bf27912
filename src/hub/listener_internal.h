// The TCP side of the Kafka listener: one thread a connection. Inside the room only.
// Nobody is locked out by silence: who doesn't log in, stops in the middle of a frame, doesn't take
// his answer or is idle for long loses the connection, and when there are too many connections the
// oldest that hasn't logged in (or the longest idle) makes room at once.
#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "base/env.h"
#include "hub/session_internal.h"

namespace hub {

class Listener {
 public:
  struct Limits {
    std::size_t connections = 200;
    std::chrono::milliseconds login = std::chrono::seconds(10);  ///< from connecting on
    std::chrono::milliseconds frame = std::chrono::seconds(30);  ///< between bytes of a frame
    std::chrono::milliseconds write = std::chrono::seconds(60);  ///< until some answer is taken
    std::chrono::milliseconds idle = std::chrono::minutes(10);   ///< between frames
  };

  /// `services` outlives the listener; its port is set here.
  static std::unique_ptr<Listener> start(std::unique_ptr<base::Listener> socket, Services& services,
                                         Limits limits);
  /// Closes every connection and waits for its thread.
  ~Listener();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Client {
    std::unique_ptr<base::Connection> connection;
    const SteadyTime opened = std::chrono::steady_clock::now();
    std::atomic<bool> logged_in = false;
    std::atomic<SteadyTime> idle_since = SteadyTime::max();  ///< max: at work
    bool leaving = false;                                    ///< was told to go
    std::atomic<bool> done = false;
    std::jthread thread;
  };
  Listener(std::unique_ptr<base::Listener> socket, Services& services, Limits limits);
  void accept_all();
  void add(std::unique_ptr<base::Connection> connection);
  bool make_room();
  void serve(Client& client, std::stop_token stop);
  bool read_frame(Client& client, Session& session, std::string& frame);
  bool read_exactly(Client& client, Session& session, std::size_t n, std::string& out);

  const std::unique_ptr<base::Listener> socket_;
  Services& services_;
  const Limits limits_;
  std::mutex mutex_;
  bool closing_ = false;
  std::list<Client> clients_;
  std::jthread acceptor_;
};

}  // namespace hub
