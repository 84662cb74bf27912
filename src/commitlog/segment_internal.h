// One file of a log with its sparse index. Inside the room only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "commitlog/log.h"
#include "commitlog/segment_file_internal.h"

namespace commitlog {

std::string segment_path(const std::string& dir, std::int64_t base_offset);
std::string index_path(const std::string& dir, std::int64_t base_offset);

/// Every index interval: a batch's place, and the largest timestamp before it in its segment.
struct IndexEntry {
  std::int64_t offset = 0;
  std::uint64_t position = 0;
  std::int64_t max_timestamp_before_ms = 0;
};

/// `file` and `base_offset` don't change; the rest is guarded by Log::mutex_.
struct Segment {
  Segment(base::Env& env, const std::string& dir, std::int64_t base)
      : base_offset(base), file(env, segment_path(dir, base)), end_offset(base) {}

  const std::int64_t base_offset;
  mutable SegmentFile file;  ///< opens itself when it is read
  std::uint64_t bytes = 0;   ///< whole batches; the file may hold a torn append behind them
  std::int64_t end_offset;
  std::int64_t max_timestamp_ms = INT64_MIN;
  std::vector<IndexEntry> index;
  bool dirty = false;  ///< appended to since the last sync

  /// Notes a batch that lies at `bytes`.
  void note(const wire::BatchHeader& header, std::uint64_t interval_bytes);
  /// Position of the index entry at or before `offset`.
  std::uint64_t floor_of_offset(std::int64_t offset) const;
  /// Position of the last index entry before the first batch with max timestamp ≥ `ms`.
  std::uint64_t floor_of_time(std::int64_t ms) const;
};

/// Notes `header` as its producer's latest batch; forgets the longest silent above the limit.
void note_producer(Producers& producers, const wire::BatchHeader& header,
                   const LogOptions& options);

/// Reads `segment.file` from its begin, verifies every batch and fills the segment and `producers`
/// up to the first byte that isn't part of a whole batch. Errors: of reading only.
base::Status scan(Segment& segment, Producers& producers, const LogOptions& options);

/// The index file: what scan() would find. load gives false when it is absent or doesn't fit.
base::Status save_index(base::Env& env, const std::string& path, const Segment& segment,
                        const Producers& producers);
base::Result<bool> load_index(base::Env& env, const std::string& path, Segment& segment,
                              Producers& producers);
/// Only what the index of a segment that is gone says of the producers and of its largest
/// timestamp; unchanged when it is absent or damaged.
base::Status load_dropped(base::Env& env, const std::string& path, Producers& producers,
                          std::int64_t& max_timestamp_ms);

}  // namespace commitlog
