// Every version that is offered is spoken to its last byte: requests in the version's form, answers
// read field by field to their end.
#include <gtest/gtest.h>

#include "hub/tests/session_fixture.h"

namespace hub {
namespace {

using wire::ApiKey;
using wire::ByteReader;
using wire::ByteWriter;

class SessionVersions : public SessionTest {
 protected:
  SessionVersions() { log_in(session_); }

  std::string produce(int version) {
    wire::BatchBuilder builder;
    builder.start({});
    builder.add(5, "k", "hello");
    auto batch = builder.finish();
    return ask(session_, produce_request(version, "views", 0, {batch.data(), batch.size()}));
  }
  std::string fetch(int version, std::int64_t offset) {
    return ask(session_, frame_of(ApiKey::kFetch, version, [&](ByteWriter& out) {
                 out.i32(-1);
                 out.i32(0);
                 out.i32(1);
                 out.i32(1 << 20);
                 out.i8(0);
                 if (version >= 7) out.i64(0);  // session and epoch
                 out.array(1);
                 out.string("views");
                 out.array(1);
                 out.i32(0);
                 if (version >= 9) out.i32(0);
                 out.i64(offset);
                 if (version >= 12) out.i32(-1);
                 if (version >= 5) out.i64(0);
                 out.i32(1 << 20);
                 out.tags();
                 out.tags();
                 if (version >= 7) out.array(0);
                 if (version >= 11) out.string("");
               }));
  }
  std::string metadata(int version) {
    return ask(session_, frame_of(ApiKey::kMetadata, version, [&](ByteWriter& out) {
                 out.array(1);
                 if (version >= 10) out.raw(std::string(16, '\0'));
                 out.string("views");
                 out.tags();
                 if (version >= 4) out.boolean(true);
                 if (version >= 8 && version <= 10) out.boolean(false);
                 if (version >= 8) out.boolean(false);
               }));
  }
  std::string find_coordinator(int version, int kind) {
    return ask(session_, frame_of(ApiKey::kFindCoordinator, version, [&](ByteWriter& out) {
                 if (version < 4) out.string("mine");
                 if (version >= 1) out.i8(static_cast<std::int8_t>(kind));
                 if (version < 4) return;
                 out.array(2);
                 out.string("mine");
                 out.string("other");
               }));
  }

  Session session_{services_, stopped()};
};

void expect_one_partition_of_views(ByteReader& in) {
  EXPECT_EQ(in.array(6), 1);
  EXPECT_EQ(in.string(), "views");
  EXPECT_EQ(in.array(8), 1);
  EXPECT_EQ(in.i32(), 0);  // its index
  EXPECT_EQ(in.i16(), 0);  // no error
}

TEST_F(SessionVersions, Produce) {
  std::int64_t produced = 0;
  for (int version = 3; version <= 9; ++version) {
    SCOPED_TRACE(version);
    std::string reply = produce(version);
    ByteReader in = reader_of(reply, ApiKey::kProduce, version);
    expect_one_partition_of_views(in);
    EXPECT_EQ(in.i64(), produced++);
    EXPECT_EQ(in.i64(), 1000);  // stamped by the clock
    if (version >= 5) {
      EXPECT_EQ(in.i64(), 0);
    }
    if (version >= 8) {
      EXPECT_EQ(in.array(1), 0);
      EXPECT_FALSE(in.nullable_string());
    }
    in.tags();
    in.tags();
    EXPECT_EQ(in.i32(), 0);
    in.tags();
    EXPECT_TRUE(wire::finish(in));
  }
}

TEST_F(SessionVersions, Fetch) {
  for (int n = 0; n < 7; ++n) produce(9);
  for (int version = 4; version <= 12; ++version) {
    SCOPED_TRACE(version);
    std::string reply = fetch(version, 2);
    ByteReader in = reader_of(reply, ApiKey::kFetch, version);
    EXPECT_EQ(in.i32(), 0);
    if (version >= 7) {
      EXPECT_EQ(in.i16(), 0);
      EXPECT_EQ(in.i32(), 0);
    }
    expect_one_partition_of_views(in);
    EXPECT_EQ(in.i64(), 7);
    EXPECT_EQ(in.i64(), 7);
    if (version >= 5) {
      EXPECT_EQ(in.i64(), 0);
    }
    EXPECT_EQ(in.array(1), -1);
    if (version >= 11) {
      EXPECT_EQ(in.i32(), -1);
    }
    auto header = wire::read_batch_header(in.bytes32());
    ASSERT_TRUE(header);
    EXPECT_EQ(header->base_offset, 2);
    for (int structure = 0; structure < 3; ++structure) in.tags();
    EXPECT_TRUE(wire::finish(in));
  }
}

void expect_this_broker(ByteReader& in, int version) {
  if (version >= 3) in.i32();
  EXPECT_EQ(in.array(10), 1);
  EXPECT_EQ(in.i32(), 0);
  EXPECT_EQ(in.string(), "127.0.0.1");
  EXPECT_EQ(in.i32(), 9092);
  if (version >= 1) {
    EXPECT_FALSE(in.nullable_string());
  }
  in.tags();
  if (version >= 2) {
    EXPECT_EQ(in.nullable_string(), "ns");
  }
  if (version >= 1) {
    EXPECT_EQ(in.i32(), 0);
  }
}

void expect_partition(ByteReader& in, int version, int index) {
  EXPECT_EQ(in.i16(), 0);
  EXPECT_EQ(in.i32(), index);
  EXPECT_EQ(in.i32(), 0);
  if (version >= 7) in.i32();
  for (int list = 0; list < 2; ++list) {
    EXPECT_EQ(in.array(4), 1);
    EXPECT_EQ(in.i32(), 0);
  }
  if (version >= 5) {
    EXPECT_EQ(in.array(4), 0);
  }
  in.tags();
}

TEST_F(SessionVersions, Metadata) {
  for (int version = 0; version <= 12; ++version) {
    SCOPED_TRACE(version);
    std::string reply = metadata(version);
    ByteReader in = reader_of(reply, ApiKey::kMetadata, version);
    expect_this_broker(in, version);
    EXPECT_EQ(in.array(6), 1);
    EXPECT_EQ(in.i16(), 0);
    EXPECT_EQ(in.string(), "views");
    if (version >= 10) in.bytes(16);
    if (version >= 1) {
      EXPECT_FALSE(in.boolean());
    }
    ASSERT_EQ(in.array(10), 2);
    for (int p = 0; p < 2; ++p) expect_partition(in, version, p);
    if (version >= 8) in.i32();
    in.tags();
    if (version >= 8 && version <= 10) in.i32();
    in.tags();
    EXPECT_TRUE(wire::finish(in));
  }
}

void expect_coordinators(ByteReader& in, std::int16_t error) {
  ASSERT_EQ(in.array(10), 2);
  for (const char* key : {"mine", "other"}) {
    EXPECT_EQ(in.string(), key);
    in.i32();
    in.string();
    in.i32();
    EXPECT_EQ(in.i16(), error);
    in.nullable_string();
    in.tags();
  }
}

void expect_coordinator(ByteReader& in, int version, std::int16_t error) {
  EXPECT_EQ(in.i16(), error);
  if (version >= 1) {
    EXPECT_EQ(in.nullable_string().has_value(), error != 0);
  }
  EXPECT_EQ(in.i32(), error == 0 ? 0 : -1);
  EXPECT_EQ(in.string(), error == 0 ? "127.0.0.1" : "");
  in.i32();
}

TEST_F(SessionVersions, FindCoordinator) {
  for (int version = 0; version <= 4; ++version) {
    for (int kind : {0, 1}) {
      if (version == 0 && kind == 1) continue;
      SCOPED_TRACE(version);
      std::string reply = find_coordinator(version, kind);
      ByteReader in = reader_of(reply, ApiKey::kFindCoordinator, version);
      std::int16_t error = kind == 0 ? 0 : 53;  // no transactions
      if (version >= 1) in.i32();
      version < 4 ? expect_coordinator(in, version, error) : expect_coordinators(in, error);
      in.tags();
      EXPECT_TRUE(wire::finish(in));
    }
  }
}

}  // namespace
}  // namespace hub
