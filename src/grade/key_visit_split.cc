#include "grade/key_visit_split.h"

#include <algorithm>

namespace grade {

namespace {

constexpr std::int64_t kGapMs = 60'000;    // longer ends a visit
constexpr std::int64_t kStarMs = 600'000;  // a star may come this long after a visit's end

std::uint64_t key_of(std::int64_t user_id, int agent) {
  return static_cast<std::uint64_t>(user_id) << 16 | static_cast<std::uint64_t>(agent);
}

bool earlier(const SilverView& a, const SilverView& b) {
  return a.event_time_ms != b.event_time_ms ? a.event_time_ms < b.event_time_ms
                                            : a.event_id < b.event_id;
}

}  // namespace

void VisitSplitter::add(const VisitInput& input, std::int64_t settled_ms, VisitOutput& out) {
  for (const ViewRun& run : input.runs) {
    Open& open = open_[key_of(run.user_id, run.agent)];
    open.in_order = open.waiting.empty();
    open.waiting.insert(open.waiting.end(),
                        input.views.begin() + static_cast<std::ptrdiff_t>(run.first),
                        input.views.begin() + static_cast<std::ptrdiff_t>(run.last));
  }
  for (const GivenStar& star : input.stars) stars_[star.user_id].push_back(star);
  for (auto it = open_.begin(); it != open_.end();) {
    settle(it->second, settled_ms, out);
    bool over = it->second.waiting.empty() && it->second.visit.views == 0;
    it = over ? open_.erase(it) : std::next(it);
  }
  give_stars(settled_ms, out);
}

void VisitSplitter::settle(Open& open, std::int64_t settled_ms, VisitOutput& out) {
  if (!open.in_order) std::ranges::sort(open.waiting, earlier);
  open.in_order = true;
  std::size_t settled = 0;
  while (settled < open.waiting.size() && open.waiting[settled].event_time_ms < settled_ms) {
    extend(open, open.waiting[settled++], out);
  }
  open.waiting.erase(open.waiting.begin(),
                     open.waiting.begin() + static_cast<std::ptrdiff_t>(settled));
  bool over = open.waiting.empty() && open.visit.ended_ms + kGapMs < settled_ms;
  if (open.visit.views > 0 && over) close(open, out);
}

void VisitSplitter::extend(Open& open, const SilverView& view, VisitOutput& out) {
  Visit& visit = open.visit;
  if (visit.views > 0 && view.event_time_ms - visit.ended_ms > kGapMs) close(open, out);
  if (visit.views++ == 0) {
    visit.user_id = view.user_id;
    visit.agent = view.agent;
    visit.started_ms = view.event_time_ms;
  }
  visit.ended_ms = view.event_time_ms;
  if (!view.has_ip) {
    open.without_ip.push_back(view);
    return;
  }
  out.views.push_back(view);
  if (open.address == Open::Address::kNone) {
    open.address = Open::Address::kOne;
    open.ip = view.ip;
  } else if (open.ip != view.ip) {
    open.address = Open::Address::kSeveral;
  }
}

void VisitSplitter::close(Open& open, VisitOutput& out) {
  for (SilverView& view : open.without_ip) {
    if (open.address == Open::Address::kOne) {
      view.has_ip = view.repaired = true;
      view.ip = open.ip;
    }
    out.views.push_back(view);
  }
  closed_.push_back(open.visit);
  open.visit = {};
  open.address = Open::Address::kNone;
  open.without_ip.clear();
}

void VisitSplitter::give_stars(std::int64_t settled_ms, VisitOutput& out) {
  // A visit is decided when every star that may follow it is known, and every visit that may have
  // ended between it and such a star is closed.
  auto decided = [&](std::int64_t ended_ms) {
    return ended_ms + kStarMs + kGapMs + 1 < settled_ms;
  };
  std::unordered_map<std::int64_t, std::vector<const Visit*>> of_users;
  for (const Visit& visit : closed_) {
    if (stars_.contains(visit.user_id)) of_users[visit.user_id].push_back(&visit);
  }
  std::size_t before = out.visits.size();
  for (const Visit& visit : closed_) {
    if (!decided(visit.ended_ms)) continue;
    out.visits.push_back(visit);
    auto of_user = of_users.find(visit.user_id);
    if (of_user != of_users.end()) out.visits.back().star = star_of(visit, of_user->second);
  }
  if (out.visits.size() == before && stars_.empty()) return;
  std::erase_if(closed_, [&](const Visit& visit) { return decided(visit.ended_ms); });
  for (auto it = stars_.begin(); it != stars_.end();) {
    std::erase_if(it->second, [&](const GivenStar& s) { return decided(s.event_time_ms); });
    it = it->second.empty() ? stars_.erase(it) : std::next(it);
  }
}

int VisitSplitter::star_of(const Visit& visit, const std::vector<const Visit*>& of_user) const {
  const GivenStar* taken = nullptr;
  for (const GivenStar& star : stars_.at(visit.user_id)) {
    auto may_take = [&](const Visit& v) {
      return v.ended_ms >= star.event_time_ms - kStarMs && v.ended_ms < star.event_time_ms;
    };
    auto comes_first = [&](const Visit* other) {
      if (!may_take(*other) || other->ended_ms < visit.ended_ms) return false;
      if (other->ended_ms > visit.ended_ms) return true;
      auto rank = [&](int agent) { return agent_ranks_[static_cast<std::size_t>(agent)]; };
      return rank(other->agent) < rank(visit.agent);
    };
    if (!may_take(visit) || std::ranges::any_of(of_user, comes_first)) continue;
    bool earliest = taken == nullptr || star.event_time_ms < taken->event_time_ms ||
                    (star.event_time_ms == taken->event_time_ms && star.event_id < taken->event_id);
    if (earliest) taken = &star;
  }
  return taken == nullptr ? 0 : taken->stars;
}

}  // namespace grade
