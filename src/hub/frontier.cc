#include <algorithm>
#include <thread>

#include "base/durable.h"
#include "base/log.h"
#include "hub/frontier_internal.h"
#include "hub/hub.h"
#include "wire/bytes.h"
#include "wire/crc32c.h"

namespace hub {
namespace {

using base::Result;
using base::Status;

// An entry: frontier i64, mode u8, three zero bytes, CRC-32C u32 of these twelve.
constexpr std::size_t kEntryBytes = 16;
constexpr std::uint64_t kFileBytesMax = 64 << 10;
// Following the clock, F is written this far ahead, so that not every look at it costs a write.
constexpr std::int64_t kReserveMs = 5000;

std::string entry(Frontier::Mode mode, std::int64_t ms) {
  std::string bytes;
  wire::ByteWriter out(bytes);
  out.i64(ms);
  out.i8(static_cast<std::int8_t>(mode));
  out.raw(std::string_view("\0\0\0", 3));
  out.i32(static_cast<std::int32_t>(wire::crc32c(bytes)));
  return bytes;
}

}  // namespace

Result<std::unique_ptr<Frontier>> Frontier::make(base::Env& env, base::Clock& clock,
                                                 std::string path) {
  std::unique_ptr<Frontier> frontier(new Frontier(env, clock, std::move(path)));
  TRY(frontier->rewrite(Mode::kUnsettled, kNoFrontier));
  frontier->shown_ms_ = kNoFrontier;
  return frontier;
}

Result<std::unique_ptr<Frontier>> Frontier::open(base::Env& env, base::Clock& clock,
                                                 std::string path) {
  std::unique_ptr<Frontier> frontier(new Frontier(env, clock, std::move(path)));
  TRY(frontier->recover());
  return frontier;
}

Status Frontier::recover() {
  std::string bytes;
  if (env_.exists(path_)) bytes = TRY(env_.read_file(path_));
  bool found = false;
  for (std::string_view rest = bytes; rest.size() >= kEntryBytes; rest.remove_prefix(kEntryBytes)) {
    wire::ByteReader in(rest);
    std::int64_t ms = in.i64();
    auto mode = static_cast<Mode>(in.i8());
    if (rest.substr(0, kEntryBytes) != entry(mode, ms) || mode > Mode::kGenerator) continue;
    mode_ = mode;
    shown_ms_ = ms;
    found = true;
  }
  if (!found) return base::error(base::Code::kDataLoss, "{} is damaged or has gone", path_);
  if (bytes.size() > kEntryBytes) return rewrite(mode_, shown_ms_);
  TRY(base::make_durable(env_, path_));
  persisted_ms_ = synced_ms_ = shown_ms_;
  file_ = TRY(env_.open(path_, base::Env::Open::kAppend));
  return {};
}

/// Replaces the file by one entry.
Status Frontier::rewrite(Mode mode, std::int64_t ms) {
  file_.reset();  // what would be appended to it now would be lost
  TRY(env_.write_file(path_, entry(mode, ms)));
  file_ = TRY(env_.open(path_, base::Env::Open::kAppend));
  persisted_ms_ = synced_ms_ = ms;
  return {};
}

Frontier::~Frontier() {
  std::unique_lock lock(moving_);
  if (mode_ == Mode::kClock && persisted_ms_ > shown_ms_) (void)persist(mode_, shown_ms_);
}

Status Frontier::persist(Mode mode, std::int64_t ms) {
  if (!file_) return rewrite(mode, ms);
  std::uint64_t size = TRY(file_->size());
  if (size >= kFileBytesMax) return rewrite(mode, ms);
  if (auto status = file_->append(entry(mode, ms)); !status) {
    TRY(file_->truncate(size));
    return status;
  }
  persisted_ms_ = ms;
  return {};
}

/// A file whose sync failed may lack what it shows, and later syncs don't say so: another takes its
/// place with the next entry.
Status Frontier::sync() {
  std::shared_ptr<base::File> file;
  std::int64_t written_ms;
  {
    std::unique_lock lock(moving_);
    if (synced_ms_ >= shown_ms_) return {};
    if (!file_) return rewrite(mode_, persisted_ms_);
    file = file_;
    written_ms = persisted_ms_;
  }
  Status synced = file->sync();
  std::unique_lock lock(moving_);
  if (synced) synced_ms_ = std::max(synced_ms_, written_ms);
  if (!synced && file_ == file) file_.reset();
  return synced;
}

/// Shows at least `ms`, when it can be written; else it stays and the next call tries again.
void Frontier::raise(std::int64_t ms) {
  if (ms <= shown_ms_ || closed_) return;
  if (ms > persisted_ms_) {
    std::int64_t ahead = mode_ == Mode::kClock ? kReserveMs : 0;
    if (auto status = persist(mode_, ms + ahead); !status) {
      base::log_error("hub", "frontier_stays", "error={}", status.error().message);
      return;
    }
  }
  shown_ms_ = ms;
}

void Frontier::set_mode(Mode mode) {
  {
    std::unique_lock lock(moving_);
    if (mode == mode_) return;
    auto status = persist(mode, shown_ms_);
    if (!status) base::log_error("hub", "mode_not_kept", "error={}", status.error().message);
    mode_ = mode;
  }
  std::lock_guard lock(waiting_);
  moved_.notify_all();
}

Frontier::Mode Frontier::mode() const {
  std::shared_lock lock(moving_);
  return mode_;
}

void Frontier::advance(std::int64_t ms) {
  if (mode() != Mode::kGenerator) set_mode(Mode::kGenerator);
  {
    std::unique_lock lock(moving_);
    raise(ms);
  }
  std::lock_guard lock(waiting_);
  moved_.notify_all();
}

std::int64_t Frontier::now() {
  {
    std::shared_lock lock(moving_);
    if (mode_ != Mode::kClock) return shown_ms_;
  }
  std::unique_lock lock(moving_);
  if (mode_ == Mode::kClock) raise(base::to_millis(clock_.now()));
  return shown_ms_;
}

Frontier::Hold Frontier::hold() {
  if (mode() == Mode::kUnsettled) set_mode(Mode::kClock);
  Hold hold{std::shared_lock(moving_), 0};
  hold.stamp_ms =
      std::max(shown_ms_, mode_ == Mode::kClock ? base::to_millis(clock_.now()) : kNoFrontier);
  return hold;
}

bool Frontier::wait(std::int64_t ms, std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (now() >= ms) return true;
    Mode seen = mode();
    if (seen == Mode::kClock) {
      // The clock moves F; a change of mode ends the wait.
      std::stop_source changed;
      std::stop_callback passes_on(stop, [&] { changed.request_stop(); });
      std::jthread watch([&](std::stop_token done) {
        std::unique_lock lock(waiting_);
        moved_.wait(lock, done, [&] { return mode() != seen || closed_; });
        changed.request_stop();
      });
      (void)clock_.wait_until(base::from_millis(ms), changed.get_token());
    } else {
      std::unique_lock lock(waiting_);
      moved_.wait(lock, stop, [&] {
        std::shared_lock state(moving_);
        return shown_ms_ >= ms || mode_ != seen || closed_;
      });
    }
    std::shared_lock state(moving_);
    if (closed_) return shown_ms_ >= ms;
  }
  return false;
}

void Frontier::close() {
  {
    std::unique_lock lock(moving_);
    closed_ = true;
  }
  std::lock_guard lock(waiting_);
  moved_.notify_all();
}

}  // namespace hub
