// The memory that activities share: each takes what it may need before it starts, and waits in the
// order of asking until so much is free. One that needs more than there is runs alone. Thread-safe.
#pragma once

#include <list>
#include <memory>
#include <stop_token>
#include <string>

#include "base/mutex.h"
#include "base/result.h"

namespace runs {

class Waiting;

class MemoryBudget {
 public:
  explicit MemoryBudget(int megabytes) : all_mb_(megabytes > 0 ? megabytes : 1) {}

  /// Held as long as it lives; the budget lives longer.
  class Hold;
  /// Waits; who waits, for how much and who has it stands in `waiting`. Errors: kCancelled. Waits
  /// as long as those before have theirs: each of these has a deadline.
  base::Result<std::shared_ptr<Hold>> take(const std::string& who, int megabytes, Waiting& waiting,
                                           std::stop_token stop);
  int taken_mb() const;

  /// Half of what this machine, or the group of processes that this one is in, may have.
  static int of_this_machine();

 private:
  struct Place {
    std::string who;
    int mb = 0;
    bool has_it = false;
  };
  std::string holders_locked() const REQUIRES(mutex_);

  const int all_mb_;
  mutable base::Mutex mutex_;
  std::list<Place> places_ GUARDED_BY(mutex_);  // in the order of asking
};

}  // namespace runs
