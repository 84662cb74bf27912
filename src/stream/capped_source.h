// A source up to a cut and no further: what a job would make of the events that another has read.
#pragma once

#include <algorithm>
#include <memory>

#include "stream/event_source.h"

namespace stream {

class CappedSource final : public EventSource {
 public:
  /// Records that arrived before `cut_ms`, of those that `source` has.
  CappedSource(std::shared_ptr<EventSource> source, std::int64_t cut_ms)
      : source_(std::move(source)), cut_ms_(cut_ms) {}

  const std::string& name() const override { return source_->name(); }
  std::string incarnation() const override { return source_->incarnation(); }
  int partitions() const override { return source_->partitions(); }
  std::int64_t frontier_ms() const override { return std::min(source_->frontier_ms(), cut_ms_); }
  std::string waits_for() const override { return source_->waits_for(); }
  base::Result<std::int64_t> first_offset(int partition) const override {
    return source_->first_offset(partition);
  }
  std::unique_ptr<PartitionReader> reader(int partition, std::int64_t offset) const override {
    return source_->reader(partition, offset);
  }
  std::optional<std::int64_t> outside(int partition) const override {
    return source_->outside(partition);
  }

 private:
  const std::shared_ptr<EventSource> source_;
  const std::int64_t cut_ms_;
};

/// In place of a hub that isn't there yet, for questions about it: it has no partition.
/// Thread-safe.
std::shared_ptr<EventSource> make_source_to_come(std::string name);

}  // namespace stream
