#include "stream/event_reader.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace stream {
namespace {

struct Reader {
  Shape shape;
  EventReader reader{shape, true};

  std::string json(std::size_t row = 0) {
    std::string out;
    for (int slot : shape.seen()) {
      Value v = reader.get(slot, row);
      if (v.kind == Kind::kMissing) continue;
      out += shape.name(slot) + "=";
      append_json(v, out);
      out += ";";
    }
    return out;
  }
};

TEST(EventReader, ReadsAllKinds) {
  Reader r;
  ASSERT_TRUE(r.reader.add(R"( {"i":-7, "f":1.50,"b":true,"n":null, "s":"a b","e":"\u017d\n\"x\"",
      "r":{"Lat":47,"in":{"x":[1,"2",[]]}},"a":[], "big":9223372036854775807} )"))
      << r.reader.error();
  EXPECT_EQ(r.json(),
            "i=-7;f=1.5;b=true;n=null;s=\"a b\";e=\"Ž\\n\\\"x\\\"\";"
            "r={\"Lat\":47,\"in\":{\"x\":[1,\"2\",[]]}};a=[];big=9223372036854775807;");
}

TEST(EventReader, ColumnsAreFoundInAnyLetterCaseAndOrder) {
  Shape shape;
  int latency = shape.slot("Latency");
  EventReader reader(shape, false);
  ASSERT_TRUE(reader.add(R"({"x":1,"latency":2})"));
  ASSERT_TRUE(reader.add(R"({"LATENCY":3,"x":1})"));
  ASSERT_TRUE(reader.add(R"({"x":1})"));
  ASSERT_TRUE(reader.add(R"({"x":1,"lat\u0065ncy":4})"));
  EXPECT_EQ(reader.get(latency, 0).integer, 2);
  EXPECT_EQ(reader.get(latency, 1).integer, 3);
  EXPECT_EQ(reader.get(latency, 2).kind, Kind::kMissing);
  EXPECT_EQ(reader.get(latency, 3).integer, 4);
  EXPECT_EQ(shape.size(), 1u);
  EXPECT_EQ(shape.name(latency), "latency");
}

TEST(EventReader, MalformedAddsNothing) {
  Reader r;
  for (const char* bad : {"",
                          " ",
                          "{",
                          "}",
                          "{\"a\":1",
                          "{\"a\":}",
                          "{\"a\" 1}",
                          "{\"a\":tru}",
                          "{\"a\":01}",
                          "[1]",
                          "7",
                          "\"x\"",
                          "{\"a\":1}{\"b\":2}",
                          "{\"a\":1} x",
                          "{\"a\":1,}",
                          "{\"a\":\"x}",
                          "{\"a\":nul}",
                          "{\"a\":12345678901234567890}",
                          "{\"a\":18446744073709551615}",
                          "{\"a\":\"\\q\"}",
                          "{\"a\":\"\xff\"}",
                          "{\"a\":1 2}",
                          "{\"a\":\"b\" \"c\"}",
                          "{\"a\":\"x\ny\"}",
                          "{a:1}",
                          "{\"a\":[1,}",
                          "{\"a\":{\"b\":1}",
                          "{\"a\":-}",
                          "{\"a\":1e999}",
                          "nul",
                          "{\"a\":nulll}",
                          "{\"a\":\"\\ud800\"}",
                          "{\"a\":\"\\udc00\"}"}) {
    EXPECT_FALSE(r.reader.add(bad)) << bad;
    EXPECT_STRNE(r.reader.error(), "");
  }
  EXPECT_EQ(r.reader.rows(), 0u);
  ASSERT_TRUE(r.reader.add("{\"b\":1}"));
  EXPECT_EQ(r.json(), "b=1;");
}

TEST(EventReader, NestingHasALimit) {
  Reader r;
  std::string deep = "{\"a\":" + std::string(60, '[') + std::string(60, ']') + "}";
  EXPECT_TRUE(r.reader.add(deep));
  deep = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_FALSE(r.reader.add(deep));
}

TEST(EventReader, DamagedBytesNeverCrash) {
  Reader r;
  const std::string good =
      R"({"event_id":12,"uri":"https:\/\/x/\u00e1","r":{"k":[1.5,true,null]}})";
  base::CounterRandom random(3, 1, 1);
  for (std::uint64_t row = 0; row < 20'000; row++) {
    std::string text = good;
    for (std::uint64_t n = 0; n <= random.bits(row, 9) % 3; n++) {
      std::size_t at = random.bits(row, 2 * n) % text.size();
      if (random.bits(row, 20 + n) % 2 == 0)
        text[at] = static_cast<char>(random.bits(row, 2 * n + 1));
      else
        text.erase(at, 1 + random.bits(row, 30 + n) % 8);
    }
    if (r.reader.rows() > 1000) r.reader.clear();
    (void)r.reader.add(text);
  }
}

}  // namespace
}  // namespace stream
