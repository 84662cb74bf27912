// Produce, Fetch and ListOffsets.
#include <algorithm>
#include <chrono>

#include "hub/session_internal.h"

namespace hub {

using wire::ByteReader;
using wire::ByteWriter;
using wire::ErrorCode;

namespace {

constexpr std::size_t kBatchBytesMax = 16 << 20;
constexpr std::int32_t kFetchWaitMsMax = 60'000;
constexpr std::int64_t kFetchBytesMax = 64 << 20;

ErrorCode verdict_error(Hub::Appended::Verdict verdict) {
  switch (verdict) {
    case Hub::Appended::Verdict::kAppended:
    case Hub::Appended::Verdict::kDuplicate:
      return ErrorCode::kNone;
    case Hub::Appended::Verdict::kOutOfOrderSequence:
      return ErrorCode::kOutOfOrderSequenceNumber;
    case Hub::Appended::Verdict::kFenced:
      return ErrorCode::kInvalidProducerEpoch;
  }
  return ErrorCode::kUnknown;
}

bool has_partition(const Hub* hub, std::int32_t index) {
  return hub != nullptr && index >= 0 && index < hub->partitions();
}

}  // namespace

wire::ProduceResponse::Partition Session::produce_to(Hub* hub, std::string_view records,
                                                     std::int32_t index, bool durable) {
  wire::ProduceResponse::Partition result{.index = index};
  auto fail = [&](ErrorCode error, std::string message) {
    result.error = error;
    result.message = std::move(message);
    return result;
  };
  if (!has_partition(hub, index)) return fail(ErrorCode::kUnknownTopicOrPartition, "");
  if (records.empty()) return fail(ErrorCode::kInvalidRecord, "no record batch");
  while (!records.empty()) {
    auto header = wire::read_batch_header(records);
    if (!header) return fail(ErrorCode::kInvalidRecord, header.error().message);
    if (header->bytes() > records.size()) return fail(ErrorCode::kInvalidRecord, "cut short");
    if (header->bytes() > kBatchBytesMax) return fail(ErrorCode::kMessageTooLarge, "");
    // The frame is the connection's own buffer, so that batches are stamped where they are.
    std::span<char> batch(const_cast<char*>(records.data()), header->bytes());
    auto appended = hub->append_outside(index, batch, durable);
    if (!appended) return fail(wire::error_code(appended.error().code), appended.error().message);
    if (auto error = verdict_error(appended->verdict); error != ErrorCode::kNone) {
      return fail(error, "");
    }
    if (result.base_offset < 0) result.base_offset = appended->base_offset;
    result.append_time_ms = appended->arrival_ms;
    records.remove_prefix(header->bytes());
  }
  result.log_start_offset = hub->state(index).start_offset;
  return result;
}

Session::Outcome Session::produce(ByteReader& in, int version, ByteWriter& out) {
  wire::ProduceRequest request;
  request.read(in, version);
  if (!wire::finish(in)) return Outcome::kClose;
  bool durable = request.acks == -1 && services_.sync_acks_all;
  bool failed = false;
  wire::ProduceResponse response;
  for (const auto& topic : request.topics) {
    auto hub = services_.hubs.find(topic.name);
    auto& answer = response.topics.emplace_back(topic.name);
    for (const auto& partition : topic.partitions) {
      if (request.transactional) {
        answer.partitions.push_back(
            {partition.index, ErrorCode::kTransactionalIdAuthorizationFailed});
      } else if (request.acks < -1 || request.acks > 1) {
        answer.partitions.push_back({partition.index, ErrorCode::kInvalidRequiredAcks});
      } else {
        answer.partitions.push_back(
            produce_to(hub.get(), partition.records, partition.index, durable));
      }
      failed = failed || answer.partitions.back().error != ErrorCode::kNone;
    }
  }
  // Without acknowledgements a closed connection is the only way to tell of an error.
  if (request.acks == 0) return failed ? Outcome::kClose : Outcome::kSilent;
  response.write(out, version);
  return Outcome::kReply;
}

wire::FetchResponse::Partition Session::fetch_from(const Hub* hub,
                                                   const wire::FetchRequest::Partition& wanted,
                                                   std::int64_t bytes_left) {
  wire::FetchResponse::Partition result{.index = wanted.index};
  if (!has_partition(hub, wanted.index)) {
    result.error = ErrorCode::kUnknownTopicOrPartition;
    return result;
  }
  auto log = hub->log(wanted.index);
  result.start_offset = log->start_offset();
  result.end_offset = log->end_offset();
  if (wanted.offset < result.start_offset || wanted.offset > result.end_offset) {
    result.error = ErrorCode::kOffsetOutOfRange;
    return result;
  }
  std::int64_t bytes = std::min<std::int64_t>(wanted.max_bytes, bytes_left);
  if (bytes <= 0) return result;
  commitlog::Cursor cursor(*log, wanted.offset);
  auto batches = cursor.next(static_cast<std::size_t>(bytes));
  if (!batches) {
    bool dropped = batches.error().code == base::Code::kNotFound;
    result.error = dropped ? ErrorCode::kOffsetOutOfRange : wire::error_code(batches.error().code);
    return result;
  }
  result.records = *batches;
  result.end_offset = std::max(result.end_offset, cursor.offset());
  return result;
}

/// Fills the response; whether it is worth sending before the wait is over.
bool Session::fetch_once(const wire::FetchRequest& request, wire::FetchResponse& response) {
  std::int64_t limit = std::min<std::int64_t>(request.max_bytes, kFetchBytesMax), bytes = 0;
  bool error = false;
  response.topics.clear();
  for (const auto& topic : request.topics) {
    auto hub = services_.hubs.find(topic.name);
    auto& answer = response.topics.emplace_back(topic.name);
    for (const auto& wanted : topic.partitions) {
      answer.partitions.push_back(fetch_from(hub.get(), wanted, limit - bytes));
      bytes += static_cast<std::int64_t>(answer.partitions.back().records.size());
      error = error || answer.partitions.back().error != ErrorCode::kNone;
    }
  }
  return error || bytes >= request.min_bytes;
}

Session::Outcome Session::fetch(ByteReader& in, int version, ByteWriter& out) {
  wire::FetchRequest request;
  request.read(in, version);
  if (!wire::finish(in)) return Outcome::kClose;
  auto wait = std::chrono::milliseconds(std::clamp(request.max_wait_ms, 0, kFetchWaitMsMax));
  auto deadline = std::chrono::steady_clock::now() + wait;
  wire::FetchResponse response;
  for (;;) {
    std::uint64_t seen = services_.appended.version();
    bool enough = fetch_once(request, response);
    if (enough || stop_.stop_requested() || std::chrono::steady_clock::now() >= deadline) break;
    services_.appended.wait(seen, deadline, stop_);
  }
  response.write(out, version);
  return Outcome::kReply;
}

namespace {

/// The first record at or after `ms`, as Kafka answers it: −1 and −1 when there is none.
base::Status find_time(const Hub& hub, std::int32_t index, std::int64_t ms,
                       wire::ListOffsetsResponse::Partition& result) {
  std::int64_t offset = TRY(hub.log(index)->offset_for_time(ms));
  auto reader = hub.reader(index, offset);
  std::vector<Record> records;
  do {
    TRY(reader->next(INT64_MAX, 1, records));
    for (const Record& record : records) {
      if (record.arrival_ms < ms) continue;
      result.offset = record.offset;
      result.timestamp_ms = record.arrival_ms;
      return {};
    }
  } while (!records.empty());
  return {};
}

wire::ListOffsetsResponse::Partition list_offset(
    const Hub* hub, const wire::ListOffsetsRequest::Partition& wanted) {
  wire::ListOffsetsResponse::Partition result{.index = wanted.index};
  if (!has_partition(hub, wanted.index)) {
    result.error = ErrorCode::kUnknownTopicOrPartition;
  } else if (wanted.timestamp_ms == wire::kLatestOffset) {
    result.offset = hub->log(wanted.index)->end_offset();
  } else if (wanted.timestamp_ms == wire::kEarliestOffset) {
    result.offset = hub->log(wanted.index)->start_offset();
  } else if (auto found = find_time(*hub, wanted.index, wanted.timestamp_ms, result); !found) {
    result.error = wire::error_code(found.error().code);
  }
  return result;
}

}  // namespace

Session::Outcome Session::list_offsets(ByteReader& in, int version, ByteWriter& out) {
  wire::ListOffsetsRequest request;
  request.read(in, version);
  if (!wire::finish(in)) return Outcome::kClose;
  wire::ListOffsetsResponse response;
  for (const auto& topic : request.topics) {
    auto hub = services_.hubs.find(topic.name);
    auto& answer = response.topics.emplace_back(topic.name);
    for (const auto& partition : topic.partitions) {
      answer.partitions.push_back(list_offset(hub.get(), partition));
    }
  }
  response.write(out, version);
  return Outcome::kReply;
}

}  // namespace hub
