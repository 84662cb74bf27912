#include "lake/parquet_encode.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>
#include <memory>

#include "lake/batch_source_internal.h"
#include "lake/parquet_format_internal.h"
#include "lake/thrift_internal.h"

namespace lake {
namespace {

using base::Code;
using base::Result;
using base::Status;
using model::Column;
using model::Type;
__extension__ using Wide = unsigned __int128;

constexpr int kZstdLevel = 1;

// DELTA_BINARY_PACKED: blocks of four miniblocks of 32 differences.
constexpr std::size_t kBlock = 128, kMiniblock = 32, kMiniblocks = kBlock / kMiniblock;

void append_little(std::string& out, std::uint64_t v, std::size_t bytes) {
  out.append(reinterpret_cast<const char*>(&v), bytes);  // little-endian machines only
}

/// 32 values of `width` bits.
char* pack(char* p, const std::uint64_t* values, unsigned width) {
  Wide buffer = 0;
  unsigned bits = 0;
  for (std::size_t i = 0; i < kMiniblock; ++i) {
    buffer |= static_cast<Wide>(values[i]) << bits;
    bits += width;
    if (bits >= 64) {
      auto low = static_cast<std::uint64_t>(buffer);
      std::memcpy(p, &low, 8);
      p += 8;
      buffer >>= 64;
      bits -= 64;
    }
  }
  auto low = static_cast<std::uint64_t>(buffer);
  std::memcpy(p, &low, bits / 8);
  return p + bits / 8;
}

void append_block(std::string& out, const std::int64_t* values, std::size_t count) {
  std::array<std::uint64_t, kBlock> differences{};
  std::int64_t least = INT64_MAX;
  for (std::size_t i = 0; i < count; ++i) {
    differences[i] =
        static_cast<std::uint64_t>(values[i]) - static_cast<std::uint64_t>(values[i - 1]);
    least = std::min(least, static_cast<std::int64_t>(differences[i]));
  }
  for (std::size_t i = 0; i < count; ++i) differences[i] -= static_cast<std::uint64_t>(least);
  append_varint(out, zigzag(least));
  std::array<unsigned, kMiniblocks> widths{};
  for (std::size_t m = 0; m * kMiniblock < count; ++m) {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < kMiniblock; ++i) all |= differences[m * kMiniblock + i];
    widths[m] = static_cast<unsigned>(std::bit_width(all));
  }
  for (unsigned width : widths) out += static_cast<char>(width);
  char packed[kMiniblock * 8];
  for (std::size_t m = 0; m * kMiniblock < count; ++m) {
    char* end = pack(packed, &differences[m * kMiniblock], widths[m]);
    out.append(packed, static_cast<std::size_t>(end - packed));
  }
}

void append_deltas(std::string& out, const std::vector<std::int64_t>& values) {
  append_varint(out, kBlock);
  append_varint(out, kMiniblocks);
  append_varint(out, values.size());
  append_varint(out, zigzag(values.empty() ? 0 : values[0]));
  for (std::size_t i = 1; i < values.size(); i += kBlock) {
    append_block(out, &values[i], std::min(kBlock, values.size() - i));
  }
}

/// Levels of `width` bits, at most 2, in Parquet's hybrid form, with their length before them.
void append_levels(std::string& out, const std::vector<std::uint8_t>& levels, unsigned width = 1) {
  std::string runs;
  if (std::ranges::adjacent_find(levels, std::not_equal_to{}) == levels.end()) {
    append_varint(runs, levels.size() << 1);
    runs += static_cast<char>(levels.empty() ? 0 : levels[0]);
  } else {
    std::size_t groups = (levels.size() + 7) / 8;
    append_varint(runs, groups << 1 | 1);
    for (std::size_t g = 0; g < groups; ++g) {
      unsigned eight = 0;
      for (std::size_t i = 8 * g; i < std::min(8 * g + 8, levels.size()); ++i) {
        eight |= static_cast<unsigned>(levels[i]) << width * (i - 8 * g);
      }
      append_little(runs, eight, width);
    }
  }
  append_little(out, runs.size(), 4);
  out += runs;
}

void append_text(std::string& out, std::string_view text) {
  append_little(out, text.size(), 4);
  out += text;
}

/// The values that aren't null.
void append_values(std::string& out, const Column& column, std::size_t rows) {
  auto each = [&](auto add) {
    for (std::size_t row = 0; row < rows; ++row) {
      if (!column.is_null(row)) add(row);
    }
  };
  switch (column.type) {
    case Type::kBool: {
      std::size_t bit = 0;
      each([&](std::size_t row) {
        if (bit % 8 == 0) out += '\0';
        if (column.ints[row] != 0) out.back() = static_cast<char>(out.back() | 1 << bit % 8);
        ++bit;
      });
      return;
    }
    case Type::kDate:
      return each([&](std::size_t row) {
        append_little(out, static_cast<std::uint64_t>(column.ints[row]), 4);
      });
    case Type::kTimestamp:
    case Type::kTimestampNtz:
      if (column.valid.empty()) {
        static_assert(std::endian::native == std::endian::little);
        out.append(reinterpret_cast<const char*>(column.ints.data()), rows * 8);
        return;
      }
      return each([&](std::size_t row) {
        append_little(out, static_cast<std::uint64_t>(column.ints[row]), 8);
      });
    case Type::kDouble:
      return each([&](std::size_t row) {
        append_little(out, std::bit_cast<std::uint64_t>(column.doubles[row]), 8);
      });
    case Type::kString:
    case Type::kBinary:
      return each([&](std::size_t row) { append_text(out, column.text(row)); });
    case Type::kStringList:
      for (std::size_t i = 0; i < column.ends.size(); ++i) append_text(out, column.text(i));
      return;
    default: {
      if (column.valid.empty()) return append_deltas(out, column.ints);
      std::vector<std::int64_t> values;
      each([&](std::size_t row) { values.push_back(column.ints[row]); });
      return append_deltas(out, values);
    }
  }
}

/// A list without elements, and one that is null, still takes one place among the levels.
std::int64_t append_list_levels(std::string& out, const Column& column, bool nullable,
                                std::size_t rows) {
  const std::uint8_t there = nullable ? 1 : 0;
  std::vector<std::uint8_t> repeated, defined;
  std::uint64_t begin = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    std::uint64_t end = column.list_ends[row];
    repeated.push_back(0);
    auto level = static_cast<std::uint8_t>(there + (end > begin ? 1 : 0));
    defined.push_back(column.is_null(row) ? 0 : level);
    for (std::uint64_t i = begin + 1; i < end; ++i) {
      repeated.push_back(1);
      defined.push_back(level);
    }
    begin = end;
  }
  append_levels(out, repeated);
  append_levels(out, defined, nullable ? 2 : 1);
  return std::ssize(repeated);
}

std::string eight_bytes(std::uint64_t v) { return {reinterpret_cast<const char*>(&v), 8}; }

void add_statistics(const Column& column, std::size_t rows, ColumnChunk& chunk) {
  bool ints = is_int64(column.type), reals = column.type == Type::kDouble;
  if (!ints && !reals) return;
  std::size_t first = 0;
  while (first < rows && column.is_null(first)) ++first;
  if (first == rows) return;
  auto bounds = [&](const auto& values) {
    auto low = values[first], high = values[first];
    for (std::size_t row = first; row < rows; ++row) {
      if (column.is_null(row)) continue;
      low = std::min(low, values[row]);
      high = std::max(high, values[row]);
    }
    chunk.min = eight_bytes(std::bit_cast<std::uint64_t>(low));
    chunk.max = eight_bytes(std::bit_cast<std::uint64_t>(high));
  };
  if (ints) return bounds(column.ints);
  // Of numbers that aren't numbers, and of two zeros, Parquet has no order.
  bool plain = std::ranges::all_of(column.doubles, [](double v) { return v == v && v != 0; });
  if (plain) bounds(column.doubles);
}

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

/// Compresses pages; one for a row group.
class Compressor {
 public:
  Compressor() : context_(ZSTD_createCCtx()) {}
  void append(std::string& out, std::string_view raw) {
    std::size_t old = out.size(), most = ZSTD_compressBound(raw.size());
    out.resize(old + most);
    std::size_t size = ZSTD_compressCCtx(context_.get(), out.data() + old, most, raw.data(),
                                         raw.size(), kZstdLevel);
    CHECK(!ZSTD_isError(size), "{}", ZSTD_getErrorName(size));
    out.resize(old + size);
  }

 private:
  std::unique_ptr<ZSTD_CCtx, FreeContext> context_;
};

std::string page_header(const Column& column, std::int64_t values, std::size_t raw_size,
                        std::size_t size) {
  std::string header;
  ThriftStruct page(header);
  page.i32(1, 0);  // a data page
  page.i32(2, static_cast<std::int32_t>(raw_size));
  page.i32(3, static_cast<std::int32_t>(size));
  ThriftStruct data = page.begin_struct(5);
  data.i32(1, static_cast<std::int32_t>(values));
  data.i32(2, is_delta(column.type) ? kDeltaBinaryPacked : kPlain);
  data.i32(3, kRle);
  data.i32(4, kRle);
  data.end();
  page.end();
  return header;
}

ColumnChunk append_column(const Column& column, const model::Field& field, std::size_t rows,
                          Compressor& compressor, std::string& raw, std::string& packed,
                          std::string& out) {
  ColumnChunk chunk{.offset = std::ssize(out), .values = static_cast<std::int64_t>(rows)};
  raw.clear();
  packed.clear();
  if (column.type == Type::kStringList) {
    chunk.values = append_list_levels(raw, column, field.nullable, rows);
  } else if (field.nullable) {
    std::vector<std::uint8_t> defined(rows, 1);
    for (std::size_t row = 0; row < column.valid.size(); ++row)
      defined[row] = column.valid[row] != 0;
    chunk.nulls = std::ranges::count(defined, 0);
    append_levels(raw, defined);
  }
  append_values(raw, column, rows);
  add_statistics(column, rows, chunk);
  compressor.append(packed, raw);
  std::string header = page_header(column, chunk.values, raw.size(), packed.size());
  chunk.raw_bytes = std::ssize(header) + std::ssize(raw);
  chunk.bytes = std::ssize(header) + std::ssize(packed);
  out += header;
  out += packed;
  return chunk;
}

Status check_nulls(const model::Batch& batch) {
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    const Column& column = batch.columns[i];
    const model::Field& field = batch.schema.fields[i];
    if (field.nullable || column.valid.empty()) continue;
    for (std::size_t row = 0; row < batch.rows; ++row) {
      if (column.is_null(row)) {
        return base::error(Code::kUnimplemented, "column {}, row {}: a null can't stand there",
                           field.name, row);
      }
    }
  }
  return {};
}

}  // namespace

Result<RowGroup> encode_row_group(const model::Batch& batch) {
  TRY(check_batch(batch, batch.schema));
  TRY(check_nulls(batch));
  RowGroup group;
  group.rows = static_cast<std::int64_t>(batch.rows);
  Compressor compressor;
  std::string raw, packed;
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    group.columns.push_back(append_column(batch.columns[i], batch.schema.fields[i], batch.rows,
                                          compressor, raw, packed, group.bytes));
  }
  return group;
}

}  // namespace lake
