#include "load/feed.h"

#include <algorithm>
#include <limits>

#include "base/clock.h"
#include "codec/text.h"

namespace load {
namespace {

/// Rows a chunk should have: enough to be worth the trip, little enough for flat memory.
constexpr double kChunkRows = 16'000;
constexpr std::int64_t kChunkMaxMs = 3'600'000;

}  // namespace

std::span<const EventSink::Record> behind_tail(std::span<const EventSink::Record> records,
                                               const EventSink::Tail& tail) {
  if (tail.empty) return records;
  auto same =
      std::ranges::equal_range(records, tail.arrival_ms, {}, &EventSink::Record::arrival_ms);
  auto skip = (same.begin() - records.begin()) +
              std::min<std::int64_t>(tail.count_at_arrival, std::ssize(same));
  return records.subspan(static_cast<std::size_t>(skip));
}

Feed::Feed(const world::World& world, world::Stream stream, EventSink& sink)
    : world_(world),
      stream_(stream),
      sink_(sink),
      position_(resume_from()),
      cursor_(world.cursor(stream, position_)),
      partitions_(static_cast<std::size_t>(sink.partitions())) {}

/// Everything before it is in all partitions.
std::int64_t Feed::resume_from() const {
  std::int64_t from = std::numeric_limits<std::int64_t>::max();
  for (int p = 0; p < sink_.partitions(); ++p) {
    EventSink::Tail tail = sink_.tail(p);
    std::int64_t mine = tail.empty ? world_.backfill_start_ms() : tail.arrival_ms;
    from = std::min(from, mine);
  }
  return from;
}

base::Result<std::int64_t> Feed::step(std::int64_t to_ms) {
  if (position_ >= to_ms) {  // perhaps from the start (a restart): F is at least here
    sink_.advance(to_ms);
    return 0;
  }
  if (cursor_.position() == position_) {
    chunk_.clear();
    cursor_.next(chunk_end(position_, to_ms), chunk_);
    split_by_partition();
  }
  for (int p = 0; p < sink_.partitions(); ++p) {
    auto missing = behind_tail(partitions_[static_cast<std::size_t>(p)], sink_.tail(p));
    if (missing.empty()) continue;
    TRY(keeps_promise(missing.front().arrival_ms));
    TRY(sink_.append(p, missing));
  }
  position_ = cursor_.position();
  sink_.advance(position_);
  return std::ssize(chunk_.rows);
}

/// Whoever reads the sink has been told that nothing more arrives below its frontier.
base::Status Feed::keeps_promise(std::int64_t arrival_ms) const {
  std::int64_t promised_ms = sink_.advanced_to();
  if (arrival_ms >= promised_ms) return {};
  auto text = [](std::int64_t ms) { return base::format_millis(base::from_millis(ms)); };
  return base::error(base::Code::kFailedPrecondition,
                     "{} has said that nothing more arrives before {}, and events from {} on are "
                     "missing there: replace the hub, so that its generator begins anew",
                     sink_.name(), text(promised_ms), text(arrival_ms));
}

std::int64_t Feed::chunk_end(std::int64_t from_ms, std::int64_t to_ms) const {
  double rows = world_.expected_rows(stream_, from_ms, from_ms + 60'000);
  double step_ms = std::min(60'000 * kChunkRows / std::max(rows, 1.0), double{kChunkMaxMs});
  return std::min(to_ms, from_ms + std::max<std::int64_t>(static_cast<std::int64_t>(step_ms), 1));
}

void Feed::split_by_partition() {
  for (Records& records : partitions_) records.clear();
  keys_.resize(chunk_.rows.size() * codec::kIntMax);
  char* p = keys_.data();
  for (const world::Delivery& row : chunk_.rows) {
    char* end = codec::put_int(p, row.user_id);
    std::string_view key(p, static_cast<std::size_t>(end - p));
    auto partition = static_cast<std::size_t>(hub::partition_of(key, sink_.partitions()));
    partitions_[partition].push_back({row.arrival_ms, key, chunk_.value(row)});
    p = end;
  }
}

void Feed::shrink() {
  CHECK(cursor_.position() == position_, "a chunk is under way");
  chunk_ = {};
  keys_ = {};
  for (Records& records : partitions_) records = {};
}

}  // namespace load
