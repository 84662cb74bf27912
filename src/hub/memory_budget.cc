#include "base/log.h"
#include "hub/memory_budget_internal.h"

namespace hub {

using std::chrono::steady_clock;

namespace {
constexpr std::chrono::seconds kGiveUpAfter{30};
constexpr std::chrono::milliseconds kLookForFreed{200};
}  // namespace

MemoryBudget::Share::Share(MemoryBudget& budget, std::function<void()> cut)
    : budget_(budget), cut_(std::move(cut)) {
  std::lock_guard lock(budget_.mutex_);
  place_ = budget_.shares_.insert(budget_.shares_.end(), this);
}

MemoryBudget::Share::~Share() {
  std::lock_guard lock(budget_.mutex_);
  budget_.used_ -= counted_;
  budget_.shares_.erase(place_);
  budget_.freed_.notify_all();
}

bool MemoryBudget::Share::resize(std::size_t bytes, const Caller& caller) {
  std::size_t wanted = bytes > kFreeBytes ? bytes : 0;
  std::unique_lock lock(budget_.mutex_);
  auto give_up = steady_clock::now() + kGiveUpAfter;
  while (wanted > counted_ && budget_.used_ - counted_ + wanted > budget_.bytes_) {
    if (caller.left() || is_cut_ || steady_clock::now() >= give_up) return false;
    budget_.cut_longest(*this);
    budget_.freed_.wait_until(lock, caller.stop, steady_clock::now() + kLookForFreed,
                              [] { return false; });
  }
  budget_.used_ = budget_.used_ - counted_ + wanted;
  if (wanted < counted_) budget_.freed_.notify_all();
  if (wanted != counted_) since_ = steady_clock::now();
  counted_ = wanted;
  asked_ = bytes;
  return true;
}

/// The caller holds the mutex.
void MemoryBudget::cut_longest(const Share& asking) {
  Share* longest = nullptr;
  for (Share* share : shares_) {
    if (share == &asking || share->counted_ == 0 || share->is_cut_) continue;
    if (longest == nullptr || share->since_ < longest->since_) longest = share;
  }
  if (longest == nullptr || steady_clock::now() - longest->since_ < patience_) return;
  longest->is_cut_ = true;
  base::log_warn("hub", "connection_cut", "reason=\"memory is short\" held_bytes={}",
                 longest->counted_);
  if (longest->cut_) longest->cut_();
}

std::size_t MemoryBudget::used() const {
  std::lock_guard lock(mutex_);
  return used_;
}

}  // namespace hub
