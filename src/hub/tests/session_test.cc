// The listener's conversation by bytes: what is spoken, how a stranger's version is answered, and
// that no frame brings it down.
#include <gtest/gtest.h>

#include "base/random.h"
#include "hub/tests/session_fixture.h"

namespace hub {
namespace {

using wire::ApiKey;
using wire::ByteReader;
using wire::ErrorCode;

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
