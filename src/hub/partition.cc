#include <algorithm>

#include "base/log.h"
#include "hub/partition_internal.h"

namespace hub {
namespace {

using base::Code;
using base::error;
using base::Result;
using base::Status;
using Verdict = Hub::Appended::Verdict;

constexpr std::size_t kWorldBatchBytes = 1 << 20;
constexpr std::int64_t kAllAtArrival = std::int64_t{1} << 62;

/// Calls `see(own time of each record)` for the world batches in `batches`.
template <typename See>
Status each_world_time(std::string_view batches, See see) {
  while (!batches.empty()) {
    auto header = TRY(wire::read_batch_header(batches));
    if (header.producer_id == kWorldProducer) {
      wire::RecordReader records(
          batches.substr(wire::kBatchHeaderBytes, header.bytes() - wire::kBatchHeaderBytes));
      wire::RecordView record;
      while (records.next(record)) see(header.base_timestamp_ms + record.timestamp_delta_ms);
    }
    batches.remove_prefix(header.bytes());
  }
  return {};
}

/// Sequences run through 31 bits and begin again at 0.
std::int32_t later_sequence(std::int32_t sequence, std::int32_t by) {
  return static_cast<std::int32_t>((std::int64_t{sequence} + by) & 0x7FFFFFFF);
}
bool before_sequence(std::int32_t a, std::int32_t b) {
  std::int64_t distance = (std::int64_t{b} - a) & 0x7FFFFFFF;
  return distance > 0 && distance < (1 << 30);
}

}  // namespace

Result<std::shared_ptr<Partition>> Partition::open(base::Env& env, std::string dir,
                                                   std::uint64_t segment_bytes,
                                                   std::int64_t promised_end) {
  commitlog::LogOptions options;
  options.segment_bytes = segment_bytes;
  options.pinned_producer = kWorldProducer;
  options.promised_end = promised_end;
  auto log = TRY(commitlog::Log::open(env, std::move(dir), options));
  std::shared_ptr<Partition> partition(new Partition(std::move(log)));
  TRY(partition->recover_tail());
  return partition;
}

Status Partition::recover_tail() {
  last_arrival_ms_ = log_->max_timestamp_ms().value_or(kNoFrontier);
  auto world = log_->producer(kWorldProducer);
  if (!world) return {};
  // The sequence counts the partition's world records (31 bits: more than any partition holds).
  world_records_ = std::int64_t{world->last().last_sequence} + 1;
  if (world->last().first_offset < log_->start_offset()) {
    // Retention took it: by then F was behind it, so all that arrived with it were appended.
    tail_ = {world->last().timestamp_ms, kAllAtArrival, false};
    return {};
  }
  commitlog::Cursor last(*log_, world->last().first_offset);
  auto remember = [&](std::int64_t ms) { tail_ = {ms, 0, false}; };
  TRY(each_world_time(TRY(last.next(1)), remember));
  // Batches' times never decrease and are at least their records' own, so no record with the
  // tail's time lies before this offset.
  commitlog::Cursor cursor(*log_, TRY(log_->offset_for_time(tail_.arrival_ms)));
  auto count = [&](std::int64_t ms) { tail_.count_at_arrival += ms == tail_.arrival_ms ? 1 : 0; };
  for (;;) {
    std::string_view batches = TRY(cursor.next(1 << 20));
    if (batches.empty()) return {};
    TRY(each_world_time(batches, count));
  }
}

Status Partition::check_open() const {
  if (closed_) return error(Code::kNotFound, "the event hub was removed");
  return {};
}

Status Partition::check_world(std::span<const Hub::WorldRecord> records) const {
  std::int64_t last = tail_.empty ? kNoFrontier : tail_.arrival_ms;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].arrival_ms < last) {
      return error(Code::kInvalidArgument, "world record {} arrives at {} ms, before {} ms", i,
                   records[i].arrival_ms, last);
    }
    last = records[i].arrival_ms;
  }
  return {};
}

void Partition::count_world(const Hub::WorldRecord& record) {
  ++world_records_;
  if (tail_.empty || record.arrival_ms != tail_.arrival_ms) tail_ = {record.arrival_ms, 0, false};
  ++tail_.count_at_arrival;
}

Status Partition::append_world(std::span<const Hub::WorldRecord> records,
                               std::int64_t frontier_ms) {
  std::lock_guard lock(mutex_);
  TRY(check_open());
  TRY(check_world(records));
  std::int64_t floor = std::max(frontier_ms, last_arrival_ms_);
  while (!records.empty()) {
    bool behind = records.front().arrival_ms < floor;
    builder_.start({kWorldProducer, 0, static_cast<std::int32_t>(world_records_ & 0x7FFFFFFF)});
    std::size_t n = 0;
    for (; n < records.size() && (records[n].arrival_ms < floor) == behind; ++n) {
      const auto& record = records[n];
      std::size_t bytes = record.key.size() + record.value.size() + 32;
      if (n > 0 && builder_.bytes() + bytes > kWorldBatchBytes) break;
      builder_.add(record.arrival_ms, record.key, record.value);
    }
    if (behind && !std::exchange(warned_, true)) {
      base::log_warn("hub", "world_behind_outside", "arrival_ms={} stored_as_ms={}",
                     records.front().arrival_ms, floor);
    }
    TRY(log_->append(builder_.finish(behind ? &floor : nullptr)));
    last_arrival_ms_ = std::max(last_arrival_ms_, behind ? floor : records[n - 1].arrival_ms);
    bell_.ring();
    for (const auto& record : records.first(n)) count_world(record);
    records = records.subspan(n);
  }
  return {};
}

/// An idempotent producer's batches come once and in order; one of the latest that comes again is
/// known by its first and last sequence.
Verdict Partition::check_sequence(const wire::BatchHeader& header, Hub::Appended& appended) const {
  if (header.producer_id < 0) return Verdict::kAppended;
  auto known = log_->producer(header.producer_id);
  if (!known) return Verdict::kAppended;
  if (header.producer_epoch < known->epoch) return Verdict::kFenced;
  if (header.producer_epoch > known->epoch) {
    return header.base_sequence == 0 ? Verdict::kAppended : Verdict::kOutOfOrderSequence;
  }
  std::int32_t first = header.base_sequence, last = later_sequence(first, header.last_offset_delta);
  for (const auto& batch : known->batches) {
    if (batch.first_sequence != first || batch.last_sequence != last) continue;
    appended.base_offset = batch.first_offset;
    appended.end_offset = batch.last_offset + 1;
    appended.arrival_ms = batch.timestamp_ms;
    return Verdict::kDuplicate;
  }
  if (first == later_sequence(known->last().last_sequence, 1)) return Verdict::kAppended;
  // Whatever lies before the batches that are remembered was appended before them.
  const auto& oldest = known->batches.front();
  if (known->batches.size() == commitlog::ProducerState::kBatchesMax &&
      before_sequence(last, oldest.first_sequence)) {
    appended.end_offset = oldest.first_offset;
    return Verdict::kOldDuplicate;
  }
  return Verdict::kOutOfOrderSequence;
}

Result<Hub::Appended> Partition::append_outside(const wire::BatchHeader& header,
                                                std::span<char> batch, Frontier& frontier) {
  if (header.control() || header.transactional() || header.producer_id == kWorldProducer) {
    return error(Code::kInvalidArgument, "transactional and reserved batches aren't taken");
  }
  Hub::Appended appended;
  std::lock_guard lock(mutex_);
  TRY(check_open());
  appended.verdict = check_sequence(header, appended);
  if (appended.verdict != Verdict::kAppended) return appended;
  Frontier::Hold hold = frontier.hold();
  // Where a generator has come and said nothing yet F is none: its records all arrive behind 1970.
  appended.arrival_ms = std::max({hold.stamp_ms, last_arrival_ms_, std::int64_t{0}});
  wire::stamp_append_time(batch, appended.arrival_ms);
  appended.base_offset = TRY(log_->append(batch));
  appended.end_offset = appended.base_offset + header.count;
  last_arrival_ms_ = appended.arrival_ms;
  bell_.ring();
  return appended;
}

Hub::Tail Partition::tail() const {
  std::lock_guard lock(mutex_);
  return tail_;
}

Hub::PartitionState Partition::state() const {
  std::lock_guard lock(mutex_);
  Hub::PartitionState state;
  state.start_offset = log_->start_offset();
  state.end_offset = log_->end_offset();
  state.last_arrival_ms = last_arrival_ms_;
  state.bytes = static_cast<std::int64_t>(log_->bytes());
  state.world_records = world_records_;
  state.outside_records = state.end_offset - world_records_;
  return state;
}

void Partition::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  bell_.ring();
}

}  // namespace hub
