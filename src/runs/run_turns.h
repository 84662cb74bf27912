// Whose turn it is: two runs that write one table follow each other, in the order in which they
// were asked for; others run side by side. A grade reads everything, so no run writes meanwhile.
// Thread-safe.
#pragma once

#include <list>
#include <set>
#include <string>

#include "base/mutex.h"

namespace runs {

class RunTurns {
  enum class Stage { kWaiting, kWriting, kToGrade, kGrading };
  struct Place {
    std::set<std::string> writes;
    Stage stage = Stage::kWaiting;
  };

 public:
  /// One's place in the order, as long as it lives.
  class Turn {
   public:
    /// Behind all that have one now. `writes`: names of what the run writes.
    Turn(RunTurns& turns, std::set<std::string> writes);
    /// For a grade alone.
    explicit Turn(RunTurns& turns);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    /// Begins to write, if it may now.
    bool try_write();
    /// The writing has ended; what is left is to grade, for which try_grade() asks.
    void done_writing();
    bool try_grade();

   private:
    RunTurns& turns_;
    std::list<Place>::iterator place_;
  };

 private:
  static bool overlap(const Place& one, const Place& other);

  base::Mutex mutex_;
  std::list<Place> places_ GUARDED_BY(mutex_);  // in the order of asking
};

}  // namespace runs
