// Requests and responses of the APIs in supported_apis(). A request reads itself from a body of
// `version` (check in.ok() afterwards; a body that is too long is malformed as well: finish()); a
// response writes itself. Reader and writer have the version's form (bytes.h). Views point into the
// frame. Fields are named as in Kafka's protocol guide; those that the hub has no use for are read
// and dropped, and written as nothing special.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/bytes.h"
#include "wire/protocol.h"

namespace wire {

/// Whether the whole body was read and was well-formed.
inline bool finish(const ByteReader& in) { return in.ok() && in.remaining() == 0; }

struct ApiVersionsResponse {
  ErrorCode error = ErrorCode::kNone;
  void write(ByteWriter& out, int version) const;
};
/// The body is of no use to the hub.
void read_api_versions_request(ByteReader& in, int version);

struct MetadataRequest {
  bool all = false;
  bool by_id = false;  ///< some topic is asked for by its id: hubs have none
  std::vector<std::string_view> topics;
  void read(ByteReader& in, int version);
};
struct MetadataResponse {
  struct Topic {
    ErrorCode error = ErrorCode::kNone;
    std::string name;
    int partitions = 0;
  };
  std::string host, cluster_id;
  std::int32_t port = 0;
  std::vector<Topic> topics;
  void write(ByteWriter& out, int version) const;
};

struct ProduceRequest {
  struct Partition {
    std::int32_t index = 0;
    std::string_view records;  ///< one or more batches
  };
  struct Topic {
    std::string_view name;
    std::vector<Partition> partitions;
  };
  bool transactional = false;
  std::int16_t acks = 0;
  std::vector<Topic> topics;
  void read(ByteReader& in, int version);
};
struct ProduceResponse {
  struct Partition {
    std::int32_t index = 0;
    ErrorCode error = ErrorCode::kNone;
    std::int64_t base_offset = -1, append_time_ms = -1, log_start_offset = -1;
    std::string message;  ///< of the error; may be empty
  };
  struct Topic {
    std::string_view name;
    std::vector<Partition> partitions;
  };
  std::vector<Topic> topics;
  void write(ByteWriter& out, int version) const;
};

struct FetchRequest {
  struct Partition {
    std::int32_t index = 0, max_bytes = 0;
    std::int64_t offset = 0;
  };
  struct Topic {
    std::string_view name;
    std::vector<Partition> partitions;
  };
  std::int32_t max_wait_ms = 0, min_bytes = 0, max_bytes = 0;
  std::vector<Topic> topics;
  void read(ByteReader& in, int version);
};
struct FetchResponse {
  struct Partition {
    std::int32_t index = 0;
    ErrorCode error = ErrorCode::kNone;
    std::int64_t end_offset = -1, start_offset = -1;
    std::string records;
  };
  struct Topic {
    std::string_view name;
    std::vector<Partition> partitions;
  };
  std::vector<Topic> topics;
  /// About as many as write() writes.
  std::size_t bytes() const;
  void write(ByteWriter& out, int version) const;
};

inline constexpr std::int64_t kLatestOffset = -1, kEarliestOffset = -2, kMaxTimestamp = -3,
                              kEarliestLocalOffset = -4;
/// The first version of ListOffsets that knows `timestamp_ms` < 0; a large number when none does.
int first_version_of_timestamp(std::int64_t timestamp_ms);

struct ListOffsetsRequest {
  struct Partition {
    std::int32_t index = 0;
    std::int64_t timestamp_ms = 0;  ///< or one of the constants above
  };
  struct Topic {
    std::string_view name;
    std::vector<Partition> partitions;
  };
  std::vector<Topic> topics;
  void read(ByteReader& in, int version);
};
struct ListOffsetsResponse {
  struct Partition {
    std::int32_t index = 0;
    ErrorCode error = ErrorCode::kNone;
    std::int64_t timestamp_ms = -1, offset = -1;
  };
  struct Topic {
    std::string_view name;
    std::vector<Partition> partitions;
  };
  std::vector<Topic> topics;
  void write(ByteWriter& out, int version) const;
};

struct SaslHandshakeRequest {
  std::string_view mechanism;
  void read(ByteReader& in, int version);
};
struct SaslHandshakeResponse {
  ErrorCode error = ErrorCode::kNone;
  void write(ByteWriter& out, int version) const;
};
struct SaslAuthenticateRequest {
  std::string_view bytes;
  void read(ByteReader& in, int version);
};
struct SaslAuthenticateResponse {
  ErrorCode error = ErrorCode::kNone;
  std::string message;
  void write(ByteWriter& out, int version) const;
};

struct InitProducerIdRequest {
  bool transactional = false;
  void read(ByteReader& in, int version);
};
struct InitProducerIdResponse {
  ErrorCode error = ErrorCode::kNone;
  std::int64_t producer_id = -1;
  std::int16_t epoch = -1;
  void write(ByteWriter& out, int version) const;
};

struct FindCoordinatorRequest {
  std::vector<std::string_view> keys;  ///< exactly one before version 4
  std::int8_t key_type = 0;            ///< 0: a consumer group, 1: a transaction
  void read(ByteReader& in, int version);
};
struct FindCoordinatorResponse {
  ErrorCode error = ErrorCode::kNone;  ///< of every key
  std::string message, host;
  std::int32_t port = 0;
  std::vector<std::string_view> keys;
  void write(ByteWriter& out, int version) const;
};

}  // namespace wire
