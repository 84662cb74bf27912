#include "api/elastic_pool.h"

#include <system_error>
#include <thread>

#include "base/guarded.h"
#include "base/log.h"

namespace api {

namespace {

constexpr auto kIdle = std::chrono::seconds(10);

thread_local bool place = false;

}  // namespace

void ElasticPool::enqueue(std::function<void()> job) {
  std::lock_guard lock(mutex_);
  const bool has_place = taken_ < places_;
  if (has_place) ++taken_;
  jobs_.push_back({std::move(job), has_place});
  if (idle_ >= static_cast<int>(jobs_.size()) || threads_ >= most_) return changed_.notify_one();
  try {
    std::thread([this] { work(); }).detach();
    ++threads_;
  } catch (const std::system_error& error) {
    // The system has no more: the job waits for a thread that is there.
    base::log_error("api", "no_thread", "threads={} {}", threads_, error.what());
  }
}

bool ElasticPool::has_place() { return place; }

void ElasticPool::shutdown() {
  std::unique_lock lock(mutex_);
  ending_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return threads_ == 0; });
}

bool ElasticPool::take(Job& job) {
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

void ElasticPool::done(const Job& job) {
  std::lock_guard lock(mutex_);
  if (job.has_place) --taken_;
}

void ElasticPool::work() {
  Job job;
  while (take(job)) {
    place = job.has_place;
    if (auto served = base::guarded(job.serve); !served) {
      base::log_error("api", "connection", "{}", served.error().message);
    }
    done(job);
    job = {};
  }
}

}  // namespace api
