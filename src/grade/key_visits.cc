#include "grade/key_visits.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <limits>
#include <numeric>

namespace grade {

namespace {

constexpr std::int64_t kSlots = 32;  // event_id = session · 32 + slot
constexpr std::int64_t kEndOfTime = std::numeric_limits<std::int64_t>::max() / 2;

double degrees(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  CHECK(error == std::errc(), "no degrees: {}", text);
  return value;
}

/// The agents' places in the order of their texts' bytes.
std::vector<int> ranks_of(std::span<const world::UserAgent> agents) {
  std::vector<int> order(agents.size()), ranks(agents.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](int i) { return agents[static_cast<std::size_t>(i)].text; });
  for (std::size_t i = 0; i < order.size(); ++i) {
    ranks[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
  }
  return ranks;
}

std::int8_t method_number(std::string_view method) {
  auto it = std::ranges::find(kMethods, method);
  CHECK(it != kMethods.end(), "no method: {}", method);
  return static_cast<std::int8_t>(it - kMethods.begin());
}

SilverView silver_view(const world::Session& session, const world::PageView& view) {
  return {.event_id = view.event_id,
          .event_time_ms = view.event_time_ms,
          .user_id = session.user_id,
          .product = view.product,
          .latency_hundredths = view.latency_hundredths,
          .true_ip = session.client_ip,
          .ip = view.client_ip_missing ? 0 : session.client_ip,
          .agent = static_cast<std::int16_t>(session.user_agent),
          .page = static_cast<std::int8_t>(view.page),
          .method = method_number(view.http_method),
          .has_ip = !view.client_ip_missing,
          .outlier = view.latency_outlier};
}

}  // namespace

std::vector<Place> places_of(const world::World& world) {
  std::vector<Place> places;
  for (const world::Town& town : world.towns()) {
    places.emplace_back(degrees(town.latitude), degrees(town.longitude));
  }
  return places;
}

void DroppedEvents::set(std::int64_t event_id) {
  auto session = static_cast<std::size_t>(event_id / kSlots);
  if (session >= bits_.size()) return;
  std::atomic_ref(bits_[session])
      .fetch_or(std::uint32_t{1} << (event_id % kSlots), std::memory_order_relaxed);
}

bool DroppedEvents::has(std::int64_t event_id) const {
  auto session = static_cast<std::size_t>(event_id / kSlots);
  return session < bits_.size() && (bits_[session] >> (event_id % kSlots) & 1) != 0;
}

VisitKey::VisitKey(Options options)
    : options_(options),
      places_(places_of(*options.world)),
      sessions_(options.world->sessions_before(std::max(options.cut_ms, options.star_cut_ms))),
      chunks_(static_cast<std::size_t>((sessions_ + options.sessions_a_chunk - 1) /
                                       options.sessions_a_chunk)),
      splitter_(ranks_of(options.world->user_agents())) {}

std::int64_t VisitKey::first_session(std::size_t chunk) const {
  return std::min(static_cast<std::int64_t>(chunk) * options_.sessions_a_chunk, sessions_);
}

std::int64_t VisitKey::begin_ms(std::size_t chunk) const {
  if (chunk >= chunks_) return kEndOfTime;
  world::Session session;
  options_.world->session(first_session(chunk), session);
  return session.start_ms;
}

void VisitKey::read_sessions(std::size_t chunk, VisitInput& input) const {
  const world::World& world = *options_.world;
  world::Session session;
  auto there = [&](const world::EventTruth& event, std::int64_t cut_ms) {
    return event.arrival_ms < cut_ms && event.fault != world::DeliveryFault::kMalformed &&
           (options_.dropped == nullptr || !options_.dropped->has(event.event_id));
  };
  for (std::int64_t id = first_session(chunk); id < first_session(chunk + 1); ++id) {
    world.session(id, session);
    std::size_t first = input.views.size();
    auto town = static_cast<std::size_t>(world.user_facts(session.user_id).town);
    Dusk dusk(places_[town]);
    for (const world::PageView& view : session.views) {
      if (!there(view, options_.cut_ms)) continue;
      input.views.push_back(silver_view(session, view));
      input.views.back().after_dark = dusk.is_after_dark(view.event_time_ms);
    }
    if (input.views.size() > first) {
      input.runs.push_back({session.user_id, session.user_agent, first, input.views.size()});
    }
    if (session.star && there(*session.star, options_.star_cut_ms)) {
      const world::Star& star = *session.star;
      input.stars.push_back({star.event_id, session.user_id, star.event_time_ms, star.stars});
    }
  }
}

void VisitKey::read_chunk(std::size_t chunk, const Reader& reader) {
  VisitInput input;
  read_sessions(chunk, input);
  std::int64_t settled_ms = begin_ms(chunk + 1);
  VisitOutput out;
  {
    std::unique_lock lock(mutex_);
    split_.wait(lock, [&] { return turn_ == chunk; });
    splitter_.add(input, settled_ms, out);
    ++turn_;
  }
  split_.notify_all();
  reader({chunk, begin_ms(chunk), input.views, out.views, out.visits});
}

base::Status VisitKey::read_all(const Reader& reader, std::stop_token stop) const {
  VisitSplitter splitter(ranks_of(options_.world->user_agents()));
  for (std::size_t chunk = 0; chunk < chunks_; ++chunk) {
    if (stop.stop_requested()) return base::error(base::Code::kCancelled, "the grade was stopped");
    VisitInput input;
    read_sessions(chunk, input);
    VisitOutput out;
    splitter.add(input, begin_ms(chunk + 1), out);
    reader({chunk, begin_ms(chunk), input.views, out.views, out.visits});
  }
  return {};
}

}  // namespace grade
