// Sessions: who visits when and what they look at, which faults are planted, and when each event
// arrives. deliveries.cc turns them into the hub's records. Inside the room only. Immutable,
// thread-safe.
#pragma once

#include <algorithm>
#include <optional>

#include "world/activity.h"
#include "world/columns.h"
#include "world/curve.h"
#include "world/goods.h"
#include "world/world.h"

namespace world {

inline constexpr int kViewsMax = 30;
inline constexpr int kViewSlots = 32;  ///< event_id = session · 32 + view
inline constexpr int kStarSlot = 31;   ///< a star's event_id = session · 32 + 31
inline constexpr double kViewsMean = (1 + kViewsMax) / 2.0;
inline constexpr double kStarShare = 0.2;
inline constexpr std::int64_t kOutlierHundredths = 50'000;  ///< latency_outlier: from 500 ms on

inline constexpr std::int64_t kGapMaxMs = 40'000;
inline constexpr std::int64_t kStarMinMs = 5'000, kStarMaxMs = 600'000;
inline constexpr std::int64_t kNetworkMinMs = 5, kNetworkMaxMs = 100;
inline constexpr std::int64_t kLateMinMs = 60'001, kLateMaxMs = 600'000;
inline constexpr std::int64_t kOutOfOrderMinMs = 1'000, kOutOfOrderMaxMs = 30'000;
inline constexpr std::int64_t kCopyMaxMs = 60'000;
/// Nothing of a session arrives later than this after its start.
inline constexpr std::int64_t kReachMs =
    (kViewsMax - 1) * kGapMaxMs + kStarMaxMs + kLateMaxMs + kCopyMaxMs;

/// When an event arrives.
struct Arrival {
  std::int64_t ms = 0;
  std::int64_t copy_ms = 0;  ///< of the duplicate; 0: none
  DeliveryFault fault = DeliveryFault::kNone;
};

/// What all events of a session share. `row` gives the draws of SessionColumn.
struct SessionPlan {
  std::int64_t id, start_ms;
  base::RowRandom row;
  std::uint32_t views;
  bool star;
};

/// What one page view shows.
struct ViewContent {
  std::int64_t product;  ///< −1: the shop's own page
  int page;
  int method;
  bool ip_missing, outlier;
  std::int64_t latency_hundredths, true_latency_hundredths;
};

/// Common to both streams' rows: chances as shares of 2^32, cumulated in this order.
struct FaultCuts {
  std::uint64_t malformed, duplicate, late, out_of_order;
  std::uint64_t missing_ip, outlier;
};

class Traffic {
 public:
  Traffic(const Settings& settings, std::shared_ptr<const Lists> lists, const Activity& activity,
          const Goods& goods);

  /// Absent when event_rate is 0.
  const TrafficCurve* curve() const { return curve_ ? &*curve_ : nullptr; }
  std::int64_t sessions_before(std::int64_t t_ms) const {
    return curve_ ? curve_->sessions_before(t_ms) : 0;
  }

  SessionPlan plan(std::int64_t id) const { return plan(id, curve_->session_start(id)); }
  SessionPlan plan(std::int64_t id, std::int64_t start_ms) const;
  /// From the event time of view `view` − 1 to that of `view`, which is not the first.
  std::int64_t gap_ms(const SessionPlan& plan, std::uint32_t view) const {
    std::uint64_t bits = plan.row.bits(kViewColumns + view * kViewStride + kGapAndLatency);
    std::int64_t gap = 10'000 + normal_.millionths(static_cast<std::uint32_t>(bits)) / 200;
    return std::min(gap < 0 ? -gap : gap, kGapMaxMs);
  }
  /// Fills `times` (kViewsMax) with the views' event times.
  void view_times(const SessionPlan& plan, std::int64_t* times) const;
  std::int64_t star_time(const SessionPlan& plan, std::int64_t last_view_ms) const;
  int star_value(const SessionPlan& plan) const;

  Arrival view_arrival(const SessionPlan& plan, std::uint32_t view, std::int64_t time_ms) const {
    std::uint64_t base = kViewColumns + view * kViewStride;
    return arrival(plan.row, base + kViewDelivery, base + kViewDelay, time_ms);
  }
  Arrival star_arrival(const SessionPlan& plan, std::int64_t time_ms) const {
    return arrival(plan.row, kStarDelivery, kStarDelay, time_ms);
  }

  /// When an event would arrive that no fault moves.
  std::int64_t prompt_view_arrival(const SessionPlan& plan, std::uint32_t view,
                                   std::int64_t time_ms) const {
    return prompt(plan.row.bits(kViewColumns + view * kViewStride + kViewDelivery), time_ms);
  }
  std::int64_t prompt_star_arrival(const SessionPlan& plan, std::int64_t time_ms) const {
    return prompt(plan.row.bits(kStarDelivery), time_ms);
  }

  Visitor visitor(const SessionPlan& plan) const;
  ViewContent view_content(const SessionPlan& plan, std::uint32_t view) const;
  /// What is left of a malformed event of `size` bytes: the length of a strict prefix, never 0.
  static std::size_t malformed_size(std::int64_t event_id, std::size_t size);

  void session(std::int64_t id, Session& out) const;
  /// The whole JSON of a page view or a star, as it would be without faults of delivery. Appended.
  void event_json(std::int64_t event_id, std::string& out) const;
  /// False when every page view comes without its address.
  bool can_have_address() const { return cuts_.missing_ip < (std::uint64_t{1} << 32); }
  const std::vector<UserAgent>& user_agents() const { return lists_->user_agents; }

 private:
  static std::int64_t prompt(std::uint64_t bits, std::int64_t time_ms) {
    return time_ms + kNetworkMinMs +
           static_cast<std::int64_t>((bits & 0xFFFFFFFF) * (kNetworkMaxMs - kNetworkMinMs + 1) >>
                                     32);
  }
  Arrival arrival(const base::RowRandom& row, std::uint64_t delivery, std::uint64_t delay,
                  std::int64_t time_ms) const {
    std::uint64_t bits = row.bits(delivery), fault = bits >> 32;
    Arrival a{.ms = prompt(bits, time_ms)};
    if (fault < cuts_.out_of_order) [[unlikely]]
      plant(a, fault, row.bits(delay), time_ms);
    return a;
  }
  /// Moves `a` as the fault that `chance` falls into asks.
  void plant(Arrival& a, std::uint64_t chance, std::uint64_t bits, std::int64_t time_ms) const;

  std::shared_ptr<const Lists> lists_;
  const Activity& activity_;
  const Goods& goods_;
  std::optional<TrafficCurve> curve_;
  base::CounterRandom random_, devices_;
  base::Normal normal_;
  base::WeightedPick method_pick_;
  FaultCuts cuts_;
};

/// "GET", …; index by ViewContent::method.
inline constexpr std::array<std::string_view, 5> kMethods{"GET", "POST", "PUT", "HEAD", "DELETE"};

}  // namespace world
