// How many of a kind may be under way at once. Thread: thread-safe.
#pragma once

#include <atomic>
#include <memory>

namespace api {

class Slots {
 public:
  explicit Slots(int most) : most_(most) {}

  /// Held until the last copy goes; nullptr when all are taken. This outlives it.
  std::shared_ptr<void> take() {
    if (taken_.fetch_add(1) >= most_) {
      taken_.fetch_sub(1);
      return nullptr;
    }
    return {this, [this](void*) { taken_.fetch_sub(1); }};
  }
  int most() const { return most_; }

 private:
  const int most_;
  std::atomic<int> taken_ = 0;
};

}  // namespace api
