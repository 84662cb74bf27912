#include "lake/scan.h"

#include "lake/batch_read_internal.h"
#include "lake/session_internal.h"
#include "lake/table_rules_internal.h"

namespace lake {
namespace {

using base::Code;

/// A statement under way, with the columns' types.
class Running {
 public:
  ~Running() {
    for (auto& type : types_) duckdb_destroy_logical_type(&type);
    duckdb_destroy_result(&result_);
    duckdb_destroy_prepare(&statement_);
  }
  Running() = default;
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  base::Status start(duckdb_connection connection, const std::string& sql, model::Batch& batch) {
    if (duckdb_prepare(connection, sql.c_str(), &statement_) != DuckDBSuccess) {
      const char* message = duckdb_prepare_error(statement_);
      return std::unexpected(located_error(sql, message == nullptr ? "can't prepare" : message));
    }
    if (duckdb_execute_prepared_streaming(statement_, &result_) != DuckDBSuccess)
      return failure(sql);
    model::Schema schema;
    for (idx_t i = 0; i < duckdb_column_count(&result_); ++i) {
      types_.push_back(duckdb_column_logical_type(&result_, i));
      std::string name = duckdb_column_name(&result_, i);
      auto type = batch_type(types_.back());
      if (!type) return base::annotate(type.error(), "column " + name);
      schema.fields.push_back({name, *type, true});
    }
    batch = model::Batch(std::move(schema));
    return {};
  }

  /// Overwrites `batch` with the next rows; false at the end.
  base::Result<bool> next(const std::string& sql, model::Batch& batch) {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(result_);
    if (chunk == nullptr) {
      if (duckdb_result_error(&result_) != nullptr) {
        return std::unexpected(failure(sql).error());
      }
      return false;
    }
    batch.clear();
    batch.rows = duckdb_data_chunk_get_size(chunk);
    for (idx_t i = 0; i < types_.size(); ++i) {
      read_vector(duckdb_data_chunk_get_vector(chunk, i), types_[i], batch.rows, batch.columns[i]);
    }
    duckdb_destroy_data_chunk(&chunk);
    return true;
  }

 private:
  base::Status failure(const std::string& sql) {
    const char* message = duckdb_result_error(&result_);
    return std::unexpected(located_error(sql, message == nullptr ? "can't run" : message));
  }

  duckdb_prepared_statement statement_ = nullptr;
  duckdb_result result_{};
  std::vector<duckdb_logical_type> types_;
};

/// Whoever takes the rows is a thread already, and reads tables side by side: with more, rows would
/// be handed from thread to thread.
constexpr int kThreads = 1;

using OnBatch = std::function<base::Status(const model::Batch&)>;

base::Status give_rows(Session& session, const std::string& sql, const OnBatch& on_batch,
                       const std::stop_token& stop) {
  duckdb_connection connection = session.connection().raw();
  std::stop_callback on_stop(stop, [connection] { duckdb_interrupt(connection); });
  Running running;
  model::Batch batch;
  auto stopped = [&] { return base::error(Code::kCancelled, "the statement was stopped"); };
  if (auto status = running.start(connection, sql, batch); !status) {
    if (stop.stop_requested()) return stopped();
    return status;
  }
  for (;;) {
    auto more = running.next(sql, batch);
    if (stop.stop_requested()) return stopped();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    TRY(on_batch(batch));
  }
}

/// The rows that the expectations keep, in the types that a table stores.
base::Result<std::string> remade_select(Session& session, const TableSpec& spec,
                                        const std::vector<std::string>& columns) {
  std::string list, wanted;
  for (const auto& column : TRY(session.columns()).list) {
    list += fmt::format("{}CAST({} AS {}) AS {}", list.empty() ? "" : ", ", quote_name(column.name),
                        stored_type(column.type), quote_name(column.name));
  }
  for (const auto& column : columns) wanted += (wanted.empty() ? "" : ", ") + quote_name(column);
  return fmt::format("SELECT {} FROM (SELECT {} FROM hriste_result) r WHERE ({}) IS NULL", wanted,
                     list, verdict(spec.expectations));
}

}  // namespace

base::Status scan(Lake& lake, const std::string& sql, const OnBatch& on_batch,
                  const ScanOptions& options) {
  auto session = TRY(
      Session::open(lake, sql, options.cuts, Session::Order::kAny, {}, kThreads, options.versions));
  return give_rows(*session, session->sql(), on_batch, options.stop);
}

base::Status scan_remade(Lake& lake, const TableSpec& spec, const std::vector<std::string>& columns,
                         const OnBatch& on_batch, const ScanOptions& options) {
  std::string conditions;
  for (const auto& expectation : spec.expectations) conditions += expectation.condition + '\n';
  auto session =
      TRY(Session::open(lake, spec.select, options.cuts, Session::Order::kAny,
                        {.text = spec.macros, .callers = conditions}, kThreads, options.versions));
  TRY(check_conditions(session->connection(), spec.select, spec.expectations));
  auto select = TRY(remade_select(*session, spec, columns));
  TRY(session->make_result_view());
  return give_rows(*session, select, on_batch, options.stop);
}

}  // namespace lake
