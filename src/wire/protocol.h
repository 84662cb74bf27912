// Frames, request headers, the list of what is spoken, and Kafka's error codes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "wire/bytes.h"

namespace wire {

/// Longer frames are refused before anything is allocated.
inline constexpr std::int32_t kFrameBytesMax = 100 << 20;
/// Before a client has authenticated.
inline constexpr std::int32_t kGreetingBytesMax = 64 << 10;

enum class ApiKey : std::int16_t {
  kProduce = 0,
  kFetch = 1,
  kListOffsets = 2,
  kMetadata = 3,
  kOffsetCommit = 8,
  kOffsetFetch = 9,
  kFindCoordinator = 10,
  kJoinGroup = 11,
  kHeartbeat = 12,
  kLeaveGroup = 13,
  kSyncGroup = 14,
  kSaslHandshake = 17,
  kApiVersions = 18,
  kInitProducerId = 22,
  kSaslAuthenticate = 36,
};

inline constexpr std::int16_t kNeverFlexible = 0x7FFF;
struct ApiRange {
  ApiKey key;
  std::int16_t min, max;
  std::int16_t flexible;  ///< from this version on messages have the flexible form (bytes.h)
};
/// What the listener speaks; docs/support.md lists the tests.
std::span<const ApiRange> supported_apis();
bool is_supported(std::int16_t key, std::int16_t version);
bool is_flexible(std::int16_t key, std::int16_t version);

enum class ErrorCode : std::int16_t {
  kUnknown = -1,
  kNone = 0,
  kOffsetOutOfRange = 1,
  kCorruptMessage = 2,
  kUnknownTopicOrPartition = 3,
  kRequestTimedOut = 7,
  kMessageTooLarge = 10,
  kOffsetMetadataTooLarge = 12,
  kCoordinatorNotAvailable = 15,
  kInvalidRequiredAcks = 21,
  kIllegalGeneration = 22,
  kInconsistentGroupProtocol = 23,
  kInvalidGroupId = 24,
  kUnknownMemberId = 25,
  kInvalidSessionTimeout = 26,
  kRebalanceInProgress = 27,
  kTopicAuthorizationFailed = 29,
  kUnsupportedSaslMechanism = 33,
  kIllegalSaslState = 34,
  kUnsupportedVersion = 35,
  kInvalidRequest = 42,
  kOutOfOrderSequenceNumber = 45,
  kDuplicateSequenceNumber = 46,
  kInvalidProducerEpoch = 47,
  kTransactionalIdAuthorizationFailed = 53,
  kKafkaStorageError = 56,
  kSaslAuthenticationFailed = 58,
  kMemberIdRequired = 79,
  kGroupMaxSizeReached = 81,
  kFencedInstanceId = 82,
  kInvalidRecord = 87,
  kUnknownTopicId = 100,
};
/// The one table from our codes to Kafka's.
ErrorCode error_code(base::Code code);

struct RequestHeader {
  std::int16_t key = 0, version = 0;
  std::int32_t correlation_id = 0;
  std::string_view client_id;
};
/// Reads the header from `in` and sets its form; what follows is the body. Check in.ok().
RequestHeader read_request_header(ByteReader& in);
/// Writes the header of the answer to `header` and sets the form of `out`.
void write_response_header(ByteWriter& out, const RequestHeader& header);

}  // namespace wire
