#include "load/live_load.h"

#include <algorithm>
#include <limits>

#include "base/log.h"
#include "codec/text.h"

namespace load {
namespace {

using base::Code;
using base::error;
using base::Status;
using std::chrono::steady_clock;

/// Rows a chunk should have: enough to be worth the trip, little enough for flat memory.
constexpr double kChunkRows = 16'000;
constexpr std::int64_t kChunkMaxMs = 3'600'000;
constexpr std::chrono::milliseconds kRateWindow{500};

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

std::unique_ptr<LiveLoad> LiveLoad::start(world::World world, Options options) {
  CHECK((options.hub != nullptr) != (options.sink != nullptr) && options.clock != nullptr);
  std::unique_ptr<LiveLoad> load(new LiveLoad(std::move(world), std::move(options)));
  load->thread_ = std::jthread([self = load.get()](std::stop_token stop) { self->run(stop); });
  return load;
}

LiveLoad::LiveLoad(world::World world, Options options)
    : world_(std::move(world)),
      options_(std::move(options)),
      sink_(options_.sink ? options_.sink : hub_sink(options_.hub)),
      epoch_ms_(world_.epoch_ms()),
      partitions_(static_cast<std::size_t>(sink_->partitions())),
      rate_since_(steady_clock::now()) {
  state_.backfill_rows = static_cast<std::int64_t>(
      world_.expected_rows(options_.stream, world_.backfill_start_ms(), epoch_ms_));
  state_.position_ms = resume_from();
}

LiveLoad::~LiveLoad() { stop(); }

void LiveLoad::stop() {
  thread_.request_stop();
  if (thread_.joinable() && thread_.get_id() != std::this_thread::get_id()) thread_.join();
}

/// Everything before it is in all partitions.
std::int64_t LiveLoad::resume_from() const {
  std::int64_t from = std::numeric_limits<std::int64_t>::max();
  for (int p = 0; p < sink_->partitions(); ++p) {
    EventSink::Tail tail = sink_->tail(p);
    std::int64_t mine = tail.empty ? world_.backfill_start_ms() : tail.arrival_ms;
    // Retention took the tail's records away, long after the frontier had passed them.
    if (!tail.empty && tail.count_at_arrival == 0) mine = std::max(mine, sink_->advanced_to());
    from = std::min(from, mine);
  }
  return from;
}

void LiveLoad::run(std::stop_token stop) {
  world::TrafficCursor cursor = world_.cursor(options_.stream, state().position_ms);
  if (!advance_to(cursor, epoch_ms_, stop)) return;
  {
    std::lock_guard lock(mutex_);
    state_.backfilled = true;
    changed_.notify_all();
  }
  base::log_info("load", "backfilled", "sink={} position_ms={}", sink_->name(), cursor.position());
  // Live chunks are small: what the back-fill's needed goes back.
  chunk_ = {};
  keys_ = {};
  for (Records& records : partitions_) records = {};
  if (options_.on_backfilled) options_.on_backfilled();
  if (options_.mode == Mode::kOnce) return end({}, true);
  while (!stop.stop_requested()) {
    std::int64_t now_ms = base::to_millis(options_.clock->now());
    if (now_ms <= cursor.position()) {
      options_.clock->wait_until(base::from_millis(cursor.position() + 1), stop);
      continue;
    }
    if (!advance_to(cursor, now_ms, stop)) return;
    rest(options_.live_step, stop);
  }
  end(error(Code::kCancelled, "loading into {} was stopped", sink_->name()));
}

/// False when the load has ended.
bool LiveLoad::advance_to(world::TrafficCursor& cursor, std::int64_t to_ms,
                          const std::stop_token& stop) {
  while (cursor.position() < to_ms) {
    chunk_.clear();
    cursor.next(chunk_end(cursor.position(), to_ms), chunk_);
    split_by_partition();
    for (int p = 0; p < sink_->partitions(); ++p) {
      if (!append(p, stop)) return false;
    }
    sink_->advance(cursor.position());
    note_chunk(cursor.position(), std::ssize(chunk_.rows));
    if (stop.stop_requested()) break;
  }
  // The stretch may have been empty from the start (a restart): F is at least here.
  if (cursor.position() >= to_ms) sink_->advance(to_ms);
  if (!stop.stop_requested()) return true;
  end(error(Code::kCancelled, "loading into {} was stopped", sink_->name()));
  return false;
}

std::int64_t LiveLoad::chunk_end(std::int64_t from_ms, std::int64_t to_ms) const {
  double rows = world_.expected_rows(options_.stream, from_ms, from_ms + 60'000);
  double step_ms = std::min(60'000 * kChunkRows / std::max(rows, 1.0), double{kChunkMaxMs});
  return std::min(to_ms, from_ms + std::max<std::int64_t>(static_cast<std::int64_t>(step_ms), 1));
}

void LiveLoad::split_by_partition() {
  for (Records& records : partitions_) records.clear();
  keys_.resize(chunk_.rows.size() * codec::kIntMax);
  char* p = keys_.data();
  for (const world::Delivery& row : chunk_.rows) {
    char* end = codec::put_int(p, row.user_id);
    std::string_view key(p, static_cast<std::size_t>(end - p));
    auto partition = static_cast<std::size_t>(hub::partition_of(key, sink_->partitions()));
    partitions_[partition].push_back({row.arrival_ms, key, chunk_.value(row)});
    p = end;
  }
}

/// Appends what the partition lacks of the chunk, however often it takes. False: the load has
/// ended.
bool LiveLoad::append(int partition, const std::stop_token& stop) {
  const Records& records = partitions_[static_cast<std::size_t>(partition)];
  for (;;) {
    auto missing = behind_tail(records, sink_->tail(partition));
    if (missing.empty()) return true;
    Status appended = sink_->append(partition, missing);
    if (appended) return true;
    bool retry = sink_->can_retry(appended.error());
    note_error(appended.error().message, retry);
    if (!retry) {
      end(std::move(appended));
      return false;
    }
    rest(options_.retry_after, stop);
    if (stop.stop_requested()) {
      end(std::move(appended));
      return false;
    }
  }
}

void LiveLoad::note_chunk(std::int64_t position_ms, std::int64_t rows) {
  std::lock_guard lock(mutex_);
  state_.position_ms = position_ms;
  state_.error.clear();
  rate_rows_ += rows;
  auto now = steady_clock::now();
  if (now - rate_since_ < kRateWindow) return;
  state_.rows_per_s =
      static_cast<double>(rate_rows_) / std::chrono::duration<double>(now - rate_since_).count();
  rate_rows_ = 0;
  rate_since_ = now;
}

void LiveLoad::note_error(std::string message, bool log) {
  std::lock_guard lock(mutex_);
  if (log && message != state_.error) {
    base::log_warn("load", "append_failed", "sink={} error=\"{}\"", sink_->name(), message);
  }
  ++state_.failed_appends;
  state_.error = std::move(message);
  state_.rows_per_s = 0;
}

void LiveLoad::end(Status why, bool complete) {
  Status finished = sink_->finish(complete);
  if (!finished && (why || why.error().code == Code::kCancelled)) why = std::move(finished);
  std::lock_guard lock(mutex_);
  state_.ended = true;
  state_.rows_per_s = 0;
  ended_with_ = std::move(why);
  changed_.notify_all();
}

void LiveLoad::rest(std::chrono::milliseconds wall, const std::stop_token& stop) const {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, wall, [] { return false; });
}

LiveLoad::State LiveLoad::state() const {
  State state;
  {
    std::lock_guard lock(mutex_);
    state = state_;
    if (steady_clock::now() - rate_since_ > 4 * kRateWindow) state.rows_per_s = 0;
  }
  state.rows = sink_->rows();
  return state;
}

Status LiveLoad::wait_backfilled(std::stop_token stop) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [&] { return state_.backfilled || state_.ended; });
  if (state_.backfilled) return {};
  if (state_.ended && !ended_with_) return ended_with_;
  return error(Code::kCancelled, "waiting for the back-fill of {} was stopped", sink_->name());
}

Status LiveLoad::wait_ended(std::stop_token stop) const {
  std::unique_lock lock(mutex_);
  if (changed_.wait(lock, stop, [&] { return state_.ended; })) return ended_with_;
  return error(Code::kCancelled, "waiting for the end of {} was stopped", sink_->name());
}

}  // namespace load
