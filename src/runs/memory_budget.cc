#include "runs/memory_budget.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "base/clock.h"
#include "runs/waiting.h"

namespace runs {

using base::Result;

class MemoryBudget::Hold {
 public:
  Hold(MemoryBudget& budget, std::string who, int mb) : budget_(budget) {
    base::MutexLock lock(budget_.mutex_);
    place_ = budget_.places_.insert(budget_.places_.end(), {.who = std::move(who), .mb = mb});
  }
  ~Hold() {
    base::MutexLock lock(budget_.mutex_);
    budget_.places_.erase(place_);
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  /// Nobody before it waits, so that what needs much isn't passed by what needs little.
  bool try_take() {
    base::MutexLock lock(budget_.mutex_);
    int taken = 0;
    bool before = true;  // of the places before mine
    for (auto place = budget_.places_.begin(); place != budget_.places_.end(); ++place) {
      if (place == place_) {
        before = false;
      } else if (place->has_it) {
        taken += place->mb;
      } else if (before) {
        return false;
      }
    }
    if (taken > 0 && taken + place_->mb > budget_.all_mb_) return false;
    place_->has_it = true;
    return true;
  }

 private:
  MemoryBudget& budget_;
  std::list<Place>::iterator place_;
};

std::string MemoryBudget::holders_locked() const {
  std::string text;
  for (const auto& place : places_) {
    if (place.has_it) text += (text.empty() ? "" : ", ") + place.who;
  }
  return text;
}

Result<std::shared_ptr<MemoryBudget::Hold>> MemoryBudget::take(const std::string& who,
                                                               int megabytes, Waiting& waiting,
                                                               std::stop_token stop) {
  auto hold = std::make_shared<Hold>(*this, who, std::min(megabytes, all_mb_));
  Wait wait{.who = who,
            .what = fmt::format("{} MB of the {} MB that activities share", megabytes, all_mb_),
            .done = [&]() -> Result<bool> { return hold->try_take(); },
            // Whoever has it has a deadline of his own.
            .progress = [] { return base::format_millis(base::SystemClock().now()); },
            .behind =
                [this] {
                  base::MutexLock lock(mutex_);
                  return holders_locked();
                }};
  TRY(waiting.wait(wait, std::move(stop)));
  return hold;
}

int MemoryBudget::taken_mb() const {
  base::MutexLock lock(mutex_);
  int taken = 0;
  for (const auto& place : places_) taken += place.has_it ? place.mb : 0;
  return taken;
}

int MemoryBudget::of_this_machine() {
  std::int64_t mb = (static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) *
                     static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE))) >>
                    20;
  std::string bound;  // bytes, or "max"
  if (std::ifstream file("/sys/fs/cgroup/memory.max"); file && file >> bound) {
    std::int64_t bytes = 0;
    auto [end, failed] = std::from_chars(bound.data(), bound.data() + bound.size(), bytes);
    if (failed == std::errc() && bytes > 0) mb = std::min(mb, bytes >> 20);
  }
  constexpr std::int64_t kMost_mb = 1 << 20;
  return static_cast<int>(std::clamp<std::int64_t>(mb / 2, 1, kMost_mb));
}

}  // namespace runs
