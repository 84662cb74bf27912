// Rows into files of the lake: one open file per day of System.Timestamp, written whole at a
// checkpoint or when it is large.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/env.h"
#include "lake/manifest.h"
#include "stream/column_builder.h"
#include "stream/state_codec.h"
#include "stream/table.h"

namespace stream {

/// Where an output's files are, and what its columns are known to be.
struct LakeFolder {
  base::Env* env = nullptr;
  std::string lake_root;
  std::string folder;  ///< "{tier}/{path}"
  std::string job;
  bool parquet = true;
  std::map<std::string, model::Type> types;  ///< by column, where the query says the type
  model::Schema schema;                      ///< all columns, where the query says them; else empty
};

/// Owned by one thread.
class LakeOutput {
 public:
  static constexpr std::size_t kFileRowsMax = 130'000;
  static constexpr std::size_t kFileBytesMax = 64 << 20;  ///< of JSON

  explicit LakeOutput(LakeFolder folder) : folder_(std::move(folder)) {}

  /// Adds the rows; a day that has become large is written at once. `file_name(ending)` gives a new
  /// name for a file.
  using FileName = std::function<std::string(const char* ending)>;
  base::Status add(const Table& rows, const FileName& file_name);
  /// Writes everything that is open. Afterwards take_files() has all files since the last call.
  base::Status flush(const FileName& file_name);
  const model::Schema& schema() const { return folder_.schema; }
  std::vector<lake::ManifestFile> take_files() { return std::exchange(files_, {}); }

  /// The types that columns have had.
  void save(StateWriter& out) const;
  void restore(StateReader& in);

 private:
  struct Day {
    std::size_t rows = 0;
    std::vector<int> order;  ///< slots, as the columns stand
    std::vector<ColumnBuilder> columns;
    std::string json;
  };
  void add_parquet(Day& day, const Table& rows, std::size_t begin, std::size_t n);
  void add_json(Day& day, const Table& rows, std::size_t begin, std::size_t n);
  base::Status write(std::int64_t number, Day& day, const FileName& file_name);
  base::Status write_parquet(Day& day, lake::ManifestFile& file);

  LakeFolder folder_;
  const Shape* shape_ = nullptr;
  std::map<std::int64_t, Day> days_;  ///< by day since 1970
  std::vector<lake::ManifestFile> files_;
};

/// Removes the files of `job` below `folder` ("{tier}/{path}") that are not in `listed` (paths
/// relative to the lake's root, sorted): what a crash left behind.
base::Status remove_unlisted(const LakeFolder& folder, const std::vector<std::string>& listed);

}  // namespace stream
