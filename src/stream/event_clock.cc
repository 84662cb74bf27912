#include "stream/event_clock.h"

#include <algorithm>

namespace stream {
namespace {

/// t − span, staying at kNoWatermark.
Ticks before(Ticks t, Ticks span) { return t < kNoWatermark + span ? kNoWatermark : t - span; }

}  // namespace

const char* bin_name(Bin bin) {
  static constexpr const char* kNames[] = {"delivered", "malformed",    "bad_time", "early",
                                           "late",      "out_of_order", "failed"};
  return kNames[static_cast<int>(bin)];
}

EventClock::Stamp EventClock::stamp(std::optional<Ticks> event_time, Ticks arrival) {
  if (by_arrival_) return {Bin::kDelivered, arrival};
  if (!event_time) return {Bin::kBadTime};
  Stamp out{Bin::kDelivered, *event_time};
  if (policy_.mode == TimePolicy::Mode::kNone) return out;
  bool drop = policy_.mode == TimePolicy::Mode::kDrop;
  if (out.time > arrival + kEarlyLimit) return {Bin::kEarly};
  if (policy_.late >= 0 && out.time < arrival - policy_.late) {
    if (drop) return {Bin::kLate};
    out.time = arrival - policy_.late;
    out.adjusted = true;
  }
  if (Ticks lowest = before(largest_, policy_.out_of_order); out.time < lowest) {
    if (drop) return {Bin::kOutOfOrder};
    out.time = lowest;
    out.adjusted = true;
  }
  largest_ = std::max(largest_, out.time);
  return out;
}

Ticks EventClock::watermark() const {
  if (finished_) return kEndOfTime;
  if (policy_.mode == TimePolicy::Mode::kNone) return kNoWatermark;
  if (by_arrival_) return frontier_;
  Ticks seen = before(largest_, policy_.out_of_order);
  return policy_.late < 0 ? seen : std::max(seen, before(frontier_, policy_.late));
}

void EventClock::save(StateWriter& out) const {
  out.integer(largest_);
  out.integer(frontier_);
}

void EventClock::restore(StateReader& in) {
  largest_ = in.integer();
  frontier_ = in.integer();
}

}  // namespace stream
