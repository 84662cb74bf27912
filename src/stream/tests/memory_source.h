// For tests: a source whose records and frontier the test sets. Thread-safe.
#pragma once

#include <algorithm>
#include <deque>
#include <mutex>
#include <string>

#include "stream/datetime.h"
#include "stream/event_source.h"

namespace stream {

class MemorySource final : public EventSource {
 public:
  MemorySource(std::string name, int partitions, std::string incarnation = "")
      : name_(std::move(name)),
        incarnation_(std::move(incarnation)),
        records_(static_cast<std::size_t>(partitions)),
        starts_(static_cast<std::size_t>(partitions)) {}

  void add(int partition, std::int64_t arrival_ms, std::string value) {
    std::lock_guard lock(mutex_);
    records_[static_cast<std::size_t>(partition)].push_back({arrival_ms, std::move(value)});
  }
  void set_frontier(std::int64_t ms) {
    std::lock_guard lock(mutex_);
    frontier_ = ms;
  }

  /// As retention does: readers begin at `offset` or later.
  void drop_before(int partition, std::int64_t offset) {
    std::lock_guard lock(mutex_);
    starts_[static_cast<std::size_t>(partition)] = offset;
  }

  const std::string& name() const override { return name_; }
  std::string incarnation() const override { return incarnation_; }
  int partitions() const override { return static_cast<int>(records_.size()); }
  std::int64_t frontier_ms() const override {
    std::lock_guard lock(mutex_);
    return frontier_;
  }
  std::string waits_for() const override { return "the test"; }
  base::Result<std::int64_t> first_offset(int partition) const override {
    std::lock_guard lock(mutex_);
    return starts_[static_cast<std::size_t>(partition)];
  }
  std::unique_ptr<PartitionReader> reader(int partition, std::int64_t offset) const override {
    std::lock_guard lock(mutex_);
    std::int64_t start = starts_[static_cast<std::size_t>(partition)];
    return std::make_unique<Reader>(*this, partition, std::max(offset, start));
  }

 private:
  struct Record {
    std::int64_t arrival_ms;
    std::string value;
  };
  class Reader final : public PartitionReader {
   public:
    Reader(const MemorySource& source, int partition, std::int64_t offset)
        : source_(source), partition_(partition), offset_(static_cast<std::size_t>(offset)) {}
    base::Status next(std::int64_t cut_ms, std::size_t, std::vector<SourceRecord>& out) override {
      std::lock_guard lock(source_.mutex_);
      out.clear();
      const auto p = static_cast<std::size_t>(partition_);
      const auto& all = source_.records_[p];
      offset_ = std::max(offset_, static_cast<std::size_t>(source_.starts_[p]));
      // Few at a time, so that merging has seams to get wrong.
      for (; offset_ < all.size() && all[offset_].arrival_ms < cut_ms && out.size() < 3; offset_++)
        out.push_back({all[offset_].arrival_ms * kTicksPerMilli, partition_,
                       static_cast<std::int64_t>(offset_), all[offset_].value});
      return {};
    }
    std::int64_t end_offset() const override {
      std::lock_guard lock(source_.mutex_);
      return static_cast<std::int64_t>(
          source_.records_[static_cast<std::size_t>(partition_)].size());
    }

   private:
    const MemorySource& source_;
    int partition_;
    std::size_t offset_;
  };

  std::string name_, incarnation_;
  mutable std::mutex mutex_;
  std::vector<std::deque<Record>> records_;
  std::vector<std::int64_t> starts_;  ///< offsets of the first records still there
  std::int64_t frontier_ = kNoFrontier;
};

}  // namespace stream
