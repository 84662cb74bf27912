// The SELECT behind a table's view.
#include <algorithm>

#include "lake/table_source_internal.h"

namespace lake {
namespace {

using base::Code;

constexpr std::size_t kSampleFiles = 32;
// An object may be this big; the reader's buffers are twice as large, per thread.
constexpr const char* kJsonOptions = "maximum_object_size = 4194304";
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

/// {'id': 'BIGINT', …}: found in the first files. What looks like a time stays text, as in Spark,
/// and so does what was null in all of the sample.
base::Result<std::string> json_columns(DuckConnection& connection, const TableSource& source,
                                       ColumnCache& cache) {
  if (auto known = cache.find(source)) return *known;
  auto sample = std::span(source.files).first(std::min(source.files.size(), kSampleFiles));
  auto found = TRY(
      describe(connection, fmt::format("SELECT * FROM read_json({}, hive_partitioning = false, {})",
                                       file_list(sample), kJsonOptions)));
  std::string columns = "{";
  for (auto& [name, type] : found) {
    static constexpr std::string_view kText[] = {
        "DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "UUID", "JSON"};
    if (std::ranges::find(kText, type) != std::end(kText)) type = "VARCHAR";
    columns +=
        fmt::format("{}{}: {}", columns.size() > 1 ? ", " : "", quote_text(name), quote_text(type));
  }
  columns += "}";
  cache.put(source, columns);
  return columns;
}

base::Result<std::string> file_scan(DuckConnection& connection, const TableSource& source,
                                    ColumnCache& cache) {
  const char* hive = has_partitions(source) ? "true" : "false";
  std::string files = file_list(source.files);
  switch (source.format) {
    case Format::kJson:
      return fmt::format("read_json({}, columns = {}, hive_partitioning = {}, {})", files,
                         TRY(json_columns(connection, source, cache)), hive, kJsonOptions);
    case Format::kCsv:
      return fmt::format("read_csv({}, header = true, hive_partitioning = {})", files, hive);
    default:
      return fmt::format("read_parquet({}, hive_partitioning = {})", files, hive);
  }
}

base::Result<TableView> file_view(DuckConnection& connection, const TableSource& source,
                                  const Cuts& cuts, ColumnCache& cache) {
  if (source.files.empty()) {
    return base::error(Code::kFailedPrecondition,
                       "{}.{} has no rows yet, so its columns aren't known; run this again when it "
                       "has some",
                       source.tier, source.name);
  }
  std::string scan = TRY(file_scan(connection, source, cache));
  TableView view{"SELECT * FROM " + scan, {}};
  if (!source.committed) return view;
  view.cuts = *source.committed;
  auto columns = TRY(describe(connection, view.select));
  bool has_arrival = std::ranges::any_of(columns, [](auto& c) { return c.first == kArrival; });
  if (!has_arrival || view.cuts.empty()) return view;  // nothing to cut by: all that is committed
  std::int64_t least = INT64_MAX;
  for (auto& [hub, cut] : view.cuts) {
    auto asked = cuts.find(hub);
    least = std::min({least, cut, asked == cuts.end() ? cut : asked->second});
  }
  for (auto& [hub, cut] : view.cuts) cut = least;
  view.select += fmt::format(" WHERE CAST({} AS TIMESTAMPTZ) < make_timestamptz({})",
                             quote_name(kArrival), least * 1000);
  return view;
}

struct DeltaColumn {
  std::string name, type;
  bool partition;
};

base::Result<std::vector<DeltaColumn>> delta_columns(const Snapshot& snapshot) {
  std::vector<DeltaColumn> columns;
  for (const auto& field : snapshot.schema.at("fields")) {
    auto name = field.at("name").get<std::string>();
    bool partition =
        std::ranges::find(snapshot.partition_columns, name) != snapshot.partition_columns.end();
    columns.push_back({name, TRY(sql_type(field.at("type"))), partition});
  }
  return columns;
}

/// One SELECT over files that share their partition's values.
std::string delta_part(const std::vector<DeltaColumn>& columns, const DataFile& first,
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

std::string empty_delta(const std::vector<DeltaColumn>& columns) {
  std::string list;
  for (const auto& column : columns) {
    list += fmt::format("{}CAST(NULL AS {}) AS {}", list.empty() ? "" : ", ", column.type,
                        quote_name(column.name));
  }
  return "SELECT " + list + " WHERE false";
}

base::Result<TableView> delta_view(base::Env& env, const base::Clock& clock,
                                   const TableSource& source) {
  Snapshot snapshot = TRY(DeltaTable(env, clock, source.folder).snapshot());
  auto columns = TRY(delta_columns(snapshot));
  std::map<std::map<std::string, std::optional<std::string>>, std::vector<const DataFile*>> parts;
  for (const auto& file : snapshot.files) parts[file.partition_values].push_back(&file);
  TableView view;
  for (const auto& [values, files] : parts) {
    std::vector<std::string> paths;
    for (const auto* file : files) paths.push_back(source.folder + "/" + file->path);
    view.select +=
        (view.select.empty() ? "" : " UNION ALL ") + delta_part(columns, *files[0], paths);
  }
  if (parts.empty()) view.select = empty_delta(columns);
  Json cuts = snapshot.commit_info.value("hriste.cuts", Json::object());
  for (const auto& [hub, cut] : cuts.items()) view.cuts[hub] = cut.get<std::int64_t>();
  return view;
}

}  // namespace

std::optional<std::string> ColumnCache::find(const TableSource& source) {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(source.folder);
  if (found == entries_.end() || found->second.files != source.files.size() ||
      found->second.bytes != source.bytes) {
    return {};
  }
  return found->second.columns;
}

void ColumnCache::put(const TableSource& source, std::string columns) {
  std::lock_guard lock(mutex_);
  entries_[source.folder] = {source.files.size(), source.bytes, std::move(columns)};
}

base::Result<TableView> make_view(DuckConnection& connection, base::Env& env,
                                  const base::Clock& clock, const TableSource& source,
                                  const Cuts& cuts, ColumnCache& cache) {
  auto view = source.format == Format::kDelta ? delta_view(env, clock, source)
                                              : file_view(connection, source, cuts, cache);
  if (!view) return base::annotate(view.error(), source.tier + "." + source.name);
  return view;
}

}  // namespace lake
