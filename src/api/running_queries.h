// Queries under way that whoever asked may end: POST /v1/query names one, DELETE ends it.
//
// Thread: thread-safe. Names are the asker's own; two queries of one name end together.
#pragma once

#include <list>
#include <stop_token>
#include <string>
#include <utility>

#include "base/mutex.h"

namespace api {

class RunningQueries {
  using Named = std::list<std::pair<std::string, std::stop_source>>;

 public:
  /// Knows a query from construction to destruction.
  class Entry {
   public:
    /// `name` may be empty: then only cancel_all() reaches it. `queries` outlives this.
    Entry(RunningQueries& queries, std::string name);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    std::stop_token stop() const { return place_->second.get_token(); }
    const std::stop_source& source() const { return place_->second; }

   private:
    RunningQueries& queries_;
    Named::iterator place_;
  };

  /// Asks the named query to stop; false when none has this name (it has ended).
  bool cancel(const std::string& name);
  /// The server ends: every query shall.
  void cancel_all();

 private:
  base::Mutex mutex_;
  Named named_ GUARDED_BY(mutex_);
};

}  // namespace api
