#include "grade/key_statements.h"

#include <algorithm>

#include "grade/key_calendar.h"

namespace grade {

namespace {

constexpr std::int64_t kStarMinutes = 15;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

Cell instant(std::int64_t ms) { return Cell::of(ms * 1000); }

}  // namespace

Table slow_table(bool enriched) {
  Table table{.layer = "stream",
              .name = enriched ? "slow_pages_enriched" : "slow_pages",
              .columns = {{.name = "event_id"},
                          {.name = "event_time", .form = Form::kInstant},
                          {.name = "user_id"},
                          {.name = "uri", .form = Form::kText},
                          {.name = "latency", .form = Form::kReal, .summed = true}}};
  if (!enriched) return table;
  for (const char* column : {"user_name", "name", "city", "administrative_unit", "phone_number"}) {
    table.columns.push_back({.name = column, .form = Form::kText});
  }
  return table;
}

EventRows slow_rows(const world::World& world, int latency_ms, bool enriched) {
  return [&world, latency_ms, enriched](const Event& event, const RowSink& sink) {
    if (event.latency_hundredths <= latency_ms * std::int64_t{100}) return;
    std::vector<Cell> cells{Cell::of(event.event_id), instant(event.event_time_ms),
                            Cell::of(event.user_id), event.uri.cell(),
                            Cell::of(static_cast<double>(event.latency_hundredths) / 100)};
    if (!enriched) return sink(cells);
    world::User user = world.user(event.user_id);
    for (const std::string* text :
         {&user.user_name, &user.name, &user.city, &user.administrative_unit, &user.phone_number}) {
      cells.push_back(Cell::of(std::string_view(*text)));
    }
    sink(cells);
  };
}

void StarIndex::add(const EventChunk& chunk) {
  std::lock_guard lock(mutex_);
  for (const Event& e : chunk.events) {
    if (e.malformed || e.dropped || e.arrival_ms >= cut_ms_) continue;
    stars_.push_back({e.user_id, e.time_ms, e.event_id, e.event_time_ms, e.stars});
  }
  if (++calls_ < expected_) return;
  std::ranges::sort(stars_, {}, [](const Star& s) { return std::pair(s.user_id, s.time_ms); });
  sorted_ = true;
  complete_.notify_all();
}

std::span<const StarIndex::Star> StarIndex::of(std::int64_t user_id) const {
  if (!sorted_) {
    std::unique_lock lock(mutex_);
    complete_.wait(lock, [&] { return sorted_ || expected_ == 0; });
  }
  auto range = std::ranges::equal_range(stars_, user_id, {}, &Star::user_id);
  return {range.begin(), range.end()};
}

Table starred_table() {
  return {.layer = "stream",
          .name = "starred_pageviews",
          .columns = {{.name = "event_id"},
                      {.name = "star_event_id"},
                      {.name = "user_id", .summed = true},
                      {.name = "uri", .form = Form::kText},
                      {.name = "stars", .summed = true},
                      {.name = "event_time", .form = Form::kInstant},
                      {.name = "star_time", .form = Form::kInstant},
                      {.name = "stream_time", .form = Form::kInstant}},
          .key = 2};
}

EventRows starred_rows(const StarIndex& stars) {
  return [&stars](const Event& view, const RowSink& sink) {
    std::int64_t view_minute = floor_div(view.time_ms, kMinuteMs);
    for (const StarIndex::Star& star : stars.of(view.user_id)) {
      std::int64_t minutes = floor_div(star.time_ms, kMinuteMs) - view_minute;
      if (minutes < 0 || minutes > kStarMinutes) continue;
      Cell cells[] = {Cell::of(view.event_id),     Cell::of(star.event_id),
                      Cell::of(view.user_id),      view.uri.cell(),
                      Cell::of(star.stars),        instant(view.event_time_ms),
                      instant(star.event_time_ms), instant(std::max(view.time_ms, star.time_ms))};
      sink(cells);
    }
  };
}

Table FirstTally::table() {
  return {.layer = "stream",
          .name = "first_events",
          .columns = {{.name = "event_id"},
                      {.name = "user_id", .summed = true},
                      {.name = "uri", .form = Form::kText},
                      {.name = "event_time", .form = Form::kInstant},
                      {.name = "stream_time", .form = Form::kInstant}}};
}

bool FirstTally::First::before(const First& other) const {
  auto order = [](const First& f) {
    return std::tuple(f.time_ms, f.arrival_ms, f.partition, f.offset);
  };
  return order(*this) < order(other);
}

void FirstTally::take(std::span<const Event> events, std::int64_t cut_ms, Hours& hours) {
  for (const Event& e : events) {
    if (e.malformed || e.dropped || e.arrival_ms >= cut_ms) continue;
    Users& users = hours[window_end_ms(e.time_ms, kHourMs)];
    First first{e.time_ms, e.arrival_ms, e.offset, e.event_id, e.event_time_ms, e.partition, {}};
    auto [it, is_new] = users.try_emplace(e.user_id, first);
    if (!is_new && !first.before(it->second)) continue;
    it->second = first;
    it->second.uri = e.uri.text;
  }
}

void FirstTally::give(const Users& users, std::int64_t watermark_ms, const RowSink& sink) {
  for (const auto& [user_id, first] : users) {
    if (first.time_ms >= watermark_ms) continue;
    Cell cells[] = {Cell::of(first.event_id), Cell::of(user_id),
                    Cell::of(std::string_view(first.uri)), instant(first.event_time_ms),
                    instant(first.time_ms)};
    sink(cells);
  }
}

void FirstTally::add(const EventChunk& chunk) {
  Hours mine;
  take(chunk.events, cut_ms_, mine);
  std::lock_guard lock(mutex_);
  for (auto& [hour, users] : mine) {
    Users& all = hours_[hour];
    for (auto& [user_id, first] : users) {
      auto [it, is_new] = all.try_emplace(user_id, first);
      if (!is_new && first.before(it->second)) it->second = std::move(first);
    }
  }
  std::int64_t settled_ms = progress_.done(chunk.index, chunk.begin_ms);
  if (late_s_ < 0 || settled_ms == kNever) return;
  // What comes later isn't older than this; whole hours before it lie below the watermark.
  settled_ms = std::min(settled_ms, cut_ms_) - late_s_ * std::int64_t{1000};
  while (!hours_.empty() && hours_.begin()->first < settled_ms) {
    give(hours_.begin()->second, settled_ms, [&](Row row) { print_.add(row); });
    hours_.erase(hours_.begin());
  }
}

void FirstTally::finish(std::int64_t watermark_ms) {
  for (const auto& [hour, users] : hours_) {
    give(users, watermark_ms, [&](Row row) { print_.add(row); });
  }
  hours_.clear();
}

RowSource FirstTally::again(const TrafficKey& traffic, std::function<std::int64_t()> watermark_ms,
                            std::stop_token stop) const {
  return [this, &traffic, watermark_ms = std::move(watermark_ms),
          stop](const RowSink& sink) -> base::Status {
    Hours hours;
    TRY(traffic.read_all([&](const EventChunk& chunk) { take(chunk.events, cut_ms_, hours); },
                         stop));
    for (const auto& [hour, users] : hours) give(users, watermark_ms(), sink);
    return {};
  };
}

}  // namespace grade
