// From sessions to the hub's records: the generator's hot loop. Rows are made session by session,
// that is in order of (event_id, copy), and then sorted stably by arrival.
#include <algorithm>
#include <limits>

#include "base/result.h"
#include "codec/text.h"
#include "world/append_internal.h"
#include "world/columns.h"
#include "world/parts.h"
#include "world/prague.h"

namespace world {
namespace {

using codec::put_text;

/// One step of next(): its arrivals fit 22 bits, two passes of the radix sort.
constexpr std::int64_t kStepMs = kHourMs;
/// An upper bound for an event's JSON: numbers, the longest user agent and address.
constexpr std::size_t kEventMax = 640;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

/// `{"event_id":1,"event_time":"2026-06-01T00:00:00.000Z","user_id":2,"http_method":"`: what
/// comes before and after the pieces that change, made once a session.
class Writer {
 public:
  Writer(const Traffic& traffic, Deliveries& out, std::int64_t from_ms, std::int64_t to_ms)
      : traffic_(traffic), out_(out), from_ms_(from_ms), to_ms_(to_ms) {}

  /// Appends what of the session arrives in the window, from the view on that `live` names, and
  /// notes in it where to go on: at a time that is not behind the next arrival, or kNever.
  void pageviews(const SessionPlan& plan, TrafficCursor::Live& live);
  void star(const SessionPlan& plan, TrafficCursor::Live& live);
  /// Appends one event's JSON, whenever it arrives.
  void event(const SessionPlan& plan, std::uint32_t slot);

 private:
  bool due(std::int64_t arrival_ms) const { return arrival_ms >= from_ms_ && arrival_ms < to_ms_; }
  bool due(const Arrival& a) const { return due(a.ms) || (a.copy_ms != 0 && due(a.copy_ms)); }
  /// The earlier of `next` and what of `a` arrives behind the window.
  std::int64_t next_of(const Arrival& a, std::int64_t next) const {
    if (a.ms >= to_ms_) return std::min(next, a.ms);  // and its copy later still
    return a.copy_ms >= to_ms_ ? std::min(next, a.copy_ms) : next;
  }
  void begin_session(const Visitor& visitor);
  char* put_view(char* p, const SessionPlan& plan, std::uint32_t view, std::int64_t time_ms);
  char* put_star(char* p, const SessionPlan& plan, std::int64_t user_id, std::int64_t time_ms);
  /// Adds the rows of one event whose JSON is bytes [begin, end).
  void add_rows(std::int64_t event_id, std::int64_t user_id, const Arrival& a, std::size_t begin,
                std::size_t end);

  const Traffic& traffic_;
  Deliveries& out_;
  std::int64_t from_ms_, to_ms_;
  Visitor visitor_;
  codec::DateCache date_;
  char user_[48], client_[320];
  std::size_t user_size_ = 0, client_size_ = 0, agent_at_ = 0;  ///< agent_at_: behind the address
};

constexpr std::string_view kClientIp = "\",\"client_ip\":\"";

char* put_ip(char* p, std::uint32_t ip) {
  for (int shift = 24; shift > 0; shift -= 8) {
    p = codec::put_uint(p, ip >> shift & 0xFF);
    *p++ = '.';
  }
  return codec::put_uint(p, ip & 0xFF);
}

/// The parts of one event that differ by method: `GET","uri":"https://…/`.
const std::array<std::string, kMethods.size()>& method_texts() {
  static const auto texts = [] {
    std::array<std::string, kMethods.size()> t;
    for (std::size_t i = 0; i < t.size(); ++i) {
      t[i] = std::string(kMethods[i]) + "\",\"uri\":\"" + std::string(kShop);
    }
    return t;
  }();
  return texts;
}

void Writer::begin_session(const Visitor& visitor) {
  visitor_ = visitor;
  char* p = put_text(user_, "\",\"user_id\":");
  p = codec::put_int(p, visitor_.user_id);
  p = put_text(p, ",\"http_method\":\"");
  user_size_ = static_cast<std::size_t>(p - user_);

  p = put_ip(put_text(client_, kClientIp), visitor_.client_ip);
  agent_at_ = static_cast<std::size_t>(p - client_);
  p = put_text(p, "\",\"user_agent\":\"");
  p = put_text(p, traffic_.user_agents()[static_cast<std::size_t>(visitor_.user_agent)].text);
  client_size_ = static_cast<std::size_t>(put_text(p, "\",\"latency\":") - client_);
}

char* Writer::put_view(char* p, const SessionPlan& plan, std::uint32_t view, std::int64_t time_ms) {
  ViewContent c = traffic_.view_content(plan, view);
  p = put_text(p, "{\"event_id\":");
  p = codec::put_int(p, plan.id * kViewSlots + view);
  p = put_text(p, ",\"event_time\":\"");
  p = codec::put_millis(p, time_ms, date_);
  p = put_text(p, {user_, user_size_});
  p = put_text(p, method_texts()[static_cast<std::size_t>(c.method)]);
  if (c.product >= 0) {
    p = put_text(p, kProductPath);
    p = codec::put_int(p, c.product);
    p = put_text(p, kPageSuffixes[static_cast<std::size_t>(c.page)]);
  }
  if (c.ip_missing) [[unlikely]] {
    p = put_text(put_text(p, kClientIp), {client_ + agent_at_, client_size_ - agent_at_});
  } else {
    p = put_text(p, {client_, client_size_});
  }
  p = codec::put_hundredths(p, c.latency_hundredths);
  *p = '}';
  return p + 1;
}

void Writer::add_rows(std::int64_t event_id, std::int64_t user_id, const Arrival& a,
                      std::size_t begin, std::size_t end) {
  bool malformed = a.fault == DeliveryFault::kMalformed;
  if (malformed) end = begin + Traffic::malformed_size(event_id, end - begin);
  Delivery row{.arrival_ms = a.ms,
               .event_id = event_id,
               .user_id = user_id,
               .malformed = malformed,
               .value_begin = static_cast<std::uint32_t>(begin),
               .value_end = static_cast<std::uint32_t>(end)};
  if (due(a.ms)) out_.rows.push_back(row);
  if (a.copy_ms != 0 && due(a.copy_ms)) {
    row.arrival_ms = a.copy_ms;
    row.copy = 1;
    out_.rows.push_back(row);
  }
}

void Writer::pageviews(const SessionPlan& plan, TrafficCursor::Live& live) {
  struct Due {
    std::uint32_t view;
    std::int64_t time_ms;
    Arrival arrival;
  } all[kViewsMax];
  std::size_t count = 0;
  std::int64_t time_ms = live.view_ms;
  bool past = true;  // everything up to here has arrived
  live.due_ms = kNever;
  for (std::uint32_t v = live.view; v < plan.views; ++v) {
    if (v != live.view) time_ms += traffic_.gap_ms(plan, v);
    if (past) live.view = v, live.view_ms = time_ms;
    if (time_ms + kNetworkMinMs >= to_ms_) {  // nor does anything later arrive in the window
      live.due_ms = std::min(live.due_ms, time_ms + kNetworkMinMs);
      break;
    }
    Arrival a = traffic_.view_arrival(plan, v, time_ms);
    std::int64_t next = next_of(a, kNever);
    past &= next == kNever;
    live.due_ms = std::min(live.due_ms, next);
    if (due(a)) all[count++] = {v, time_ms, a};
  }
  if (count == 0) return;
  if (live.visitor.user_id < 0) live.visitor = traffic_.visitor(plan);
  begin_session(live.visitor);
  std::size_t at = out_.bytes.size();
  append_at_most(out_.bytes, count * kEventMax, [&](char* p) {
    for (const Due& d : std::span(all, count)) {
      char* end = put_view(p, plan, d.view, d.time_ms);
      auto size = static_cast<std::size_t>(end - p);
      add_rows(plan.id * kViewSlots + d.view, visitor_.user_id, d.arrival, at, at + size);
      at += size;
      p = end;
    }
    return p;
  });
}

char* Writer::put_star(char* p, const SessionPlan& plan, std::int64_t user_id,
                       std::int64_t time_ms) {
  p = put_text(p, "{\"event_id\":");
  p = codec::put_int(p, plan.id * kViewSlots + kStarSlot);
  p = put_text(p, ",\"event_time\":\"");
  p = codec::put_millis(p, time_ms, date_);
  p = put_text(p, "\",\"user_id\":");
  p = codec::put_int(p, user_id);
  p = put_text(p, ",\"stars\":");
  p = codec::put_int(p, traffic_.star_value(plan));
  *p = '}';
  return p + 1;
}

void Writer::event(const SessionPlan& plan, std::uint32_t slot) {
  begin_session(traffic_.visitor(plan));
  std::int64_t times[kViewsMax];
  traffic_.view_times(plan, times);
  append_at_most(out_.bytes, kEventMax, [&](char* p) {
    if (slot != kStarSlot) return put_view(p, plan, slot, times[slot]);
    return put_star(p, plan, visitor_.user_id, traffic_.star_time(plan, times[plan.views - 1]));
  });
}

void Writer::star(const SessionPlan& plan, TrafficCursor::Live& live) {
  live.due_ms = kNever;
  if (!plan.star) return;
  std::int64_t times[kViewsMax];
  traffic_.view_times(plan, times);
  std::int64_t time_ms = traffic_.star_time(plan, times[plan.views - 1]);
  Arrival a = traffic_.star_arrival(plan, time_ms);
  if (due(a)) {
    std::int64_t user_id = traffic_.visitor(plan).user_id;
    std::int64_t event_id = plan.id * kViewSlots + kStarSlot;
    std::size_t begin = out_.bytes.size();
    append_at_most(out_.bytes, kEventMax,
                   [&](char* p) { return put_star(p, plan, user_id, time_ms); });
    add_rows(event_id, user_id, a, begin, out_.bytes.size());
  }
  live.due_ms = next_of(a, kNever);
}

}  // namespace

void Traffic::event_json(std::int64_t event_id, std::string& out) const {
  Deliveries event;
  SessionPlan plan = this->plan(event_id / kViewSlots);
  Writer(*this, event, 0, 0).event(plan, static_cast<std::uint32_t>(event_id % kViewSlots));
  out += event.bytes;
}

namespace {

/// Sorts rows by arrival, equal ones staying as they are: least significant digit first, on keys
/// of (arrival − from, index).
void sort_by_arrival(std::span<Delivery> rows, std::int64_t from_ms) {
  constexpr std::size_t kDigits = 1 << 11;
  if (rows.size() < 512) {
    std::ranges::stable_sort(rows, {}, &Delivery::arrival_ms);
    return;
  }
  std::vector<std::uint64_t> keys(rows.size()), other(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    keys[i] = static_cast<std::uint64_t>(rows[i].arrival_ms - from_ms) << 32 | i;
  }
  for (int shift : {32, 43}) {
    std::size_t starts[kDigits + 1] = {};
    for (std::uint64_t key : keys) ++starts[(key >> shift & (kDigits - 1)) + 1];
    for (std::size_t d = 0; d < kDigits; ++d) starts[d + 1] += starts[d];
    for (std::uint64_t key : keys) other[starts[key >> shift & (kDigits - 1)]++] = key;
    keys.swap(other);
  }
  std::vector<Delivery> sorted(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) sorted[i] = rows[keys[i] & 0xFFFFFFFF];
  std::ranges::copy(sorted, rows.begin());
}

}  // namespace

TrafficCursor::TrafficCursor(std::shared_ptr<const Parts> parts, Stream stream,
                             std::int64_t from_ms, int share, int shares)
    : parts_(std::move(parts)),
      stream_(stream),
      position_(from_ms),
      next_session_(parts_->traffic.sessions_before(from_ms - kReachMs)),
      session_step_(shares) {
  next_session_ += (share - next_session_ % shares + shares) % shares;
}

void TrafficCursor::next(std::int64_t to_ms, Deliveries& out) {
  const Traffic& traffic = parts_->traffic;
  if (traffic.curve() == nullptr) position_ = std::max(position_, to_ms);
  while (position_ < to_ms) {
    std::int64_t end_ms = std::min(to_ms, position_ + kStepMs);
    std::size_t first_row = out.rows.size();
    Writer writer(traffic, out, position_, end_ms);
    auto write = [&](const SessionPlan& plan, Live& live) {
      CHECK(out.bytes.size() < std::numeric_limits<std::uint32_t>::max() - (1 << 20),
            "a window of more than 4 GB of events: read it in smaller steps");
      stream_ == Stream::kPageviews ? writer.pageviews(plan, live) : writer.star(plan, live);
    };
    std::erase_if(live_, [&](Live& l) {
      if (l.due_ms < end_ms) write(traffic.plan(l.session, l.start_ms), l);
      return l.due_ms == kNever;
    });
    std::int64_t sessions = traffic.sessions_before(end_ms);
    for (; next_session_ < sessions; next_session_ += session_step_) {
      SessionPlan plan = traffic.plan(next_session_);
      Live live{.session = plan.id, .start_ms = plan.start_ms, .view_ms = plan.start_ms};
      write(plan, live);
      if (live.due_ms != kNever) live_.push_back(live);
    }
    sort_by_arrival(std::span(out.rows).subspan(first_row), position_);
    position_ = end_ms;
  }
}

}  // namespace world
