#include "wire/group_messages.h"

namespace wire {
namespace {

void write_error(ByteWriter& out, ErrorCode error) { out.i16(static_cast<std::int16_t>(error)); }
void throttle_from(ByteWriter& out, int version, int first) {
  if (version >= first) out.i32(0);
}
void nullable(ByteWriter& out, const auto& text) {
  if (text) {
    out.string(*text);
  } else {
    out.null_string();
  }
}

}  // namespace

void JoinGroupRequest::read(ByteReader& in, int version) {
  group = in.string();
  session_timeout_ms = in.i32();
  rebalance_timeout_ms = version >= 1 ? in.i32() : session_timeout_ms;
  member = in.string();
  if (version >= 5) instance = in.nullable_string();
  protocol_type = in.string();
  for (std::int32_t n = in.array(6); in.ok() && n > 0; --n) {
    auto& protocol = protocols.emplace_back();
    protocol.name = in.string();
    protocol.metadata = in.bytes32();
  }
}

void JoinGroupResponse::write(ByteWriter& out, int version) const {
  throttle_from(out, version, 2);
  write_error(out, error);
  out.i32(generation);
  out.string(protocol);
  out.string(leader);
  out.string(member);
  out.array(members.size());
  for (const Member& m : members) {
    out.string(m.id);
    if (version >= 5) nullable(out, m.instance);
    out.bytes32(m.metadata);
  }
}

void SyncGroupRequest::read(ByteReader& in, int version) {
  group = in.string();
  generation = in.i32();
  member = in.string();
  if (version >= 3) (void)in.nullable_string();
  for (std::int32_t n = in.array(6); in.ok() && n > 0; --n) {
    auto& assignment = assignments.emplace_back();
    assignment.member = in.string();
    assignment.bytes = in.bytes32();
  }
}

void SyncGroupResponse::write(ByteWriter& out, int version) const {
  throttle_from(out, version, 1);
  write_error(out, error);
  out.bytes32(assignment);
}

void HeartbeatRequest::read(ByteReader& in, int version) {
  group = in.string();
  generation = in.i32();
  member = in.string();
  if (version >= 3) (void)in.nullable_string();
}

void HeartbeatResponse::write(ByteWriter& out, int version) const {
  throttle_from(out, version, 1);
  write_error(out, error);
}

void LeaveGroupRequest::read(ByteReader& in, int version) {
  group = in.string();
  if (version < 3) {
    members.push_back({in.string(), std::nullopt});
    return;
  }
  for (std::int32_t n = in.array(4); in.ok() && n > 0; --n) {
    auto& member = members.emplace_back();
    member.id = in.string();
    member.instance = in.nullable_string();
  }
}

void LeaveGroupResponse::write(ByteWriter& out, int version) const {
  throttle_from(out, version, 1);
  write_error(out, error);
  if (version < 3) return;
  out.array(members.size());
  for (const auto& m : members) {
    out.string(m.id);
    nullable(out, m.instance);
    write_error(out, error);
  }
}

void OffsetCommitRequest::read(ByteReader& in, int version) {
  group = in.string();
  generation = in.i32();
  member = in.string();
  if (version <= 4) (void)in.i64();  // retention: committed offsets stay
  if (version >= 7) (void)in.nullable_string();
  for (std::int32_t n = in.array(6); in.ok() && n > 0; --n) {
    Topic& topic = topics.emplace_back();
    topic.name = in.string();
    for (std::int32_t p = in.array(14); in.ok() && p > 0; --p) {
      Partition& partition = topic.partitions.emplace_back();
      partition.index = in.i32();
      partition.offset = in.i64();
      if (version >= 6) (void)in.i32();
      partition.metadata = in.nullable_string().value_or(std::string_view{});
    }
  }
}

void OffsetCommitResponse::write(ByteWriter& out, int version) const {
  throttle_from(out, version, 3);
  out.array(topics->size());
  for (const auto& topic : *topics) {
    out.string(topic.name);
    out.array(topic.partitions.size());
    for (const auto& partition : topic.partitions) {
      out.i32(partition.index);
      write_error(out, error);
    }
  }
}

void OffsetFetchRequest::read(ByteReader& in, int version) {
  group = in.string();
  std::int32_t n = in.array(6);
  all = n == -1;
  if (all && version < 2) in.fail();
  for (; in.ok() && n > 0; --n) {
    Topic& topic = topics.emplace_back();
    topic.name = in.string();
    for (std::int32_t p = in.array(4); in.ok() && p > 0; --p) topic.partitions.push_back(in.i32());
  }
}

void OffsetFetchResponse::write(ByteWriter& out, int version) const {
  throttle_from(out, version, 3);
  out.array(topics.size());
  for (const Topic& topic : topics) {
    out.string(topic.name);
    out.array(topic.partitions.size());
    for (const Partition& partition : topic.partitions) {
      out.i32(partition.index);
      out.i64(partition.offset);
      if (version >= 5) out.i32(-1);  // leader epoch
      out.string(partition.metadata);
      write_error(out, ErrorCode::kNone);
    }
  }
  if (version >= 2) write_error(out, ErrorCode::kNone);
}

}  // namespace wire
