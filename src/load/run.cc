#include "load/run.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/guarded.h"
#include "load/maker_internal.h"

namespace load {
namespace {

using base::Code;
using base::error;
using base::Status;
using world::Table;
using world::World;

/// Chunks a thread may be ahead of the writing.
constexpr std::size_t kChunksAhead = 4;

/// A chunk being made: in one piece, or in as many shares as there are threads. Then it is finished
/// (shares merged, rows encoded) by whoever is free; of a slice that begins or ends within a chunk,
/// only in order, since nobody knows before how many rows come earlier.
struct Slot {
  Chunk chunk;
  std::vector<world::Deliveries> shares;
  int missing = 0;  ///< pieces that aren't made yet
  bool taken = false, finished = false;
};

/// One load_slice(). The mutex guards all but the slots that are being made or written.
class Run {
 public:
  Run(const World& world, const Start& start, Sink& sink, int threads, Progress& progress,
      std::stop_token stop)
      : world_(world),
        rest_(start.rest),
        sink_(sink),
        form_(sink.form()),
        threads_(threads),
        traffic_(is_traffic(rest_.table)),
        shares_(traffic_ ? threads : 1),
        in_order_(rest_.skip > 0 || rest_.limit != kAllRows),
        progress_(progress),
        stop_(std::move(stop)),
        bytes_before_(start.bytes),
        slots_(kChunksAhead * static_cast<std::size_t>(threads)),
        made_(static_cast<std::size_t>(threads)),
        opened_until_(rest_.begin),
        skip_(rest_.skip),
        left_(rest_.limit) {
    for (Slot& slot : slots_) {
      if (traffic_) slot.shares.resize(static_cast<std::size_t>(shares_));
    }
  }

  Status run() {
    // Who fails (no memory) ends it for all: the others would wait for his chunks.
    auto work_or_end = [this](int i) -> Status {
      Status worked = base::guarded([&] { work(i); });
      if (worked) return worked;
      std::lock_guard lock(mutex_);
      if (status_) status_ = worked;
      changed_.notify_all();
      return worked;
    };
    TRY(base::guarded_team(threads_, work_or_end));
    return status_;
  }

 private:
  Slot& slot(std::int64_t number) {
    return slots_[static_cast<std::size_t>(number) % slots_.size()];
  }
  bool all_opened() const { return opened_until_ >= rest_.end; }
  bool over() const { return !status_ || left_ <= 0 || (all_opened() && written_ == opened_); }

  bool can_write() {
    if (writing_ || written_ == opened_) return false;
    Slot& s = slot(written_);
    return s.missing == 0 && (in_order_ || s.finished);
  }
  /// A chunk that is made and waits to be finished; −1: none.
  std::int64_t next_finish() {
    if (in_order_) return -1;
    for (std::int64_t i = written_; i < opened_; ++i) {
      if (slot(i).missing == 0 && !slot(i).taken) return i;
    }
    return -1;
  }
  /// The chunk of which thread `i` may make a piece next; −1: none.
  std::int64_t next_piece(int i) const {
    std::int64_t next = shares_ == 1 ? opened_ : made_[static_cast<std::size_t>(i)];
    if (next >= written_ + std::ssize(slots_)) return -1;
    return next < opened_ || !all_opened() ? next : -1;
  }
  void open_chunk() {
    Slot& s = slot(opened_);
    clear(s.chunk);
    for (world::Deliveries& share : s.shares) share.clear();
    s.chunk.begin = opened_until_;
    s.chunk.end = opened_until_ = chunk_end(world_, rest_.table, form_, opened_until_, rest_.end);
    s.missing = shares_;
    s.taken = s.finished = false;
    ++opened_;
  }

  void work(int i) {
    Maker maker(world_, rest_.table, form_, rest_.begin, shares_ == 1 ? 0 : i, shares_);
    std::unique_lock lock(mutex_);
    for (;;) {
      if (stop_.stop_requested() && status_ && !over()) {
        status_ = error(Code::kCancelled, "stopped");
      }
      if (over()) break;
      if (can_write()) {
        write(maker, lock);
      } else if (std::int64_t made = next_finish(); made >= 0) {
        finish(maker, slot(made), lock);
      } else if (std::int64_t next = next_piece(i); next >= 0) {
        make(maker, i, next, lock);
      } else {
        changed_.wait(lock);
        continue;
      }
      changed_.notify_all();
    }
    changed_.notify_all();
  }

  void make(Maker& maker, int i, std::int64_t next, std::unique_lock<std::mutex>& lock) {
    if (next == opened_) open_chunk();
    made_[static_cast<std::size_t>(i)] = next + 1;
    Slot& s = slot(next);
    lock.unlock();
    if (traffic_) {
      maker.make_share(s.chunk.end, s.shares[shares_ == 1 ? 0 : static_cast<std::size_t>(i)]);
    } else {
      maker.make(s.chunk.begin, s.chunk.end, s.chunk);
      if (!in_order_) maker.encode(s.chunk);
    }
    lock.lock();
    --s.missing;
    if (!traffic_ && !in_order_) s.taken = s.finished = true;
  }

  void finish(Maker& maker, Slot& s, std::unique_lock<std::mutex>& lock) {
    s.taken = true;
    lock.unlock();
    maker.merge(s.shares, s.chunk);
    maker.encode(s.chunk);
    lock.lock();
    s.finished = true;
  }

  void write(Maker& maker, std::unique_lock<std::mutex>& lock) {
    writing_ = true;
    Slot& s = slot(written_);
    std::int64_t skip = skip_, left = left_, skipped = 0;
    lock.unlock();
    if (in_order_) {
      if (traffic_) maker.merge(s.shares, s.chunk);
      skipped = std::min(skip, s.chunk.rows);
      if (skipped > 0) drop_rows(s.chunk, form_, skipped);
      if (s.chunk.rows > left) keep_rows(s.chunk, form_, left);
      maker.encode(s.chunk);
    }
    const std::int64_t rows = s.chunk.rows;
    Status written = rows > 0 ? sink_.write(s.chunk) : Status{};
    if (written) {
      progress_.rows += s.chunk.rows;  // without those that the sink had
      progress_.bytes = sink_.bytes() - bytes_before_;
    }
    lock.lock();
    if (!written) status_ = std::move(written);
    skip_ -= skipped;
    left_ -= rows;
    ++written_;
    writing_ = false;
  }

  const World& world_;
  const Slice rest_;
  Sink& sink_;
  const Form form_;
  const int threads_;
  const bool traffic_;
  const int shares_;
  const bool in_order_;
  Progress& progress_;
  const std::stop_token stop_;
  const std::int64_t bytes_before_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Slot> slots_;
  std::vector<std::int64_t>
      made_;                   ///< by thread: chunks of which its piece is made or in the works
  std::int64_t opened_ = 0;    ///< chunks that were begun
  std::int64_t opened_until_;  ///< a position
  std::int64_t written_ = 0;   ///< chunks
  bool writing_ = false;
  std::int64_t skip_, left_;  ///< rows
  Status status_;
};

}  // namespace

Status load_slice(const World& world, const Slice& slice, Sink& sink, const RunOptions& options,
                  Progress& progress, std::stop_token stop) {
  CHECK(options.threads >= 1 && options.threads <= 64);
  auto start = sink.open(world, slice);
  if (!start) {
    sink.abandon();
    return std::unexpected(start.error());
  }
  progress.rows = start->rows;
  progress.rows_before = start->rows;
  progress.total = start->rows + expected_rows(world, start->rest);
  if (!start->rest.empty()) {
    Status made = Run(world, *start, sink, options.threads, progress, stop).run();
    if (!made) {
      sink.abandon();
      if (made.error().code != Code::kCancelled) return made;
      return error(Code::kCancelled, "loading {} was stopped after {} rows{}",
                   table_name(slice.table), progress.rows.load(),
                   sink.resumable() ? "; the next load goes on" : "");
    }
  }
  if (Status closed = sink.close(); !closed) {
    sink.abandon();
    return closed;
  }
  progress.bytes = sink.bytes() - start->bytes;
  progress.total = progress.rows.load();
  return {};
}

}  // namespace load
