#include "wire/messages.h"

#include <algorithm>

namespace wire {
namespace {

constexpr std::int32_t kNodeId = 0;  // the only broker
// Fewest bytes that an element of an array can take, by which its count is checked.
constexpr std::size_t kStringMin = 2, kTopicMin = 6, kPartitionMin = 8;
constexpr std::string_view kNoUuid{"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16};

void write_error(ByteWriter& out, ErrorCode error) { out.i16(static_cast<std::int16_t>(error)); }
void no_throttle(ByteWriter& out) { out.i32(0); }

/// Reads `topics[] { name, partitions[] { … } }`.
template <typename Topic, typename ReadPartition>
void read_topics(ByteReader& in, std::vector<Topic>& topics, ReadPartition read_partition) {
  std::int32_t n = in.array(kTopicMin);
  topics.reserve(static_cast<std::size_t>(std::max(n, 0)));
  for (; in.ok() && n > 0; --n) {
    Topic& topic = topics.emplace_back();
    topic.name = in.string();
    for (std::int32_t p = in.array(kPartitionMin); in.ok() && p > 0; --p) {
      read_partition(topic.partitions.emplace_back());
      in.tags();
    }
    in.tags();
  }
}

template <typename Topic, typename WritePartition>
void write_topics(ByteWriter& out, const std::vector<Topic>& topics,
                  WritePartition write_partition) {
  out.array(topics.size());
  for (const Topic& topic : topics) {
    out.string(topic.name);
    out.array(topic.partitions.size());
    for (const auto& partition : topic.partitions) {
      write_partition(partition);
      out.tags();
    }
    out.tags();
  }
}

}  // namespace

void read_api_versions_request(ByteReader& in, int version) {
  if (version < 3) return;
  (void)in.string();  // the client's name
  (void)in.string();  // its version
  in.tags();
}

void ApiVersionsResponse::write(ByteWriter& out, int version) const {
  write_error(out, error);
  auto apis = supported_apis();
  out.array(apis.size());
  for (const ApiRange& api : apis) {
    out.i16(static_cast<std::int16_t>(api.key));
    out.i16(api.min);
    out.i16(api.max);
    out.tags();
  }
  if (version >= 1) no_throttle(out);
  out.tags();
}

void MetadataRequest::read(ByteReader& in, int version) {
  std::int32_t n = in.array(kStringMin);
  all = n == -1 || (version == 0 && n == 0);
  for (; in.ok() && n > 0; --n) {
    if (version >= 10) (void)in.bytes(kNoUuid.size());
    auto name = in.nullable_string();
    if (!name && version < 10) in.fail();
    if (name) topics.push_back(*name);
    by_id = by_id || !name;
    in.tags();
  }
  if (version >= 4) (void)in.boolean();  // topics are never made by asking for them
  if (version >= 8 && version <= 10) (void)in.boolean();
  if (version >= 8) (void)in.boolean();
  in.tags();
}

void MetadataResponse::write(ByteWriter& out, int version) const {
  if (version >= 3) no_throttle(out);
  out.array(1);
  out.i32(kNodeId);
  out.string(host);
  out.i32(port);
  if (version >= 1) out.null_string();  // rack
  out.tags();
  if (version >= 2) out.string(cluster_id);
  if (version >= 1) out.i32(kNodeId);  // controller
  out.array(topics.size());
  for (const Topic& topic : topics) {
    write_error(out, topic.error);
    if (topic.name.empty() && version >= 12) {
      out.null_string();
    } else {
      out.string(topic.name);
    }
    if (version >= 10) out.raw(kNoUuid);
    if (version >= 1) out.boolean(false);  // internal
    out.array(static_cast<std::size_t>(topic.partitions));
    for (std::int32_t p = 0; p < topic.partitions; ++p) {
      write_error(out, ErrorCode::kNone);
      out.i32(p);
      out.i32(kNodeId);
      if (version >= 7) out.i32(0);           // leader epoch
      for (int list = 0; list < 2; ++list) {  // replicas, those in sync
        out.array(1);
        out.i32(kNodeId);
      }
      if (version >= 5) out.array(0);  // offline replicas
      out.tags();
    }
    if (version >= 8) out.i32(INT32_MIN);  // authorized operations: not asked
    out.tags();
  }
  if (version >= 8 && version <= 10) out.i32(INT32_MIN);
  out.tags();
}

void ProduceRequest::read(ByteReader& in, int) {
  transactional = in.nullable_string().has_value();
  acks = in.i16();
  (void)in.i32();  // timeout: nothing here waits for other brokers
  read_topics(in, topics, [&](Partition& p) {
    p.index = in.i32();
    p.records = in.nullable_bytes().value_or(std::string_view{});
  });
  in.tags();
}

void ProduceResponse::write(ByteWriter& out, int version) const {
  write_topics(out, topics, [&](const Partition& p) {
    out.i32(p.index);
    write_error(out, p.error);
    out.i64(p.base_offset);
    out.i64(p.append_time_ms);
    if (version >= 5) out.i64(p.log_start_offset);
    if (version >= 8) {
      out.array(0);  // errors by record
      out.string_or_null(p.message);
    }
  });
  no_throttle(out);
  out.tags();
}

void FetchRequest::read(ByteReader& in, int version) {
  (void)in.i32();  // replica
  max_wait_ms = in.i32();
  min_bytes = in.i32();
  max_bytes = in.i32();
  (void)in.i8();  // isolation: there are no transactions
  if (version >= 7) {
    (void)in.i32();  // session: none is kept, every fetch is full
    (void)in.i32();
  }
  read_topics(in, topics, [&](Partition& p) {
    p.index = in.i32();
    if (version >= 9) (void)in.i32();  // leader epoch
    p.offset = in.i64();
    if (version >= 12) (void)in.i32();  // epoch of the last record read: there is one alone
    if (version >= 5) (void)in.i64();   // a follower's log start
    p.max_bytes = in.i32();
  });
  if (version >= 7) {
    for (std::int32_t n = in.array(kTopicMin); in.ok() && n > 0; --n) {  // forgotten by a session
      (void)in.string();
      for (std::int32_t p = in.array(4); in.ok() && p > 0; --p) (void)in.i32();
      in.tags();
    }
  }
  if (version >= 11) (void)in.string();  // rack
  in.tags();
}

std::size_t FetchResponse::bytes() const {
  std::size_t sum = 64;
  for (const Topic& topic : topics) {
    sum += topic.name.size() + 16;
    for (const Partition& p : topic.partitions) sum += p.records.size() + 64;
  }
  return sum;
}

void FetchResponse::write(ByteWriter& out, int version) const {
  no_throttle(out);
  if (version >= 7) {
    write_error(out, ErrorCode::kNone);
    out.i32(0);  // no session
  }
  write_topics(out, topics, [&](const Partition& p) {
    out.i32(p.index);
    write_error(out, p.error);
    out.i64(p.end_offset);
    out.i64(p.end_offset);  // last stable
    if (version >= 5) out.i64(p.start_offset);
    out.null_array();                // aborted transactions
    if (version >= 11) out.i32(-1);  // preferred replica
    out.bytes32(p.records);
  });
  out.tags();
}

int first_version_of_timestamp(std::int64_t timestamp_ms) {
  switch (timestamp_ms) {
    case kMaxTimestamp:
      return 7;
    case kEarliestLocalOffset:
      return 8;
    case kLatestOffset:
    case kEarliestOffset:
      return 0;
  }
  return timestamp_ms >= 0 ? 0 : kNeverFlexible;
}

void ListOffsetsRequest::read(ByteReader& in, int version) {
  (void)in.i32();  // replica
  if (version >= 2) (void)in.i8();
  read_topics(in, topics, [&](Partition& p) {
    p.index = in.i32();
    if (version >= 4) (void)in.i32();
    p.timestamp_ms = in.i64();
  });
  in.tags();
}

void ListOffsetsResponse::write(ByteWriter& out, int version) const {
  if (version >= 2) no_throttle(out);
  write_topics(out, topics, [&](const Partition& p) {
    out.i32(p.index);
    write_error(out, p.error);
    out.i64(p.timestamp_ms);
    out.i64(p.offset);
    if (version >= 4) out.i32(p.offset < 0 ? -1 : 0);  // leader epoch
  });
  out.tags();
}

void SaslHandshakeRequest::read(ByteReader& in, int) { mechanism = in.string(); }

void SaslHandshakeResponse::write(ByteWriter& out, int) const {
  write_error(out, error);
  out.array(1);
  out.string("PLAIN");
}

void SaslAuthenticateRequest::read(ByteReader& in, int) {
  bytes = in.bytes32();
  in.tags();
}

void SaslAuthenticateResponse::write(ByteWriter& out, int version) const {
  write_error(out, error);
  out.string_or_null(message);
  out.bytes32({});
  if (version >= 1) out.i64(0);  // the session doesn't end
  out.tags();
}

void InitProducerIdRequest::read(ByteReader& in, int version) {
  transactional = in.nullable_string().has_value();
  (void)in.i32();
  if (version >= 3) {  // what it had: without transactions each asks for a new one
    (void)in.i64();
    (void)in.i16();
  }
  in.tags();
}

void InitProducerIdResponse::write(ByteWriter& out, int) const {
  no_throttle(out);
  write_error(out, error);
  out.i64(producer_id);
  out.i16(epoch);
  out.tags();
}

void FindCoordinatorRequest::read(ByteReader& in, int version) {
  if (version < 4) keys.push_back(in.string());
  if (version >= 1) key_type = in.i8();
  if (version >= 4) {
    for (std::int32_t n = in.array(kStringMin); in.ok() && n > 0; --n) keys.push_back(in.string());
  }
  in.tags();
}

void FindCoordinatorResponse::write(ByteWriter& out, int version) const {
  std::int32_t node = error == ErrorCode::kNone ? kNodeId : -1;
  if (version >= 1) no_throttle(out);
  if (version < 4) {
    write_error(out, error);
    if (version >= 1) out.string_or_null(message);
    out.i32(node);
    out.string(host);
    out.i32(port);
  } else {
    out.array(keys.size());
    for (std::string_view key : keys) {
      out.string(key);
      out.i32(node);
      out.string(host);
      out.i32(port);
      write_error(out, error);
      out.string_or_null(message);
      out.tags();
    }
  }
  out.tags();
}

}  // namespace wire
