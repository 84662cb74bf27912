#include "api/elastic_pool.h"

#include <system_error>
#include <thread>

#include "base/guarded.h"
#include "base/log.h"

namespace api {

namespace {

constexpr auto kIdle = std::chrono::seconds(10);

}  // namespace

void ElasticPool::enqueue(std::function<void()> job) {
  std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  if (idle_ >= static_cast<int>(jobs_.size()) || threads_ >= most_) return changed_.notify_one();
  try {
    std::thread([this] { work(); }).detach();
    ++threads_;
  } catch (const std::system_error& error) {
    // The system has no more: the job waits for a thread that is there.
    base::log_error("api", "no_thread", "threads={} {}", threads_, error.what());
  }
}

void ElasticPool::shutdown() {
  std::unique_lock lock(mutex_);
  ending_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return threads_ == 0; });
}

bool ElasticPool::take(std::function<void()>& job) {
  std::unique_lock lock(mutex_);
  ++idle_;
  changed_.wait_for(lock, kIdle, [&] { return !jobs_.empty() || ending_; });
  --idle_;
  if (!jobs_.empty()) {
    job = std::move(jobs_.front());
    jobs_.pop_front();
    return true;
  }
  // Under the lock: once shutdown() sees the last thread go, nothing of this is touched any more.
  --threads_;
  if (threads_ == 0) changed_.notify_all();
  return false;
}

void ElasticPool::work() {
  std::function<void()> job;
  while (take(job)) {
    if (auto done = base::guarded(job); !done) {
      base::log_error("api", "connection", "{}", done.error().message);
    }
    job = nullptr;
  }
}

}  // namespace api
