// The engine that many short uses share: opening one costs 15 ms and its buffers some MB, so it
// stays for a moment after its last use and then goes.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "lake/duckdb_internal.h"

namespace lake {
namespace {

constexpr std::chrono::seconds kLinger{2};

class SharedEngine {
 public:
  ~SharedEngine() {
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    if (janitor_.joinable()) janitor_.join();
  }

  base::Result<std::shared_ptr<DuckDb>> lease() {
    std::unique_lock lock(mutex_);
    if (!db_) {
      db_ = TRY(DuckDb::open({.threads = 2, .memory_mb = 256, .temp_dir = ""}));
      if (janitor_.joinable()) janitor_.join();  // it has ended: it closed the one before
      janitor_ = std::thread([this] { close_when_idle(); });
    }
    ++leases_;
    // The lease keeps the instance and says when it is over.
    return std::shared_ptr<DuckDb>(db_.get(), [this, keep = db_](DuckDb*) mutable {
      keep.reset();
      std::lock_guard end(mutex_);
      --leases_;
      last_use_ = std::chrono::steady_clock::now();
      changed_.notify_all();
    });
  }

 private:
  void close_when_idle() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
      if (leases_ > 0) {
        changed_.wait(lock);
      } else if (std::chrono::steady_clock::now() - last_use_ < kLinger) {
        changed_.wait_until(lock, last_use_ + kLinger);
      } else {
        break;
      }
    }
    db_.reset();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<DuckDb> db_;
  std::thread janitor_;
  int leases_ = 0;
  bool ending_ = false;
  std::chrono::steady_clock::time_point last_use_;
};

}  // namespace

base::Result<std::shared_ptr<DuckDb>> shared_engine() {
  static SharedEngine engine;
  return engine.lease();
}

}  // namespace lake
