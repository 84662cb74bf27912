// Bells wake those who wait for any of several things, and nobody else. Thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

namespace hub {

/// Who waits. Outlives its subscriptions.
class Waker {
 public:
  void wake() {
    {
      std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_all();
  }
  /// Until wake() was called since the last wait, the deadline, or a stop request.
  void wait(std::chrono::steady_clock::time_point deadline, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, deadline, [&] { return woken_; });
    woken_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool woken_ = false;
};

/// Rings when something was appended to a partition, or when its hub goes.
class Bell {
 public:
  void ring() {
    std::lock_guard lock(mutex_);
    for (Waker* waker : waiting_) waker->wake();
  }

 private:
  friend class Subscription;
  std::mutex mutex_;
  std::vector<Waker*> waiting_;
};

/// As long as it lives, `bell` wakes `waker`. Subscribe before looking at what may change.
class Subscription {
 public:
  Subscription(std::shared_ptr<Bell> bell, Waker& waker) : bell_(std::move(bell)), waker_(&waker) {
    std::lock_guard lock(bell_->mutex_);
    bell_->waiting_.push_back(waker_);
  }
  ~Subscription() {
    if (!bell_) return;
    std::lock_guard lock(bell_->mutex_);
    bell_->waiting_.erase(std::ranges::find(bell_->waiting_, waker_));
  }
  Subscription(Subscription&& other) noexcept
      : bell_(std::exchange(other.bell_, nullptr)), waker_(other.waker_) {}
  Subscription& operator=(Subscription&&) = delete;

 private:
  std::shared_ptr<Bell> bell_;
  Waker* waker_;
};

}  // namespace hub
