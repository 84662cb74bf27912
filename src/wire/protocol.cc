#include "wire/protocol.h"

#include <algorithm>
#include <array>

namespace wire {

std::span<const ApiRange> supported_apis() {
  static constexpr std::array kApis{
      ApiRange{ApiKey::kProduce, 3, 8},          ApiRange{ApiKey::kFetch, 4, 11},
      ApiRange{ApiKey::kListOffsets, 1, 5},      ApiRange{ApiKey::kMetadata, 0, 8},
      ApiRange{ApiKey::kOffsetCommit, 2, 7},     ApiRange{ApiKey::kOffsetFetch, 1, 5},
      ApiRange{ApiKey::kFindCoordinator, 0, 2},  ApiRange{ApiKey::kJoinGroup, 0, 5},
      ApiRange{ApiKey::kHeartbeat, 0, 3},        ApiRange{ApiKey::kLeaveGroup, 0, 3},
      ApiRange{ApiKey::kSyncGroup, 0, 3},        ApiRange{ApiKey::kSaslHandshake, 0, 1},
      ApiRange{ApiKey::kApiVersions, 0, 3},      ApiRange{ApiKey::kInitProducerId, 0, 1},
      ApiRange{ApiKey::kSaslAuthenticate, 0, 1},
  };
  return kApis;
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
  // Only ApiVersions 3 is spoken in the flexible form. A newer one is answered without being read.
  if (header.key == static_cast<std::int16_t>(ApiKey::kApiVersions) && header.version == 3) {
    in.skip_tagged_fields();
  }
  return header;
}

}  // namespace wire
