// The time of events: System.Timestamp() is fixed when an event is read, by the time policies, and
// the watermark says what can't come any more.
//
// In this order, on the event time t (TIMESTAMP BY) and the arrival a:
//   1. early: t > a + 5 min: dropped, always
//   2. late: t < a − late: Adjust makes it a − late, Drop drops it
//   3. out of order: t < (largest time seen − out_of_order): Adjust makes it that, Drop drops it
// Times seen are those after 2 and 3 of events that stay. Without TIMESTAMP BY the arrival is the
// time and no policy applies.
// Watermark = max(largest time seen − out_of_order, F − late), F = all arrivals below it are read;
// no event that is still to come gets a time below it. A window is due when its end lies strictly
// below the watermark.
#pragma once

#include <limits>
#include <optional>

#include "stream/state_codec.h"

namespace stream {

inline constexpr Ticks kNoWatermark = std::numeric_limits<Ticks>::min();
inline constexpr Ticks kEndOfTime = std::numeric_limits<Ticks>::max();

struct TimePolicy {
  /// kNone is for finite files: no event is moved or dropped, and the watermark stays away until
  /// all is read.
  enum class Mode { kAdjust, kDrop, kNone };
  Mode mode = Mode::kAdjust;
  Ticks late = 60 * streamsql::kTicksPerSecond;  ///< -1: any age is fine
  Ticks out_of_order = 50 * streamsql::kTicksPerSecond;
};

/// Where an event ended: exactly one for each. kFailed: the query can't be evaluated on it.
enum class Bin { kDelivered, kMalformed, kBadTime, kEarly, kLate, kOutOfOrder, kFailed };
inline constexpr int kBins = 7;
const char* bin_name(Bin bin);

/// Owned by one thread.
class EventClock {
 public:
  /// Events further ahead of their arrival are dropped.
  static constexpr Ticks kEarlyLimit = 300 * streamsql::kTicksPerSecond;

  EventClock(TimePolicy policy, bool by_arrival) : policy_(policy), by_arrival_(by_arrival) {}

  struct Stamp {
    Bin bin = Bin::kDelivered;
    Ticks time = 0;
    bool adjusted = false;
  };
  /// Events come in the order of (arrival, partition, offset). `event_time` is absent when the
  /// TIMESTAMP BY expression gives none.
  Stamp stamp(std::optional<Ticks> event_time, Ticks arrival);

  /// All arrivals below `frontier` are read.
  void advance(Ticks frontier) { frontier_ = std::max(frontier_, frontier); }
  /// Nothing comes any more.
  void finish() { finished_ = true; }
  Ticks watermark() const;

  void save(StateWriter& out) const;
  void restore(StateReader& in);

 private:
  TimePolicy policy_;
  bool by_arrival_;
  bool finished_ = false;
  Ticks largest_ = kNoWatermark;
  Ticks frontier_ = kNoWatermark;
};

}  // namespace stream
