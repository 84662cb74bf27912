// Record batch v2, Kafka's unit of writing, storing and reading:
//   base offset i64, length i32 (bytes after it), leader epoch i32, magic i8 = 2, crc u32 (CRC-32C
//   of all that follows), attributes i16 (bits 0–2 compression, 3 append time, 4 transactional,
//   5 control), last offset delta i32, base timestamp i64, max timestamp i64, producer id i64,
//   producer epoch i16, base sequence i32, count i32, records.
// A record: length, attributes i8, timestamp delta, offset delta, key length, key, value length,
// value, header count, headers; lengths and deltas are zigzag varints, length −1 is null.
// Base offset and leader epoch lie outside of the checksum, so a log may set them for nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/bytes.h"
#include "wire/compression.h"

namespace wire {

inline constexpr std::size_t kBatchHeaderBytes = 61;
inline constexpr std::int64_t kNoProducer = -1;
/// More than this after decompression is refused.
inline constexpr std::size_t kDecompressedBytesMax = 128 << 20;

struct BatchHeader {
  std::int64_t base_offset = 0;
  std::int32_t length = 0;
  std::uint32_t crc = 0;
  std::int16_t attributes = 0;
  std::int32_t last_offset_delta = 0;
  std::int64_t base_timestamp_ms = 0, max_timestamp_ms = 0;
  std::int64_t producer_id = kNoProducer;
  std::int16_t producer_epoch = -1;
  std::int32_t base_sequence = -1;
  std::int32_t count = 0;

  /// Of the whole batch, header included.
  std::size_t bytes() const { return 12 + static_cast<std::size_t>(length); }
  std::int64_t last_offset() const { return base_offset + last_offset_delta; }
  Compression compression() const { return static_cast<Compression>(attributes & 7); }
  /// All records carry max_timestamp_ms, whatever their deltas say.
  bool append_time() const { return (attributes & 8) != 0; }
  bool transactional() const { return (attributes & 16) != 0; }
  bool control() const { return (attributes & 32) != 0; }
};

/// The header of the batch that `bytes` begins with; the batch itself may be longer than `bytes`.
/// Errors: kInvalidArgument when shorter than a header, another magic, or lengths that can't be.
base::Result<BatchHeader> read_batch_header(std::string_view bytes);

/// Whether the checksum of the whole `batch` fits. Needs at least a header.
bool checksum_fits(std::string_view batch);

/// Everything about one batch from a producer: exactly these bytes, checksum, count, deltas 0..n−1,
/// each record well-formed (decompressed when needed, into at most `decompressed_max` bytes).
/// Errors: kInvalidArgument; kResourceExhausted when it decompresses to more.
base::Result<BatchHeader> validate_batch(std::string_view batch,
                                         std::size_t decompressed_max = kDecompressedBytesMax);

/// A record in a batch; null keys and values have data() == nullptr. Views point into the records'
/// bytes. `headers` is the count and the headers as stored.
struct RecordView {
  std::int64_t timestamp_delta_ms = 0;
  std::int32_t offset_delta = 0;
  std::string_view key, value, headers;
};

/// The bytes of the records of `batch`: in place, or decompressed into `scratch` (overwritten).
base::Result<std::string_view> batch_records(const BatchHeader& header, std::string_view batch,
                                             std::string& scratch,
                                             std::size_t decompressed_max = kDecompressedBytesMax);

/// Walks the bytes of records. Thread-compatible.
class RecordReader {
 public:
  explicit RecordReader(std::string_view records) : reader_(records) {}
  /// False at the end or when malformed (see ok()).
  bool next(RecordView& out);
  bool ok() const { return reader_.ok(); }

 private:
  ByteReader reader_;
};

/// One header of a record, from RecordView::headers.
struct HeaderView {
  std::string_view key, value;
};
/// Walks `headers`; false at the end. Start with `at` = 0.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view headers) : reader_(headers), left_(reader_.varint()) {}
  bool next(HeaderView& out);

 private:
  ByteReader reader_;
  std::int64_t left_;
};

/// Builds an uncompressed batch. Reusable; keeps its memory. Thread-compatible.
class BatchBuilder {
 public:
  struct Producer {
    std::int64_t id = kNoProducer;
    std::int16_t epoch = -1;
    std::int32_t base_sequence = -1;
  };
  void start(Producer producer);
  /// Null key or value: a view with data() == nullptr. Fewer than 2^31 bytes in all.
  void add(std::int64_t timestamp_ms, std::string_view key, std::string_view value);
  std::int32_t count() const { return count_; }
  std::size_t bytes() const { return out_.size(); }
  /// The finished batch with base offset 0, valid until start(). With `append_time_ms` all records
  /// count as of that time, while their deltas keep the times that were added.
  std::span<char> finish(const std::int64_t* append_time_ms = nullptr);

 private:
  std::string out_;
  Producer producer_;
  std::int32_t count_ = 0;
  std::int64_t first_ms_ = 0, max_ms_ = 0;
};

/// Sets the base offset (and leader epoch 0) of `batch`; the checksum stays right.
void set_base_offset(std::span<char> batch, std::int64_t offset);
/// Marks `batch` as stamped on append with `ms` and renews the checksum.
void stamp_append_time(std::span<char> batch, std::int64_t ms);

}  // namespace wire
