#include "stream/source.h"

namespace stream {
namespace {

constexpr std::size_t kReadBytes = 1 << 20;

}  // namespace

MergedReader::MergedReader(const Source& source, const std::vector<std::int64_t>& offsets) {
  for (int p = 0; p < source.partitions(); p++) {
    auto i = static_cast<std::size_t>(p);
    std::int64_t offset = i < offsets.size() ? offsets[i] : 0;
    partitions_.push_back({source.reader(p, offset)});
    offsets_.push_back(offset);
  }
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
    offsets_[static_cast<std::size_t>(record.partition)] = record.offset + 1;
    out.push_back(record);
  }
  return {};
}

}  // namespace stream
