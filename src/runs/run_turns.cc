#include "runs/run_turns.h"

#include <algorithm>

namespace runs {

RunTurns::Turn::Turn(RunTurns& turns, std::string who, std::set<std::string> writes)
    : turns_(turns) {
  base::MutexLock lock(turns_.mutex_);
  place_ = turns_.places_.insert(turns_.places_.end(),
                                 {.who = std::move(who), .writes = std::move(writes)});
}

RunTurns::Turn::Turn(RunTurns& turns, std::string who)
    : Turn(turns, std::move(who), std::set<std::string>{}) {
  done_writing();
}

RunTurns::Turn::~Turn() {
  base::MutexLock lock(turns_.mutex_);
  turns_.places_.erase(place_);
}

bool RunTurns::overlap(const Place& one, const Place& other) {
  return std::ranges::any_of(one.writes,
                             [&](const auto& name) { return other.writes.contains(name); });
}

bool RunTurns::keeps_from_writing(const Place& other, const Place& mine, bool is_before) {
  if (other.stage == Stage::kGrading) return true;
  return is_before && (other.stage == Stage::kToGrade || overlap(other, mine));
}

bool RunTurns::keeps_from_grading(const Place& other, bool is_before) {
  if (other.stage == Stage::kWriting || other.stage == Stage::kGrading) return true;
  return is_before && other.stage == Stage::kToGrade;
}

std::vector<const RunTurns::Place*> RunTurns::keepers_locked(Places::const_iterator mine,
                                                             bool to_grade) const {
  std::vector<const Place*> keepers;
  bool before = true;  // of the places before mine
  for (auto place = places_.begin(); place != places_.end(); ++place) {
    if (place == mine) {
      before = false;
    } else if (to_grade ? keeps_from_grading(*place, before)
                        : keeps_from_writing(*place, *mine, before)) {
      keepers.push_back(&*place);
    }
  }
  return keepers;
}

bool RunTurns::Turn::try_write() {
  base::MutexLock lock(turns_.mutex_);
  if (!turns_.keepers_locked(place_, false).empty()) return false;
  place_->stage = Stage::kWriting;
  return true;
}

void RunTurns::Turn::done_writing() {
  base::MutexLock lock(turns_.mutex_);
  place_->stage = Stage::kToGrade;
}

bool RunTurns::Turn::try_grade() {
  base::MutexLock lock(turns_.mutex_);
  if (!turns_.keepers_locked(place_, true).empty()) return false;
  place_->stage = Stage::kGrading;
  return true;
}

std::string RunTurns::Turn::behind() const {
  base::MutexLock lock(turns_.mutex_);
  if (place_->stage == Stage::kWriting || place_->stage == Stage::kGrading) return {};
  std::string text;
  for (const auto* place : turns_.keepers_locked(place_, place_->stage == Stage::kToGrade)) {
    text += (text.empty() ? "" : ", ") + place->who;
  }
  return text;
}

}  // namespace runs
