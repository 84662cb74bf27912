// Decodes any frame of a supported API: for fuzzers and the replay of their corpus.
#pragma once

#include <string>
#include <string_view>

#include "wire/wire.h"

namespace wire {

template <typename Request>
bool reads_as(ByteReader& in, int version) {
  Request request;
  request.read(in, version);
  return finish(in);
}

/// Whether `frame` (without its length) is a well-formed request that the listener speaks.
inline bool reads_as_any_request(std::string_view frame) {
  ByteReader in(frame);
  RequestHeader header = read_request_header(in);
  if (!in.ok() || !is_supported(header.key, header.version)) return false;
  int version = header.version;
  switch (static_cast<ApiKey>(header.key)) {
    case ApiKey::kProduce:
      return reads_as<ProduceRequest>(in, version);
    case ApiKey::kFetch:
      return reads_as<FetchRequest>(in, version);
    case ApiKey::kListOffsets:
      return reads_as<ListOffsetsRequest>(in, version);
    case ApiKey::kMetadata:
      return reads_as<MetadataRequest>(in, version);
    case ApiKey::kOffsetCommit:
      return reads_as<OffsetCommitRequest>(in, version);
    case ApiKey::kOffsetFetch:
      return reads_as<OffsetFetchRequest>(in, version);
    case ApiKey::kFindCoordinator:
      return reads_as<FindCoordinatorRequest>(in, version);
    case ApiKey::kJoinGroup:
      return reads_as<JoinGroupRequest>(in, version);
    case ApiKey::kHeartbeat:
      return reads_as<HeartbeatRequest>(in, version);
    case ApiKey::kLeaveGroup:
      return reads_as<LeaveGroupRequest>(in, version);
    case ApiKey::kSyncGroup:
      return reads_as<SyncGroupRequest>(in, version);
    case ApiKey::kSaslHandshake:
      return reads_as<SaslHandshakeRequest>(in, version);
    case ApiKey::kInitProducerId:
      return reads_as<InitProducerIdRequest>(in, version);
    case ApiKey::kSaslAuthenticate:
      return reads_as<SaslAuthenticateRequest>(in, version);
    case ApiKey::kApiVersions:
      read_api_versions_request(in, version);
      return finish(in);
  }
  return false;
}

/// Validates `bytes` as a batch and, when sound, reads all of it.
inline bool reads_as_batch(std::string_view bytes) {
  auto header = validate_batch(bytes);
  if (!header) return false;
  std::string scratch;
  auto records = batch_records(*header, bytes, scratch);
  CHECK(records.has_value());
  RecordReader reader(*records);
  RecordView record;
  std::int32_t n = 0;
  while (reader.next(record)) {
    HeaderReader headers(record.headers);
    HeaderView one;
    while (headers.next(one)) CHECK(one.key.data() != nullptr);
    ++n;
  }
  CHECK(reader.ok() && n == header->count, "a sound batch reads whole");
  return true;
}

}  // namespace wire
