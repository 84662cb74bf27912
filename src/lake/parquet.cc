#include "lake/parquet.h"

#include <unistd.h>

#include <atomic>

#include "lake/parquet_file_internal.h"
#include "lake/parquet_internal.h"

namespace lake {
namespace {

/// The statistics arrive as {"\"column\"": {…}}; a nested column's key has more quoted parts.
Json top_level_stats(const Json& by_path) {
  Json stats = Json::object();
  if (!by_path.is_object()) return stats;
  for (const auto& [path, values] : by_path.items()) {
    if (path.size() < 2 || path.find("\".\"") != std::string::npos) continue;
    std::string name;
    for (std::size_t i = 1; i + 1 < path.size(); ++i) {
      name += path[i];
      if (path[i] == '"') ++i;  // doubled inside
    }
    stats[name] = values;
  }
  return stats;
}

using AddRows = std::function<base::Status(ParquetFile& file)>;

base::Result<FileInfo> write_file(base::Env& env, const std::string& path,
                                  const model::Schema& schema, const AddRows& add_rows) {
  auto file = TRY(ParquetFile::create(env, path, schema));
  TRY(add_rows(file));
  return file.finish();
}

base::Result<FileInfo> write_whole(base::Env& env, const std::string& path, model::Schema schema,
                                   const AddRows& add_rows) {
  for (auto& field : schema.fields) field.nullable = true;
  std::string temporary = temporary_beside(path);
  auto written = write_file(env, temporary, schema, add_rows);
  base::Status placed = written ? env.publish(temporary, path) : std::unexpected(written.error());
  if (!placed) {
    (void)env.remove_file(temporary);
    return std::unexpected(placed.error());
  }
  written->path = path;
  return written;
}

}  // namespace

std::string temporary_beside(const std::string& path) {
  static std::atomic<std::uint64_t> counter{0};
  return fmt::format("{}.tmp{}-{}", path, ::getpid(), counter++);
}

std::string copy_text(const std::string& select, const std::string& path, bool small_groups) {
  return fmt::format(
      "COPY ({}) TO {} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, USE_TMP_FILE false, "
      "RETURN_STATS{})",
      select, quote_text(path), small_groups ? ", ROW_GROUP_SIZE_BYTES 16000000" : "");
}

CopyResult copy_result(const std::vector<Json>& rows, const std::string& path) {
  CHECK(rows.size() == 1 && rows[0].size() >= 5, "COPY gives one row for one file");
  CopyResult copied;
  copied.file = {path, rows[0][1].get<std::int64_t>(), rows[0][2].get<std::int64_t>()};
  copied.stats = top_level_stats(rows[0][4]);
  return copied;
}

base::Result<CopyResult> copy_to_parquet(DuckConnection& connection, const std::string& select,
                                         const std::string& path) {
  auto result = connection.query(copy_text(select, path));
  if (!result) {
    (void)base::Env::real().remove_file(path);
    return std::unexpected(result.error());
  }
  return copy_result(result->rows(1), path);
}

base::Result<FileInfo> write_parquet(base::Env& env, const std::string& path,
                                     const model::Batch& batch) {
  return write_whole(env, path, batch.schema, [&](ParquetFile& file) { return file.add(batch); });
}

base::Result<FileInfo> write_parquet(base::Env& env, const std::string& path,
                                     const model::Schema& schema, const NextBatch& next) {
  return write_whole(env, path, schema, [&](ParquetFile& file) -> base::Status {
    model::Batch batch;
    while (TRY(next(batch))) TRY(file.add(batch));
    return {};
  });
}

}  // namespace lake
