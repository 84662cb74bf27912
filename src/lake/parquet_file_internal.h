// A Parquet file while it is written: rows are gathered into row groups (parquet_encode.h), each of
// which is appended and forgotten, so memory doesn't grow with the rows. Stays inside lake.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "lake/parquet.h"
#include "lake/parquet_encode.h"

namespace lake {

/// Owned by one thread. Removes nothing: a file without finish() is its owner's to remove.
class ParquetFile {
 public:
  /// `path` must not exist. Errors: as Env::open().
  static base::Result<ParquetFile> create(base::Env& env, const std::string& path,
                                          const model::Schema& schema);

  /// Appends the batch's rows. Errors: kInternal: other columns; as encode_row_group();
  /// kResourceExhausted: disk.
  base::Status add(const model::Batch& batch);
  /// Ends the file and closes it. Whoever gives it its place, or lists it, makes it durable.
  base::Result<FileInfo> finish();

 private:
  ParquetFile(std::unique_ptr<base::File> file, std::string path, const model::Schema& schema)
      : file_(std::move(file)), path_(std::move(path)), waiting_(schema) {}
  base::Status write_group();

  std::unique_ptr<base::File> file_;
  std::string path_;
  model::Batch waiting_;
  std::vector<RowGroup> groups_;  ///< without their bytes
  std::vector<std::int64_t> sizes_;
  std::int64_t rows_ = 0;
};

}  // namespace lake
