#include "load/live_load.h"

#include <algorithm>
#include <charconv>

#include "base/log.h"

namespace load {

using hub::Hub;
using WorldRecord = hub::Hub::WorldRecord;

namespace {

constexpr double kChunkRows = 20'000;
constexpr std::int64_t kChunkMaxMs = 6 * 3'600'000;
constexpr auto kLivePeriod = std::chrono::milliseconds(200);  // wall time between live chunks
constexpr auto kRetryPeriod = std::chrono::seconds(1);
constexpr size_t kKeyDigits = 20;

/// Leaves out the records at the front that `tail` says are in the partition.
std::span<const WorldRecord> without_appended(std::span<const WorldRecord> records,
                                              const Hub::Tail& tail) {
  if (tail.empty) return records;
  size_t skip = 0;
  while (skip < records.size() && records[skip].arrival_ms < tail.arrival_ms) ++skip;
  for (auto left = tail.count_at_arrival;
       left > 0 && skip < records.size() && records[skip].arrival_ms == tail.arrival_ms; --left) {
    ++skip;
  }
  return records.subspan(skip);
}

/// False when `stop` was requested meanwhile.
bool sleep_wall(std::chrono::milliseconds time, std::stop_token stop) {
  base::SystemClock wall;
  return wall.wait_until(wall.now() + time, stop);
}

}  // namespace

std::unique_ptr<LiveLoad> LiveLoad::start(Options options) {
  std::unique_ptr<LiveLoad> self(new LiveLoad(std::move(options)));
  // Before anything else: readers must not take the clock for the frontier.
  self->options_.hub->attach_generator();
  self->parts_.resize(static_cast<size_t>(self->options_.hub->partitions()));
  self->position_ms_ = self->resume_position();
  self->thread_ = std::jthread([raw = self.get()](std::stop_token stop) { raw->run(stop); });
  return self;
}

void LiveLoad::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

std::int64_t LiveLoad::resume_position() const {
  std::int64_t start = options_.world->backfill_start_ms();
  std::int64_t position = std::numeric_limits<std::int64_t>::max();
  for (int p = 0; p < options_.hub->partitions(); ++p) {
    auto tail = options_.hub->world_tail(p);
    position = std::min(position, tail.empty ? start : tail.arrival_ms);
  }
  return std::max(start, position);
}

std::int64_t LiveLoad::chunk_end(std::int64_t from_ms, std::int64_t limit_ms) const {
  std::int64_t end = std::min(limit_ms, from_ms + kChunkMaxMs);
  while (end - from_ms > 1000 &&
         options_.world->expected_rows(options_.stream, from_ms, end) > kChunkRows) {
    end = from_ms + (end - from_ms) / 2;
  }
  return end;
}

void LiveLoad::run(std::stop_token stop) {
  std::int64_t epoch = options_.world->epoch_ms();
  auto cursor = options_.world->cursor(options_.stream, position_ms_);
  while (cursor.position() < epoch) {
    if (!advance(cursor, chunk_end(cursor.position(), epoch), stop)) return;
  }
  options_.hub->advance_frontier(epoch);
  {
    std::lock_guard lock(mutex_);
    backfilled_ = true;
    changed_.notify_all();
  }
  base::log_info("load", "backfilled", "hub={} rows={}", hub_name(), status().rows);
  if (options_.on_backfilled) options_.on_backfilled();
  if (options_.endless) {
    run_live(cursor, stop);
  } else {
    options_.hub->detach_generator();
    options_.hub->settle();
  }
}

void LiveLoad::run_live(world::TrafficCursor& cursor, std::stop_token stop) {
  while (sleep_wall(kLivePeriod, stop)) {
    std::int64_t now = base::to_millis(options_.clock->now());
    while (cursor.position() < now) {
      if (!advance(cursor, chunk_end(cursor.position(), now), stop)) return;
    }
  }
}

bool LiveLoad::advance(world::TrafficCursor& cursor, std::int64_t to_ms, std::stop_token stop) {
  chunk_.clear();
  cursor.next(to_ms, chunk_);
  split_by_partition();
  if (!append_chunk(stop)) return false;
  options_.hub->advance_frontier(to_ms);
  std::lock_guard lock(mutex_);
  position_ms_ = to_ms;
  return true;
}

void LiveLoad::split_by_partition() {
  for (auto& part : parts_) part.clear();
  // Views into keys_ are taken while it grows: reserve what all keys can need.
  keys_.clear();
  keys_.reserve(chunk_.rows.size() * kKeyDigits);
  for (const auto& row : chunk_.rows) {
    char digits[kKeyDigits];
    char* end = std::to_chars(digits, digits + kKeyDigits, row.user_id).ptr;
    size_t from = keys_.size();
    keys_.append(digits, end);
    std::string_view key(keys_.data() + from, keys_.size() - from);
    auto partition = static_cast<size_t>(options_.hub->partition_of(key));
    parts_[partition].push_back({row.arrival_ms, key, chunk_.value(row)});
  }
}

bool LiveLoad::append_chunk(std::stop_token stop) {
  for (int p = 0; p < static_cast<int>(parts_.size()); ++p) {
    if (!append_partition(p, stop)) return false;
  }
  return true;
}

bool LiveLoad::append_partition(int partition, std::stop_token stop) {
  while (!stop.stop_requested()) {
    auto missing = without_appended(parts_[static_cast<size_t>(partition)],
                                    options_.hub->world_tail(partition));
    auto status = options_.hub->append_world(partition, missing);
    if (status) {
      note_error("");
      return true;
    }
    base::log_warn("load", "append_failed", "hub={} partition={} error={}", hub_name(), partition,
                   status.error().message);
    note_error(status.error().message);
    if (status.error().code == base::Code::kNotFound) return false;  // the hub has gone
    if (!sleep_wall(kRetryPeriod, stop)) return false;
  }
  return false;
}

void LiveLoad::note_error(std::string error) {
  std::lock_guard lock(mutex_);
  error_ = std::move(error);
}

LiveLoad::Status LiveLoad::status() const {
  Status status;
  for (int p = 0; p < options_.hub->partitions(); ++p) {
    status.rows += options_.hub->state(p).world_records;
  }
  std::lock_guard lock(mutex_);
  status.position_ms = position_ms_;
  status.backfilled = backfilled_;
  status.error = error_;
  return status;
}

bool LiveLoad::backfilled() const {
  std::lock_guard lock(mutex_);
  return backfilled_;
}

bool LiveLoad::wait_backfilled(std::stop_token stop) const {
  std::unique_lock lock(mutex_);
  return changed_.wait(lock, stop, [&] { return backfilled_; });
}

}  // namespace load
