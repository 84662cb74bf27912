// The room `commitlog`: one partition's log on disk. No network, no clock.
//
//   Log      opens, recovers, appends, syncs, drops what is too old
//   Cursor   reads whole record batches in order from an offset
//
// Invariants: offsets are dense and start at 0; what append() returned survives the death of the
// process (it is in the page cache), what sync() returned for survives loss of power; on any
// failed append the log is unchanged. Readers see whole batches only.
// A failed sync is for good: what the disk dropped can't be known while the page cache shows it
// all, so every sync and append after it fails too (health()), until the log is opened again;
// recovery then writes anew what may be in the cache alone. Format: docs/formats/commitlog.md. A
// folder of segments `{base offset:020}.log` of record batches exactly as appended, each with
// `{base offset:020}.index` once it is full. An index can always be made again from its segment.
// Recovery: the last segment is read with its checksums and cut at the first byte that isn't a
// whole batch; a full segment is read only when its index is missing or doesn't fit, or when it may
// not have been synced.
// Threads: Log is thread-safe; a Cursor belongs to one thread and keeps its segment's file open.
// First test to read: tests/log_test.cc.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "wire/record_batch.h"

namespace commitlog {

/// A batch of an idempotent producer as it lies in the log.
struct ProducerBatch {
  std::int32_t first_sequence = 0, last_sequence = 0;
  std::int64_t first_offset = 0, last_offset = 0;
  std::int64_t timestamp_ms = 0;  ///< its largest
  bool operator==(const ProducerBatch&) const = default;
};
/// What the log remembers of a producer, to know a batch sent twice: its last batches, as many as
/// clients have under way at once.
struct ProducerState {
  static constexpr std::size_t kBatchesMax = 5;
  std::int16_t epoch = 0;
  std::vector<ProducerBatch> batches;  ///< of this epoch, the oldest first; never empty
  const ProducerBatch& last() const { return batches.back(); }
  bool operator==(const ProducerState&) const = default;
};
using Producers = std::map<std::int64_t, ProducerState>;

struct LogOptions {
  std::uint64_t segment_bytes = 64 << 20;  ///< a segment is full above this
  std::uint64_t index_interval_bytes = 64 << 10;
  std::int64_t pinned_producer = wire::kNoProducer;  ///< never forgotten among producers_max
  std::size_t producers_max = 4096;                  ///< the longest silent are forgotten
  /// All below was synced, so that it can't be a torn tail, and nothing above: there a power
  /// failure may have left anything. nullopt: nobody knows, and full segments are as their indexes
  /// say.
  std::optional<std::int64_t> promised_end = std::nullopt;
};

struct Segment;

class Log {
 public:
  /// Opens the log in folder `dir`, made when absent. Damaged tails are cut and whole segments
  /// behind damage are kept aside as `*.lost`, both logged. Errors: of files; kDataLoss, with
  /// everything as it was, when what is left would end before `promised_end`.
  static base::Result<std::unique_ptr<Log>> open(base::Env& env, std::string dir,
                                                 LogOptions options = {});
  ~Log();

  /// Appends one batch and sets its base offset in place. `batch` must be sound
  /// (wire::validate_batch or a builder). Returns the base offset: readable now.
  /// Errors: kResourceExhausted (disk full, log unchanged); as health().
  base::Result<std::int64_t> append(std::span<char> batch);

  /// Makes all offsets below `end_offset` durable against loss of power. Callers at the same time
  /// share one sync. Errors: of files, and then the same for all that isn't durable by then.
  base::Status sync(std::int64_t end_offset);
  /// kFailedPrecondition, with what happened, once a sync failed or a failed append couldn't be
  /// taken back: nothing more is written until the log is opened again.
  base::Status health() const;
  /// Opens all files, so that they can be read when their names have gone.
  base::Status keep_open();

  std::int64_t start_offset() const;
  /// Offset of the next record.
  std::int64_t end_offset() const;
  /// Bytes of all segments.
  std::uint64_t bytes() const;
  /// The largest timestamp of what is here and of what drop_before() took; nullopt when neither is.
  std::optional<std::int64_t> max_timestamp_ms() const;
  std::optional<ProducerState> producer(std::int64_t id) const;

  /// The base offset of the first batch whose max timestamp is ≥ `ms`, or end_offset(). Reads one
  /// index interval.
  base::Result<std::int64_t> offset_for_time(std::int64_t ms) const;

  /// Removes full segments whose timestamps all lie below `ms`. Their producers stay known.
  base::Status drop_before(std::int64_t ms);

 private:
  friend class Cursor;
  Log(base::Env& env, std::string dir, LogOptions options);
  base::Status recover();
  base::Status recall_producers(std::span<const std::int64_t> indexes, std::int64_t first);
  base::Status recover_segment(std::int64_t base_offset, bool last, bool was_synced, bool& damaged);
  base::Status check_promised(std::int64_t end, const std::string& what) const;
  base::Status set_aside(std::span<const std::int64_t> bases);
  base::Status add_segment(std::int64_t base_offset);
  base::Status roll();
  base::Status write(std::span<const char> batch);
  base::Status renew_unsynced();
  base::Status sync_segments(std::vector<std::shared_ptr<Segment>>& unsynced, std::int64_t& end);
  void fail(const base::Error& why, std::span<const std::shared_ptr<Segment>> unsynced);
  std::shared_ptr<const Segment> find(std::int64_t offset) const;

  base::Env& env_;
  const std::string dir_;
  const LogOptions options_;

  std::mutex append_mutex_;                         // one writer; taken before mutex_
  mutable std::mutex mutex_;                        // guards all below and what Segments publish
  base::Status health_;                             // once an error, always
  std::vector<std::shared_ptr<Segment>> segments_;  // never empty once open
  Producers producers_;
  std::int64_t end_offset_ = 0;
  std::int64_t dropped_max_ms_ = INT64_MIN;  // the largest timestamp that drop_before() took
  bool folder_dirty_ = true;                 // a file was made since the last sync

  std::mutex drop_mutex_;         // one drop_before() at a time; taken before mutex_
  std::int64_t kept_index_ = -1;  // guarded by drop_mutex_: of the last segment that was dropped

  std::mutex sync_mutex_;  // held while syncing: those who wait find it done
  std::int64_t synced_end_offset_ = 0;
};

/// Reads batches in order. Sees what is appended later.
class Cursor {
 public:
  Cursor(const Log& log, std::int64_t offset) : log_(log), offset_(offset) {}

  /// Whole batches with their checksums verified, up to `max_bytes` but at least one; the first
  /// contains the cursor's offset. Empty at the end of the log. Valid until the next call.
  /// Errors: kNotFound when the offset is outside of the log; kDataLoss with file and position.
  base::Result<std::string_view> next(std::size_t max_bytes);
  /// Offset of the next record to be read.
  std::int64_t offset() const { return offset_; }

 private:
  base::Result<bool> locate();
  base::Result<std::size_t> whole_batches(std::size_t n, std::size_t& begin, std::size_t& need);

  const Log& log_;
  std::int64_t offset_;
  std::shared_ptr<const Segment> segment_;
  std::uint64_t position_ = 0;  // in segment_, at or before the batch with offset_
  std::string buffer_;
};

}  // namespace commitlog
