// The listener's conversation by bytes: what is answered before and after authentication, by whom
// the connection is closed, and that no frame brings it down.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <tuple>

#include "base/random.h"
#include "base/testing/temp_dir.h"
#include "hub/sasl.h"
#include "hub/session_internal.h"

namespace hub {
namespace {

using wire::ApiKey;
using wire::ByteReader;
using wire::ByteWriter;
using wire::ErrorCode;

class SessionTest : public base::TempDirTest {
 protected:
  SessionTest()
      : clock_(base::from_millis(1000)),
        groups_(base::Env::real(), dir_),
        services_{hubs_, groups_, "ns", "the-key", 9092, false, 1000} {
    auto hub = Hub::open({&base::Env::real(), &clock_}, dir_ + "/views",
                         {.name = "views", .partitions = 2});
    EXPECT_TRUE(hub);
    hubs_.add(*hub);
  }

  static std::string frame(ApiKey key, int version, const std::string& body) {
    std::string out;
    ByteWriter writer(out);
    writer.i16(static_cast<std::int16_t>(key));
    writer.i16(static_cast<std::int16_t>(version));
    writer.i32(77);
    writer.string("tester");
    return out + body;
  }
  /// The body of the reply to `request`; checks length and correlation id.
  std::string ask(Session& session, std::string request, bool stays_open = true) {
    std::string reply;
    EXPECT_EQ(session.handle(request, reply), stays_open);
    if (reply.empty()) return {};
    ByteReader in(reply);
    EXPECT_EQ(in.i32(), static_cast<std::int32_t>(reply.size() - 4));
    EXPECT_EQ(in.i32(), 77);
    return reply.substr(8);
  }
  static std::string token(std::string_view key) {
    std::string out("\0$ConnectionString\0", 19);
    return out + connection_string(9092, key);
  }
  static std::string text16(std::string_view text) {
    std::string out;
    ByteWriter(out).string(text);
    return out;
  }
  static std::string bytes32(std::string_view bytes) {
    std::string out;
    ByteWriter(out).bytes32(bytes);
    return out;
  }
  void log_in(Session& session) {
    ask(session, frame(ApiKey::kSaslHandshake, 1, text16("PLAIN")));
    std::string reply =
        ask(session, frame(ApiKey::kSaslAuthenticate, 1, bytes32(token("the-key"))));
    EXPECT_EQ(ByteReader(reply).i16(), 0);
  }
  static Caller stopped() {  // nothing waits
    std::stop_source source;
    source.request_stop();
    return {source.get_token(), {}};
  }
  /// A frame whose body `write` writes in the version's form.
  static std::string frame_of(ApiKey key, int version, auto write) {
    std::string out = frame(key, version, "");
    ByteWriter writer(out);
    writer.set_flexible(
        wire::is_flexible(static_cast<std::int16_t>(key), static_cast<std::int16_t>(version)));
    writer.tags();  // the header's
    write(writer);
    writer.tags();
    return out;
  }
  /// The body of a reply in the version's form.
  static ByteReader reader_of(std::string_view reply, ApiKey key, int version) {
    ByteReader in(reply);
    in.set_flexible(
        wire::is_flexible(static_cast<std::int16_t>(key), static_cast<std::int16_t>(version)));
    in.tags();  // the header's
    return in;
  }

  base::ManualClock clock_;
  Directory hubs_;
  Groups groups_;
  Services services_;
};

TEST_F(SessionTest, ApiVersionsInEveryForm) {
  for (int version = 0; version <= 2; ++version) {
    Session session(services_, stopped());
    std::string reply = ask(session, frame(ApiKey::kApiVersions, version, ""));
    ByteReader in(reply);
    EXPECT_EQ(in.i16(), 0);
    EXPECT_EQ(in.array(6), static_cast<std::int32_t>(wire::supported_apis().size()));
  }
  Session session(services_, stopped());
  std::string flexible = frame(ApiKey::kApiVersions, 3,
                               std::string("\0\x04kc1\x02"
                                           "1\0",
                                           8));
  std::string reply = ask(session, flexible);
  ByteReader in(reply);
  EXPECT_EQ(in.i16(), 0);
  EXPECT_EQ(in.uvarint(), wire::supported_apis().size() + 1);
  // A version of the future is answered in the oldest form, with the list.
  std::string future = ask(session, frame(ApiKey::kApiVersions, 9, "whatever it holds"));
  ByteReader old(future);
  EXPECT_EQ(old.i16(), static_cast<std::int16_t>(ErrorCode::kUnsupportedVersion));
  EXPECT_GT(old.array(6), 10);
}

TEST_F(SessionTest, NothingIsSaidBeforeAuthentication) {
  for (const auto& api : wire::supported_apis()) {
    if (api.key == ApiKey::kApiVersions || api.key == ApiKey::kSaslHandshake ||
        api.key == ApiKey::kSaslAuthenticate) {
      continue;
    }
    Session session(services_, stopped());
    EXPECT_EQ(ask(session, frame(api.key, api.max, std::string(64, '\0')), false), "");
    EXPECT_EQ(session.frame_bytes_max(), wire::kGreetingBytesMax);
  }
}

TEST_F(SessionTest, AuthenticationRightWrongAndOutOfOrder) {
  Session good(services_, stopped());
  log_in(good);
  EXPECT_EQ(good.frame_bytes_max(), wire::kFrameBytesMax);

  Session wrong(services_, stopped());
  ask(wrong, frame(ApiKey::kSaslHandshake, 1, text16("PLAIN")));
  std::string reply =
      ask(wrong, frame(ApiKey::kSaslAuthenticate, 0, bytes32(token("the-kez"))), false);
  EXPECT_EQ(ByteReader(reply).i16(),
            static_cast<std::int16_t>(ErrorCode::kSaslAuthenticationFailed));
  EXPECT_EQ(reply.find("the-key"), std::string::npos);

  Session early(services_, stopped());
  reply = ask(early, frame(ApiKey::kSaslAuthenticate, 0, bytes32(token("the-key"))), false);
  EXPECT_EQ(ByteReader(reply).i16(), static_cast<std::int16_t>(ErrorCode::kIllegalSaslState));

  Session other(services_, stopped());
  reply = ask(other, frame(ApiKey::kSaslHandshake, 1, text16("SCRAM-SHA-256")));
  EXPECT_EQ(ByteReader(reply).i16(),
            static_cast<std::int16_t>(ErrorCode::kUnsupportedSaslMechanism));

  Session raw(services_, stopped());  // handshake 0: the token follows without a header
  ask(raw, frame(ApiKey::kSaslHandshake, 0, text16("PLAIN")));
  std::string bare = token("the-key"), answer;
  EXPECT_TRUE(raw.handle(bare, answer));
  EXPECT_EQ(answer, std::string(4, '\0'));
  EXPECT_EQ(raw.frame_bytes_max(), wire::kFrameBytesMax);
}

TEST(Sasl, TokensThatFitAndDont) {
  auto fits = [](std::string_view user, std::string_view password) {
    std::string token("\0", 1);
    token.append(user).append(1, '\0').append(password);
    return plain_token_fits(token, "a=b==");
  };
  std::string right = connection_string(1, "a=b==");
  EXPECT_TRUE(fits("$ConnectionString", right));
  EXPECT_TRUE(fits("$ConnectionString", right + ";EntityPath=views"));
  EXPECT_FALSE(fits("someone", right));
  EXPECT_FALSE(fits("$ConnectionString", right + "x"));
  EXPECT_FALSE(fits("$ConnectionString", "a=b=="));
  EXPECT_FALSE(fits("$ConnectionString", ""));
  EXPECT_FALSE(fits("$ConnectionString", "SharedAccessKey=a=b=="));
  EXPECT_FALSE(plain_token_fits("", "a=b=="));
  EXPECT_FALSE(plain_token_fits(std::string_view("\0\0\0", 3), "a=b=="));
}

TEST_F(SessionTest, EveryVersionOfProduceAndFetch) {
  Session session(services_, stopped());
  log_in(session);
  std::int64_t produced = 0;
  for (int version = 3; version <= 9; ++version) {
    wire::BatchBuilder builder;
    builder.start({});
    builder.add(5, "k", "hello");
    auto batch = builder.finish();
    std::string request = frame_of(ApiKey::kProduce, version, [&](ByteWriter& out) {
      out.null_string();
      out.i16(1);
      out.i32(1000);
      out.array(1);
      out.string("views");
      out.array(1);
      out.i32(0);
      out.bytes32({batch.data(), batch.size()});
      out.tags();
      out.tags();
    });
    std::string reply = ask(session, request);
    ByteReader in = reader_of(reply, ApiKey::kProduce, version);
    EXPECT_EQ(in.array(6), 1);
    EXPECT_EQ(in.string(), "views");
    EXPECT_EQ(in.array(8), 1);
    EXPECT_EQ(in.i32(), 0);
    EXPECT_EQ(in.i16(), 0);
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
    EXPECT_TRUE(wire::finish(in)) << version;
  }
  for (int version = 4; version <= 12; ++version) {
    std::string request = frame_of(ApiKey::kFetch, version, [&](ByteWriter& out) {
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
      out.i64(2);
      if (version >= 12) out.i32(-1);
      if (version >= 5) out.i64(0);
      out.i32(1 << 20);
      out.tags();
      out.tags();
      if (version >= 7) out.array(0);
      if (version >= 11) out.string("");
    });
    std::string reply = ask(session, request);
    ByteReader in = reader_of(reply, ApiKey::kFetch, version);
    EXPECT_EQ(in.i32(), 0);
    if (version >= 7) {
      EXPECT_EQ(in.i16(), 0);
      EXPECT_EQ(in.i32(), 0);
    }
    EXPECT_EQ(in.array(6), 1);
    EXPECT_EQ(in.string(), "views");
    EXPECT_EQ(in.array(8), 1);
    EXPECT_EQ(in.i32(), 0);
    EXPECT_EQ(in.i16(), 0);
    EXPECT_EQ(in.i64(), produced);
    EXPECT_EQ(in.i64(), produced);
    if (version >= 5) {
      EXPECT_EQ(in.i64(), 0);
    }
    EXPECT_EQ(in.array(1), -1);
    if (version >= 11) {
      EXPECT_EQ(in.i32(), -1);
    }
    auto header = wire::read_batch_header(in.bytes32());
    ASSERT_TRUE(header) << version;
    EXPECT_EQ(header->base_offset, 2);
    for (int structure = 0; structure < 3; ++structure) in.tags();
    EXPECT_TRUE(wire::finish(in)) << version;
  }
}

TEST_F(SessionTest, EveryVersionOfMetadataAndFindCoordinator) {
  Session session(services_, stopped());
  log_in(session);
  for (int version = 0; version <= 12; ++version) {
    std::string request = frame_of(ApiKey::kMetadata, version, [&](ByteWriter& out) {
      out.array(1);
      if (version >= 10) out.raw(std::string(16, '\0'));
      out.string("views");
      out.tags();
      if (version >= 4) out.boolean(true);
      if (version >= 8 && version <= 10) out.boolean(false);
      if (version >= 8) out.boolean(false);
    });
    std::string reply = ask(session, request);
    ByteReader in = reader_of(reply, ApiKey::kMetadata, version);
    if (version >= 3) in.i32();
    EXPECT_EQ(in.array(10), 1);
    EXPECT_EQ(in.i32(), 0);
    EXPECT_EQ(in.string(), "127.0.0.1") << version;
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
    EXPECT_EQ(in.array(6), 1);
    EXPECT_EQ(in.i16(), 0);
    EXPECT_EQ(in.string(), "views");
    if (version >= 10) in.bytes(16);
    if (version >= 1) {
      EXPECT_FALSE(in.boolean());
    }
    ASSERT_EQ(in.array(10), 2) << version;
    for (int p = 0; p < 2; ++p) {
      EXPECT_EQ(in.i16(), 0);
      EXPECT_EQ(in.i32(), p);
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
    if (version >= 8) in.i32();
    in.tags();
    if (version >= 8 && version <= 10) in.i32();
    in.tags();
    EXPECT_TRUE(wire::finish(in)) << version;
  }
  for (int version = 0; version <= 4; ++version) {
    for (int kind : {0, 1}) {
      if (version == 0 && kind == 1) continue;
      std::string request = frame_of(ApiKey::kFindCoordinator, version, [&](ByteWriter& out) {
        if (version < 4) out.string("mine");
        if (version >= 1) out.i8(static_cast<std::int8_t>(kind));
        if (version >= 4) {
          out.array(2);
          out.string("mine");
          out.string("other");
        }
      });
      std::string reply = ask(session, request);
      ByteReader in = reader_of(reply, ApiKey::kFindCoordinator, version);
      std::int16_t expected = kind == 0 ? 0 : 53;  // no transactions
      if (version >= 1) in.i32();
      if (version < 4) {
        EXPECT_EQ(in.i16(), expected) << version;
        if (version >= 1) {
          EXPECT_EQ(in.nullable_string().has_value(), kind == 1);
        }
        EXPECT_EQ(in.i32(), kind == 0 ? 0 : -1);
        EXPECT_EQ(in.string(), kind == 0 ? "127.0.0.1" : "");
        in.i32();
      } else {
        ASSERT_EQ(in.array(10), 2);
        for (const char* key : {"mine", "other"}) {
          EXPECT_EQ(in.string(), key);
          in.i32();
          in.string();
          in.i32();
          EXPECT_EQ(in.i16(), expected);
          in.nullable_string();
          in.tags();
        }
      }
      in.tags();
      EXPECT_TRUE(wire::finish(in)) << version;
    }
  }
}

TEST_F(SessionTest, SaslAuthenticateSpeaksTheFlexibleForm) {
  Session session(services_, stopped());
  ask(session, frame(ApiKey::kSaslHandshake, 1, text16("PLAIN")));
  std::string request = frame_of(ApiKey::kSaslAuthenticate, 2,
                                 [](ByteWriter& out) { out.bytes32(token("the-key")); });
  std::string reply = ask(session, request);
  ByteReader in = reader_of(reply, ApiKey::kSaslAuthenticate, 2);
  EXPECT_EQ(in.i16(), 0);
  EXPECT_FALSE(in.nullable_string());
  EXPECT_EQ(in.bytes32(), "");
  EXPECT_EQ(in.i64(), 0);
  in.tags();
  EXPECT_TRUE(wire::finish(in));
  EXPECT_TRUE(session.logged_in());
}

TEST_F(SessionTest, VersionsThatArentSpokenAreAnswered) {
  Session session(services_, stopped());
  auto refused = [&](ApiKey key, int version) {
    std::string reply = ask(session, frame(key, version, "whatever it holds"));
    return reply.size() >= 2 && ByteReader(reply.substr(reply.size() - 2)).i16() == 35;
  };
  EXPECT_TRUE(refused(ApiKey::kSaslAuthenticate, 3));
  EXPECT_TRUE(refused(ApiKey::kSaslHandshake, 2));
  log_in(session);  // the connection goes on
  for (const auto& api : wire::supported_apis()) {
    if (api.key != ApiKey::kApiVersions) {
      EXPECT_TRUE(refused(api.key, api.max + 1));
    }
    if (api.min > 0) {
      EXPECT_TRUE(refused(api.key, api.min - 1));
    }
  }
  EXPECT_TRUE(refused(static_cast<ApiKey>(19), 0));  // CreateTopics
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
  std::atomic<bool> open = true;
  std::jthread client([&] {
    std::string frame = request;
    open = session.handle(frame, reply);
  });
  std::vector<Hub::WorldRecord> other{{100, "k", "a"}};
  ASSERT_TRUE(hub->append_world(1, other));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(reply.size() <= 8);
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

TEST_F(SessionTest, ABatchThatExpandsIsTakenWithinTheCommonMemory) {
  Session session(services_, stopped());
  log_in(session);
  auto bomb = [&](std::size_t bytes) {
    wire::BatchBuilder builder;
    builder.start({});
    builder.add(5, "k", std::string(bytes, 'x'));
    auto plain = builder.finish();
    std::string batch(plain.data(), wire::kBatchHeaderBytes);
    EXPECT_TRUE(wire::compress(
        wire::Compression::kZstd,
        {plain.data() + wire::kBatchHeaderBytes, plain.size() - wire::kBatchHeaderBytes}, batch));
    wire::store_big(batch.data() + 8, static_cast<std::int32_t>(batch.size() - 12));
    batch[22] = 4;
    wire::store_big(batch.data() + 17, wire::crc32c(std::string_view(batch).substr(21)));
    std::string reply = ask(session, frame_of(ApiKey::kProduce, 3, [&](ByteWriter& out) {
                              out.null_string();
                              out.i16(1);
                              out.i32(1000);
                              out.array(1);
                              out.string("views");
                              out.array(1);
                              out.i32(0);
                              out.bytes32(batch);
                            }));
    ByteReader in(reply);
    in.array(6);
    in.string();
    in.array(8);
    in.i32();
    return static_cast<ErrorCode>(in.i16());
  };
  EXPECT_EQ(bomb(1 << 20), ErrorCode::kNone);
  EXPECT_EQ(bomb(100 << 20), ErrorCode::kNone);
  EXPECT_EQ(bomb(130 << 20), ErrorCode::kMessageTooLarge);
  EXPECT_EQ(services_.memory.used(), 0U);
}

TEST_F(SessionTest, ErrorsOfProduceAreNamed) {
  Session session(services_, stopped());
  log_in(session);
  auto produce = [&](const std::string& topic, std::int32_t partition, const std::string& records,
                     std::int16_t acks) {
    std::string body;
    ByteWriter out(body);
    out.null_string();
    out.i16(acks);
    out.i32(1000);
    out.array(1);
    out.string(topic);
    out.array(1);
    out.i32(partition);
    out.bytes32(records);
    return frame(ApiKey::kProduce, 3, body);
  };
  auto error_of = [&](const std::string& request) {
    std::string reply = ask(session, request);
    ByteReader in(reply);
    in.array(6);
    in.string();
    in.array(8);
    in.i32();
    return static_cast<ErrorCode>(in.i16());
  };
  EXPECT_EQ(error_of(produce("none", 0, "x", 1)), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(error_of(produce("views", 9, "x", 1)), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(error_of(produce("views", -1, "x", 1)), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(error_of(produce("views", 0, "", 1)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of(produce("views", 0, std::string(70, 'x'), 1)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of(produce("views", 0, "x", 5)), ErrorCode::kInvalidRequiredAcks);
  EXPECT_EQ(ask(session, produce("views", 0, "x", 0), false), "");  // acks = 0: closes
}

TEST_F(SessionTest, RealAndMutatedFramesNeverBringItDown) {
  std::vector<std::string> frames;
  std::string dir = std::string(HRISTE_CORPUS) + "/kafka_frames";
  auto entries = base::Env::real().list(dir);
  ASSERT_TRUE(entries);
  for (const auto& entry : *entries) {
    frames.push_back(*base::Env::real().read_file(dir + "/" + entry.name));
  }
  base::CounterRandom random(3, 1, 1);
  std::uint64_t n = 0;
  for (const std::string& whole : frames) {
    for (int i = 0; i < 400; ++i, ++n) {
      Session session(services_, stopped());
      log_in(session);
      std::string bad = whole, reply;
      for (std::uint64_t edit = 0; edit < static_cast<std::uint64_t>(i % 4); ++edit) {
        bad[random.bits(n, edit) % bad.size()] = static_cast<char>(random.bits(n, 10 + edit));
      }
      (void)session.handle(bad, reply);
      if (!reply.empty()) {
        EXPECT_EQ(wire::load_big<std::int32_t>(reply.data()),
                  static_cast<std::int32_t>(reply.size() - 4));
      }
    }
  }
}

}  // namespace
}  // namespace hub
