#include "world/traffic.h"

#include <algorithm>

#include "world/prague.h"

namespace world {
namespace {

using base::CounterRandom;

constexpr std::uint32_t kMethodWeights[] = {88, 8, 2, 1, 1};  // as kMethods

/// First octets of address blocks that are common in Central Europe.
constexpr std::uint8_t kFirstOctets[] = {31,  37,  46,  62,  77,  78,  80,  81,  82, 83,  84,
                                         85,  86,  88,  89,  90,  91,  93,  94,  95, 109, 176,
                                         178, 185, 188, 193, 194, 195, 212, 213, 217};

// A session's first device is used in half of its user's visits.
constexpr std::uint64_t kSecondDevice = 128, kThirdDevice = 217;  // of 256

constexpr std::uint64_t kShopPageFirst = 150, kShopPageLater = 31;  // of 256
constexpr std::uint64_t kReviewsPage = 179, kPhotosPage = 225;      // of 256

std::uint32_t address(std::uint64_t bits) {
  auto first = kFirstOctets[CounterRandom::scale(bits, std::size(kFirstOctets))];
  auto last = static_cast<std::uint32_t>(1 + (bits & 0xFF) % 254);
  return static_cast<std::uint32_t>(first) << 24 |
         (static_cast<std::uint32_t>(bits >> 8) & 0xFFFF) << 8 | last;
}

/// Uniform in low … high.
std::int64_t between(std::uint64_t bits, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(
                   CounterRandom::scale(bits, static_cast<std::uint64_t>(high - low + 1)));
}

FaultCuts cuts(const Faults& f) {
  auto cut = [](double share) { return static_cast<std::uint64_t>(share * 0x1p32 + 0.5); };
  FaultCuts c;
  c.malformed = cut(f.malformed_json);
  c.duplicate = c.malformed + cut(f.duplicate_event);
  c.late = c.duplicate + cut(f.late_event);
  c.out_of_order = c.late + cut(f.out_of_order);
  c.missing_ip = cut(f.missing_client_ip);
  c.outlier = cut(f.latency_outlier);
  return c;
}

}  // namespace

std::string ip_text(std::uint32_t ip) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (shift != 24) text += '.';
    text += std::to_string(ip >> shift & 0xFF);
  }
  return text;
}

Traffic::Traffic(const Settings& settings, std::shared_ptr<const Lists> lists,
                 const Activity& activity, const Goods& goods)
    : lists_(std::move(lists)),
      activity_(activity),
      goods_(goods),
      random_(draws(settings.seed, Draws::kSessions)),
      devices_(draws(settings.seed, Draws::kUserDevices)),
      method_pick_(kMethodWeights),
      cuts_(cuts(settings.faults)) {
  if (settings.event_rate > 0) {
    auto back = static_cast<std::int64_t>(settings.traffic_hours * kHourMs + 0.5);
    curve_.emplace(base::to_millis(settings.epoch) - back, settings.event_rate / kViewsMean,
                   settings.curve);
  }
}

SessionPlan Traffic::plan(std::int64_t id, std::int64_t start_ms) const {
  base::RowRandom row = random_.row(static_cast<std::uint64_t>(id));
  std::uint64_t shape = row.bits(kShape);
  return {.id = id,
          .start_ms = start_ms,
          .row = row,
          .views = 1 + static_cast<std::uint32_t>((shape >> 32) * kViewsMax >> 32),
          .star = (shape & 0xFFFFFFFF) * 5 >> 32 == 0};
}

void Traffic::view_times(const SessionPlan& plan, std::int64_t* times) const {
  std::int64_t t = plan.start_ms;
  times[0] = t;
  for (std::uint32_t v = 1; v < plan.views; ++v) times[v] = t += gap_ms(plan, v);
}

std::int64_t Traffic::star_time(const SessionPlan& plan, std::int64_t last_view_ms) const {
  return last_view_ms + between(plan.row.bits(kStar), kStarMinMs, kStarMaxMs);
}

int Traffic::star_value(const SessionPlan& plan) const {
  // People who rate are mostly content: 5, 8, 17, 30 and 40 %.
  std::uint64_t x = (plan.row.bits(kStar) & 0xFFFF) * 100 >> 16;
  return x < 5 ? 1 : x < 13 ? 2 : x < 30 ? 3 : x < 60 ? 4 : 5;
}

void Traffic::plant(Arrival& a, std::uint64_t chance, std::uint64_t bits,
                    std::int64_t time_ms) const {
  if (chance < cuts_.malformed) {
    a.fault = DeliveryFault::kMalformed;
  } else if (chance < cuts_.duplicate) {
    a.fault = DeliveryFault::kDuplicate;
    a.copy_ms = a.ms + between(bits, 1, kCopyMaxMs);
  } else if (chance < cuts_.late) {
    a.fault = DeliveryFault::kLate;
    a.ms = time_ms + between(bits, kLateMinMs, kLateMaxMs);
  } else {
    a.fault = DeliveryFault::kOutOfOrder;
    a.ms = time_ms + between(bits, kOutOfOrderMinMs, kOutOfOrderMaxMs);
  }
}

Visitor Traffic::visitor(const SessionPlan& plan) const {
  Visitor visitor;
  visitor.user_id = activity_.user(plan.row.bits(kSessionUser));
  base::RowRandom user = devices_.row(static_cast<std::uint64_t>(visitor.user_id));
  std::uint64_t bits = plan.row.bits(kDevice), choice = bits & 0xFF;
  std::uint64_t slot = choice < kSecondDevice ? 0 : choice < kThirdDevice ? 1 : 2;
  visitor.user_agent = static_cast<int>(lists_->user_agent_pick(user.bits(slot)));
  const UserAgent& agent = lists_->user_agents[static_cast<std::size_t>(visitor.user_agent)];
  bool on_the_way = agent.device == "mobile" && (bits & 0x100) != 0;
  visitor.client_ip =
      address(on_the_way ? plan.row.bits(kCarrierAddress) : user.bits(kHomeAddress));
  return visitor;
}

ViewContent Traffic::view_content(const SessionPlan& plan, std::uint32_t view) const {
  std::uint64_t base = kViewColumns + view * kViewStride;
  std::uint64_t content = plan.row.bits(base + kContent), page = plan.row.bits(base + kPage);
  ViewContent c{.product = -1, .page = 0};
  // The lower 20 bits of `page` choose what; the upper 44 which product (Zipf uses 32).
  if ((page & 0xFF) >= (view == 0 ? kShopPageFirst : kShopPageLater)) {
    std::uint64_t which = page >> 8 & 0xFF;
    c.product = goods_.popular(page);
    c.page = which < kReviewsPage ? 0 : which < kPhotosPage ? 1 : 2;
  }
  c.ip_missing = content >> 32 < cuts_.missing_ip;
  // Another mix makes the outlier independent of the missing address.
  std::uint64_t more = base::mix64(content);
  c.method = static_cast<int>(method_pick_(more << 32 | (content & 0xFFFFFFFF)));
  c.outlier = more >> 32 < cuts_.outlier;
  std::uint64_t bits = plan.row.bits(base + kGapAndLatency);
  std::int64_t latency =
      20'000 + normal_.millionths(static_cast<std::uint32_t>(bits >> 32)) * 5 / 1000;
  c.true_latency_hundredths = latency < 0 ? -latency : latency;
  c.latency_hundredths =
      c.outlier ? between(base::mix64(more), kOutlierHundredths, 10 * kOutlierHundredths)
                : c.true_latency_hundredths;
  return c;
}

std::size_t Traffic::malformed_size(std::int64_t event_id, std::size_t size) {
  return 1 + CounterRandom::scale(base::mix64(static_cast<std::uint64_t>(event_id)), size - 1);
}

void Traffic::session(std::int64_t id, Session& out) const {
  SessionPlan plan = this->plan(id);
  Visitor visitor = this->visitor(plan);
  std::int64_t times[kViewsMax];
  view_times(plan, times);
  out.id = id;
  out.user_id = visitor.user_id;
  out.start_ms = plan.start_ms;
  out.user_agent = visitor.user_agent;
  out.client_ip = visitor.client_ip;
  out.views.clear();
  auto event = [&](std::int64_t slot, std::int64_t time_ms, const Arrival& a) {
    return EventTruth{id * kViewSlots + slot, time_ms, a.ms, a.copy_ms, a.fault};
  };
  for (std::uint32_t v = 0; v < plan.views; ++v) {
    ViewContent c = view_content(plan, v);
    out.views.push_back({event(v, times[v], view_arrival(plan, v, times[v])), static_cast<int>(v),
                         c.product, c.page, kMethods[static_cast<std::size_t>(c.method)],
                         c.ip_missing, c.outlier, c.latency_hundredths, c.true_latency_hundredths});
  }
  out.star.reset();
  if (plan.star) {
    std::int64_t time_ms = star_time(plan, times[plan.views - 1]);
    out.star = Star{event(kStarSlot, time_ms, star_arrival(plan, time_ms)), star_value(plan)};
  }
}

}  // namespace world
