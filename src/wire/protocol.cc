#include "wire/protocol.h"

#include <algorithm>
#include <array>

namespace wire {

std::span<const ApiRange> supported_apis() {
  static constexpr std::array kApis{
      ApiRange{ApiKey::kProduce, 3, 9, 9},
      ApiRange{ApiKey::kFetch, 4, 12, 12},
      ApiRange{ApiKey::kListOffsets, 1, 8, 6},
      ApiRange{ApiKey::kMetadata, 0, 12, 9},
      ApiRange{ApiKey::kOffsetCommit, 2, 8, 8},
      ApiRange{ApiKey::kOffsetFetch, 1, 8, 6},
      ApiRange{ApiKey::kFindCoordinator, 0, 4, 3},
      ApiRange{ApiKey::kJoinGroup, 0, 9, 6},
      ApiRange{ApiKey::kHeartbeat, 0, 4, 4},
      ApiRange{ApiKey::kLeaveGroup, 0, 5, 4},
      ApiRange{ApiKey::kSyncGroup, 0, 5, 4},
      ApiRange{ApiKey::kSaslHandshake, 0, 1, kNeverFlexible},
      ApiRange{ApiKey::kApiVersions, 0, 3, 3},
      ApiRange{ApiKey::kInitProducerId, 0, 4, 2},
      ApiRange{ApiKey::kSaslAuthenticate, 0, 2, 2},
  };
  return kApis;
}

bool is_flexible(std::int16_t key, std::int16_t version) {
  auto apis = supported_apis();
  auto api = std::ranges::find(apis, static_cast<ApiKey>(key), &ApiRange::key);
  return api != apis.end() && version >= api->flexible;
}

bool is_supported(std::int16_t key, std::int16_t version) {
  return std::ranges::any_of(supported_apis(), [&](const ApiRange& api) {
    return static_cast<std::int16_t>(api.key) == key && version >= api.min && version <= api.max;
  });
}

ErrorCode error_code(base::Code code) {
  switch (code) {
    case base::Code::kInvalidArgument:
      return ErrorCode::kInvalidRecord;
    case base::Code::kNotFound:
      return ErrorCode::kUnknownTopicOrPartition;
    case base::Code::kAlreadyExists:
      return ErrorCode::kInvalidRequest;
    case base::Code::kFailedPrecondition:
    case base::Code::kResourceExhausted:
    case base::Code::kDataLoss:
      return ErrorCode::kKafkaStorageError;
    case base::Code::kUnavailable:
    case base::Code::kCancelled:
      return ErrorCode::kCoordinatorNotAvailable;
    case base::Code::kPermissionDenied:
      return ErrorCode::kTopicAuthorizationFailed;
    case base::Code::kUnimplemented:
      return ErrorCode::kUnsupportedVersion;
    case base::Code::kInternal:
      return ErrorCode::kUnknown;
  }
  return ErrorCode::kUnknown;
}

RequestHeader read_request_header(ByteReader& in) {
  RequestHeader header;
  header.key = in.i16();
  header.version = in.i16();
  header.correlation_id = in.i32();
  header.client_id = in.nullable_string().value_or(std::string_view{});
  // The client's name keeps the old form. What isn't supported is answered without being read.
  if (in.ok() && is_supported(header.key, header.version)) {
    in.set_flexible(is_flexible(header.key, header.version));
    in.tags();
  }
  return header;
}

void write_response_header(ByteWriter& out, const RequestHeader& header) {
  out.i32(header.correlation_id);
  out.set_flexible(is_flexible(header.key, header.version));
  // A client that doesn't know yet what is spoken has to understand this one.
  if (header.key != static_cast<std::int16_t>(ApiKey::kApiVersions)) out.tags();
}

}  // namespace wire
