// Checkpoints: the folded log as one Parquet file with the protocol's exact types.
#include "lake/batch_source_internal.h"
#include "lake/delta_internal.h"
#include "lake/foreign_json_internal.h"
#include "lake/parquet_internal.h"

namespace lake {
namespace {

struct ActionType {
  const char* name;
  const char* type;
};

constexpr ActionType kActions[] = {
    {"protocol",
     "STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], "
     "writerFeatures VARCHAR[])"},
    {"metaData",
     "STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, "
     "format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, "
     "partitionColumns VARCHAR[], configuration MAP(VARCHAR, VARCHAR), createdTime BIGINT)"},
    {"add",
     "STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, "
     "modificationTime BIGINT, dataChange BOOLEAN, tags MAP(VARCHAR, VARCHAR), stats VARCHAR)"},
    {"remove",
     "STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, "
     "extendedFileMetadata BOOLEAN, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT)"},
};

/// One row an action, one text column a kind of action, in the order of kActions.
model::Batch actions_of(const LogState& state, std::int64_t keep_after_ms) {
  model::Batch batch;
  for (const auto& action : kActions) {
    batch.schema.fields.push_back({action.name, model::Type::kString});
    batch.columns.emplace_back(model::Type::kString);
  }
  auto add = [&](std::size_t column, Json action) {
    if (action.contains("dataChange")) action["dataChange"] = false;
    for (std::size_t i = 0; i < batch.columns.size(); ++i) {
      if (i == column) {
        batch.columns[i].add_text(action.dump());
      } else {
        batch.columns[i].add_null();
      }
    }
    ++batch.rows;
  };
  add(0, state.protocol);
  add(1, state.metadata);
  for (const auto& [path, action] : state.adds) add(2, action);
  for (const auto& [path, action] : state.removes) {
    if (whole_member(action, "deletionTimestamp", 0) >= keep_after_ms) add(3, action);
  }
  return batch;
}

}  // namespace

base::Result<std::vector<Json>> read_checkpoint(const std::string& path) {
  auto connection = TRY(DuckConnection::open(TRY(shared_engine())));
  auto result = connection.query(fmt::format("SELECT * FROM read_parquet({})", quote_text(path)));
  if (!result) return base::annotate(result.error(), path);
  std::vector<std::string> names;
  for (idx_t i = 0; i < duckdb_column_count(&result->raw()); ++i) {
    names.emplace_back(duckdb_column_name(&result->raw(), i));
  }
  std::vector<Json> actions;
  for (const auto& row : result->rows()) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (row[i].is_object()) actions.push_back({{names[i], row[i]}});
    }
  }
  return actions;
}

base::Status write_checkpoint(base::Env& env, const std::string& log_dir, const LogState& state,
                              std::int64_t keep_after_ms) {
  model::Batch batch = actions_of(state, keep_after_ms);
  std::string columns;
  for (const auto& action : kActions) {
    // from_json gives null for a member that the action lacks.
    columns += fmt::format("{0}from_json({1}, '\"{2}\"') AS {1}", columns.empty() ? "" : ", ",
                           quote_name(action.name), action.type);
  }
  auto connection = TRY(DuckConnection::open(TRY(shared_engine())));
  std::uint64_t token = connection.db()->add_source(std::make_shared<BatchSource>(batch));
  std::string path = log_dir + "/" + version_name(state.version, ".checkpoint.parquet");
  std::string temporary = temporary_beside(path);
  auto written = copy_to_parquet(
      connection, fmt::format("SELECT {} FROM hriste_batches({}::UBIGINT)", columns, token),
      temporary);
  TRY(connection.db()->remove_source(token));
  if (!written) return std::unexpected(written.error());
  if (auto renamed = env.publish(temporary, path); !renamed) {
    (void)env.remove_file(temporary);
    return renamed;
  }
  Json last = {{"version", state.version}, {"size", batch.rows}};
  return env.write_file(log_dir + "/_last_checkpoint", last.dump());
}

}  // namespace lake
