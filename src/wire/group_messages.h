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
  /// A new dynamic member is only given its id at first, and comes again with it.
  bool asks_for_id = false;
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
  std::string protocol_type, protocol, leader, member;
  std::vector<Member> members;  ///< for the leader only
  /// The leader of a stable group came again: it takes its assignment and makes none. Versions
  /// before 9 can't say so: those are told of another leader, `leader_before`.
  bool skip_assignment = false;
  std::string leader_before;
  void write(ByteWriter& out, int version) const;
};

struct SyncGroupRequest {
  struct Assignment {
    std::string_view member, bytes;
  };
  std::string_view group, member;
  std::optional<std::string_view> instance;
  std::int32_t generation = -1;
  std::optional<std::string_view> protocol_type, protocol;  ///< what the member believes
  std::vector<Assignment> assignments;
  void read(ByteReader& in, int version);
};
struct SyncGroupResponse {
  ErrorCode error = ErrorCode::kNone;
  std::string protocol_type, protocol, assignment;
  void write(ByteWriter& out, int version) const;
};

struct HeartbeatRequest {
  std::string_view group, member;
  std::optional<std::string_view> instance;
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
  struct Member {
    std::string_view id;
    std::optional<std::string_view> instance;
    ErrorCode error = ErrorCode::kNone;
  };
  std::vector<Member> members;  ///< exactly one before version 3
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
  std::optional<std::string_view> instance;
  std::int32_t generation = -1;
  std::vector<Topic> topics;
  void read(ByteReader& in, int version);
};
struct OffsetCommitResponse {
  struct Partition {
    std::int32_t index = 0;
    ErrorCode error = ErrorCode::kNone;
  };
  struct Topic {
    std::string_view name;
    std::vector<Partition> partitions;
  };
  std::vector<Topic> topics;
  void write(ByteWriter& out, int version) const;
};

struct OffsetFetchRequest {
  struct Topic {
    std::string_view name;
    std::vector<std::int32_t> partitions;
  };
  struct Group {
    std::string_view name;
    bool all = false;
    std::vector<Topic> topics;
  };
  std::vector<Group> groups;  ///< exactly one before version 8
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
  struct Group {
    std::string_view name;
    ErrorCode error = ErrorCode::kNone;
    std::vector<Topic> topics;
  };
  std::vector<Group> groups;
  void write(ByteWriter& out, int version) const;
};

}  // namespace wire
