// Produce, Fetch and ListOffsets.
#include <algorithm>
#include <chrono>

#include "hub/session_internal.h"
#include "hub/signal.h"

namespace hub {

using wire::ByteReader;
using wire::ByteWriter;
using wire::ErrorCode;

namespace {

constexpr std::size_t kBatchBytesMax = 16 << 20;
constexpr std::int32_t kFetchWaitMsMax = 60'000;
constexpr std::int64_t kFetchBytesMax = 64 << 20;
constexpr std::size_t kUsualBytesMin = 8 << 20;    // decompressed, of a small batch
constexpr std::chrono::seconds kLookForClient{1};  // whether the client is still there

ErrorCode verdict_error(Hub::Appended::Verdict verdict) {
  switch (verdict) {
    case Hub::Appended::Verdict::kAppended:
    case Hub::Appended::Verdict::kDuplicate:
      return ErrorCode::kNone;
    case Hub::Appended::Verdict::kOldDuplicate:
      return ErrorCode::kDuplicateSequenceNumber;
    case Hub::Appended::Verdict::kOutOfOrderSequence:
      return ErrorCode::kOutOfOrderSequenceNumber;
    case Hub::Appended::Verdict::kFenced:
      return ErrorCode::kInvalidProducerEpoch;
  }
  return ErrorCode::kUnknown;
}

ErrorCode validation_error(const base::Error& error) {
  if (error.code == base::Code::kResourceExhausted) return ErrorCode::kMessageTooLarge;
  if (error.code == base::Code::kUnavailable) return ErrorCode::kRequestTimedOut;
  return ErrorCode::kInvalidRecord;
}

/// Whatever the disk says that has no code of its own is the storage's error, too.
ErrorCode append_error(const base::Error& error) {
  ErrorCode code = wire::error_code(error.code);
  return code == ErrorCode::kUnknown ? ErrorCode::kKafkaStorageError : code;
}

bool has_partition(const Hub* hub, std::int32_t index) {
  return hub != nullptr && index >= 0 && index < hub->partitions();
}

}  // namespace

/// Whether the batch is sound. One may decompress to thousands of times its size: it gets as much
/// memory as is usual, and when that isn't enough, with the others' consent, as much as is allowed.
/// Errors: kInvalidArgument; kResourceExhausted when even that isn't enough; kUnavailable when
/// there was no memory to have.
base::Result<wire::BatchHeader> Session::validate(std::string_view batch) {
  auto header = TRY(wire::read_batch_header(batch));
  if (header.compression() == wire::Compression::kNone) return wire::validate_batch(batch);
  std::size_t held = memory_.bytes(), most = wire::kDecompressedBytesMax;
  std::size_t usual = std::clamp(32 * batch.size(), kUsualBytesMin, most);
  // A string that grows is there twice for a moment.
  auto with_room = [&](std::size_t room) -> base::Result<wire::BatchHeader> {
    if (!hold(held + room + room / 2)) {
      return base::error(base::Code::kUnavailable, "no memory to decompress: try again later");
    }
    auto validated = wire::validate_batch(batch, room);
    (void)hold(held);
    return validated;
  };
  auto validated = with_room(usual);
  bool too_large = !validated && validated.error().code == base::Code::kResourceExhausted;
  return too_large && usual < most ? with_room(most) : validated;
}

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
    auto validated = validate({batch.data(), batch.size()});
    if (!validated) return fail(validation_error(validated.error()), validated.error().message);
    auto appended = hub->append_validated(index, *validated, batch, durable);
    if (!appended) return fail(append_error(appended.error()), appended.error().message);
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
                                                   std::int64_t bytes_left,
                                                   std::int64_t bytes_so_far) {
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
  if (bytes <= 0 || wanted.offset == result.end_offset) return result;
  // What is read lies in the cursor first, then in the response, then in the reply.
  std::int64_t there = 2 * (bytes_so_far + std::min<std::int64_t>(bytes, log->bytes()));
  if (!hold(request_bytes_ + static_cast<std::size_t>(there))) return result;
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
  (void)hold(request_bytes_);
  for (const auto& topic : request.topics) {
    auto hub = services_.hubs.find(topic.name);
    auto& answer = response.topics.emplace_back(topic.name);
    for (const auto& wanted : topic.partitions) {
      answer.partitions.push_back(fetch_from(hub.get(), wanted, limit - bytes, bytes));
      bytes += static_cast<std::int64_t>(answer.partitions.back().records.size());
      error = error || answer.partitions.back().error != ErrorCode::kNone;
    }
  }
  (void)hold(request_bytes_ + 2 * static_cast<std::size_t>(bytes));
  return error || bytes >= request.min_bytes;
}

/// Until there is enough, as long as the client waits; each append to one of its partitions wakes
/// it, and no other.
void Session::wait_for_data(const wire::FetchRequest& request, wire::FetchResponse& response) {
  using std::chrono::steady_clock;
  auto wait = std::chrono::milliseconds(std::clamp(request.max_wait_ms, 0, kFetchWaitMsMax));
  auto deadline = steady_clock::now() + wait;
  Waker waker;
  std::vector<Subscription> subscriptions;
  for (const auto& topic : request.topics) {
    auto hub = services_.hubs.find(topic.name);
    for (const auto& wanted : topic.partitions) {
      if (!has_partition(hub.get(), wanted.index)) continue;
      subscriptions.emplace_back(hub->bell(wanted.index), waker);
    }
  }
  while (!fetch_once(request, response) && !caller_.left() && steady_clock::now() < deadline) {
    waker.wait(std::min(deadline, steady_clock::now() + kLookForClient), caller_.stop);
  }
}

Session::Outcome Session::fetch(ByteReader& in, int version, ByteWriter& out) {
  wire::FetchRequest request;
  request.read(in, version);
  if (!wire::finish(in)) return Outcome::kClose;
  wire::FetchResponse response;
  request_bytes_ = memory_.bytes();
  if (!fetch_once(request, response)) {
    wait_for_data(request, response);
    if (caller_.left()) return Outcome::kClose;
  }
  out.reserve(response.bytes());
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

wire::ListOffsetsResponse::Partition list_offset(const Hub* hub,
                                                 const wire::ListOffsetsRequest::Partition& wanted,
                                                 int version) {
  wire::ListOffsetsResponse::Partition result{.index = wanted.index};
  if (!has_partition(hub, wanted.index)) {
    result.error = ErrorCode::kUnknownTopicOrPartition;
    return result;
  }
  if (version < wire::first_version_of_timestamp(wanted.timestamp_ms)) {
    result.error = ErrorCode::kUnsupportedVersion;
    return result;
  }
  auto log = hub->log(wanted.index);
  switch (wanted.timestamp_ms) {
    case wire::kLatestOffset:
      result.offset = log->end_offset();
      return result;
    case wire::kEarliestOffset:
    case wire::kEarliestLocalOffset:  // all of it is local
      result.offset = log->start_offset();
      return result;
  }
  std::int64_t ms = wanted.timestamp_ms;
  if (ms == wire::kMaxTimestamp) {
    auto last = log->max_timestamp_ms();
    if (!last || log->start_offset() == log->end_offset()) return result;
    ms = *last;
  }
  if (auto found = find_time(*hub, wanted.index, ms, result); !found) {
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
      answer.partitions.push_back(list_offset(hub.get(), partition, version));
    }
  }
  response.write(out, version);
  return Outcome::kReply;
}

}  // namespace hub
