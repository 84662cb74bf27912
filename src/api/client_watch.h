// Ends what is done for a client when the client goes away.
//
// Thread: thread-safe; one thread of its own looks at the connections a few times a second. A
// client that only closes its sending side counts as gone: after a whole request, no client of ours
// does.
#pragma once

#include <condition_variable>
#include <list>
#include <mutex>
#include <stop_token>
#include <thread>

namespace api {

class ClientWatch {
  struct Watched {
    int socket;
    std::stop_source work;
  };

 public:
  /// Watches from construction to destruction.
  class Scope {
   public:
    /// `work` is asked to stop when the client of `socket` has gone. `watch` outlives this.
    Scope(ClientWatch& watch, int socket, std::stop_source work);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    ClientWatch& watch_;
    std::list<Watched>::iterator place_;
  };

  ClientWatch();
  ~ClientWatch() = default;

 private:
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::list<Watched> watched_;
  std::jthread thread_;  // the last: it ends first
};

}  // namespace api
