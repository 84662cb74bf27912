#include "stream/event_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stream {
namespace {

using ::testing::ElementsAre;

/// The parts; those that can't be events begin with '!'.
std::vector<std::string> parts(std::string_view body) {
  std::vector<std::string> out;
  for (const EventPart& part : split_body(body))
    out.push_back((part.error == nullptr ? "" : "!") + std::string(part.text));
  return out;
}

TEST(EventBody, ObjectsArraysAndLines) {
  EXPECT_THAT(parts(R"({"a":1})"), ElementsAre(R"({"a":1})"));
  EXPECT_THAT(parts(R"([{"a":1},{"a":2}])"), ElementsAre(R"({"a":1})", R"({"a":2})"));
  EXPECT_THAT(parts("{\"a\":1}\n{\"a\":2}"), ElementsAre(R"({"a":1})", R"({"a":2})"));
  EXPECT_THAT(parts("\xEF\xBB\xBF{\"a\":1}\r\n\r\n{\"a\":2}\r\n"),
              ElementsAre(R"({"a":1})", R"({"a":2})"));
  EXPECT_THAT(parts("[{\"a\":1}]\n[ {\"a\":2} , {\"a\":3}\n]\n{\"a\":4}"),
              ElementsAre(R"({"a":1})", R"({"a":2})", R"({"a":3})", R"({"a":4})"));
}

TEST(EventBody, BracketsInTextsAndNestedOnesAreTheEvents) {
  EXPECT_THAT(parts(R"([{"a":"},{\"]"},{"b":[1,{"c":2}]}])"),
              ElementsAre(R"({"a":"},{\"]"})", R"({"b":[1,{"c":2}]})"));
  EXPECT_THAT(parts("{\n  \"a\": {\n    \"b\": 1\n  }\n}\n{\"c\":\n2}"),
              ElementsAre("{\n  \"a\": {\n    \"b\": 1\n  }\n}", "{\"c\":\n2}"));
}

TEST(EventBody, WhatIsBrokenIsOnePart) {
  EXPECT_THAT(parts("{\"a\":1}\n{\"a\":\n{\"a\":3}"),
              ElementsAre(R"({"a":1})", R"({"a":)", R"({"a":3})"));
  EXPECT_THAT(parts("{\"a\":1}\noops\n{\"a\":3}"), ElementsAre(R"({"a":1})", "oops", R"({"a":3})"));
  EXPECT_THAT(parts("{\"a\":1} x\n{\"a\":2}"), ElementsAre("{\"a\":1} x", R"({"a":2})"));
  EXPECT_THAT(parts(R"([{"a":1},7,{"a":2},])"), ElementsAre(R"({"a":1})", "7", R"({"a":2})", ""));
  EXPECT_THAT(parts(R"([{"a":1},{"a":2})"), ElementsAre(R"({"a":1})", R"(!{"a":2})"));
  EXPECT_THAT(parts("[{\"a\":1},{\"a\n{\"b\":2}"),
              ElementsAre(R"({"a":1})", "!{\"a", R"({"b":2})"));
}

TEST(EventBody, WithoutEventsTheBodyIsThePart) {
  EXPECT_THAT(parts("[]"), ElementsAre("![]"));
  EXPECT_THAT(parts("\n"), ElementsAre("!"));
}

TEST(EventBody, UnclosedLinesDontCostTheSquare) {
  std::string body;
  for (int i = 0; i < 200'000; i++) body += "{\"a\n";
  EXPECT_EQ(split_body(body).size(), 200'000u);  // within the test's time
}

}  // namespace
}  // namespace stream
