#include "codec/avro.h"

#include <zlib.h>

#include <bit>
#include <cstring>
#include <memory>

#include "base/random.h"

namespace codec {

using base::Code;
using base::error;
using base::Result;
using base::Status;

namespace {

constexpr std::string_view kMagic("Obj\x01", 4);
constexpr std::size_t kMarkerBytes = 16;
constexpr std::size_t kInflatedBytesMax = 256 << 20;

std::string marker_from(std::uint64_t seed) {
  std::uint64_t words[2] = {base::mix64(seed), base::mix64(seed ^ 0x9E3779B97F4A7C15ULL)};
  return {reinterpret_cast<const char*>(words), sizeof words};
}

}  // namespace

void AvroEncoder::real(double v) {
  auto bits = std::bit_cast<std::uint64_t>(v);
  static_assert(std::endian::native == std::endian::little);
  out_.append(reinterpret_cast<const char*>(&bits), sizeof bits);
}

std::int64_t AvroDecoder::integer() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) {
      return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }
  }
  fail();
  return 0;
}

double AvroDecoder::real() {
  std::uint64_t bits = 0;
  std::string_view raw = fixed(sizeof bits);
  if (ok_) std::memcpy(&bits, raw.data(), sizeof bits);
  return std::bit_cast<double>(bits);
}

bool AvroDecoder::boolean() {
  std::string_view raw = fixed(1);
  return ok_ && raw.front() != 0;
}

std::string_view AvroDecoder::bytes() {
  std::int64_t n = integer();
  if (n < 0) fail();
  return fixed(static_cast<std::size_t>(n));
}

std::string_view AvroDecoder::fixed(std::size_t n) {
  if (!ok_ || n > rest_.size()) {
    fail();
    return {};
  }
  std::string_view view = rest_.substr(0, n);
  rest_.remove_prefix(n);
  return view;
}

AvroFileWriter::AvroFileWriter(base::File& file, std::string_view schema, AvroCodec codec,
                               std::uint64_t marker_seed)
    : file_(file), codec_(codec), marker_(marker_from(marker_seed)) {
  head_ = kMagic;
  AvroEncoder out(head_);
  out.integer(2);
  out.bytes("avro.codec");
  out.bytes(codec == AvroCodec::kDeflate ? "deflate" : "null");
  out.bytes("avro.schema");
  out.bytes(schema);
  out.integer(0);
  head_ += marker_;
  block_.reserve(kBlockBytes + kBlockBytes / 4);
}

Status AvroFileWriter::deflate_block(std::string& out) const {
  z_stream z{};
  if (deflateInit2(&z, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return error(Code::kInternal, "zlib can't start");
  }
  std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&z, deflateEnd);
  out.resize(deflateBound(&z, block_.size()));
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block_.data()));
  z.avail_in = static_cast<uInt>(block_.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  if (deflate(&z, Z_FINISH) != Z_STREAM_END) return error(Code::kInternal, "zlib can't finish");
  out.resize(out.size() - z.avail_out);
  return {};
}

Status AvroFileWriter::end_block() {
  std::string packed;
  if (codec_ == AvroCodec::kDeflate) TRY(deflate_block(packed));
  std::string& bytes = codec_ == AvroCodec::kDeflate ? packed : block_;
  AvroEncoder out(head_);  // goes on behind the file's header at the first block
  out.integer(records_in_block_);
  out.integer(static_cast<std::int64_t>(bytes.size()));
  bytes += marker_;
  TRY(file_.append(head_));
  TRY(file_.append(bytes));
  head_.clear();
  header_written_ = true;
  records_ += records_in_block_;
  records_in_block_ = 0;
  block_.clear();
  return {};
}

Status AvroFileWriter::finish() {
  if (records_in_block_ > 0) return end_block();
  if (!header_written_) TRY(file_.append(head_));
  header_written_ = true;
  return {};
}

Result<AvroFileReader> AvroFileReader::open(std::string_view bytes) {
  auto damaged = [] { return error(Code::kDataLoss, "the header of an Avro file is damaged"); };
  if (!bytes.starts_with(kMagic)) return damaged();
  AvroFileReader reader;
  AvroDecoder in(bytes.substr(kMagic.size()));
  reader.codec_ = "null";
  for (std::int64_t n = in.integer(); in.ok() && n != 0; n = in.integer()) {
    if (n < 0) (void)in.integer();  // a negative count is followed by the block's size
    for (std::uint64_t left = n < 0 ? -static_cast<std::uint64_t>(n)
                                    : static_cast<std::uint64_t>(n);
         in.ok() && left > 0; --left) {
      std::string_view key = in.bytes(), value = in.bytes();
      if (key == "avro.schema") reader.schema_ = value;
      if (key == "avro.codec") reader.codec_ = value;
    }
  }
  reader.marker_ = in.fixed(kMarkerBytes);
  if (!in.ok() || reader.schema_.empty()) return damaged();
  reader.file_ = bytes;
  reader.rest_ = bytes.substr(bytes.size() - in.remaining());
  return reader;
}

Status AvroFileReader::inflate_block(std::string_view packed) {
  z_stream z{};
  if (inflateInit2(&z, -15) != Z_OK) return error(Code::kInternal, "zlib can't start");
  std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&z, inflateEnd);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  std::size_t used = 0;
  for (int rc = Z_OK; rc != Z_STREAM_END;) {
    if (used == inflated_.size()) inflated_.resize(used == 0 ? 4 * packed.size() + 64 : 2 * used);
    z.next_out = reinterpret_cast<Bytef*>(inflated_.data() + used);
    z.avail_out = static_cast<uInt>(inflated_.size() - used);
    rc = inflate(&z, Z_NO_FLUSH);
    used = inflated_.size() - z.avail_out;
    bool stuck = rc == Z_OK && z.avail_in == 0 && z.avail_out != 0;
    if ((rc != Z_OK && rc != Z_STREAM_END) || stuck || used > kInflatedBytesMax) {
      return error(Code::kDataLoss, "a deflated block of an Avro file is damaged");
    }
  }
  inflated_.resize(used);
  return {};
}

Result<bool> AvroFileReader::next(Block& block) {
  if (rest_.empty()) return false;
  AvroDecoder in(rest_);
  block.records = in.integer();
  std::string_view bytes = in.bytes();
  std::string_view marker = in.fixed(kMarkerBytes);
  if (!in.ok() || marker != marker_ || block.records < 0) {
    return error(Code::kDataLoss, "the Avro block at byte {} is damaged",
                 file_.size() - rest_.size());
  }
  rest_ = rest_.substr(rest_.size() - in.remaining());
  if (codec_ == "deflate") {
    TRY(inflate_block(bytes));
    bytes = inflated_;
  } else if (codec_ != "null") {
    return error(Code::kUnimplemented, "Avro codec \"{}\" isn't supported", codec_);
  }
  block.bytes = bytes;
  return true;
}

}  // namespace codec
