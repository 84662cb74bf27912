// Hands blocks from the thread that reads them to one that works on them. Stays inside ml.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "ml/rows.h"

namespace ml {

/// Works on blocks in the order in which they were passed. pass() belongs to one thread; the
/// destructor waits for the work's end, whereafter its results may be read.
class Relay {
 public:
  explicit Relay(std::function<void(const Rows&)> work)
      : work_(std::move(work)), thread_([this] { run(); }) {}
  ~Relay() {
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Takes the block and leaves another's memory; waits when the work is behind.
  void pass(Rows& block) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return full_.size() < kBlocksMax; });
    Rows empty;
    if (!free_.empty()) {
      empty = std::move(free_.back());
      free_.pop_back();
    }
    full_.push_back(std::exchange(block, std::move(empty)));
    changed_.notify_all();
  }

 private:
  static constexpr std::size_t kBlocksMax = 8;

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return ended_ || !full_.empty(); });
      if (full_.empty()) return;
      Rows block = std::move(full_.front());
      full_.erase(full_.begin());
      changed_.notify_all();
      lock.unlock();
      work_(block);
      lock.lock();
      free_.push_back(std::move(block));
    }
  }

  std::function<void(const Rows&)> work_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<Rows> full_, free_;
  bool ended_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace ml
