// Whose turn it is: two runs that write one table follow each other, in the order in which they
// were asked for; others run side by side. A grade reads everything, so no run writes meanwhile.
// Thread-safe.
#pragma once

#include <list>
#include <set>
#include <string>
#include <vector>

#include "base/mutex.h"

namespace runs {

class RunTurns {
  enum class Stage { kWaiting, kWriting, kToGrade, kGrading };
  struct Place {
    std::string who;
    std::set<std::string> writes;
    Stage stage = Stage::kWaiting;
  };

 public:
  /// One's place in the order, as long as it lives.
  class Turn {
   public:
    /// Behind all that have one now. `who`: "the run of pipeline daily"; `writes`: names of what it
    /// writes.
    Turn(RunTurns& turns, std::string who, std::set<std::string> writes);
    /// For a grade alone.
    Turn(RunTurns& turns, std::string who);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    /// Begins to write, if it may now.
    bool try_write();
    /// The writing has ended; what is left is to grade, for which try_grade() asks.
    void done_writing();
    bool try_grade();
    /// Who keeps it from what it asks for, "the run of pipeline daily, the grade"; empty: nobody.
    std::string behind() const;

   private:
    RunTurns& turns_;
    std::list<Place>::iterator place_;
  };

 private:
  using Places = std::list<Place>;
  static bool overlap(const Place& one, const Place& other);
  static bool keeps_from_writing(const Place& other, const Place& mine, bool is_before);
  static bool keeps_from_grading(const Place& other, bool is_before);
  std::vector<const Place*> keepers_locked(Places::const_iterator mine, bool to_grade) const
      REQUIRES(mutex_);

  base::Mutex mutex_;
  Places places_ GUARDED_BY(mutex_);  // in the order of asking
};

}  // namespace runs
