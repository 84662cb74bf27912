#include "commitlog/log.h"

#include <algorithm>

#include "base/durable.h"
#include "base/log.h"
#include "commitlog/segment_internal.h"

namespace commitlog {

using base::Code;
using base::error;
using base::Result;
using base::Status;

namespace {

/// Behind the name of a segment whose sync failed: an empty file, for which a full disk has room.
constexpr std::string_view kUnsyncedMark = ".unsynced";

/// The base offset in the name of a segment's file with this ending, or nullopt when it is another
/// file.
std::optional<std::int64_t> base_offset_of(const std::string& name, std::string_view ending) {
  if (name.size() != 20 + ending.size() || !name.ends_with(ending)) return std::nullopt;
  std::int64_t offset = 0;
  for (char c : name.substr(0, 20)) {
    if (c < '0' || c > '9' || offset > (INT64_MAX - 9) / 10) return std::nullopt;
    offset = offset * 10 + (c - '0');
  }
  return offset;
}

}  // namespace

Log::Log(base::Env& env, std::string dir, LogOptions options)
    : env_(env), dir_(std::move(dir)), options_(options) {}
Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(base::Env& env, std::string dir, LogOptions options) {
  TRY(env.make_dirs(dir));
  std::unique_ptr<Log> log(new Log(env, std::move(dir), options));
  TRY(log->recover());
  return log;
}

/// Writes what a failed sync may have left in the page cache alone once more: there the disk's
/// error is forgotten, and a sync of unchanged bytes would promise what isn't so.
Status Log::renew_unsynced() {
  for (const auto& entry : TRY(env_.list(dir_))) {
    if (!entry.name.ends_with(kUnsyncedMark)) continue;
    std::string mark = fmt::format("{}/{}", dir_, entry.name);
    std::string path = mark.substr(0, mark.size() - kUnsyncedMark.size());
    if (env_.exists(path)) {
      base::log_warn("commitlog", "written_anew", "file={}", path);
      TRY(env_.write_file(path, TRY(env_.read_file(path))));
    }
    TRY(env_.remove_file(mark));
  }
  return {};
}

Status Log::recover() {
  TRY(renew_unsynced());
  std::vector<std::int64_t> bases, indexes;
  for (const auto& entry : TRY(env_.list(dir_))) {
    if (auto base = base_offset_of(entry.name, ".log")) bases.push_back(*base);
    if (auto base = base_offset_of(entry.name, ".index")) indexes.push_back(*base);
  }
  const std::int64_t promised = options_.promised_end.value_or(INT64_MAX);
  if (!bases.empty()) TRY(recall_producers(indexes, bases.front()));
  for (std::size_t i = 0; i < bases.size(); ++i) {
    bool damaged = i > 0 && bases[i] != end_offset_;
    if (damaged) TRY(check_promised(end_offset_, segment_path(dir_, end_offset_) + " has gone"));
    if (!damaged)
      TRY(recover_segment(bases[i], i + 1 == bases.size(),
                          i + 1 < bases.size() && bases[i + 1] <= promised, damaged));
    else
      --i;
    if (damaged) {
      TRY(set_aside(std::span(bases).subspan(i + 1)));
      break;
    }
  }
  TRY(check_promised(end_offset_, dir_ + " lacks its end"));
  if (segments_.empty()) TRY(add_segment(0));
  synced_end_offset_ = segments_.front()->base_offset;
  return {};
}

/// What the last segment that retention took knew of its producers, and its last timestamp: the
/// world's and all others may send again what is gone, and what comes now comes behind it.
Status Log::recall_producers(std::span<const std::int64_t> indexes, std::int64_t first) {
  for (std::int64_t base : indexes) {
    if (base >= first) break;
    if (kept_index_ >= 0) TRY(env_.remove_file(index_path(dir_, kept_index_)));
    kept_index_ = base;
  }
  if (kept_index_ < 0) return {};
  return load_dropped(env_, index_path(dir_, kept_index_), producers_, dropped_max_ms_);
}

Status Log::recover_segment(std::int64_t base_offset, bool last, bool was_synced, bool& damaged) {
  auto segment = std::make_shared<Segment>(env_, dir_, base_offset);
  auto file = TRY(segment->file.use());
  segment->dirty = true;  // who knows what the process before us synced
  std::string index = index_path(dir_, base_offset);
  if (last || !was_synced || !TRY(load_index(env_, index, *segment, producers_))) {
    TRY(scan(*segment, producers_, options_));
    std::uint64_t size = TRY(file->size());
    damaged = size != segment->bytes;
    if (damaged) {
      TRY(check_promised(segment->end_offset, fmt::format("{} is damaged at byte {}",
                                                          segment->file.path(), segment->bytes)));
      base::log_warn("commitlog", "cut_tail", "file={} from={} to={}", segment->file.path(), size,
                     segment->bytes);
      TRY(file->truncate(segment->bytes));
    }
    if (!last && !damaged) (void)save_index(env_, index, *segment, producers_);
  }
  end_offset_ = segment->end_offset;
  segments_.push_back(std::move(segment));
  return {};
}

/// Before anything is cut: that may be put back.
Status Log::check_promised(std::int64_t end, const std::string& what) const {
  if (end >= options_.promised_end.value_or(0)) return {};
  return error(Code::kDataLoss,
               "{}: {} records from offset {} on were acknowledged and can't be read any more",
               what, *options_.promised_end - end, end);
}

Status Log::set_aside(std::span<const std::int64_t> bases) {
  for (std::int64_t base : bases) {
    std::string path = segment_path(dir_, base);
    base::log_error("commitlog", "segment_lost", "file={} kept_as={}.lost", path, path);
    TRY(env_.publish(path, path + ".lost"));
    TRY(env_.remove_file(index_path(dir_, base)));
  }
  return {};
}

Status Log::add_segment(std::int64_t base_offset) {
  auto segment = std::make_shared<Segment>(env_, dir_, base_offset);
  TRY(segment->file.create());
  std::lock_guard lock(mutex_);
  segments_.push_back(std::move(segment));
  folder_dirty_ = true;
  return {};
}

Status Log::roll() {
  const Segment& full = *segments_.back();
  auto saved = save_index(env_, index_path(dir_, full.base_offset), full, producers_);
  if (!saved) base::log_warn("commitlog", "no_index", "error={}", saved.error().message);
  return add_segment(full.end_offset);
}

Status Log::write(std::span<const char> batch) {
  Segment& segment = *segments_.back();
  auto file = TRY(segment.file.use());
  Status status = file->append({batch.data(), batch.size()});
  if (status || file->truncate(segment.bytes)) return status;
  fail(status.error(), {});
  return health();
}

Result<std::int64_t> Log::append(std::span<char> batch) {
  std::lock_guard writer(append_mutex_);
  TRY(health());
  // Only the holder of append_mutex_ changes what is read here without mutex_.
  std::uint64_t used = segments_.back()->bytes;
  if (used > 0 && used + batch.size() > options_.segment_bytes) TRY(roll());
  wire::set_base_offset(batch, end_offset_);
  auto header = TRY(wire::read_batch_header({batch.data(), batch.size()}));
  CHECK(header.bytes() == batch.size(), "append takes one batch");
  TRY(write(batch));
  std::lock_guard lock(mutex_);
  segments_.back()->note(header, options_.index_interval_bytes);
  segments_.back()->dirty = true;
  note_producer(producers_, header, options_);
  end_offset_ = segments_.back()->end_offset;
  return header.base_offset;
}

Status Log::sync(std::int64_t end_offset) {
  std::lock_guard one(sync_mutex_);
  if (synced_end_offset_ >= end_offset) return {};
  TRY(health());
  std::vector<std::shared_ptr<Segment>> unsynced;
  std::int64_t end = 0;
  if (auto status = sync_segments(unsynced, end); !status) {
    fail(status.error(), unsynced);
    return health();
  }
  synced_end_offset_ = end;
  return {};
}

/// Syncs what was appended so far: all below `end`, in the segments `unsynced`.
Status Log::sync_segments(std::vector<std::shared_ptr<Segment>>& unsynced, std::int64_t& end) {
  bool folder_dirty;
  {
    std::lock_guard lock(mutex_);
    end = end_offset_;
    folder_dirty = std::exchange(folder_dirty_, false);
    for (auto& segment : segments_) {
      if (std::exchange(segment->dirty, false)) unsynced.push_back(segment);
    }
  }
  for (const auto& segment : unsynced) TRY(TRY(segment->file.use())->sync());
  return folder_dirty ? env_.sync_dir(dir_) : Status();
}

/// Ends writing for good. `unsynced`: which segments the disk may lack, for the next recovery.
void Log::fail(const base::Error& why, std::span<const std::shared_ptr<Segment>> unsynced) {
  {
    std::lock_guard lock(mutex_);
    if (!health_) return;
    health_ =
        error(Code::kFailedPrecondition,
              "{}: nothing more is written after a disk error ({}): look after the disk, then "
              "start the daemon again",
              dir_, why.message);
  }
  base::log_error("commitlog", "failed", "dir={} error=\"{}\"", dir_, why.message);
  // For the next process on this machine only; without power the cache is gone and the disk tells.
  for (const auto& segment : unsynced) {
    std::string mark = segment->file.path() + std::string(kUnsyncedMark);
    if (auto kept = env_.open(mark, base::Env::Open::kTruncate); !kept) {
      base::log_error("commitlog", "no_mark", "error=\"{}\"", kept.error().message);
    }
  }
}

Status Log::health() const {
  std::lock_guard lock(mutex_);
  return health_;
}

Status Log::keep_open() {
  std::lock_guard lock(mutex_);
  for (const auto& segment : segments_) TRY(segment->file.keep_open());
  return {};
}

std::int64_t Log::start_offset() const {
  std::lock_guard lock(mutex_);
  return segments_.front()->base_offset;
}

std::int64_t Log::end_offset() const {
  std::lock_guard lock(mutex_);
  return end_offset_;
}

std::uint64_t Log::bytes() const {
  std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& segment : segments_) sum += segment->bytes;
  return sum;
}

std::optional<std::int64_t> Log::max_timestamp_ms() const {
  std::lock_guard lock(mutex_);
  std::int64_t max = dropped_max_ms_;
  for (const auto& segment : segments_) max = std::max(max, segment->max_timestamp_ms);
  if (max == INT64_MIN) return std::nullopt;
  return max;
}

std::optional<ProducerState> Log::producer(std::int64_t id) const {
  std::lock_guard lock(mutex_);
  auto it = producers_.find(id);
  if (it == producers_.end()) return std::nullopt;
  return it->second;
}

std::shared_ptr<const Segment> Log::find(std::int64_t offset) const {
  auto after = std::ranges::upper_bound(segments_, offset, {},
                                        [](const auto& segment) { return segment->base_offset; });
  return after == segments_.begin() ? nullptr : *std::prev(after);
}

Result<std::int64_t> Log::offset_for_time(std::int64_t ms) const {
  std::int64_t from = 0;
  {
    std::lock_guard lock(mutex_);
    auto it =
        std::ranges::find_if(segments_, [&](const auto& s) { return s->max_timestamp_ms >= ms; });
    if (it == segments_.end()) return end_offset_;
    const Segment& segment = **it;
    std::uint64_t position = segment.floor_of_time(ms);
    auto entry = std::ranges::find(segment.index, position, &IndexEntry::position);
    from = entry == segment.index.end() ? segment.base_offset : entry->offset;
  }
  for (Cursor cursor(*this, from);;) {
    std::string_view batches = TRY(cursor.next(options_.index_interval_bytes));
    if (batches.empty()) return cursor.offset();
    while (!batches.empty()) {
      auto header = TRY(wire::read_batch_header(batches));
      if (header.max_timestamp_ms >= ms) return header.base_offset;
      batches.remove_prefix(header.bytes());
    }
  }
}

Status Log::drop_before(std::int64_t ms) {
  std::lock_guard one(drop_mutex_);
  std::vector<std::shared_ptr<Segment>> dropped;
  {
    std::lock_guard lock(mutex_);
    auto keep = segments_.begin();
    while (keep + 1 != segments_.end() && (*keep)->max_timestamp_ms < ms) ++keep;
    dropped.assign(segments_.begin(), keep);
  }
  if (dropped.empty()) return {};
  // What they know of producers and times is nowhere else then: of each, since the power may go
  // when some are removed and what follows was never synced.
  for (const auto& segment : dropped) {
    std::string index = index_path(dir_, segment->base_offset);
    if (env_.exists(index)) TRY(base::make_durable(env_, index));
  }
  {
    std::lock_guard lock(mutex_);
    for (const auto& segment : dropped) {
      dropped_max_ms_ = std::max(dropped_max_ms_, segment->max_timestamp_ms);
    }
    segments_.erase(segments_.begin(), segments_.begin() + std::ssize(dropped));
  }
  for (const auto& segment : dropped) {  // oldest first, so that a crash leaves no hole
    (void)segment->file.keep_open();     // for cursors in it
    TRY(env_.remove_file(segment->file.path()));
    // The newest index stays, for recall_producers().
    if (kept_index_ >= 0) TRY(env_.remove_file(index_path(dir_, kept_index_)));
    kept_index_ = segment->base_offset;
  }
  return {};
}

}  // namespace commitlog
