// The HTTP library's server with connections of our own: bounded in number, size and time.
//
// The library gives each connection a thread of a small pool, polls idle ones a hundred times a
// second, takes bodies of unknown length without end, and tells no handler which client it serves.
// Here a connection waits in one poll(); beyond so many a client is answered 503 in words; a
// request has half a minute, its head kHeadLimit, its body kBodyLimit; and a handler can be ended
// when its client goes (ClientWatch). Thread: as the library's. Inside the room only.
#pragma once

#include <httplib.h>

#include <set>

#include "base/mutex.h"

namespace api {

constexpr size_t kBodyLimit = 16'000'000;  // a notebook has at most 10 MB
constexpr size_t kHeadLimit = 100'000;

class HttpServer final : public httplib::Server {
 public:
  /// `connections` may be open at once.
  explicit HttpServer(int connections);
  ~HttpServer() override;

  /// After binding. The library lets five clients wait to be accepted; the sixth that comes at once
  /// tries again after a second.
  void widen_queue();
  /// As the library's; connections that wait for a request end now, others when they have answered.
  void stop();
  /// The connection whose request this thread answers; -1 in other threads.
  static int current_socket();
  /// The connection ends with this answer: what follows on it is not to be read as a request.
  static void end_connection();

 private:
  class Connection;

  bool process_and_close_socket(socket_t socket) override;
  bool serve(socket_t socket);

  const int connections_;
  base::Mutex mutex_;
  std::set<socket_t> open_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace api
