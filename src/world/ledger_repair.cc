#include "world/ledger_repair.h"

#include <algorithm>

namespace world {
namespace {

/// No view of a session comes later than this after its start.
constexpr std::int64_t kSpanMs = (kViewsMax - 1) * kGapMaxMs;

}  // namespace

std::uint64_t AddressRepair::key(const Visitor& visitor) {
  return static_cast<std::uint64_t>(visitor.user_id) << 16 |
         static_cast<std::uint64_t>(visitor.user_agent);
}

AddressRepair::AddressRepair(const Traffic& traffic, std::int64_t first, std::int64_t last,
                             std::int64_t cut_ms)
    : traffic_(traffic), cut_ms_(cut_ms), first_(first), last_(first) {
  if (first >= last) return;
  std::int64_t from_ms = traffic.plan(first).start_ms - kSpanMs - 2 * kSessionGapMs;
  std::int64_t to_ms = traffic.plan(last - 1).start_ms + kSpanMs + 2 * kSessionGapMs;
  first_ = traffic.sessions_before(from_ms);
  last_ = traffic.sessions_before(to_ms);
  for (std::int64_t id = first_; id < last_; ++id) {
    by_key_[key(traffic.visitor(traffic.plan(id, 0)))].push_back(id);
  }
}

void AddressRepair::add_views(std::int64_t session, std::int64_t from_ms, std::int64_t to_ms,
                              std::vector<Seen>& out) const {
  SessionPlan plan = traffic_.plan(session);
  Visitor visitor = traffic_.visitor(plan);
  std::int64_t times[kViewsMax];
  traffic_.view_times(plan, times);
  for (std::uint32_t v = 0; v < plan.views; ++v) {
    if (times[v] < from_ms || times[v] > to_ms) continue;
    Arrival arrival = traffic_.view_arrival(plan, v, times[v]);
    if (arrival.ms >= cut_ms_ || arrival.fault == DeliveryFault::kMalformed) continue;
    bool missing = traffic_.view_content(plan, v).ip_missing;
    out.push_back({times[v], !missing, visitor.client_ip});
  }
}

std::vector<AddressRepair::Seen> AddressRepair::views(const Visitor& visitor, std::int64_t from_ms,
                                                      std::int64_t to_ms) const {
  std::vector<Seen> out;
  std::uint64_t wanted = key(visitor);
  std::int64_t first = traffic_.sessions_before(from_ms - kSpanMs);
  std::int64_t last = traffic_.sessions_before(to_ms + 1);
  auto scan = [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t id = from; id < to; ++id) {
      if (key(traffic_.visitor(traffic_.plan(id, 0))) == wanted) add_views(id, from_ms, to_ms, out);
    }
  };
  scan(first, std::min(first_, last));
  if (auto found = by_key_.find(wanted); found != by_key_.end()) {
    for (std::int64_t id : found->second) {
      if (id >= first && id < last) add_views(id, from_ms, to_ms, out);
    }
  }
  scan(std::max(last_, first), last);
  std::ranges::sort(out, {}, &Seen::time_ms);
  return out;
}

std::optional<std::uint32_t> AddressRepair::address(const Visitor& visitor,
                                                    std::int64_t time_ms) const {
  // Elsewhere than on the way a user has one address: the first that is found is all.
  std::string_view device =
      traffic_.user_agents()[static_cast<std::size_t>(visitor.user_agent)].device;
  bool one_address = device != "mobile";
  if (!traffic_.can_have_address()) return std::nullopt;
  for (std::int64_t reach_ms = 10 * kSessionGapMs;; reach_ms *= 2) {
    std::vector<Seen> seen = views(visitor, time_ms - reach_ms, time_ms + reach_ms);
    std::int64_t low = time_ms, high = time_ms;
    std::optional<std::uint32_t> address;
    bool differ = false;
    auto note = [&](const Seen& s) {
      if (!s.has_address) return;
      differ |= address && *address != s.address;
      address = s.address;
    };
    auto after = std::ranges::lower_bound(seen, time_ms, {}, &Seen::time_ms);
    for (auto s = after; s != seen.end() && s->time_ms - high <= kSessionGapMs; ++s) {
      high = s->time_ms;
      note(*s);
    }
    for (auto s = after; s != seen.begin() && low - (s - 1)->time_ms <= kSessionGapMs; --s) {
      low = (s - 1)->time_ms;
      note(*(s - 1));
    }
    if (differ) return std::nullopt;
    if (one_address && address) return address;
    bool whole = low - kSessionGapMs >= time_ms - reach_ms ||
                 time_ms - reach_ms < traffic_.curve()->start_ms();
    whole &= high + kSessionGapMs <= time_ms + reach_ms || time_ms + reach_ms >= cut_ms_;
    if (whole) return address;
  }
}

}  // namespace world
