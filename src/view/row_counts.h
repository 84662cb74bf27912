// Row counts of a database for the page, which asks every second: counting reads the whole table,
// so a count stays until the file changes, and while it changes all the time (a load) counting
// takes a small part of the time only. Thread: thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "base/mutex.h"
#include "sqldb/database.h"

namespace view {

class RowCounts {
 public:
  /// Rows of `table`, perhaps as of a moment ago; 0 when there is no such table. `file` is the
  /// database's file, whose write-ahead log lies beside it.
  std::int64_t count(sqldb::Database& database, const std::string& file, const std::string& table);

 private:
  using Clock = std::chrono::steady_clock;
  struct Count {
    std::string stamp;  // of the file, when it was counted
    std::int64_t rows = 0;
    Clock::time_point again_at;  // not before
  };
  base::Mutex mutex_;
  std::map<std::string, Count> counts_ GUARDED_BY(mutex_);  // by file and table
};

}  // namespace view
