#include "base/secrets.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/log.h"
#include "base/suggest.h"
#include "base/testing/temp_dir.h"

namespace base {
namespace {

TEST(Secrets, WhatLooksLikeOneIsMasked) {
  const std::pair<const char*, const char*> cases[] = {
      {"missing \"=\" after \"postgres://ann:hun/ter2@db:5432/shop\"",
       "missing \"=\" after \"postgres://ann:***@db:5432/shop\""},
      {"http://host:8080/mail@example", "http://host:8080/mail@example"},
      {"can't reach postgres://ann:hunter2@db:5432/shop",
       "can't reach postgres://ann:***@db:5432/shop"},
      {"https://ghp_abc123@host/x", "https://***@host/x"},
      {"http://u:p@ss@host/x?y=a@b", "http://u:***@host/x?y=a@b"},
      {"http://host/mail@example", "http://host/mail@example"},
      {"host=db user=ann password=hunter2 dbname=shop",
       "host=db user=ann password=*** dbname=shop"},
      {"password = 'hun ter' x", "password = '***' x"},
      {"PGPASSWORD=hunter2", "PGPASSWORD=***"},
      {"invalid password \"hunter2\"", "invalid password \"***\""},
      {R"({"token": "abc\"def", "n": 1})", R"({"token": "***", "n": 1})"},
      {R"({"sasl.password":"x","b":2})", R"({"sasl.password":"***","b":2})"},
      {"sasl.password=x y", "sasl.password=*** y"},
      {"Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey=abc=;EntityPath=e",
       "Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey=***;EntityPath=e"},
      {"Authorization: Basic YW5uOmh1bnRlcjI=", "Authorization: Basic ***"},
      {"authorization: token-of-mine", "authorization: ***"},
      {"sent Bearer 0123456789abcdef to it", "sent Bearer *** to it"},
      {"?sig=1&api_key=abc&x=2", "?sig=1&api_key=***&x=2"},
  };
  for (const auto& [text, masked] : cases) EXPECT_EQ(mask_secrets(text), masked);
}

TEST(Secrets, SentencesStayAsTheyAre) {
  for (const char* text :
       {"password authentication failed for user \"ann\"", "unexpected token: SELECT",
        "syntax error at token 12", "the token is missing", "password: must be given",
        "key=7 tokens=12", "basic types only", "SELECT token FROM t", "secrets",
        "password=", "\"password\": \"\"", "", "://", "a@b"}) {
    EXPECT_EQ(mask_secrets(text), text);
  }
}

TEST(Secrets, WhatWasKeptIsMaskedAnywhere) {
  keep_secret("Tr0ub4dor");
  keep_secret("Tr0ub4dor&3");
  keep_secret("abc");  // too short
  EXPECT_EQ(mask_secrets("it said Tr0ub4dor&3, and Tr0ub4dor; abc"), "it said ***, and ***; abc");
}

class LogDoor : public TempDirTest {};

TEST_F(LogDoor, ALineHasNoSecretAndIsOne) {
  ASSERT_TRUE(log_to_file(path("log")));
  log_warn("test", "refused", "{}", "FATAL: password=hunter2\nforged line\ttab");
  std::stringstream text;
  text << std::ifstream(path("log")).rdbuf();
  EXPECT_NE(text.str().find("test refused FATAL: password=***\\nforged line\ttab\n"),
            std::string::npos)
      << text.str();
}

TEST(Suggest, TheNearestNameIsMeant) {
  EXPECT_EQ(did_you_mean("titel", {"title", "type"}), "; did you mean 'title'?");
  EXPECT_EQ(did_you_mean("DATA", {"data"}), "");
  EXPECT_EQ(did_you_mean("colour", {"color", "x"}), "; did you mean 'color'?");
  EXPECT_EQ(did_you_mean("zebra", {"title"}), "");
}

}  // namespace
}  // namespace base
