// Who may talk: what is answered before, at and after the log-in, and when the connection ends.
#include <gtest/gtest.h>

#include "hub/tests/session_fixture.h"

namespace hub {
namespace {

using wire::ApiKey;
using wire::ByteReader;
using wire::ByteWriter;
using wire::ErrorCode;

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

}  // namespace
}  // namespace hub
