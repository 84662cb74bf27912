// Making chunks on several threads and taking them in order on one, with few of them alive at a
// time: how tables are written, hashed and listed in parallel without growing memory.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"

namespace base {

namespace internal {

/// A ring of slots: item i lives in slot i mod size from its making to its taking.
class InOrderRing {
 public:
  InOrderRing(std::int64_t count, std::int64_t slots) : count_(count), made_(slots, false) {}

  /// The next item to make, or −1 when there is none or the taker has stopped. Waits for a slot.
  std::int64_t claim() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || next_ >= count_ || next_ < taken_ + size(); });
    return stopped_ || next_ >= count_ ? -1 : next_++;
  }
  void made(std::int64_t item) {
    std::lock_guard lock(mutex_);
    made_[slot(item)] = true;
    changed_.notify_all();
  }
  /// The failure of a maker, if there was one.
  Status wait_for(std::int64_t item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return made_[slot(item)] || !failed_; });
    return failed_;
  }
  void fail(Error error) {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    failed_ = std::unexpected(std::move(error));
    changed_.notify_all();
  }
  void taken(std::int64_t item) {
    std::lock_guard lock(mutex_);
    made_[slot(item)] = false;
    taken_ = item + 1;
    changed_.notify_all();
  }
  void stop() {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  std::size_t slot(std::int64_t item) const { return static_cast<std::size_t>(item % size()); }

 private:
  std::int64_t size() const { return static_cast<std::int64_t>(made_.size()); }

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::int64_t count_;
  std::int64_t next_ = 0, taken_ = 0;
  bool stopped_ = false;
  Status failed_;
  std::vector<bool> made_;
};

}  // namespace internal

/// Makes items 0 … count−1 with `make(i, item)` on `threads` threads, and takes each in order with
/// `Status take(i, item)` on the caller's thread. An `Item` (default-constructed) is used again for
/// later items, so make() overwrites it. `make` must be thread-safe. The first error of take() ends
/// it all and is returned; so does what make() throws. With one thread or one item everything runs
/// on the caller's.
template <typename Item, typename Make, typename Take>
Status in_order(std::int64_t count, int threads, Make make, Take take) {
  if (threads <= 1 || count <= 1) {
    Item item;
    for (std::int64_t i = 0; i < count; ++i) {
      make(i, item);
      TRY(take(i, item));
    }
    return {};
  }
  std::int64_t slots = std::min<std::int64_t>(2 * std::int64_t{threads}, count);
  std::vector<Item> items(static_cast<std::size_t>(slots));
  internal::InOrderRing ring(count, slots);
  auto work = [&] {
    auto made = guarded([&] {
      for (std::int64_t i = ring.claim(); i >= 0; i = ring.claim()) {
        make(i, items[ring.slot(i)]);
        ring.made(i);
      }
    });
    if (!made) ring.fail(std::move(made).error());
  };
  std::vector<std::jthread> workers;
  for (int t = 0; t < threads; ++t) workers.emplace_back(work);
  for (std::int64_t i = 0; i < count; ++i) {
    Status status = ring.wait_for(i);
    if (status) status = guarded([&] { return take(i, items[ring.slot(i)]); });
    if (!status) {
      ring.stop();
      return status;  // the workers end first: `workers` is destroyed before `items`
    }
    ring.taken(i);
  }
  return {};
}

}  // namespace base
