#include "runs/run_turns.h"

#include <algorithm>

namespace runs {

RunTurns::Turn::Turn(RunTurns& turns, std::set<std::string> writes) : turns_(turns) {
  base::MutexLock lock(turns_.mutex_);
  place_ = turns_.places_.insert(turns_.places_.end(), {.writes = std::move(writes)});
}

RunTurns::Turn::Turn(RunTurns& turns) : Turn(turns, {}) { done_writing(); }

RunTurns::Turn::~Turn() {
  base::MutexLock lock(turns_.mutex_);
  turns_.places_.erase(place_);
}

bool RunTurns::overlap(const Place& one, const Place& other) {
  return std::ranges::any_of(one.writes,
                             [&](const auto& name) { return other.writes.contains(name); });
}

bool RunTurns::Turn::try_write() {
  base::MutexLock lock(turns_.mutex_);
  bool before = true;  // of the places before mine
  for (auto place = turns_.places_.begin(); place != turns_.places_.end(); ++place) {
    if (place == place_) {
      before = false;
    } else if (place->stage == Stage::kGrading ||
               (before && (place->stage == Stage::kToGrade || overlap(*place, *place_)))) {
      return false;
    }
  }
  place_->stage = Stage::kWriting;
  return true;
}

void RunTurns::Turn::done_writing() {
  base::MutexLock lock(turns_.mutex_);
  place_->stage = Stage::kToGrade;
}

bool RunTurns::Turn::try_grade() {
  base::MutexLock lock(turns_.mutex_);
  bool before = true;
  for (auto place = turns_.places_.begin(); place != turns_.places_.end(); ++place) {
    if (place == place_) {
      before = false;
    } else if (place->stage == Stage::kWriting || place->stage == Stage::kGrading ||
               (before && place->stage == Stage::kToGrade)) {
      return false;
    }
  }
  place_->stage = Stage::kGrading;
  return true;
}

}  // namespace runs
