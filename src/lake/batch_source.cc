#include <simdjson.h>

#include <algorithm>

#include "lake/batch_source_internal.h"
#include "lake/duckdb_internal.h"
#include "lake/value_internal.h"

namespace lake {
namespace {

using base::Code;

base::Status check_texts(const model::Column& column, const std::string& name) {
  bool valid = simdjson::validate_utf8(column.bytes);
  // A sound whole may still be cut inside a character.
  auto cut = [&](std::uint64_t end) {
    return end < column.bytes.size() && (column.bytes[end] & 0xC0) == 0x80;
  };
  if (valid && std::ranges::none_of(column.ends, cut)) return {};
  for (std::size_t row = 0; row < column.ends.size(); ++row) {
    if (!simdjson::validate_utf8(column.text(row))) {
      return base::error(Code::kInvalidArgument, "column {}, row {}: the text isn't UTF-8", name,
                         row);
    }
  }
  return {};
}

void bind(duckdb_bind_info info) {
  auto* db = static_cast<DuckDb*>(duckdb_bind_get_extra_info(info));
  duckdb_value token = duckdb_bind_get_parameter(info, 0);
  auto source = db->source(duckdb_get_uint64(token));
  duckdb_destroy_value(&token);
  if (!source) {
    duckdb_bind_set_error(info, "hriste_batches: there is no such source");
    return;
  }
  for (const auto& field : source->schema.fields) {
    duckdb_logical_type type = logical_type(field.type);
    duckdb_bind_add_result_column(info, field.name.c_str(), type);
    duckdb_destroy_logical_type(&type);
  }
  duckdb_bind_set_bind_data(info, new std::shared_ptr(std::move(source)), [](void* data) {
    delete static_cast<std::shared_ptr<BatchSource>*>(data);
  });
}

void init(duckdb_init_info info) { duckdb_init_set_max_threads(info, 1); }

void read(duckdb_function_info info, duckdb_data_chunk output) {
  auto& source = **static_cast<std::shared_ptr<BatchSource>*>(duckdb_function_get_bind_data(info));
  if (!source.advance()) {
    if (source.failure) duckdb_function_set_error(info, source.failure->message.c_str());
    duckdb_data_chunk_set_size(output, 0);
    return;
  }
  std::size_t left = source.current->rows - source.position;
  std::size_t count = std::min<std::size_t>(left, duckdb_vector_size());
  for (std::size_t i = 0; i < source.schema.fields.size(); ++i) {
    fill_vector(duckdb_data_chunk_get_vector(output, i), source.current->columns[i],
                source.position, count);
  }
  source.position += count;
  duckdb_data_chunk_set_size(output, count);
}

}  // namespace

base::Status check_batch(const model::Batch& batch, const model::Schema& schema) {
  if (batch.columns.size() != schema.fields.size()) {
    return base::error(Code::kInternal, "a batch of {} columns where {} are expected",
                       batch.columns.size(), schema.fields.size());
  }
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    const auto& column = batch.columns[i];
    const auto& field = schema.fields[i];
    if (column.type != field.type || column.rows() != batch.rows) {
      return base::error(Code::kInternal, "column {}: {} rows of {} where {} of {} are expected",
                         field.name, column.rows(), model::type_name(column.type), batch.rows,
                         model::type_name(field.type));
    }
    if (column.type == model::Type::kString || column.type == model::Type::kStringList) {
      TRY(check_texts(column, field.name));
    }
  }
  return {};
}

bool BatchSource::advance() {
  auto pull = [&]() -> base::Result<bool> {
    if (!TRY(next(own))) return false;
    TRY(check_batch(own, schema));
    return true;
  };
  while (!failure && (current == nullptr || position >= current->rows)) {
    auto more = pull();
    if (!more) failure = more.error();
    if (!more || !*more) return false;
    current = &own;
    position = 0;
  }
  return !failure;
}

base::Status register_batches(DuckConnection& connection) {
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_logical_type token = duckdb_create_logical_type(DUCKDB_TYPE_UBIGINT);
  duckdb_table_function_set_name(function, "hriste_batches");
  duckdb_table_function_add_parameter(function, token);
  duckdb_table_function_set_extra_info(function, connection.db().get(), nullptr);
  duckdb_table_function_set_bind(function, bind);
  duckdb_table_function_set_init(function, init);
  duckdb_table_function_set_function(function, read);
  duckdb_state state = duckdb_register_table_function(connection.raw(), function);
  duckdb_destroy_table_function(&function);
  duckdb_destroy_logical_type(&token);
  if (state != DuckDBSuccess) return base::error(Code::kInternal, "can't register hriste_batches");
  return {};
}

}  // namespace lake
