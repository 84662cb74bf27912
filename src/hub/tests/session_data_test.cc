// What Produce, Fetch and ListOffsets do with a hub's records.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <tuple>

#include "hub/tests/session_fixture.h"

namespace hub {
namespace {

using wire::ApiKey;
using wire::ByteReader;
using wire::ByteWriter;
using wire::ErrorCode;

class SessionProduce : public SessionTest {
 protected:
  SessionProduce() { log_in(session_); }
  ErrorCode error_of(std::string_view topic, std::int32_t partition, std::string_view records,
                     std::int16_t acks = 1) {
    std::string reply = ask(session_, produce_request(3, topic, partition, records, acks));
    ByteReader in(reply);
    in.array(6);
    in.string();
    in.array(8);
    in.i32();
    return static_cast<ErrorCode>(in.i16());
  }
  Session session_{services_, stopped()};
};

TEST_F(SessionProduce, ErrorsAreNamed) {
  EXPECT_EQ(error_of("none", 0, "x"), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(error_of("views", 9, "x"), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(error_of("views", -1, "x"), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(error_of("views", 0, ""), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of("views", 0, std::string(70, 'x')), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of("views", 0, "x", 5), ErrorCode::kInvalidRequiredAcks);
  // Without acknowledgements the connection's end tells.
  EXPECT_EQ(ask(session_, produce_request(3, "views", 0, "x", 0), false), "");
}

/// A zstd batch of one record of `bytes` bytes, a thousandth as long.
std::string bomb(std::size_t bytes) {
  wire::BatchBuilder builder;
  builder.start({});
  builder.add(5, "k", std::string(bytes, 'x'));
  auto plain = builder.finish();
  std::string_view all(plain.data(), plain.size());
  std::string batch(all.substr(0, wire::kBatchHeaderBytes));
  EXPECT_TRUE(wire::compress(wire::Compression::kZstd, all.substr(wire::kBatchHeaderBytes), batch));
  wire::store_big(batch.data() + 8, static_cast<std::int32_t>(batch.size() - 12));
  batch[22] = 4;
  wire::store_big(batch.data() + 17, wire::crc32c(std::string_view(batch).substr(21)));
  return batch;
}

TEST_F(SessionProduce, ABatchThatExpandsIsTakenWithinTheCommonMemory) {
  EXPECT_EQ(error_of("views", 0, bomb(1 << 20)), ErrorCode::kNone);
  EXPECT_EQ(error_of("views", 0, bomb(100 << 20)), ErrorCode::kNone);
  EXPECT_EQ(error_of("views", 0, bomb(130 << 20)), ErrorCode::kMessageTooLarge);
  EXPECT_EQ(services_.memory.used(), 0U);
}

TEST_F(SessionTest, OffsetsOfTheLargestTimestampAndTheEarliestLocalOne) {
  Session session(services_, stopped());
  log_in(session);
  auto list = [&](int version, int partition, std::int64_t time) {
    std::string request = frame_of(ApiKey::kListOffsets, version, [&](ByteWriter& out) {
      out.i32(-1);
      if (version >= 2) out.i8(0);
      out.array(1);
      out.string("views");
      out.array(1);
      out.i32(partition);
      if (version >= 4) out.i32(-1);
      out.i64(time);
      out.tags();
      out.tags();
    });
    std::string reply = ask(session, request);
    ByteReader in = reader_of(reply, ApiKey::kListOffsets, version);
    if (version >= 2) in.i32();
    in.array(6);
    in.string();
    in.array(6);
    in.i32();
    std::int16_t error = in.i16();
    std::int64_t ms = in.i64(), offset = in.i64();
    if (version >= 4) in.i32();
    for (int structure = 0; structure < 3; ++structure) in.tags();
    EXPECT_TRUE(wire::finish(in)) << version;
    return std::tuple(error, ms, offset);
  };
  auto hub = hubs_.find("views");
  std::vector<Hub::WorldRecord> records{
      {100, "k", "a"}, {200, "k", "b"}, {300, "k", "c"}, {300, "k", "d"}};
  ASSERT_TRUE(hub->append_world(0, records));
  using Found = std::tuple<std::int16_t, std::int64_t, std::int64_t>;
  for (int version = 1; version <= 8; ++version) {
    EXPECT_EQ(list(version, 0, -1), Found(0, -1, 4));
    EXPECT_EQ(list(version, 0, -2), Found(0, -1, 0));
    EXPECT_EQ(list(version, 0, 150), Found(0, 200, 1));
    EXPECT_EQ(list(version, 0, -3), version >= 7 ? Found(0, 300, 2) : Found(35, -1, -1));
    EXPECT_EQ(list(version, 0, -4), version >= 8 ? Found(0, -1, 0) : Found(35, -1, -1));
    EXPECT_EQ(list(version, 0, -5), Found(35, -1, -1));
  }
  EXPECT_EQ(list(8, 1, -3), Found(0, -1, -1));  // empty
}

TEST_F(SessionTest, AWaitingFetchEndsWithItsClientAndWakesForItsOwnPartitions) {
  std::atomic<bool> gone = false;
  Session session(services_, {{}, [&] { return gone.load(); }});
  log_in(session);
  std::string request = frame_of(ApiKey::kFetch, 4, [&](ByteWriter& out) {
    out.i32(-1);
    out.i32(30'000);
    out.i32(1);
    out.i32(1 << 20);
    out.i8(0);
    out.array(1);
    out.string("views");
    out.array(1);
    out.i32(0);
    out.i64(0);
    out.i32(1 << 20);
  });
  auto hub = hubs_.find("views");
  std::string reply;
  auto begin = std::chrono::steady_clock::now();
  std::atomic<bool> open = true, ended = false;
  std::jthread client([&] {
    std::string frame = request;
    open = session.handle(frame, reply);
    ended = true;
  });
  std::vector<Hub::WorldRecord> other{{100, "k", "a"}};
  ASSERT_TRUE(hub->append_world(1, other));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(ended);
  gone = true;
  client.join();
  EXPECT_FALSE(open);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  gone = false;
  client = std::jthread([&] {
    std::string frame = request;
    open = session.handle(frame, reply);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ASSERT_TRUE(hub->append_world(0, other));
  client.join();
  EXPECT_TRUE(open);
  EXPECT_GT(reply.size(), 100U);
}

}  // namespace
}  // namespace hub
