// Event inputs as a job reads them, wherever they come from: the records of all partitions, merged
// into one order, up to a cut of arrival time.
//
// The rule of progress. A source says a frontier: every record that arrived before it is there, and
// none will come below it. A job reads up to the frontier and no further, commits that as its cut,
// and everything behind (windows, runs, grades) rests on it. So a frontier never goes back, over
// restarts too, and a source that can't promise anything yet says kNoFrontier and what has to
// come first. What the promise rests on is the source's own: our hub's generators and its clock
// (hub/hub.h); for another broker the newest arrival that all partitions have passed; files and
// tables are complete as they are listed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "stream/engine.h"

namespace stream {

/// One partition. Owned by one thread.
class PartitionReader {
 public:
  virtual ~PartitionReader() = default;
  /// Overwrites `out` with the next records that arrived before `cut_ms`, in offset order, about
  /// `max_bytes`, at least one when there is one; empty when all of them are read. Arrivals don't
  /// decrease. Values are valid until the next call.
  virtual base::Status next(std::int64_t cut_ms, std::size_t max_bytes,
                            std::vector<SourceRecord>& out) = 0;
  virtual std::int64_t end_offset() const = 0;
};

/// Where events come from: partitions of records with offsets that grow by one. Thread-safe.
class EventSource {
 public:
  static constexpr std::int64_t kNoFrontier = INT64_MIN;
  virtual ~EventSource() = default;
  virtual const std::string& name() const = 0;
  /// Which of those that had this name one after another: offsets of another one mean nothing in
  /// this one. Empty: not known.
  virtual std::string incarnation() const { return {}; }
  virtual int partitions() const = 0;
  /// The rule of progress, above; kNoFrontier when nothing is known.
  virtual std::int64_t frontier_ms() const = 0;
  /// What has to come first while there is no frontier, for people.
  virtual std::string waits_for() const = 0;
  /// The first record from which on all are there.
  virtual base::Result<std::int64_t> first_offset(int partition) const = 0;
  /// Reads from `offset` on, or from the first record still there when that is later.
  virtual std::unique_ptr<PartitionReader> reader(int partition, std::int64_t offset) const = 0;
  /// How many records of a partition came from outside, so that nobody can send them again;
  /// nullopt: not known, as of a source that isn't ours.
  virtual std::optional<std::int64_t> outside(int /*partition*/) const { return std::nullopt; }
  /// On return all that was read and the frontier that was seen survive loss of power: who commits
  /// what became of them calls it before. Errors: the disk's.
  virtual base::Status sync() const { return {}; }
};

/// The partitions of a source in the order of (arrival, partition, offset). Owned by one thread.
class MergedReader {
 public:
  /// offsets[p] = the next record to read of partition p; empty = from the first that is there.
  MergedReader(const EventSource& source, const std::vector<std::int64_t>& offsets);

  /// Overwrites `out` with the next records before `cut_ms`, up to about `max_rows`; empty when all
  /// are read. Cuts must not decrease. Values are valid until the next call.
  base::Status next(std::int64_t cut_ms, std::size_t max_rows, std::vector<SourceRecord>& out);
  /// Per partition, the next record that next() has not given.
  const std::vector<std::int64_t>& offsets() const { return offsets_; }
  std::int64_t end_offset(int partition) const;
  /// Records that were gone when reading came to them: retention was faster.
  std::int64_t lost(int partition) const { return lost_[static_cast<std::size_t>(partition)]; }
  void set_lost(const std::vector<std::int64_t>& lost);

 private:
  struct Partition {
    std::unique_ptr<PartitionReader> reader;
    std::vector<SourceRecord> records;
    std::size_t at = 0;
    bool empty_below_cut = false;
  };
  base::Status fill(std::int64_t cut_ms);

  void count_lost(const SourceRecord& record);

  std::string name_;  ///< of the source
  std::vector<Partition> partitions_;
  std::vector<std::int64_t> offsets_;
  std::vector<std::int64_t> lost_;
  std::vector<bool> started_;  ///< a record was read before, so that a gap behind it is a loss
};

}  // namespace stream
