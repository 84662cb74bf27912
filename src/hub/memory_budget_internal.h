// The memory that all connections together may hold: frames that come in, batches that are
// decompressed, answers that clients are slow to take. Inside the room only. Thread-safe.
//
// When it is used up, who needs more waits. Who has held his share for seconds meanwhile, with a
// frame that doesn't end or an answer that isn't taken, loses his connection.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>

#include "hub/caller_internal.h"

namespace hub {

class MemoryBudget {
 public:
  static constexpr std::size_t kBytes = 256 << 20;
  /// What every connection has without asking.
  static constexpr std::size_t kFreeBytes = 64 << 10;

  explicit MemoryBudget(std::size_t bytes = kBytes,
                        std::chrono::milliseconds patience = std::chrono::seconds(5))
      : bytes_(bytes), patience_(patience) {}

  /// One connection's part. Owned by the connection's thread.
  class Share {
   public:
    /// `cut` closes the connection; called from any thread, as long as the share lives.
    Share(MemoryBudget& budget, std::function<void()> cut);
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    /// Makes the share `bytes` in all. Giving back never waits; taking waits for others. False:
    /// `caller` left, or there was nothing to have for half a minute; the share is as before.
    bool resize(std::size_t bytes, const Caller& caller);
    std::size_t bytes() const { return asked_; }

   private:
    friend class MemoryBudget;
    MemoryBudget& budget_;
    const std::function<void()> cut_;
    std::size_t asked_ = 0;    // the owner's own
    std::size_t counted_ = 0;  // guarded by the budget's mutex, as what follows
    std::chrono::steady_clock::time_point since_;
    bool is_cut_ = false;
    std::list<Share*>::iterator place_;
  };

  std::size_t used() const;

 private:
  void cut_longest(const Share& asking);

  const std::size_t bytes_;
  const std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;
  std::condition_variable_any freed_;
  std::size_t used_ = 0;
  std::list<Share*> shares_;
};

}  // namespace hub
