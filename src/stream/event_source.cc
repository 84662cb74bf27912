#include "stream/event_source.h"

#include <algorithm>

#include "base/log.h"
#include "stream/capped_source.h"

namespace stream {
namespace {

constexpr std::size_t kReadBytes = 1 << 20;

}  // namespace

MergedReader::MergedReader(const EventSource& source, const std::vector<std::int64_t>& offsets)
    : name_(source.name()) {
  for (int p = 0; p < source.partitions(); p++) {
    auto i = static_cast<std::size_t>(p);
    std::int64_t offset = i < offsets.size() ? offsets[i] : 0;
    partitions_.push_back({source.reader(p, offset)});
    offsets_.push_back(offset);
    started_.push_back(i < offsets.size());
    lost_.push_back(0);
  }
}

void MergedReader::set_lost(const std::vector<std::int64_t>& lost) {
  std::copy_n(lost.begin(), std::min(lost.size(), lost_.size()), lost_.begin());
}

/// Offsets have no gaps of their own: what is missing was there.
void MergedReader::count_lost(const SourceRecord& record) {
  auto p = static_cast<std::size_t>(record.partition);
  std::int64_t gap = record.offset - offsets_[p];
  if (gap > 0 && started_[p]) {
    lost_[p] += gap;
    base::log_warn("stream", "records were removed by retention before they were read",
                   "hub={} partition={} offset={} lost={}", name_, record.partition, offsets_[p],
                   gap);
  }
  started_[p] = true;
}

std::int64_t MergedReader::end_offset(int partition) const {
  return partitions_[static_cast<std::size_t>(partition)].reader->end_offset();
}

/// Every partition has a record at hand, or none below the cut.
base::Status MergedReader::fill(std::int64_t cut_ms) {
  for (Partition& partition : partitions_) {
    if (partition.at < partition.records.size()) continue;
    partition.at = 0;
    TRY(partition.reader->next(cut_ms, kReadBytes, partition.records));
    partition.empty_below_cut = partition.records.empty();
  }
  return {};
}

base::Status MergedReader::next(std::int64_t cut_ms, std::size_t max_rows,
                                std::vector<SourceRecord>& out) {
  out.clear();
  TRY(fill(cut_ms));
  while (out.size() < max_rows) {
    Partition* first = nullptr;
    for (Partition& partition : partitions_) {
      if (partition.at == partition.records.size()) {
        if (!partition.empty_below_cut) return {};  // more may follow: fill() before going on
        continue;
      }
      if (first == nullptr ||
          partition.records[partition.at].arrival < first->records[first->at].arrival)
        first = &partition;
    }
    if (first == nullptr) return {};
    const SourceRecord& record = first->records[first->at++];
    if (record.offset != offsets_[static_cast<std::size_t>(record.partition)] ||
        !started_[static_cast<std::size_t>(record.partition)])
      count_lost(record);
    offsets_[static_cast<std::size_t>(record.partition)] = record.offset + 1;
    out.push_back(record);
  }
  return {};
}

namespace {

class SourceToCome final : public EventSource {
 public:
  explicit SourceToCome(std::string name) : name_(std::move(name)) {}
  const std::string& name() const override { return name_; }
  int partitions() const override { return 0; }
  std::int64_t frontier_ms() const override { return kNoFrontier; }
  std::string waits_for() const override { return "event hub " + name_; }
  base::Result<std::int64_t> first_offset(int) const override { return 0; }
  std::unique_ptr<PartitionReader> reader(int, std::int64_t) const override { return nullptr; }

 private:
  const std::string name_;
};

}  // namespace

std::shared_ptr<EventSource> make_source_to_come(std::string name) {
  return std::make_shared<SourceToCome>(std::move(name));
}

}  // namespace stream
