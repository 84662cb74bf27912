// Wakes those who wait for any of many things to change. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace hub {

class Signal {
 public:
  /// Take it before looking at what may change, give it to wait() after.
  std::uint64_t version() const {
    std::lock_guard lock(mutex_);
    return version_;
  }
  void notify() {
    {
      std::lock_guard lock(mutex_);
      ++version_;
    }
    changed_.notify_all();
  }
  /// Until notify() was called after `seen` was taken, the deadline, or a stop request.
  void wait(std::uint64_t seen, std::chrono::steady_clock::time_point deadline,
            std::stop_token stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, deadline, [&] { return version_ != seen; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t version_ = 0;
};

}  // namespace hub
