// Avro object container files (specification 1.11): header with the schema, then blocks of records,
// each closed by the file's marker. Written and read here because Debian's library drops
// `logicalType` from schemas.
//
//   AvroEncoder     values to bytes            AvroFileWriter  records into blocks into a file
//   AvroDecoder     bytes to values            AvroFileReader  blocks out of a file's bytes
//
// The schema is text that the caller writes; which values follow which is the caller's affair.
// Threads: all thread-compatible. Failure: a reader never allocates by a claimed length; damage is
// kDataLoss with the position.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/result.h"

namespace codec {

/// Appends values to a string that the caller owns.
class AvroEncoder {
 public:
  explicit AvroEncoder(std::string& out) : out_(out) {}
  /// int and long; also lengths, block counts and union branches.
  void integer(std::int64_t v) {
    auto u = (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
    char buffer[10];
    std::size_t n = 0;
    for (; u >= 0x80; u >>= 7) buffer[n++] = static_cast<char>(u | 0x80);
    buffer[n++] = static_cast<char>(u);
    out_.append(buffer, n);
  }
  void real(double v);
  void boolean(bool v) { out_.push_back(v ? 1 : 0); }
  /// string and bytes.
  void bytes(std::string_view v) {
    integer(static_cast<std::int64_t>(v.size()));
    out_.append(v);
  }

 private:
  std::string& out_;
};

/// Reads values; after the first malformed one ok() is false for good and all are 0 or empty.
class AvroDecoder {
 public:
  explicit AvroDecoder(std::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  std::size_t remaining() const { return rest_.size(); }
  std::int64_t integer();
  double real();
  bool boolean();
  std::string_view bytes();
  std::string_view fixed(std::size_t n);
  void fail() {
    ok_ = false;
    rest_ = {};
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

enum class AvroCodec { kNull, kDeflate };

class AvroFileWriter {
 public:
  /// Appends to `file`, which outlives the writer. `marker_seed` makes the file's marker: equal
  /// records with an equal seed give equal files. Deflate is zlib's level 1.
  AvroFileWriter(base::File& file, std::string_view schema, AvroCodec codec,
                 std::uint64_t marker_seed);
  /// The open block: encode one record into it, then call end_record().
  std::string& block() { return block_; }
  base::Status end_record() {
    ++records_in_block_;
    if (block_.size() >= kBlockBytes) return end_block();
    return {};
  }
  std::int64_t records() const { return records_ + records_in_block_; }
  /// Writes what is left; the file is whole then (not closed, not synced).
  base::Status finish();

 private:
  static constexpr std::size_t kBlockBytes = 256 << 10;
  base::Status end_block();
  base::Status deflate_block(std::string& out) const;

  base::File& file_;
  const AvroCodec codec_;
  std::string marker_, head_, block_;
  std::int64_t records_in_block_ = 0, records_ = 0;
  bool header_written_ = false;
};

class AvroFileReader {
 public:
  /// `bytes` is a whole file and outlives the reader. Errors: kDataLoss.
  static base::Result<AvroFileReader> open(std::string_view bytes);

  const std::string& schema() const { return schema_; }
  struct Block {
    std::int64_t records = 0;
    std::string_view bytes;  ///< valid until the next call
  };
  /// False at the end of the file. Errors: kDataLoss, kUnimplemented (codec).
  base::Result<bool> next(Block& block);

 private:
  AvroFileReader() = default;
  base::Status inflate_block(std::string_view packed);

  std::string_view file_, rest_;
  std::string schema_, codec_, marker_, inflated_;
};

}  // namespace codec
