#include <algorithm>

#include "lake/batch_source_internal.h"
#include "lake/parquet_file_internal.h"

namespace lake {
namespace {

using model::Column;
using model::Type;

constexpr std::size_t kGroupRows = 122'880;     // what Delta's readers expect of a row group
constexpr std::size_t kGroupBytes = 128 << 20;  // of text
constexpr std::size_t kSliceRows = 256;         // between two looks at these

void append_elements(const Column& from, std::size_t row, Column& to) {
  for (std::uint64_t i = row == 0 ? 0 : from.list_ends[row - 1]; i < from.list_ends[row]; ++i) {
    to.bytes += from.text(i);
    to.ends.push_back(to.bytes.size());
  }
  to.list_ends.push_back(to.ends.size());
  if (!to.valid.empty()) to.valid.push_back(1);
}

void append_value(const Column& from, std::size_t row, Column& to) {
  if (from.is_null(row)) return to.add_null();
  switch (from.type) {
    case Type::kDouble:
      return to.add_double(from.doubles[row]);
    case Type::kString:
    case Type::kBinary:
      return to.add_text(from.text(row));
    case Type::kStringList:
      return append_elements(from, row, to);
    default:
      return to.add_int(from.ints[row]);
  }
}

std::size_t text_bytes(const model::Batch& batch) {
  std::size_t bytes = 0;
  for (const Column& column : batch.columns) bytes += column.bytes.size();
  return bytes;
}

}  // namespace

base::Result<ParquetFile> ParquetFile::create(base::Env& env, const std::string& path,
                                              const model::Schema& schema) {
  auto opened = TRY(env.open(path, base::Env::Open::kCreateExclusive));
  ParquetFile file(std::move(opened), path, schema);
  TRY(file.file_->append(parquet_begin()));
  return file;
}

base::Status ParquetFile::add(const model::Batch& batch) {
  TRY(check_batch(batch, waiting_.schema));
  for (std::size_t begin = 0; begin < batch.rows; begin += kSliceRows) {
    std::size_t end = std::min(batch.rows, begin + kSliceRows);
    for (std::size_t i = 0; i < batch.columns.size(); ++i) {
      for (std::size_t row = begin; row < end; ++row) {
        append_value(batch.columns[i], row, waiting_.columns[i]);
      }
    }
    waiting_.rows += end - begin;
    if (waiting_.rows >= kGroupRows || text_bytes(waiting_) >= kGroupBytes) TRY(write_group());
  }
  return {};
}

base::Status ParquetFile::write_group() {
  auto group = TRY(encode_row_group(waiting_));
  TRY(file_->append(group.bytes));
  sizes_.push_back(std::ssize(group.bytes));
  group.bytes = {};
  rows_ += group.rows;
  groups_.push_back(std::move(group));
  waiting_.clear();
  return {};
}

base::Result<FileInfo> ParquetFile::finish() {
  if (waiting_.rows > 0) TRY(write_group());
  TRY(file_->append(parquet_end(waiting_.schema, groups_, sizes_)));
  auto bytes = static_cast<std::int64_t>(TRY(file_->size()));
  TRY(file_->close());
  return FileInfo{path_, rows_, bytes};
}

}  // namespace lake
