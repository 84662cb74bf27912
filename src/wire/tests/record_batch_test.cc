#include "wire/record_batch.h"

#include <gtest/gtest.h>

#include "wire/crc32c.h"

namespace wire {
namespace {

std::string build(int records, std::int64_t start_ms = 1000) {
  BatchBuilder builder;
  builder.start({7, 0, 40});
  for (int i = 0; i < records; ++i) {
    std::string key = std::to_string(i), value = std::string(static_cast<size_t>(i), 'v');
    builder.add(start_ms + i, i % 3 == 0 ? std::string_view{} : std::string_view(key), value);
  }
  auto batch = builder.finish();
  return {batch.data(), batch.size()};
}

/// The same batch with its records encoded by `codec`.
std::string recompress(const std::string& batch, Compression codec) {
  std::string out = batch.substr(0, kBatchHeaderBytes);
  EXPECT_TRUE(compress(codec, std::string_view(batch).substr(kBatchHeaderBytes), out));
  store_big(out.data() + 8, static_cast<std::int32_t>(out.size() - 12));
  store_big(out.data() + 21, static_cast<std::int16_t>(codec));
  store_big(out.data() + 17, crc32c(std::string_view(out).substr(21)));
  return out;
}

TEST(Crc32c, KnownValuesAndBothForms) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(crc32c(bytes), crc32c_portable(bytes));
    EXPECT_EQ(crc32c(std::string_view(bytes).substr(bytes.size() / 2),
                     crc32c(std::string_view(bytes).substr(0, bytes.size() / 2))),
              crc32c(bytes));
    bytes.push_back(static_cast<char>(i * 37));
  }
}

TEST(Bytes, VarintsRoundTripAtTheirEdges) {
  for (int bits = 0; bits < 64; ++bits) {
    for (std::int64_t near : {-1, 0, 1}) {
      for (std::int64_t sign : {-1, 1}) {
        auto v = static_cast<std::int64_t>(((std::uint64_t{1} << bits) + near) * sign);
        std::string out;
        ByteWriter(out).varint(v);
        EXPECT_EQ(out.size(), varint_size(v)) << v;
        ByteReader reader(out);
        EXPECT_EQ(reader.varint(), v);
        EXPECT_TRUE(reader.ok());
      }
    }
  }
  ByteReader endless("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
  (void)endless.uvarint();
  EXPECT_FALSE(endless.ok());
}

TEST(Bytes, ReaderNeverBelievesALength) {
  std::string huge;
  ByteWriter(huge).i32(0x7FFFFFFF);
  ByteReader array(huge);
  EXPECT_EQ(array.array(1), 0);
  EXPECT_FALSE(array.ok());
  ByteReader bytes(huge);
  EXPECT_TRUE(bytes.bytes32().empty());
  EXPECT_FALSE(bytes.ok());
  EXPECT_EQ(bytes.i64(), 0);
}

TEST(RecordBatch, RoundTrip) {
  std::string batch = build(50);
  auto header = validate_batch(batch);
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->count, 50);
  EXPECT_EQ(header->base_sequence, 40);
  EXPECT_EQ(header->max_timestamp_ms, 1049);
  std::string scratch;
  RecordReader reader(*batch_records(*header, batch, scratch));
  RecordView record;
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(reader.next(record));
    EXPECT_EQ(record.offset_delta, i);
    EXPECT_EQ(header->base_timestamp_ms + record.timestamp_delta_ms, 1000 + i);
    EXPECT_EQ(record.key.data() == nullptr, i % 3 == 0);
    EXPECT_EQ(record.value.size(), static_cast<size_t>(i));
  }
  EXPECT_FALSE(reader.next(record));
  EXPECT_TRUE(reader.ok());
}

TEST(RecordBatch, StampingKeepsTheChecksumRight) {
  std::string batch = build(3);
  set_base_offset(batch, 123456789);
  EXPECT_TRUE(checksum_fits(batch));
  stamp_append_time(batch, 99);
  auto header = validate_batch(batch);
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_TRUE(header->append_time());
  EXPECT_EQ(header->max_timestamp_ms, 99);
  EXPECT_EQ(header->last_offset(), 123456791);
}

TEST(RecordBatch, EveryCodecDecodesAndKeepsItsLimit) {
  std::string batch = build(2000);
  for (Compression codec :
       {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    std::string small = recompress(batch, codec);
    EXPECT_LT(small.size(), batch.size());
    auto header = validate_batch(small);
    ASSERT_TRUE(header) << static_cast<int>(codec) << header.error().message;
    std::string packed, out;
    ASSERT_TRUE(compress(codec, std::string(1 << 20, 'x'), packed));
    EXPECT_FALSE(decompress(codec, packed, 1000, out));
    for (size_t cut = 0; cut < packed.size(); cut += 1 + packed.size() / 50) {
      out.clear();  // a cut frame is an error, or for framed snappy a shorter output
      auto status = decompress(codec, std::string_view(packed).substr(0, cut), 2 << 20, out);
      EXPECT_TRUE(!status || out.size() < (1 << 20));
    }
  }
  std::string raw_snappy = "\x0a\x24hello12345", out;  // a block without framing
  EXPECT_TRUE(decompress(Compression::kSnappy, raw_snappy, 100, out));
  EXPECT_EQ(out, "hello12345");
}

TEST(RecordBatch, AnyCutOrFlippedByteIsAnError) {
  std::string batch = build(5);
  for (size_t cut = 0; cut < batch.size(); ++cut) {
    EXPECT_FALSE(validate_batch(std::string_view(batch).substr(0, cut))) << cut;
  }
  for (size_t at = 8; at < batch.size(); ++at) {
    if (at >= 12 && at < 16) continue;  // the leader epoch isn't covered
    std::string bad = batch;
    bad[at] ^= 0x10;
    EXPECT_FALSE(validate_batch(bad)) << at;
  }
}

TEST(RecordBatch, WrongDeltasAndCountsAreErrorsEvenWithAGoodChecksum) {
  std::string batch = build(4);
  auto renew = [](std::string b) {
    store_big(b.data() + 17, crc32c(std::string_view(b).substr(21)));
    return b;
  };
  std::string more = batch;
  store_big(more.data() + 57, 5);
  store_big(more.data() + 23, 4);
  EXPECT_FALSE(validate_batch(renew(more)));
  std::string fewer = batch;
  store_big(fewer.data() + 57, 3);
  store_big(fewer.data() + 23, 2);
  EXPECT_FALSE(validate_batch(renew(fewer)));
  std::string delta = batch;
  delta[kBatchHeaderBytes + 3] = 2;  // first record's offset delta 1
  EXPECT_FALSE(validate_batch(renew(delta)));
}

TEST(RecordBatch, NothingMayFollowTheLastRecord) {
  std::string batch = build(4), record = build(1).substr(kBatchHeaderBytes);
  for (const std::string& rest : {record, record + '\x01', record + record, std::string(1, '\0')}) {
    std::string longer = batch + rest;
    store_big(longer.data() + 8, static_cast<std::int32_t>(longer.size() - 12));
    store_big(longer.data() + 17, crc32c(std::string_view(longer).substr(21)));
    EXPECT_FALSE(validate_batch(longer)) << rest.size();
  }
}

}  // namespace
}  // namespace wire
