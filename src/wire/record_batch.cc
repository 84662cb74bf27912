#include "wire/record_batch.h"

#include <algorithm>

#include "wire/crc32c.h"

namespace wire {
namespace {

using base::Code;
using base::error;
using base::Result;
using base::Status;

// Where the fields lie in a batch.
constexpr std::size_t kLengthAt = 8, kEpochAt = 12, kMagicAt = 16, kCrcAt = 17, kAttributesAt = 21,
                      kLastDeltaAt = 23, kBaseTimeAt = 27, kMaxTimeAt = 35, kProducerAt = 43,
                      kProducerEpochAt = 51, kSequenceAt = 53, kCountAt = 57;
// A record takes at least: length, attributes, two deltas, two lengths, header count.
constexpr std::size_t kRecordBytesMin = 7;

std::string_view view(std::span<char> batch) { return {batch.data(), batch.size()}; }

void renew_checksum(std::span<char> batch) {
  store_big(batch.data() + kCrcAt, crc32c(view(batch).substr(kAttributesAt)));
}

std::string_view sized(ByteReader& reader) {
  std::int64_t n = reader.varint();
  if (n == -1) return {};
  if (n < -1 || static_cast<std::uint64_t>(n) > reader.remaining()) {
    reader.fail();
    return {};
  }
  return reader.bytes(static_cast<std::size_t>(n));
}

/// Whether `headers` (count and headers) is well-formed and whole.
bool headers_fit(std::string_view headers) {
  ByteReader reader(headers);
  std::int64_t n = reader.varint();
  if (n < 0) return false;
  for (; reader.ok() && n > 0; --n) {
    if (sized(reader).data() == nullptr) return false;  // a header's key is never null
    (void)sized(reader);
  }
  return reader.ok() && reader.remaining() == 0;
}

Status check_records(std::string_view records, std::int32_t count) {
  RecordReader reader(records);
  RecordView record;
  std::int32_t seen = 0;
  auto malformed = [&] {
    return error(Code::kInvalidArgument, "record {} of {} in a batch is malformed", seen, count);
  };
  for (; reader.next(record); ++seen) {
    bool sound = seen < count && record.offset_delta == seen && headers_fit(record.headers);
    if (!sound) return malformed();
  }
  if (seen != count || !reader.ok()) return malformed();
  return {};
}

}  // namespace

Result<BatchHeader> read_batch_header(std::string_view bytes) {
  if (bytes.size() < kBatchHeaderBytes) {
    return error(Code::kInvalidArgument, "a record batch of {} bytes is too short", bytes.size());
  }
  const char* p = bytes.data();
  if (p[kMagicAt] != 2) {
    return error(Code::kInvalidArgument, "record format {} isn't supported: use format 2",
                 static_cast<int>(p[kMagicAt]));
  }
  BatchHeader h;
  h.base_offset = load_big<std::int64_t>(p);
  h.length = load_big<std::int32_t>(p + kLengthAt);
  h.crc = load_big<std::uint32_t>(p + kCrcAt);
  h.attributes = load_big<std::int16_t>(p + kAttributesAt);
  h.last_offset_delta = load_big<std::int32_t>(p + kLastDeltaAt);
  h.base_timestamp_ms = load_big<std::int64_t>(p + kBaseTimeAt);
  h.max_timestamp_ms = load_big<std::int64_t>(p + kMaxTimeAt);
  h.producer_id = load_big<std::int64_t>(p + kProducerAt);
  h.producer_epoch = load_big<std::int16_t>(p + kProducerEpochAt);
  h.base_sequence = load_big<std::int32_t>(p + kSequenceAt);
  h.count = load_big<std::int32_t>(p + kCountAt);
  bool sound = h.length >= static_cast<std::int32_t>(kBatchHeaderBytes - 12) && h.count > 0 &&
               h.last_offset_delta == h.count - 1 && h.base_offset >= 0;
  if (!sound) {
    return error(Code::kInvalidArgument, "a record batch has length {}, count {}, last delta {}",
                 h.length, h.count, h.last_offset_delta);
  }
  return h;
}

bool checksum_fits(std::string_view batch) {
  return crc32c(batch.substr(kAttributesAt)) == load_big<std::uint32_t>(batch.data() + kCrcAt);
}

Result<BatchHeader> validate_batch(std::string_view batch, std::size_t decompressed_max) {
  BatchHeader header = TRY(read_batch_header(batch));
  if (header.bytes() != batch.size()) {
    return error(Code::kInvalidArgument, "a record batch of {} bytes has {}", header.bytes(),
                 batch.size());
  }
  if (!checksum_fits(batch)) return error(Code::kInvalidArgument, "a record batch's CRC is wrong");
  std::string scratch;
  std::string_view records = TRY(batch_records(header, batch, scratch, decompressed_max));
  if (static_cast<std::size_t>(header.count) > records.size() / kRecordBytesMin) {
    return error(Code::kInvalidArgument, "a record batch claims {} records in {} bytes",
                 header.count, records.size());
  }
  TRY(check_records(records, header.count));
  return header;
}

Result<std::string_view> batch_records(const BatchHeader& header, std::string_view batch,
                                       std::string& scratch, std::size_t decompressed_max) {
  std::string_view records = batch.substr(kBatchHeaderBytes);
  if (header.compression() == Compression::kNone) return records;
  scratch.clear();
  TRY(decompress(header.compression(), records, decompressed_max, scratch));
  return std::string_view(scratch);
}

bool RecordReader::next(RecordView& out) {
  if (reader_.remaining() == 0) return false;
  std::string_view body = sized(reader_);
  ByteReader record(body);
  (void)record.i8();
  out.timestamp_delta_ms = record.varint();
  std::int64_t delta = record.varint();
  out.offset_delta = static_cast<std::int32_t>(delta);
  out.key = sized(record);
  out.value = sized(record);
  out.headers = record.bytes(record.remaining());
  if (!record.ok() || out.headers.empty() || delta != out.offset_delta) {
    reader_.fail();
    return false;
  }
  return true;
}

bool HeaderReader::next(HeaderView& out) {
  if (!reader_.ok() || left_ <= 0) return false;
  --left_;
  out.key = sized(reader_);
  out.value = sized(reader_);
  return reader_.ok();
}

void BatchBuilder::start(Producer producer) {
  out_.assign(kBatchHeaderBytes, '\0');
  producer_ = producer;
  count_ = 0;
}

void BatchBuilder::add(std::int64_t timestamp_ms, std::string_view key, std::string_view value) {
  if (count_ == 0) first_ms_ = max_ms_ = timestamp_ms;
  max_ms_ = std::max(max_ms_, timestamp_ms);
  auto length = [](std::string_view v) {
    return v.data() == nullptr ? std::int64_t{-1} : static_cast<std::int64_t>(v.size());
  };
  std::int64_t time_delta = timestamp_ms - first_ms_, key_n = length(key), value_n = length(value);
  std::size_t body = 1 + varint_size(time_delta) + varint_size(count_) + varint_size(key_n) +
                     key.size() + varint_size(value_n) + value.size() + 1;
  ByteWriter writer(out_);
  writer.varint(static_cast<std::int64_t>(body));
  writer.i8(0);
  writer.varint(time_delta);
  writer.varint(count_);
  writer.varint(key_n);
  writer.raw(key);
  writer.varint(value_n);
  writer.raw(value);
  writer.i8(0);  // no headers
  ++count_;
}

std::span<char> BatchBuilder::finish(const std::int64_t* append_time_ms) {
  char* p = out_.data();
  store_big(p + kLengthAt, static_cast<std::int32_t>(out_.size() - 12));
  p[kMagicAt] = 2;
  store_big(p + kAttributesAt, static_cast<std::int16_t>(append_time_ms != nullptr ? 8 : 0));
  store_big(p + kLastDeltaAt, count_ - 1);
  store_big(p + kBaseTimeAt, first_ms_);
  store_big(p + kMaxTimeAt, append_time_ms != nullptr ? *append_time_ms : max_ms_);
  store_big(p + kProducerAt, producer_.id);
  store_big(p + kProducerEpochAt, producer_.epoch);
  store_big(p + kSequenceAt, producer_.base_sequence);
  store_big(p + kCountAt, count_);
  renew_checksum(out_);
  return out_;
}

void set_base_offset(std::span<char> batch, std::int64_t offset) {
  store_big(batch.data(), offset);
  store_big(batch.data() + kEpochAt, std::int32_t{0});
}

void stamp_append_time(std::span<char> batch, std::int64_t ms) {
  auto attributes = load_big<std::int16_t>(batch.data() + kAttributesAt);
  store_big(batch.data() + kAttributesAt, static_cast<std::int16_t>(attributes | 8));
  store_big(batch.data() + kMaxTimeAt, ms);
  renew_checksum(batch);
}

}  // namespace wire
