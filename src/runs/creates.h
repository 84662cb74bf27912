// Which creations are under way, and for how long there has been none: what waits for something
// that another resource makes gives up only when nobody is making anything any more.
// Thread-safe.
#pragma once

#include <chrono>

#include "base/mutex.h"

namespace runs {

class Creates {
 public:
  using Clock = std::chrono::steady_clock;

  /// A creation or change, for as long as it lives.
  class Active {
   public:
    explicit Active(Creates& creates) : creates_(creates) { creates_.add(1); }
    ~Active() { creates_.add(-1); }
    Active(const Active&) = delete;
    Active& operator=(const Active&) = delete;

   private:
    Creates& creates_;
  };
  /// Within an Active: it only waits for others now, and doesn't count.
  class Waits {
   public:
    explicit Waits(Creates& creates) : creates_(creates) { creates_.add(-1); }
    ~Waits() { creates_.add(1); }
    Waits(const Waits&) = delete;
    Waits& operator=(const Waits&) = delete;

   private:
    Creates& creates_;
  };

  /// Since the last one ended, or this began; zero while one is under way.
  Clock::duration idle() const {
    base::MutexLock lock(mutex_);
    return active_ > 0 ? Clock::duration::zero() : Clock::now() - since_;
  }

 private:
  void add(int change) {
    base::MutexLock lock(mutex_);
    active_ += change;
    since_ = Clock::now();
  }

  mutable base::Mutex mutex_;
  int active_ GUARDED_BY(mutex_) = 0;
  Clock::time_point since_ GUARDED_BY(mutex_) = Clock::now();  // of the last change
};

}  // namespace runs
