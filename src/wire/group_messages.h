// Requests and responses of consumer groups; as messages.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/messages.h"

namespace wire {

struct JoinGroupRequest {
  struct Protocol {
    std::string_view name, metadata;
  };
  std::string_view group, member;
  std::optional<std::string_view> instance;
  std::int32_t session_timeout_ms = 0, rebalance_timeout_ms = 0;
  std::string_view protocol_type;
  std::vector<Protocol> protocols;
  void read(ByteReader& in, int version);
};
struct JoinGroupResponse {
  struct Member {
    std::string id;
    std::optional<std::string> instance;
    std::string metadata;
  };
  ErrorCode error = ErrorCode::kNone;
  std::int32_t generation = -1;
  std::string protocol, leader, member;
  std::vector<Member> members;  ///< for the leader only
  void write(ByteWriter& out, int version) const;
};

struct SyncGroupRequest {
  struct Assignment {
    std::string_view member, bytes;
  };
  std::string_view group, member;
  std::int32_t generation = -1;
  std::vector<Assignment> assignments;
  void read(ByteReader& in, int version);
};
struct SyncGroupResponse {
  ErrorCode error = ErrorCode::kNone;
  std::string assignment;
  void write(ByteWriter& out, int version) const;
};

struct HeartbeatRequest {
  std::string_view group, member;
  std::int32_t generation = -1;
  void read(ByteReader& in, int version);
};
struct HeartbeatResponse {
  ErrorCode error = ErrorCode::kNone;
  void write(ByteWriter& out, int version) const;
};

struct LeaveGroupRequest {
  struct Member {
    std::string_view id;
    std::optional<std::string_view> instance;
  };
  std::string_view group;
  std::vector<Member> members;
  void read(ByteReader& in, int version);
};
struct LeaveGroupResponse {
  ErrorCode error = ErrorCode::kNone;
  std::vector<LeaveGroupRequest::Member> members;
  void write(ByteWriter& out, int version) const;
};

struct OffsetCommitRequest {
  struct Partition {
    std::int32_t index = 0;
    std::int64_t offset = 0;
    std::string_view metadata;
  };
  struct Topic {
    std::string_view name;
    std::vector<Partition> partitions;
  };
  std::string_view group, member;
  std::int32_t generation = -1;
  std::vector<Topic> topics;
  void read(ByteReader& in, int version);
};
struct OffsetCommitResponse {
  ErrorCode error = ErrorCode::kNone;  ///< of every partition
  const std::vector<OffsetCommitRequest::Topic>* topics = nullptr;
  void write(ByteWriter& out, int version) const;
};

struct OffsetFetchRequest {
  struct Topic {
    std::string_view name;
    std::vector<std::int32_t> partitions;
  };
  std::string_view group;
  bool all = false;
  std::vector<Topic> topics;
  void read(ByteReader& in, int version);
};
struct OffsetFetchResponse {
  struct Partition {
    std::int32_t index = 0;
    std::int64_t offset = -1;  ///< −1: none committed
    std::string metadata;
  };
  struct Topic {
    std::string name;
    std::vector<Partition> partitions;
  };
  std::vector<Topic> topics;
  void write(ByteWriter& out, int version) const;
};

}  // namespace wire
