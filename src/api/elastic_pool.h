// Threads for connections: one each, made when one comes and ended when it has had nothing to do.
//
// A fixed pool is full as soon as that many clients keep a connection open, and the next one waits
// for one of them; a connection that waits for its next request costs little more than its thread.
// Thread: thread-safe. Inside the room only.
#pragma once

#include <httplib.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace api {

class ElasticPool final : public httplib::TaskQueue {
 public:
  /// At most `most` threads; what comes beyond waits for one.
  explicit ElasticPool(int most) : most_(most) {}
  ~ElasticPool() override { shutdown(); }

  void enqueue(std::function<void()> job) override;
  /// Returns when all that was enqueued has been done.
  void shutdown() override;

 private:
  void work();
  bool take(std::function<void()>& job);

  const int most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  int threads_ = 0, idle_ = 0;
  bool ending_ = false;
};

}  // namespace api
