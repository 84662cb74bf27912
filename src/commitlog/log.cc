#include "commitlog/log.h"

#include <algorithm>

#include "base/log.h"
#include "commitlog/segment_internal.h"

namespace commitlog {

using base::Code;
using base::error;
using base::Result;
using base::Status;

namespace {

/// The base offset in a segment's file name, or nullopt when it is another file.
std::optional<std::int64_t> base_offset_of(const std::string& name) {
  if (name.size() != 24 || !name.ends_with(".log")) return std::nullopt;
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

Status Log::recover() {
  std::vector<std::int64_t> bases;
  for (const auto& entry : TRY(env_.list(dir_))) {
    if (auto base = base_offset_of(entry.name)) bases.push_back(*base);
  }
  for (std::size_t i = 0; i < bases.size(); ++i) {
    bool damaged = i > 0 && bases[i] != end_offset_;
    if (!damaged)
      TRY(recover_segment(bases[i], i + 1 == bases.size(), damaged));
    else
      --i;
    if (damaged) {
      TRY(set_aside(std::span(bases).subspan(i + 1)));
      break;
    }
  }
  if (segments_.empty()) TRY(add_segment(0));
  synced_end_offset_ = segments_.front()->base_offset;
  return {};
}

Status Log::recover_segment(std::int64_t base_offset, bool last, bool& damaged) {
  auto segment = std::make_shared<Segment>();
  segment->base_offset = segment->end_offset = base_offset;
  segment->path = segment_path(dir_, base_offset);
  segment->file = TRY(env_.open(segment->path, base::Env::Open::kAppend));
  segment->dirty = true;  // who knows what the process before us synced
  std::string index = index_path(dir_, base_offset);
  if (last || !TRY(load_index(env_, index, *segment, producers_))) {
    TRY(scan(*segment, producers_, options_));
    std::uint64_t size = TRY(segment->file->size());
    damaged = size != segment->bytes;
    if (damaged) {
      base::log_warn("commitlog", "cut_tail", "file={} from={} to={}", segment->path, size,
                     segment->bytes);
      TRY(segment->file->truncate(segment->bytes));
    }
    if (!last && !damaged) (void)save_index(env_, index, *segment, producers_);
  }
  end_offset_ = segment->end_offset;
  segments_.push_back(std::move(segment));
  return {};
}

Status Log::set_aside(std::span<const std::int64_t> bases) {
  for (std::int64_t base : bases) {
    std::string path = segment_path(dir_, base);
    base::log_error("commitlog", "segment_lost", "file={} kept_as={}.lost", path, path);
    TRY(env_.rename(path, path + ".lost"));
    TRY(env_.remove_file(index_path(dir_, base)));
  }
  return {};
}

Status Log::add_segment(std::int64_t base_offset) {
  auto segment = std::make_shared<Segment>();
  segment->base_offset = segment->end_offset = base_offset;
  segment->path = segment_path(dir_, base_offset);
  segment->file = TRY(env_.open(segment->path, base::Env::Open::kCreateExclusive));
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
  Status status = segment.file->append({batch.data(), batch.size()});
  if (!status && !segment.file->truncate(segment.bytes)) broken_ = true;
  return status;
}

Result<std::int64_t> Log::append(std::span<char> batch) {
  std::lock_guard writer(append_mutex_);
  if (broken_) {
    return error(Code::kFailedPrecondition,
                 "{}: closed for writing after a disk error; restart to recover it", dir_);
  }
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
  std::vector<std::shared_ptr<Segment>> dirty;
  std::int64_t end;
  bool folder_dirty;
  {
    std::lock_guard lock(mutex_);
    end = end_offset_;
    folder_dirty = std::exchange(folder_dirty_, false);
    for (auto& segment : segments_) {
      if (std::exchange(segment->dirty, false)) dirty.push_back(segment);
    }
  }
  Status status;
  for (auto& segment : dirty) {
    if (status) status = segment->file->sync();
  }
  if (status && folder_dirty) status = env_.sync_dir(dir_);
  if (!status) {  // what the kernel dropped can't be known: only recovery tells
    std::lock_guard writer(append_mutex_);
    broken_ = true;
    return status;
  }
  synced_end_offset_ = end;
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
  std::int64_t max = INT64_MIN;
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
  std::vector<std::shared_ptr<Segment>> dropped;
  {
    std::lock_guard lock(mutex_);
    auto keep = segments_.begin();
    while (keep + 1 != segments_.end() && (*keep)->max_timestamp_ms < ms) ++keep;
    dropped.assign(segments_.begin(), keep);
    segments_.erase(segments_.begin(), keep);
  }
  for (const auto& segment : dropped) {  // oldest first, so that a crash leaves no hole
    TRY(env_.remove_file(segment->path));
    TRY(env_.remove_file(index_path(dir_, segment->base_offset)));
  }
  return {};
}

}  // namespace commitlog
