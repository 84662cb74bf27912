#include "lake/parquet.h"

#include <unistd.h>

#include <atomic>

#include "base/env.h"
#include "lake/batch_source_internal.h"
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

base::Result<FileInfo> write_source(const std::string& path, std::shared_ptr<BatchSource> source) {
  auto connection = TRY(DuckConnection::open(TRY(shared_engine())));
  std::uint64_t token = connection.db()->add_source(std::move(source));
  std::string temporary = temporary_beside(path);
  auto written = copy_to_parquet(
      connection, fmt::format("SELECT * FROM hriste_batches({}::UBIGINT)", token), temporary);
  auto given = connection.db()->remove_source(token);
  if (!given) return std::unexpected(given.error());
  if (!written) return base::annotate(written.error(), "can't write " + path);
  auto renamed = base::Env::real().publish(temporary, path);
  if (!renamed) {
    (void)base::Env::real().remove_file(temporary);
    return std::unexpected(renamed.error());
  }
  written->file.path = path;
  return written->file;
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

base::Result<FileInfo> write_parquet(const std::string& path, const model::Batch& batch) {
  TRY(check_batch(batch, batch.schema));
  return write_source(path, std::make_shared<BatchSource>(batch));
}

base::Result<FileInfo> write_parquet(const std::string& path, const model::Schema& schema,
                                     const NextBatch& next) {
  return write_source(path, std::make_shared<BatchSource>(schema, next));
}

}  // namespace lake
