// The listener's conversation by bytes: what is answered before and after authentication, by whom
// the connection is closed, and that no frame brings it down.
#include <gtest/gtest.h>

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
        groups_(base::Env::real(), dir_ + "/offsets.json"),
        services_{hubs_, groups_, appended_, "ns", "the-key", 9092, false, 1000} {
    auto hub = Hub::open({&base::Env::real(), &clock_, nullptr}, dir_ + "/views",
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
  static std::stop_token stopped() {  // nothing waits
    std::stop_source source;
    source.request_stop();
    return source.get_token();
  }

  base::ManualClock clock_;
  Directory hubs_;
  Groups groups_;
  Signal appended_;
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
  for (int version = 3; version <= 8; ++version) {
    wire::BatchBuilder builder;
    builder.start({});
    builder.add(5, "k", "hello");
    auto batch = builder.finish();
    std::string body;
    ByteWriter out(body);
    out.null_string();
    out.i16(1);
    out.i32(1000);
    out.array(1);
    out.string("views");
    out.array(1);
    out.i32(0);
    out.bytes32({batch.data(), batch.size()});
    std::string reply = ask(session, frame(ApiKey::kProduce, version, body));
    ByteReader in(reply);
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
    EXPECT_EQ(in.i32(), 0);
    EXPECT_TRUE(wire::finish(in)) << version;
  }
  for (int version = 4; version <= 11; ++version) {
    std::string body;
    ByteWriter out(body);
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
    if (version >= 5) out.i64(0);
    out.i32(1 << 20);
    if (version >= 7) out.array(0);
    if (version >= 11) out.string("");
    std::string reply = ask(session, frame(ApiKey::kFetch, version, body));
    ByteReader in(reply);
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
    EXPECT_TRUE(wire::finish(in)) << version;
  }
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
