#include "codec/avro.h"

#include <gtest/gtest.h>

#include "base/testing/temp_dir.h"

namespace codec {
namespace {

constexpr std::string_view kSchema =
    R"({"type":"record","name":"r","fields":[{"name":"n","type":"long"},{"name":"s","type":"string"}]})";

class AvroTest : public base::TempDirTest {
 protected:
  std::string write(AvroCodec codec, int records, std::uint64_t seed = 1) {
    std::string path = dir_ + "/f.avro";
    auto file = base::Env::real().open(path, base::Env::Open::kTruncate);
    AvroFileWriter writer(**file, kSchema, codec, seed);
    for (int i = 0; i < records; ++i) {
      AvroEncoder out(writer.block());
      out.integer(i - 5);
      out.bytes("text " + std::to_string(i));
      EXPECT_TRUE(writer.end_record());
    }
    EXPECT_EQ(writer.records(), records);
    EXPECT_TRUE(writer.finish());
    return *base::Env::real().read_file(path);
  }
};

TEST_F(AvroTest, RoundTripInManyBlocks) {
  for (AvroCodec codec : {AvroCodec::kNull, AvroCodec::kDeflate}) {
    for (int records : {0, 1, 100'000}) {
      std::string bytes = write(codec, records);
      auto reader = AvroFileReader::open(bytes);
      ASSERT_TRUE(reader);
      EXPECT_EQ(reader->schema(), kSchema);
      AvroFileReader::Block block;
      int seen = 0, blocks = 0;
      for (; *reader->next(block); ++blocks) {
        AvroDecoder in(block.bytes);
        for (std::int64_t i = 0; i < block.records; ++i, ++seen) {
          ASSERT_EQ(in.integer(), seen - 5);
          ASSERT_EQ(in.bytes(), "text " + std::to_string(seen));
        }
        EXPECT_EQ(in.remaining(), 0U);
      }
      EXPECT_EQ(seen, records);
      EXPECT_EQ(blocks > 3, records > 1000);
    }
  }
}

TEST_F(AvroTest, SameRecordsGiveTheSameBytes) {
  EXPECT_EQ(write(AvroCodec::kNull, 10), write(AvroCodec::kNull, 10));
  EXPECT_NE(write(AvroCodec::kNull, 10), write(AvroCodec::kNull, 10, 2));
}

TEST_F(AvroTest, EveryCutIsAnErrorOrAWholeNumberOfBlocks) {
  for (AvroCodec codec : {AvroCodec::kNull, AvroCodec::kDeflate}) {
    std::string bytes = write(codec, 20);
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      auto reader = AvroFileReader::open(std::string_view(bytes).substr(0, cut));
      if (!reader) continue;
      AvroFileReader::Block block;
      auto next = reader->next(block);
      EXPECT_TRUE(!next || !*next) << cut;
    }
    for (size_t at = 0; at < bytes.size(); ++at) {  // never a crash
      std::string bad = bytes;
      bad[at] = static_cast<char>(bad[at] ^ 0xFF);
      auto reader = AvroFileReader::open(bad);
      AvroFileReader::Block block;
      while (reader) {
        auto next = reader->next(block);
        if (!next || !*next) break;
      }
    }
  }
}

TEST(AvroValues, EdgesRoundTrip) {
  std::string bytes;
  AvroEncoder out(bytes);
  for (std::int64_t v : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX, INT64_MIN}) out.integer(v);
  out.real(-0.5);
  out.boolean(true);
  AvroDecoder in(bytes);
  EXPECT_EQ(in.integer(), 0);
  EXPECT_EQ(in.integer(), -1);
  EXPECT_EQ(in.integer(), INT64_MAX);
  EXPECT_EQ(in.integer(), INT64_MIN);
  EXPECT_EQ(in.real(), -0.5);
  EXPECT_TRUE(in.boolean());
  EXPECT_TRUE(in.ok());
  (void)in.boolean();
  EXPECT_FALSE(in.ok());
}

}  // namespace
}  // namespace codec
