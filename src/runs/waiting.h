// Waiting for something with a name: what an apply or a run waits for stands in the log and in the
// status, ends when it is cancelled, and fails when nothing has moved for too long.
// Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "base/mutex.h"
#include "base/result.h"

namespace runs {

/// How long waits last, in wall time.
struct Patience {
  std::chrono::milliseconds progress{120'000};  ///< a wait fails after so long without any
  std::chrono::milliseconds settled{10'000};    ///< without a create: no more will come
  std::chrono::milliseconds look{20};           ///< between two looks
  std::chrono::milliseconds say_again{10'000};  ///< in the log, while it lasts
  std::chrono::milliseconds triggers{1000};     ///< between two looks at what is due
  std::chrono::milliseconds scheduled{60'000};  ///< two runs of one trigger's merged moments
};

/// What is waited for.
struct Wait {
  std::string who;   ///< "run-3 of daily"
  std::string what;  ///< "stream job traffic, until it has committed what came before the epoch"
  /// True when it is over; an error ends the wait with it.
  std::function<base::Result<bool>()> done;
  /// Grows, or changes, as long as there is progress; asked about once a second.
  std::function<std::string()> progress;
  /// What stands before it now, "the run of pipeline daily"; asked as often. None, or empty: nobody
  /// knows.
  std::function<std::string()> behind = {};
};

class Waiting {
 public:
  explicit Waiting(Patience patience = {}) : patience_(patience) {}
  const Patience& patience() const { return patience_; }

  /// Errors: done()'s; kCancelled after a request of `stop`; kFailedPrecondition without progress
  /// for too long, with what was waited for and what to do.
  base::Status wait(const Wait& wait, std::stop_token stop);

  /// [{"who","what","seconds"}], the oldest first.
  nlohmann::json list() const;

 private:
  struct Entry {
    std::string who, what, behind;
    std::chrono::steady_clock::time_point since;
  };
  class Listed;

  const Patience patience_;
  mutable base::Mutex mutex_;
  std::list<Entry> entries_ GUARDED_BY(mutex_);
};

}  // namespace runs
