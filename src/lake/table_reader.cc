#include "lake/table_reader.h"

#include <algorithm>

#include "lake/batch_read_internal.h"
#include "lake/delta_internal.h"
#include "lake/row_taker_internal.h"
#include "lake/session_internal.h"
#include "lake/small_files_internal.h"

namespace lake {
namespace {

using base::Code;

struct PreparedRead {
  duckdb_prepared_statement raw = nullptr;
  ~PreparedRead() { duckdb_destroy_prepare(&raw); }
};

base::Error not_there(Lake& lake, const std::string& name) {
  std::vector<std::string> names;
  if (auto tables = lake.tables()) {
    for (const auto& table : *tables) names.push_back(table.tier + "." + table.name);
  }
  return {Code::kNotFound,
          fmt::format("table {} does not exist; {}", name, nearest_table(name, names))};
}

}  // namespace

/// The engine with what it may read.
struct TableReader::Engine {
  base::Env* env = nullptr;
  std::string temp_dir;
  std::shared_ptr<DuckDb> db;
  std::vector<TableSource> outputs;

  ~Engine() {
    db.reset();
    if (!temp_dir.empty()) (void)env->remove_tree(temp_dir);
  }
};

/// What is known of a table once it was looked at.
struct TableReader::Table {
  std::string select;
  std::vector<std::string> columns;
  std::vector<base::Result<model::Type>> types;  ///< by column
};

TableReader::TableReader(Lake& lake) : lake_(lake) {}
TableReader::~TableReader() = default;

base::Result<std::unique_ptr<TableReader>> TableReader::open(Lake& lake) {
  const auto& options = lake.options_;
  std::unique_ptr<TableReader> reader(new TableReader(lake));
  reader->engine_ = std::make_unique<Engine>();
  Engine& engine = *reader->engine_;
  engine.env = options.env;
  engine.temp_dir = options.temp_dir + "/" + random_uuid();
  engine.outputs = TRY(find_stream_outputs(*options.env, options.root));
  engine.db = TRY(
      DuckDb::open({.threads = 1, .memory_mb = options.memory_mb, .temp_dir = engine.temp_dir}));
  auto connection = TRY(DuckConnection::open(engine.db));
  TRY(register_row_taker(connection));
  TRY(connection.run(Session::closing_off(options.root, engine.temp_dir, Session::Order::kAny)));
  return reader;
}

base::Result<std::shared_ptr<const TableReader::Table>> TableReader::look_at(
    const std::string& name) {
  const auto& options = lake_.options_;
  auto parts = TRY(split_table(name));
  auto output = std::ranges::find_if(engine_->outputs, [&](const TableSource& source) {
    return source.tier == parts.tier && source.name == parts.name;
  });
  std::optional<TableSource> source;
  if (output != engine_->outputs.end()) {
    source = *output;
  } else {
    TRY(lake_.folder(parts.tier, parts.name));
    source = TRY(find_table(*options.env, options.root, parts.tier, parts.name));
  }
  if (!source) return std::unexpected(not_there(lake_, name));
  TRY(gather_small_files(*options.env, engine_->temp_dir, *source));
  auto connection = TRY(DuckConnection::open(engine_->db));
  auto view = TRY(make_view(connection, *options.env, *options.clock, *source, {}));
  auto made = std::make_shared<Table>();
  made->select = std::move(view.select);
  PreparedRead statement;
  if (duckdb_prepare(connection.raw(), made->select.c_str(), &statement.raw) != DuckDBSuccess) {
    const char* message = duckdb_prepare_error(statement.raw);
    return std::unexpected(located_error("", message == nullptr ? "can't prepare" : message));
  }
  for (idx_t i = 0; i < duckdb_prepared_statement_column_count(statement.raw); ++i) {
    const char* column = duckdb_prepared_statement_column_name(statement.raw, i);
    made->columns.emplace_back(column);
    duckdb_free(const_cast<char*>(column));
    duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(statement.raw, i);
    made->types.push_back(batch_type(type));
    duckdb_destroy_logical_type(&type);
  }
  return made;
}

base::Result<std::shared_ptr<const TableReader::Table>> TableReader::table(
    const std::string& name) {
  {
    std::lock_guard lock(mutex_);
    auto known = tables_.find(name);
    if (known != tables_.end()) return known->second;
  }
  auto made = TRY(look_at(name));
  std::lock_guard lock(mutex_);
  return tables_.emplace(name, std::move(made)).first->second;
}

base::Result<std::vector<std::string>> TableReader::columns(const std::string& table) {
  return TRY(this->table(table))->columns;
}

base::Status TableReader::scan(const std::string& table, const std::vector<std::string>& columns,
                               const std::function<base::Status(const model::Batch&)>& on_batch,
                               const std::stop_token& stop) {
  auto known = TRY(this->table(table));
  model::Schema schema;
  for (const auto& column : columns) {
    auto at = std::ranges::find(known->columns, column);
    if (at == known->columns.end()) {
      return base::error(Code::kInvalidArgument, "{} has no column {}", table, column);
    }
    const auto& type = known->types[static_cast<std::size_t>(at - known->columns.begin())];
    if (!type) return base::annotate(type.error(), "column " + column);
    schema.fields.push_back({column, *type, true});
  }
  auto connection = TRY(DuckConnection::open(engine_->db));
  std::stop_callback on_stop(stop, [raw = connection.raw()] { duckdb_interrupt(raw); });
  auto status = take_rows(connection, known->select, schema, on_batch, stop);
  if (stop.stop_requested()) return base::error(Code::kCancelled, "the statement was stopped");
  return status;
}

}  // namespace lake
