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
  /// `places` connections are served at once; those beyond find out by has_place() and are to end
  /// soon. At most `most` threads; what comes beyond these waits for one.
  ElasticPool(int places, int most) : places_(places), most_(most) {}
  ~ElasticPool() override { shutdown(); }

  void enqueue(std::function<void()> job) override;
  /// Returns when all that was enqueued has been done.
  void shutdown() override;
  /// Whether the connection that this thread serves came while there was a place. Decided in the
  /// order of acceptance: not by whose thread happened to run first.
  static bool has_place();

 private:
  struct Job {
    std::function<void()> serve;
    bool has_place = false;
  };
  void work();
  bool take(Job& job);
  void done(const Job& job);

  const int places_, most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  int threads_ = 0, idle_ = 0, taken_ = 0;
  bool ending_ = false;
};

}  // namespace api
