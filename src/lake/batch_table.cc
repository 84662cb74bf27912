#include "lake/batch_table.h"

#include "base/log.h"

namespace lake {
namespace {

using model::Column;

constexpr std::size_t kGroupRows = 122'880;  // what Delta's readers expect of a row group
constexpr std::chrono::hours kKeepOldBatches{1};

void append(const Column& from, std::size_t rows, Column& to) {
  for (std::size_t row = 0; row < rows; ++row) {
    if (from.is_null(row)) {
      to.add_null();
    } else if (from.type == model::Type::kDouble) {
      to.add_double(from.doubles[row]);
    } else if (from.type == model::Type::kString || from.type == model::Type::kBinary) {
      to.add_text(from.text(row));
    } else {
      to.add_int(from.ints[row]);
    }
  }
}

}  // namespace

BatchTable::BatchTable(Lake& lake, std::string folder, const model::Schema& schema)
    : lake_(lake),
      delta_(lake.env(), lake.clock(), std::move(folder)),
      name_(DeltaTable::new_file_name()),
      waiting_(schema) {}

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
  file_ = TRY(lake_.env().open(path(), base::Env::Open::kCreateExclusive));
  return file_->append(parquet_begin());
}

base::Status BatchTable::add(const model::Batch& batch) {
  if (!(batch.schema == waiting_.schema)) {
    return base::error(base::Code::kInvalidArgument, "a batch has other columns than the table");
  }
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    append(batch.columns[i], batch.rows, waiting_.columns[i]);
  }
  waiting_.rows += batch.rows;
  return waiting_.rows >= kGroupRows ? write_group() : base::Status{};
}

base::Status BatchTable::write_group() {
  auto group = TRY(encode_row_group(waiting_));
  TRY(file_->append(group.bytes));
  sizes_.push_back(std::ssize(group.bytes));
  group.bytes = {};
  rows_ += group.rows;
  groups_.push_back(std::move(group));
  waiting_.clear();
  waiting_.rows = 0;
  return {};
}

base::Result<TableWrite> BatchTable::commit(nlohmann::json info, const Cuts& cuts) {
  CHECK(file_ != nullptr, "commit() is called once");
  if (waiting_.rows > 0) TRY(write_group());
  TRY(file_->append(parquet_end(waiting_.schema, groups_, sizes_)));
  auto bytes = static_cast<std::int64_t>(TRY(file_->size()));
  TRY(file_->close());
  info["hriste.cuts"] = cuts;
  auto version = TRY(delta_.commit({.mode = Commit::Mode::kOverwrite,
                                    .schema = delta_schema(waiting_.schema),
                                    .partition_columns = {},
                                    .files = {{.path = name_,
                                               .rows = rows_,
                                               .bytes = bytes,
                                               .modified_ms = 0,
                                               .partition_values = {},
                                               .stats = {{"numRecords", rows_}}}},
                                    .operation = "WRITE",
                                    .info = std::move(info)}));
  file_.reset();  // the file is the table's now
  if (auto cleaned = delta_.vacuum(kKeepOldBatches); !cleaned) {
    base::log_warn("lake", "no_vacuum", "table={} error={}", delta_.path(),
                   cleaned.error().message);
  }
  return TableWrite{version, rows_, bytes, cuts, {}, 0};
}

}  // namespace lake
