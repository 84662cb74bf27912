#include "ml/rows.h"

#include <cmath>

#include "lake/scan.h"

namespace ml {
namespace {

using base::Code;

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

std::string select_of(const FeatureTable& table) {
  std::string sql =
      fmt::format("SELECT CAST({} AS BIGINT), {}, CAST({} AS DOUBLE)", quoted(table.names.id),
                  quoted(table.names.time), quoted(table.names.target));
  for (const auto& column : table.columns)
    sql += fmt::format(", CAST({} AS DOUBLE)", quoted(column));
  auto dot = table.table.find('.');
  return sql + fmt::format(" FROM {}.{}", table.table.substr(0, dot),
                           quoted(table.table.substr(dot + 1)));
}

std::string row_name(const FeatureTable& table, const model::Batch& batch, std::size_t row) {
  const auto& ids = batch.columns[0];
  return ids.is_null(row) ? std::string("a row without id")
                          : fmt::format("{} = {}", table.names.id, ids.ints[row]);
}

const std::string& column_name(const FeatureTable& table, std::size_t column) {
  const FeatureNames& names = table.names;
  return column == 0   ? names.id
         : column == 1 ? names.time
         : column == 2 ? names.target
                       : table.columns[column - 3];
}

/// Neither null nor infinite nor not a number.
base::Status check_values(const FeatureTable& table, const model::Batch& batch, std::size_t at) {
  const auto& column = batch.columns[at];
  double odd = 0;  // v − v is 0 but for what isn't finite
  for (double v : column.doubles) odd += v - v;
  if (column.valid.empty() && odd == 0) return {};
  for (std::size_t row = 0; row < batch.rows; ++row) {
    bool null = column.is_null(row);
    if (!null && (column.doubles.empty() || std::isfinite(column.doubles[row]))) continue;
    return base::error(Code::kFailedPrecondition,
                       "{}@{}: column {} is {} where {}: a model needs a number in every row",
                       table.table, table.version, column_name(table, at),
                       null ? "null" : "no finite number", row_name(table, batch, row));
  }
  return {};
}

}  // namespace

base::Status read_rows(lake::Lake& lake, const FeatureTable& table,
                       const std::function<base::Status(Rows&)>& on_rows, std::stop_token stop) {
  Rows rows;
  auto on_batch = [&](const model::Batch& batch) -> base::Status {
    for (std::size_t i = 0; i < batch.columns.size(); ++i) TRY(check_values(table, batch, i));
    rows.count = batch.rows;
    rows.features = table.columns.size();
    rows.ids = batch.columns[0].ints;
    rows.times_us = batch.columns[1].ints;
    rows.target = batch.columns[2].doubles;
    rows.values.clear();
    for (std::size_t j = 3; j < batch.columns.size(); ++j) {
      const auto& values = batch.columns[j].doubles;
      rows.values.insert(rows.values.end(), values.begin(), values.end());
    }
    return on_rows(rows);
  };
  lake::ScanOptions options{
      .cuts = {}, .versions = {{table.table, table.version}}, .stop = std::move(stop)};
  return lake::scan(lake, select_of(table), on_batch, options);
}

}  // namespace ml
