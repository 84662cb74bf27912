// The SELECT behind a table's view.
#include <algorithm>

#include "lake/table_source_internal.h"

namespace lake {
namespace {

using base::Code;

// Columns come from a sample, at every binding: columns given by name would leave the planner
// without an idea of how many rows there are. The formats fit no text, so that times stay text, as
// in Spark. An object may be 4 MB; the reader's buffers are twice as large, per thread.
constexpr const char* kJsonOptions =
    "sample_size = 4096, dateformat = 'none', timestampformat = 'none', "
    "maximum_object_size = 4194304";
constexpr std::string_view kArrival = "EventEnqueuedUtcTime";

std::string file_list(std::span<const std::string> files) {
  std::string list = "[";
  for (const auto& file : files) list += (list.size() > 1 ? ", " : "") + quote_text(file);
  return list + "]";
}

bool has_partitions(const TableSource& source) {
  // Only what is below the table's own folder counts.
  return source.files.front().find('=', source.folder.size()) != std::string::npos;
}

/// Columns and types of a SELECT.
base::Result<std::vector<std::pair<std::string, std::string>>> describe(DuckConnection& connection,
                                                                        const std::string& select) {
  auto result = TRY(connection.query("DESCRIBE " + select));
  std::vector<std::pair<std::string, std::string>> columns;
  for (const auto& row : result.rows()) {
    columns.emplace_back(row[0].get<std::string>(), row[1].get<std::string>());
  }
  return columns;
}

std::string file_scan(const TableSource& source) {
  const char* hive = has_partitions(source) ? "true" : "false";
  std::string files = file_list(source.files);
  switch (source.format) {
    case Format::kJson:
      return fmt::format("read_json({}, hive_partitioning = {}, {})", files, hive, kJsonOptions);
    case Format::kCsv:
      return fmt::format("read_csv({}, header = true, hive_partitioning = {})", files, hive);
    default:
      return fmt::format("read_parquet({}, hive_partitioning = {})", files, hive);
  }
}

struct ViewColumn {
  std::string name, type;
  bool partition = false;
};

/// No rows of these columns.
std::string empty_select(const std::vector<ViewColumn>& columns) {
  std::string list;
  for (const auto& column : columns) {
    list += fmt::format("{}CAST(NULL AS {}) AS {}", list.empty() ? "" : ", ", column.type,
                        quote_name(column.name));
  }
  return "SELECT " + list + " WHERE false";
}

/// What was committed, or what is asked for where that is less; one cut for all of its hubs.
Cuts cut_down(Cuts committed, const Cuts& asked) {
  std::int64_t least = INT64_MAX;
  for (const auto& [hub, cut] : committed) {
    auto found = asked.find(hub);
    least = std::min({least, cut, found == asked.end() ? cut : found->second});
  }
  for (auto& [hub, cut] : committed) cut = least;
  return committed;
}

/// Of a table without rows: what the manifest says, or declare_columns said.
base::Result<std::vector<ViewColumn>> declared_columns(base::Env& env, const TableSource& source) {
  std::vector<ViewColumn> columns;
  for (const auto& field : source.schema.fields) {
    columns.push_back({field.name, std::string{model::type_name(field.type)}});
  }
  if (!columns.empty()) return columns;
  auto text = env.read_file(source.folder + "/" + std::string{kColumnsFile});
  if (!text) {
    return base::error(Code::kFailedPrecondition,
                       "no rows yet, so its columns aren't known; run this again when it has some");
  }
  Json declared = Json::parse(*text, nullptr, false);
  if (declared.is_array()) {
    for (const auto& column : declared) {
      if (!column.is_object()) continue;
      columns.push_back({column.value("name", ""), column.value("type", "VARCHAR")});
    }
  }
  if (!columns.empty()) return columns;
  return base::error(Code::kDataLoss, "{}/{} is damaged; remove it", source.folder, kColumnsFile);
}

base::Result<TableView> file_view(DuckConnection& connection, base::Env& env,
                                  const TableSource& source, const Cuts& cuts) {
  if (source.files.empty()) {
    return TableView{empty_select(TRY(declared_columns(env, source))),
                     cut_down(source.committed.value_or(Cuts{}), cuts)};
  }
  TableView view{"SELECT * FROM " + file_scan(source), {}};
  if (!source.committed) return view;
  view.cuts = *source.committed;
  auto columns = TRY(describe(connection, view.select));
  bool has_arrival = std::ranges::any_of(columns, [](auto& c) { return c.first == kArrival; });
  if (!has_arrival || view.cuts.empty()) return view;  // nothing to cut by: all that is committed
  view.cuts = cut_down(std::move(view.cuts), cuts);
  view.select += fmt::format(" WHERE CAST({} AS TIMESTAMPTZ) < make_timestamptz({})",
                             quote_name(kArrival), view.cuts.begin()->second * 1000);
  return view;
}

base::Result<std::vector<ViewColumn>> delta_columns(const Snapshot& snapshot) {
  std::vector<ViewColumn> columns;
  for (const auto& field : snapshot.schema.at("fields")) {
    auto name = field.at("name").get<std::string>();
    bool partition =
        std::ranges::find(snapshot.partition_columns, name) != snapshot.partition_columns.end();
    columns.push_back({name, TRY(sql_type(field.at("type"))), partition});
  }
  return columns;
}

/// One SELECT over files that share their partition's values.
std::string delta_part(const std::vector<ViewColumn>& columns, const DataFile& first,
                       const std::vector<std::string>& files) {
  std::string list;
  for (const auto& column : columns) {
    std::string value = quote_name(column.name);
    if (column.partition) {
      auto found = first.partition_values.find(column.name);
      bool present = found != first.partition_values.end() && found->second;
      value = present ? quote_text(*found->second) : "NULL";
    }
    list += fmt::format("{}CAST({} AS {}) AS {}", list.empty() ? "" : ", ", value, column.type,
                        quote_name(column.name));
  }
  return fmt::format(
      "SELECT {} FROM read_parquet({}, hive_partitioning = false, union_by_name = {})", list,
      file_list(files), files.size() > 1);
}

base::Result<TableView> delta_view(base::Env& env, const base::Clock& clock,
                                   const TableSource& source, std::optional<std::int64_t> version) {
  Snapshot snapshot = TRY(DeltaTable(env, clock, source.folder).snapshot(version));
  auto columns = TRY(delta_columns(snapshot));
  std::map<std::map<std::string, std::optional<std::string>>, std::vector<const DataFile*>> parts;
  for (const auto& file : snapshot.files) parts[file.partition_values].push_back(&file);
  TableView view{.select = {}, .cuts = {}, .version = snapshot.version};
  for (const auto& [values, files] : parts) {
    std::vector<std::string> paths;
    for (const auto* file : files) paths.push_back(source.folder + "/" + file->path);
    view.select +=
        (view.select.empty() ? "" : " UNION ALL ") + delta_part(columns, *files[0], paths);
  }
  if (parts.empty()) view.select = empty_select(columns);
  Json cuts = snapshot.commit_info.value("hriste.cuts", Json::object());
  for (const auto& [hub, cut] : cuts.items()) view.cuts[hub] = cut.get<std::int64_t>();
  return view;
}

}  // namespace

base::Result<TableView> make_view(DuckConnection& connection, base::Env& env,
                                  const base::Clock& clock, const TableSource& source,
                                  const Cuts& cuts, std::optional<std::int64_t> version) {
  bool delta = source.format == Format::kDelta;
  if (version && !delta) {
    return base::error(base::Code::kInvalidArgument, "{}.{} has no versions: it is no Delta table",
                       source.tier, source.name);
  }
  auto view =
      delta ? delta_view(env, clock, source, version) : file_view(connection, env, source, cuts);
  if (!view) return base::annotate(view.error(), source.tier + "." + source.name);
  return view;
}

base::Status declare_columns(base::Env& env, const std::string& folder,
                             const model::Schema& schema) {
  Json columns = Json::array();
  for (const auto& field : schema.fields) {
    columns.push_back({{"name", field.name}, {"type", model::type_name(field.type)}});
  }
  TRY(env.make_dirs(folder));
  return env.write_file(folder + "/" + std::string{kColumnsFile}, columns.dump());
}

}  // namespace lake
