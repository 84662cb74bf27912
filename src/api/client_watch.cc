#include "api/client_watch.h"

#include <poll.h>

#include <chrono>

#include "base/guarded.h"
#include "base/log.h"

namespace api {

namespace {

constexpr auto kEvery = std::chrono::milliseconds(100);

bool is_gone(int socket) {
  pollfd asked{.fd = socket, .events = POLLRDHUP, .revents = 0};
  return ::poll(&asked, 1, 0) > 0 && (asked.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

}  // namespace

ClientWatch::Scope::Scope(ClientWatch& watch, int socket, std::stop_source work) : watch_(watch) {
  std::lock_guard lock(watch_.mutex_);
  place_ = watch_.watched_.insert(watch_.watched_.end(), {socket, std::move(work)});
  watch_.changed_.notify_one();
}

ClientWatch::Scope::~Scope() {
  std::lock_guard lock(watch_.mutex_);
  watch_.watched_.erase(place_);
}

ClientWatch::ClientWatch()
    : thread_([this](const std::stop_token& stop) {
        if (auto done = base::guarded([&] { run(stop); }); !done) {
          base::log_error("api", "client_watch", "{}", done.error().message);
        }
      }) {}

void ClientWatch::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    changed_.wait(lock, stop, [&] { return !watched_.empty(); });
    changed_.wait_for(lock, stop, kEvery, [] { return false; });
    std::list<std::stop_source> ended;
    for (Watched& one : watched_) {
      if (!one.work.stop_requested() && is_gone(one.socket)) ended.push_back(one.work);
    }
    // Outside the lock: a stop callback may take its time.
    lock.unlock();
    for (std::stop_source& work : ended) work.request_stop();
    lock.lock();
  }
}

}  // namespace api
