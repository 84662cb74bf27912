// Waiting for a while of wall time that a request to stop ends. By the steady clock: whoever sets
// the computer's clock neither shortens nor lengthens it. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace base {

/// Returns false when `stop` came first.
inline bool wait_for(std::chrono::duration<double> time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace base
