#include "load/live_load.h"

#include "base/guarded.h"
#include "base/log.h"

namespace load {
namespace {

using base::Code;
using base::error;
using base::Status;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRateWindow{500};

}  // namespace

std::unique_ptr<LiveLoad> LiveLoad::start(world::World world, Options options) {
  CHECK((options.hub != nullptr) != (options.sink != nullptr) && options.clock != nullptr);
  std::unique_ptr<LiveLoad> load(new LiveLoad(std::move(world), std::move(options)));
  load->thread_ = std::jthread([self = load.get()](std::stop_token stop) {
    Status ran = base::guarded([&] { self->run(stop); });
    if (!ran) self->fail(ran.error());
  });
  return load;
}

LiveLoad::LiveLoad(world::World world, Options options)
    : world_(std::move(world)),
      options_(std::move(options)),
      sink_(options_.sink ? options_.sink : hub_sink(options_.hub)),
      epoch_ms_(world_.epoch_ms()),
      feed_(world_, options_.stream, *sink_),
      rate_since_(steady_clock::now()) {
  state_.backfill_rows = static_cast<std::int64_t>(
      world_.expected_rows(options_.stream, world_.backfill_start_ms(), epoch_ms_));
  state_.position_ms = feed_.position();
}

LiveLoad::~LiveLoad() { stop(); }

void LiveLoad::stop() {
  thread_.request_stop();
  if (thread_.joinable() && thread_.get_id() != std::this_thread::get_id()) thread_.join();
}

void LiveLoad::run(std::stop_token stop) {
  if (!advance_to(epoch_ms_, stop)) return;
  {
    std::lock_guard lock(mutex_);
    state_.backfilled = true;
    changed_.notify_all();
  }
  base::log_info("load", "backfilled", "sink={} position_ms={}", sink_->name(), feed_.position());
  feed_.shrink();  // live chunks are small
  if (options_.on_backfilled) options_.on_backfilled();
  if (options_.mode == Mode::kOnce) return end({}, true);
  while (!stop.stop_requested()) {
    std::int64_t now_ms = base::to_millis(options_.clock->now());
    if (now_ms <= feed_.position()) {
      options_.clock->wait_until(base::from_millis(feed_.position() + 1), stop);
      continue;
    }
    if (!advance_to(now_ms, stop)) return;
    rest(options_.live_step, stop);
  }
  end(error(Code::kCancelled, "loading into {} was stopped", sink_->name()));
}

/// False when the load has ended.
bool LiveLoad::advance_to(std::int64_t to_ms, const std::stop_token& stop) {
  do {
    if (!step(to_ms, stop)) return false;
    if (stop.stop_requested()) {
      end(error(Code::kCancelled, "loading into {} was stopped", sink_->name()));
      return false;
    }
  } while (feed_.position() < to_ms);
  return true;
}

/// Brings the next chunk in, however often it takes. False: the load has ended.
bool LiveLoad::step(std::int64_t to_ms, const std::stop_token& stop) {
  for (;;) {
    auto rows = feed_.step(to_ms);
    if (rows) {
      note_chunk(feed_.position(), *rows);
      return true;
    }
    bool retry = sink_->can_retry(rows.error());
    note_error(rows.error().message, retry);
    if (retry) rest(options_.retry_after, stop);
    if (!retry || stop.stop_requested()) {
      end(std::unexpected(rows.error()));
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

/// What run() threw: as an append that failed for good.
void LiveLoad::fail(const base::Error& error) {
  note_error(error.message, true);
  (void)base::guarded([&] { end(std::unexpected(error)); });
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
