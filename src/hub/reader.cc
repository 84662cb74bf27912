#include "hub/reader.h"

#include "hub/partition_internal.h"

namespace hub {

using base::Code;
using base::error;
using base::Result;
using base::Status;

Reader::Reader(std::shared_ptr<const Partition> partition, std::int64_t from_offset)
    : partition_(std::move(partition)),
      cursor_(partition_->log(), from_offset),
      offset_(from_offset) {}

/// Reads the records of the first batch in rest_; false when the cut was met.
Result<bool> Reader::read_batch(std::int64_t cut_ms, std::vector<Record>& out) {
  auto header = TRY(wire::read_batch_header(rest_));
  bool whole = header.max_timestamp_ms < cut_ms;
  if (!whole && (header.append_time() || header.base_timestamp_ms >= cut_ms)) return false;
  std::string_view batch = rest_.substr(0, header.bytes());
  std::string_view bytes = batch.substr(wire::kBatchHeaderBytes);
  if (header.compression() != wire::Compression::kNone) {
    bytes = TRY(wire::batch_records(header, batch, decompressed_.emplace_back()));
  }
  wire::RecordReader records(bytes);
  wire::RecordView record;
  bool from_world = header.producer_id == kWorldProducer;
  while (records.next(record)) {
    std::int64_t offset = header.base_offset + record.offset_delta;
    if (offset < offset_) continue;
    std::int64_t arrival = header.append_time()
                               ? header.max_timestamp_ms
                               : header.base_timestamp_ms + record.timestamp_delta_ms;
    if (!whole && arrival >= cut_ms) return false;
    out.push_back({offset, arrival, record.key, record.value, from_world, record.headers});
    offset_ = offset + 1;
  }
  if (!records.ok()) {
    return error(Code::kDataLoss, "record {} of the batch at offset {} is malformed", out.size(),
                 header.base_offset);
  }
  rest_.remove_prefix(header.bytes());
  return true;
}

Status Reader::next(std::int64_t cut_ms, std::size_t max_bytes, std::vector<Record>& out) {
  out.clear();
  decompressed_.clear();
  for (;;) {
    if (rest_.empty()) {
      rest_ = TRY(cursor_.next(max_bytes));
      if (rest_.empty()) return {};
    }
    while (!rest_.empty()) {
      if (!TRY(read_batch(cut_ms, out))) return {};
    }
    if (!out.empty()) return {};
  }
}

}  // namespace hub
