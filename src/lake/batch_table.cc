#include "lake/batch_table.h"

#include "base/durable.h"
#include "base/file_mark.h"
#include "base/log.h"
#include "lake/parquet_file_internal.h"

namespace lake {
namespace {

constexpr std::chrono::hours kKeepOldBatches{1};

}  // namespace

BatchTable::BatchTable(Lake& lake, std::string folder, const model::Schema& schema)
    : lake_(lake),
      delta_(lake.env(), lake.clock(), std::move(folder)),
      name_(DeltaTable::new_file_name()),
      schema_(schema) {}

base::Result<std::unique_ptr<BatchTable>> BatchTable::create(Lake& lake, const std::string& table,
                                                             const model::Schema& schema) {
  auto dot = table.find('.');
  std::string tier = table.substr(0, dot);
  if (dot == std::string::npos || (tier != "silver" && tier != "gold")) {
    return base::error(base::Code::kInvalidArgument, "table \"{}\": write silver.NAME or gold.NAME",
                       table);
  }
  for (const auto& field : schema.fields) {
    if (field.type != model::Type::kStringList) continue;
    return base::error(base::Code::kUnimplemented, "column {}: lists are not written from batches",
                       field.name);
  }
  std::string folder = TRY(lake.folder(tier, table.substr(dot + 1)));
  std::unique_ptr<BatchTable> made(new BatchTable(lake, std::move(folder), schema));
  TRY(made->begin());
  return made;
}

BatchTable::~BatchTable() {
  if (file_) (void)lake_.env().remove_file(path());
}

base::Status BatchTable::begin() {
  TRY(lake_.env().make_dirs(delta_.path()));
  file_ = std::make_unique<ParquetFile>(TRY(ParquetFile::create(lake_.env(), path(), schema_)));
  return {};
}

base::Status BatchTable::add(const model::Batch& batch) {
  if (!(batch.schema == schema_)) {
    return base::error(base::Code::kInvalidArgument, "a batch has other columns than the table");
  }
  return file_->add(batch);
}

base::Result<TableWrite> BatchTable::commit(nlohmann::json info, const Cuts& cuts) {
  CHECK(file_ != nullptr, "commit() is called once");
  FileInfo written = TRY(file_->finish());
  TRY(base::make_durable(lake_.env(), path()));  // before the commit that names it
  info["hriste.cuts"] = cuts;
  info[kMarks][name_] = base::file_mark(lake_.env(), path());
  auto version = TRY(delta_.commit({.mode = Commit::Mode::kOverwrite,
                                    .schema = delta_schema(schema_),
                                    .partition_columns = {},
                                    .files = {{.path = name_,
                                               .rows = written.rows,
                                               .bytes = written.bytes,
                                               .modified_ms = 0,
                                               .partition_values = {},
                                               .stats = {{"numRecords", written.rows}}}},
                                    .operation = "WRITE",
                                    .info = std::move(info)}));
  file_.reset();  // the file is the table's now
  if (auto cleaned = delta_.vacuum(kKeepOldBatches); !cleaned) {
    base::log_warn("lake", "no_vacuum", "table={} error={}", delta_.path(),
                   cleaned.error().message);
  }
  return TableWrite{version, written.rows, written.bytes, cuts, {}, 0};
}

}  // namespace lake
