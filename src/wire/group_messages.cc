#include "wire/group_messages.h"

namespace wire {
namespace {

void write_group_error(ByteWriter& out, ErrorCode error) {
  out.i16(static_cast<std::int16_t>(error));
}
void throttle_from(ByteWriter& out, int version, int first) {
  if (version >= first) out.i32(0);
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
    in.tags();
  }
  if (version >= 8) (void)in.nullable_string();  // why it joins
  in.tags();
  asks_for_id = version >= 4;
}

void JoinGroupResponse::write(ByteWriter& out, int version) const {
  throttle_from(out, version, 2);
  write_group_error(out, error);
  out.i32(generation);
  if (version >= 7) {
    out.string_or_null(protocol_type);
    out.string_or_null(protocol);
  } else {
    out.string(protocol);
  }
  bool other_leader = skip_assignment && version < 9;
  out.string(other_leader ? leader_before : leader);
  if (version >= 9) out.boolean(skip_assignment);
  out.string(member);
  out.array(other_leader ? 0 : members.size());
  for (const Member& m : members) {
    if (other_leader) break;
    out.string(m.id);
    if (version >= 5) out.nullable_string(m.instance);
    out.bytes32(m.metadata);
    out.tags();
  }
  out.tags();
}

void SyncGroupRequest::read(ByteReader& in, int version) {
  group = in.string();
  generation = in.i32();
  member = in.string();
  if (version >= 3) instance = in.nullable_string();
  if (version >= 5) {
    protocol_type = in.nullable_string();
    protocol = in.nullable_string();
  }
  for (std::int32_t n = in.array(6); in.ok() && n > 0; --n) {
    auto& assignment = assignments.emplace_back();
    assignment.member = in.string();
    assignment.bytes = in.bytes32();
    in.tags();
  }
  in.tags();
}

void SyncGroupResponse::write(ByteWriter& out, int version) const {
  throttle_from(out, version, 1);
  write_group_error(out, error);
  if (version >= 5) {
    out.string_or_null(protocol_type);
    out.string_or_null(protocol);
  }
  out.bytes32(assignment);
  out.tags();
}

void HeartbeatRequest::read(ByteReader& in, int version) {
  group = in.string();
  generation = in.i32();
  member = in.string();
  if (version >= 3) instance = in.nullable_string();
  in.tags();
}

void HeartbeatResponse::write(ByteWriter& out, int version) const {
  throttle_from(out, version, 1);
  write_group_error(out, error);
  out.tags();
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
    if (version >= 5) (void)in.nullable_string();  // why it leaves
    in.tags();
  }
  in.tags();
}

void LeaveGroupResponse::write(ByteWriter& out, int version) const {
  throttle_from(out, version, 1);
  if (version < 3) {
    write_group_error(out, members.empty() ? ErrorCode::kNone : members.front().error);
    return;
  }
  write_group_error(out, ErrorCode::kNone);
  out.array(members.size());
  for (const Member& m : members) {
    out.string(m.id);
    out.nullable_string(m.instance);
    write_group_error(out, m.error);
    out.tags();
  }
  out.tags();
}

void OffsetCommitRequest::read(ByteReader& in, int version) {
  group = in.string();
  generation = in.i32();
  member = in.string();
  if (version <= 4) (void)in.i64();  // retention: the hub's own counts
  if (version >= 7) instance = in.nullable_string();
  for (std::int32_t n = in.array(6); in.ok() && n > 0; --n) {
    Topic& topic = topics.emplace_back();
    topic.name = in.string();
    for (std::int32_t p = in.array(14); in.ok() && p > 0; --p) {
      Partition& partition = topic.partitions.emplace_back();
      partition.index = in.i32();
      partition.offset = in.i64();
      if (version >= 6) (void)in.i32();
      partition.metadata = in.nullable_string().value_or(std::string_view{});
      in.tags();
    }
    in.tags();
  }
  in.tags();
}

void OffsetCommitResponse::write(ByteWriter& out, int version) const {
  throttle_from(out, version, 3);
  out.array(topics.size());
  for (const Topic& topic : topics) {
    out.string(topic.name);
    out.array(topic.partitions.size());
    for (const Partition& partition : topic.partitions) {
      out.i32(partition.index);
      write_group_error(out, partition.error);
      out.tags();
    }
    out.tags();
  }
  out.tags();
}

namespace {

void read_group_topics(ByteReader& in, OffsetFetchRequest::Group& group) {
  std::int32_t n = in.array(6);
  group.all = n == -1;
  for (; in.ok() && n > 0; --n) {
    auto& topic = group.topics.emplace_back();
    topic.name = in.string();
    for (std::int32_t p = in.array(4); in.ok() && p > 0; --p) topic.partitions.push_back(in.i32());
    in.tags();
  }
}

void write_group_topics(ByteWriter& out, int version, const OffsetFetchResponse::Group& group) {
  out.array(group.topics.size());
  for (const auto& topic : group.topics) {
    out.string(topic.name);
    out.array(topic.partitions.size());
    for (const auto& partition : topic.partitions) {
      out.i32(partition.index);
      out.i64(partition.offset);
      if (version >= 5) out.i32(-1);  // leader epoch
      out.string(partition.metadata);
      // Before version 2 there is no other place for it.
      write_group_error(out, version < 2 ? group.error : ErrorCode::kNone);
      out.tags();
    }
    out.tags();
  }
}

}  // namespace

void OffsetFetchRequest::read(ByteReader& in, int version) {
  if (version < 8) {
    Group& group = groups.emplace_back();
    group.name = in.string();
    read_group_topics(in, group);
    if (group.all && version < 2) in.fail();
  } else {
    for (std::int32_t n = in.array(3); in.ok() && n > 0; --n) {
      Group& group = groups.emplace_back();
      group.name = in.string();
      read_group_topics(in, group);
      in.tags();
    }
  }
  if (version >= 7) (void)in.boolean();  // only stable offsets: there are no transactions
  in.tags();
}

void OffsetFetchResponse::write(ByteWriter& out, int version) const {
  throttle_from(out, version, 3);
  if (version < 8) {
    write_group_topics(out, version, groups.front());
    if (version >= 2) write_group_error(out, groups.front().error);
  } else {
    out.array(groups.size());
    for (const Group& group : groups) {
      out.string(group.name);
      write_group_topics(out, version, group);
      write_group_error(out, group.error);
      out.tags();
    }
  }
  out.tags();
}

}  // namespace wire
