#include "grade/key_traffic.h"

namespace grade {

namespace {

constexpr double kRowsAChunk = 48'000;
constexpr std::int64_t kMinuteMs = 60'000;
// A chunk begins with the sessions of the half hour before it, so shorter ones cost more.
constexpr std::int64_t kChunkMinMs = 30 * kMinuteMs, kChunkMaxMs = 24 * 60 * kMinuteMs;

std::int64_t chunk_ms(const world::World& world) {
  double rate = world.settings().event_rate;
  if (rate <= 0) return kChunkMaxMs;
  double ms = std::min(kRowsAChunk / rate * 1000, static_cast<double>(kChunkMaxMs));
  return std::max(static_cast<std::int64_t>(ms), kChunkMinMs);
}

/// Policies take equal arrivals by partition; within one, deliveries are in order already.
template <typename F>
void in_merge_order(std::vector<Event>& events, const F& apply) {
  std::vector<Event*> same;
  for (std::size_t i = 0; i < events.size();) {
    same.clear();
    std::int64_t arrival_ms = events[i].arrival_ms;
    for (; i < events.size() && events[i].arrival_ms == arrival_ms; ++i) same.push_back(&events[i]);
    if (same.size() > 1) std::ranges::stable_sort(same, {}, [](Event* e) { return e->partition; });
    for (Event* event : same) apply(*event);
  }
}

}  // namespace

TrafficKey::TrafficKey(Options options) : options_(options), carry_(start()) {
  std::int64_t step = options_.chunk_ms > 0 ? options_.chunk_ms : chunk_ms(*options_.world);
  for (std::int64_t at = options_.world->backfill_start_ms(); at < options_.to_ms;) {
    at = std::min(at + step, options_.to_ms);
    ends_.push_back(at);
  }
}

TrafficKey::Carry TrafficKey::start() const {
  return {.offsets = std::vector<std::int64_t>(static_cast<std::size_t>(options_.partitions)),
          .clock = PolicyClock(options_.policies)};
}

std::int64_t TrafficKey::begin_ms(std::size_t chunk) const {
  return chunk == 0 ? options_.world->backfill_start_ms() : ends_[chunk - 1];
}

void TrafficKey::number(std::vector<Event>& events, std::int64_t end_ms, Carry& carry) const {
  for (Event& event : events) {
    event.offset = carry.offsets[static_cast<std::size_t>(event.partition)]++;
  }
  std::int64_t cut_ms = options_.job_cut_ms;
  in_merge_order(events, [&](Event& event) {
    if (event.arrival_ms >= cut_ms && !carry.watermark_ms) {
      carry.watermark_ms = carry.clock.watermark_ms(cut_ms);
    }
    if (!event.malformed) carry.clock.apply(event);
  });
  if (end_ms >= cut_ms && !carry.watermark_ms) {
    carry.watermark_ms = carry.clock.watermark_ms(cut_ms);
  }
}

std::unique_ptr<TrafficKey::Buffers> TrafficKey::take_buffers() {
  std::lock_guard lock(mutex_);
  if (spare_.empty()) return std::make_unique<Buffers>();
  auto buffers = std::move(spare_.back());
  spare_.pop_back();
  return buffers;
}

void TrafficKey::read_chunk(std::size_t chunk, const Reader& reader) {
  auto buffers = take_buffers();
  auto& [deliveries, events] = *buffers;
  deliveries.clear();
  options_.world->deliveries(options_.stream, begin_ms(chunk), ends_[chunk], deliveries);
  read_events(deliveries, options_.stream, options_.partitions, events);
  {
    std::unique_lock lock(mutex_);
    numbered_.wait(lock, [&] { return turn_ == chunk; });
    number(events, ends_[chunk], carry_);
    ++turn_;
  }
  numbered_.notify_all();
  reader({events, chunk, begin_ms(chunk)});
  std::lock_guard lock(mutex_);
  if (chunk + 1 < ends_.size()) spare_.push_back(std::move(buffers));
}

std::int64_t TrafficKey::watermark_ms() const {
  std::lock_guard lock(mutex_);
  return carry_.watermark_ms.value_or(carry_.clock.watermark_ms(options_.job_cut_ms));
}

base::Status TrafficKey::read_all(const Reader& reader, std::stop_token stop) const {
  Carry carry = start();
  auto cursor = options_.world->cursor(options_.stream, options_.world->backfill_start_ms());
  world::Deliveries deliveries;
  std::vector<Event> events;
  for (std::size_t chunk = 0; chunk < ends_.size(); ++chunk) {
    if (stop.stop_requested()) return base::error(base::Code::kCancelled, "the grade was stopped");
    deliveries.clear();
    cursor.next(ends_[chunk], deliveries);
    read_events(deliveries, options_.stream, options_.partitions, events);
    number(events, ends_[chunk], carry);
    reader({events, chunk, begin_ms(chunk)});
  }
  return {};
}

}  // namespace grade
