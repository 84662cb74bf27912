// The stream's time rules, stated once for the key: System.Timestamp from event time and arrival,
// and the watermark. Part of the expected side.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "grade/key_event.h"

namespace grade {

struct Policies {
  int late_s = 60;  ///< -1: events may be of any age
  int out_of_order_s = 50;
  bool drop = false;  ///< else late and disordered events get another time
};

/// Takes an input's events in the order (arrival, partition, offset). Owned by one thread.
class PolicyClock {
 public:
  explicit PolicyClock(Policies policies) : policies_(policies) {}

  /// Sets `event`'s time_ms and dropped. First the late rule, then the out-of-order rule.
  void apply(Event& event) {
    std::int64_t oldest =
        policies_.late_s < 0 ? kNone : event.arrival_ms - policies_.late_s * std::int64_t{1000};
    event.time_ms = std::max(event.event_time_ms, oldest);
    event.dropped = policies_.drop && event.event_time_ms < oldest;
    if (event.dropped) return;
    if (largest_ms_ != kNone) {
      oldest = largest_ms_ - policies_.out_of_order_s * std::int64_t{1000};
      event.dropped = policies_.drop && event.time_ms < oldest;
      event.time_ms = std::max(event.time_ms, oldest);
    }
    if (!event.dropped) largest_ms_ = std::max(largest_ms_, event.time_ms);
  }

  /// When all arrivals below `frontier_ms` have been applied.
  std::int64_t watermark_ms(std::int64_t frontier_ms) const {
    std::int64_t by_arrival =
        policies_.late_s < 0 ? kNone : frontier_ms - policies_.late_s * std::int64_t{1000};
    if (largest_ms_ == kNone) return by_arrival;
    return std::max(largest_ms_ - policies_.out_of_order_s * std::int64_t{1000}, by_arrival);
  }

 private:
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();
  Policies policies_;
  std::int64_t largest_ms_ = kNone;  // of the times given so far
};

/// End of the tumbling window (start, end] of `size_ms` that `time_ms` lies in.
inline std::int64_t window_end_ms(std::int64_t time_ms, std::int64_t size_ms) {
  std::int64_t before = time_ms - 1;
  std::int64_t rest = before % size_ms;
  if (rest < 0) rest += size_ms;
  return before - rest + size_ms;
}

}  // namespace grade
