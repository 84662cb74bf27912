#include "wire/compression.h"

#include <lz4frame.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <bit>
#include <memory>

#include "wire/bytes.h"

namespace wire {
namespace {

using base::Code;
using base::error;
using base::Status;

constexpr std::size_t kStep = 64 * 1024;
// snappy-java's stream: a magic, two version numbers, then blocks of int32 length and raw snappy.
constexpr std::string_view kXerialMagic("\x82SNAPPY\0", 8);
constexpr std::size_t kXerialHeader = 16;
constexpr std::size_t kXerialBlock = 32 * 1024;

std::unexpected<base::Error> malformed(std::string_view codec) {
  return error(Code::kInvalidArgument, "the {} bytes of a record batch are malformed", codec);
}
std::unexpected<base::Error> too_big(std::size_t max_bytes) {
  return error(Code::kResourceExhausted, "a record batch decompresses to more than {} bytes",
               max_bytes);
}

/// Space for the next piece of output, doubling as it goes; 0 when the limit is reached.
std::size_t grow(std::string& out, std::size_t begin, std::size_t used, std::size_t max_bytes) {
  std::size_t have = out.size() - begin;
  if (used == have) {
    std::size_t want = std::min(max_bytes, std::max(kStep, have * 2));
    out.resize(begin + want);
    have = want;
  }
  return have - used;
}

Status gunzip(std::string_view in, std::size_t max_bytes, std::string& out) {
  z_stream z{};
  if (inflateInit2(&z, 15 + 16) != Z_OK) return error(Code::kInternal, "zlib can't start");
  std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&z, inflateEnd);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  z.avail_in = static_cast<uInt>(in.size());
  std::size_t begin = out.size(), used = 0;
  for (;;) {
    std::size_t space = grow(out, begin, used, max_bytes);
    if (space == 0) return too_big(max_bytes);
    z.next_out = reinterpret_cast<Bytef*>(out.data() + begin + used);
    z.avail_out = static_cast<uInt>(space);
    int rc = inflate(&z, Z_NO_FLUSH);
    used += space - z.avail_out;
    if (rc == Z_STREAM_END) break;
    if (rc != Z_OK || (z.avail_in == 0 && z.avail_out != 0)) return malformed("gzip");
  }
  out.resize(begin + used);
  return {};
}

Status unsnappy_block(std::string_view in, std::size_t begin, std::size_t max_bytes,
                      std::string& out) {
  std::size_t size = 0;
  if (snappy_uncompressed_length(in.data(), in.size(), &size) != SNAPPY_OK) {
    return malformed("snappy");
  }
  std::size_t old = out.size();
  if (size > max_bytes - (old - begin)) return too_big(max_bytes);
  // The claimed size is believed only as far as snappy can go: 64 bytes out for 3 in.
  if (size / 22 > in.size() + 1) return malformed("snappy");
  out.resize(old + size);
  if (snappy_uncompress(in.data(), in.size(), out.data() + old, &size) != SNAPPY_OK) {
    return malformed("snappy");
  }
  return {};
}

Status unsnappy(std::string_view in, std::size_t max_bytes, std::string& out) {
  std::size_t begin = out.size();
  if (!in.starts_with(kXerialMagic)) return unsnappy_block(in, begin, max_bytes, out);
  ByteReader reader(in);
  (void)reader.bytes(kXerialHeader);
  while (reader.ok() && reader.remaining() > 0) {
    std::string_view block = reader.bytes32();
    if (!reader.ok()) break;
    TRY(unsnappy_block(block, begin, max_bytes, out));
  }
  if (!reader.ok()) return malformed("snappy");
  return {};
}

Status unlz4(std::string_view in, std::size_t max_bytes, std::string& out) {
  LZ4F_dctx* raw = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&raw, LZ4F_VERSION))) {
    return error(Code::kInternal, "lz4 can't start");
  }
  std::unique_ptr<LZ4F_dctx, LZ4F_errorCode_t (*)(LZ4F_dctx*)> guard(raw,
                                                                     LZ4F_freeDecompressionContext);
  std::size_t begin = out.size(), used = 0;
  for (std::size_t hint = 1; hint != 0;) {
    std::size_t space = grow(out, begin, used, max_bytes);
    if (space == 0) return too_big(max_bytes);
    std::size_t taken = in.size();
    hint = LZ4F_decompress(raw, out.data() + begin + used, &space, in.data(), &taken, nullptr);
    if (LZ4F_isError(hint) || (taken == 0 && space == 0)) return malformed("lz4");
    used += space;
    in.remove_prefix(taken);
  }
  out.resize(begin + used);
  return {};
}

Status unzstd(std::string_view in, std::size_t max_bytes, std::string& out) {
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (!context) return error(Code::kInternal, "zstd can't start");
  // A frame may ask for a window of gigabytes; 2^27 is what every encoder's default stays below,
  // and no frame needs a window larger than its content.
  int window_log = std::clamp(static_cast<int>(std::bit_width(max_bytes)), 20, 27);
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, window_log);
  std::size_t begin = out.size(), used = 0;
  ZSTD_inBuffer input{in.data(), in.size(), 0};
  for (std::size_t hint = 1; hint != 0;) {
    std::size_t space = grow(out, begin, used, max_bytes);
    if (space == 0) return too_big(max_bytes);
    ZSTD_outBuffer output{out.data() + begin + used, space, 0};
    hint = ZSTD_decompressStream(context.get(), &output, &input);
    used += output.pos;
    bool stuck = input.pos == input.size && output.pos < output.size;
    if (ZSTD_getErrorCode(hint) == ZSTD_error_frameParameter_windowTooLarge) {
      return too_big(std::size_t{1} << window_log);
    }
    if (ZSTD_isError(hint) || (hint != 0 && stuck)) return malformed("zstd");
  }
  out.resize(begin + used);
  return {};
}

Status gzip(std::string_view in, std::string& out) {
  z_stream z{};
  if (deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return error(Code::kInternal, "zlib can't start");
  }
  std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&z, deflateEnd);
  std::size_t begin = out.size();
  out.resize(begin + deflateBound(&z, in.size()));
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data() + begin);
  z.avail_out = static_cast<uInt>(out.size() - begin);
  if (deflate(&z, Z_FINISH) != Z_STREAM_END) return error(Code::kInternal, "zlib can't finish");
  out.resize(out.size() - z.avail_out);
  return {};
}

Status snappy(std::string_view in, std::string& out) {
  ByteWriter writer(out);
  writer.raw(kXerialMagic);
  writer.i32(1);
  writer.i32(1);
  std::string block;
  while (!in.empty()) {
    std::string_view piece = in.substr(0, kXerialBlock);
    in.remove_prefix(piece.size());
    std::size_t size = snappy_max_compressed_length(piece.size());
    block.resize(size);
    if (snappy_compress(piece.data(), piece.size(), block.data(), &size) != SNAPPY_OK) {
      return error(Code::kInternal, "snappy can't compress");
    }
    writer.bytes32(std::string_view(block).substr(0, size));
  }
  return {};
}

Status append_bounded(std::string& out, std::size_t bound, std::string_view codec, auto&& encode) {
  std::size_t begin = out.size();
  out.resize(begin + bound);
  std::size_t n = encode(out.data() + begin);
  if (n > bound) return error(Code::kInternal, "{} can't compress", codec);
  out.resize(begin + n);
  return {};
}

}  // namespace

Status decompress(Compression codec, std::string_view in, std::size_t max_bytes, std::string& out) {
  switch (codec) {
    case Compression::kNone:
      if (in.size() > max_bytes) return too_big(max_bytes);
      out.append(in);
      return {};
    case Compression::kGzip:
      return gunzip(in, max_bytes, out);
    case Compression::kSnappy:
      return unsnappy(in, max_bytes, out);
    case Compression::kLz4:
      return unlz4(in, max_bytes, out);
    case Compression::kZstd:
      return unzstd(in, max_bytes, out);
  }
  return error(Code::kInvalidArgument, "compression {} is unknown", static_cast<int>(codec));
}

Status compress(Compression codec, std::string_view in, std::string& out) {
  switch (codec) {
    case Compression::kNone:
      out.append(in);
      return {};
    case Compression::kGzip:
      return gzip(in, out);
    case Compression::kSnappy:
      return snappy(in, out);
    case Compression::kLz4: {
      std::size_t bound = LZ4F_compressFrameBound(in.size(), nullptr);
      return append_bounded(out, bound, "lz4", [&](char* to) {  // errors are huge numbers
        return LZ4F_compressFrame(to, bound, in.data(), in.size(), nullptr);
      });
    }
    case Compression::kZstd: {
      std::size_t bound = ZSTD_compressBound(in.size());
      return append_bounded(out, bound, "zstd", [&](char* to) {
        return ZSTD_compress(to, bound, in.data(), in.size(), 1);
      });
    }
  }
  return error(Code::kInvalidArgument, "compression {} is unknown", static_cast<int>(codec));
}

}  // namespace wire
