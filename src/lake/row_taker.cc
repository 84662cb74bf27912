#include <algorithm>

#include "lake/batch_read_internal.h"
#include "lake/row_taker_internal.h"

namespace lake {
namespace {

using base::Code;

/// hriste_take(token, columns…): always 0.
void take(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  idx_t rows = duckdb_data_chunk_get_size(input);
  auto* zeroes = static_cast<std::int32_t*>(duckdb_vector_get_data(output));
  std::fill_n(zeroes, rows, 0);
  if (rows == 0) return;
  auto token = static_cast<const std::uint64_t*>(
      duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0)))[0];
  auto* taker = reinterpret_cast<RowTaker*>(token);  // NOLINT: made so by take_rows
  if (!taker->take(input)) duckdb_scalar_function_set_error(info, "the rows were not taken");
}

}  // namespace

RowTaker::~RowTaker() {
  for (auto& type : types_) duckdb_destroy_logical_type(&type);
}

bool RowTaker::take(duckdb_data_chunk chunk) {
  if (stop_.stop_requested()) {
    failure_ = {Code::kCancelled, "the statement was stopped"};
    return false;
  }
  batch_.clear();
  batch_.rows = duckdb_data_chunk_get_size(chunk);
  for (std::size_t i = 0; i < batch_.columns.size(); ++i) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i + 1);
    if (types_.size() == i) types_.push_back(duckdb_vector_get_column_type(vector));
    read_vector(vector, types_[i], batch_.rows, batch_.columns[i]);
  }
  auto status = on_batch_(batch_);
  if (!status) failure_ = status.error();
  return status.has_value();
}

base::Status register_row_taker(DuckConnection& connection) {
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_logical_type token = duckdb_create_logical_type(DUCKDB_TYPE_UBIGINT);
  duckdb_logical_type any = duckdb_create_logical_type(DUCKDB_TYPE_ANY);
  duckdb_logical_type zero = duckdb_create_logical_type(DUCKDB_TYPE_INTEGER);
  duckdb_scalar_function_set_name(function, "hriste_take");
  duckdb_scalar_function_add_parameter(function, token);
  duckdb_scalar_function_set_varargs(function, any);
  duckdb_scalar_function_set_return_type(function, zero);
  duckdb_scalar_function_set_volatile(function);
  duckdb_scalar_function_set_special_handling(function);  // nulls are values here
  duckdb_scalar_function_set_function(function, take);
  duckdb_state state = duckdb_register_scalar_function(connection.raw(), function);
  duckdb_destroy_scalar_function(&function);
  for (auto* type : {&token, &any, &zero}) duckdb_destroy_logical_type(type);
  if (state != DuckDBSuccess) return base::error(Code::kInternal, "can't register hriste_take");
  return {};
}

base::Status take_rows(DuckConnection& connection, const std::string& select,
                       const model::Schema& columns, const RowTaker::OnBatch& on_batch,
                       const std::stop_token& stop) {
  RowTaker taker(columns, on_batch, stop);
  std::string sql = fmt::format("SELECT max(hriste_take({}::UBIGINT",
                                reinterpret_cast<std::uintptr_t>(&taker));  // NOLINT
  for (const auto& field : columns.fields) sql += ", " + quote_name(field.name);
  auto result = connection.query(sql + ")) FROM (" + select + ")");
  if (taker.failure()) return std::unexpected(*taker.failure());
  if (!result) return std::unexpected(result.error());
  return {};
}

}  // namespace lake
