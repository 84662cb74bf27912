// The runs that somebody has asked for and that haven't ended, waiting or running, so that they can
// be cancelled. Thread-safe.
#pragma once

#include <list>
#include <set>
#include <stop_token>
#include <string>

#include "base/mutex.h"

namespace runs {

class RunningRuns {
  struct Run {
    std::string pipeline;
    std::stop_source stop;
  };

 public:
  /// One of them, for as long as it lives.
  class Entry {
   public:
    Entry(RunningRuns& runs, std::string pipeline) : runs_(runs) {
      base::MutexLock lock(runs_.mutex_);
      place_ = runs_.runs_.insert(runs_.runs_.end(), {std::move(pipeline), {}});
    }
    ~Entry() {
      base::MutexLock lock(runs_.mutex_);
      runs_.runs_.erase(place_);
    }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    std::stop_token stop() const { return place_->stop.get_token(); }

   private:
    RunningRuns& runs_;
    std::list<Run>::iterator place_;
  };

  /// Those with a run that hasn't ended, by name.
  std::set<std::string> pipelines() {
    base::MutexLock lock(mutex_);
    std::set<std::string> names;
    for (const auto& run : runs_) names.insert(run.pipeline);
    return names;
  }

  /// Asks all of a pipeline to stop; returns how many there were.
  int cancel(const std::string& pipeline) {
    base::MutexLock lock(mutex_);
    int count = 0;
    for (auto& run : runs_) {
      if (run.pipeline != pipeline) continue;
      run.stop.request_stop();
      ++count;
    }
    return count;
  }

 private:
  base::Mutex mutex_;
  std::list<Run> runs_ GUARDED_BY(mutex_);
};

}  // namespace runs
