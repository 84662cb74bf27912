// The SELECT behind a table's view.
#include <algorithm>

#include "lake/file_shapes_internal.h"
#include "lake/foreign_json_internal.h"
#include "lake/table_source_internal.h"

namespace lake {
namespace {

using base::Code;

// Columns come from a sample, at every binding: columns given by name would leave the planner
// without an idea of how many rows there are.
constexpr int kSampleRows = 4096;
constexpr std::string_view kArrival = "EventEnqueuedUtcTime";

/// The names of the table's key=value folders. Only what is below its own folder counts.
std::vector<std::string> folder_keys(const TableSource& source) {
  std::vector<std::string> keys;
  std::string_view path = source.files.front();
  path.remove_prefix(std::min(path.size(), source.folder.size() + 1));
  for (std::size_t end; (end = path.find('/')) != std::string_view::npos;) {
    std::string_view folder = path.substr(0, end);
    if (auto equals = folder.find('='); equals != std::string_view::npos)
      keys.emplace_back(folder.substr(0, equals));
    path.remove_prefix(end + 1);
  }
  return keys;
}

/// A scan of `files`; `more` are options, each with a comma before it. With `folders` what the
/// folders say are columns.
std::string file_scan(const TableSource& source, const std::vector<std::string>& files,
                      bool folders, const std::string& more = "") {
  const char* hive = folders ? "true" : "false";
  std::string list = file_list(files);
  switch (source.format) {
    case Format::kJson:
      return fmt::format("read_json({}, hive_partitioning = {}, {}{})", list, hive, kJsonOptions,
                         more);
    case Format::kCsv:
      return fmt::format("read_csv({}, header = true, hive_partitioning = {}{})", list, hive, more);
    default:
      return fmt::format("read_parquet({}, hive_partitioning = {}{})", list, hive, more);
  }
}

/// {'a': 'BIGINT', 'b': 'VARCHAR'}.
std::string type_list(const Shape& shape) {
  std::string list;
  for (const auto& [name, type] : shape) {
    list += fmt::format("{}{}: {}", list.empty() ? "" : ", ", quote_text(name),
                        quote_text(type == "\"NULL\"" ? "VARCHAR" : type));
  }
  return "{" + list + "}";
}

const FileColumn* find_column(const Shape& shape, std::string_view name) {
  auto found = std::ranges::find_if(
      shape, [&](const FileColumn& column) { return equal_names(column.name, name); });
  return found == shape.end() ? nullptr : &*found;
}

/// The column of `shape` as `type`; NULL where it has none.
std::string column_as(const Shape& shape, const std::string& name, const std::string& type) {
  const FileColumn* own = find_column(shape, name);
  std::string value = own == nullptr ? "NULL" : quote_name(own->name);
  if (own != nullptr && own->type == type && own->name == name) return value;
  return fmt::format("CAST({} AS {}) AS {}", value, type, quote_name(name));
}

/// Whether the folders' keys are columns. The engine would put them in place of columns of the same
/// name; what a file holds is the value.
bool folders_are_columns(const TableSource& source, const Shape& in_files) {
  auto keys = folder_keys(source);
  return !keys.empty() && std::ranges::none_of(keys, [&](const auto& key) {
    return find_column(in_files, key) != nullptr;
  });
}

/// The columns that key=value folders give.
base::Result<Shape> folder_columns(DuckConnection& connection, const TableSource& source,
                                   const Shape& first_file) {
  Shape columns;
  auto all = TRY(describe(connection, "SELECT * FROM " + file_scan(source, source.files, true)));
  for (auto& column : all) {
    if (find_column(first_file, column.name) == nullptr) columns.push_back(std::move(column));
  }
  return columns;
}

/// Files that were written with one schema are read as they are. Those of several are each read
/// with their own and cast to what holds the values of all; what a file lacks is NULL.
base::Result<std::string> parquet_select(DuckConnection& connection, base::Env& env,
                                         const TableSource& source) {
  if (source.files.size() == 1 && folder_keys(source).empty()) {
    return "SELECT * FROM " + file_scan(source, source.files, false);
  }
  auto groups = TRY(parquet_shapes(connection, env, source, source.files));
  Shape merged, folders;
  for (const auto& group : groups) merge_shape(merged, group.shape);
  bool with_folders = folders_are_columns(source, merged);
  if (groups.size() == 1) return "SELECT * FROM " + file_scan(source, source.files, with_folders);
  if (with_folders) folders = TRY(folder_columns(connection, source, groups[0].shape));
  std::string options = folders.empty() ? "" : ", hive_types = " + type_list(folders);
  std::string select;
  for (const auto& group : groups) {
    std::string list;
    for (const auto& [name, type] : merged) {
      list += (list.empty() ? "" : ", ") + column_as(group.shape, name, type);
    }
    for (const auto& column : folders) list += ", " + quote_name(column.name);
    select += fmt::format("{}SELECT {} FROM {}", select.empty() ? "" : " UNION ALL ", list,
                          file_scan(source, group.files, with_folders, options));
  }
  return "SELECT * FROM (" + select + ")";
}

/// Whether a sample of a table's files gives the same columns as all that is in them.
bool sample_will_do(const base::Result<Shape>& sample, const Shape& whole) {
  if (!sample || sample->size() < whole.size()) return false;
  return std::ranges::all_of(whole, [&](const FileColumn& column) {
    const FileColumn* own = find_column(*sample, column.name);
    return own != nullptr && (own->type == column.type || column.type == "\"NULL\"");
  });
}

base::Result<std::string> text_files_select(DuckConnection& connection, base::Env& env,
                                            const TableSource& source) {
  Shape whole = TRY(text_shape(connection, env, source));
  bool json = source.format == Format::kJson, with_folders = folders_are_columns(source, whole);
  std::string sampled =
      "SELECT * FROM " +
      file_scan(source, source.files, with_folders,
                json ? fmt::format(", sample_size = {}, maximum_sample_files = {}", kSampleRows,
                                   kTextFilesAtOnce)
                     : std::string{});
  if (sample_will_do(describe(connection, sampled), whole)) return sampled;
  std::string options = json ? ", columns = " : ", union_by_name = true, types = ";
  return "SELECT * FROM " +
         file_scan(source, source.files, with_folders, options + type_list(whole));
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

/// How far any of its hubs was committed.
std::int64_t farthest(const Cuts& committed) {
  std::int64_t most = INT64_MIN;
  for (const auto& [hub, cut] : committed) most = std::max(most, cut);
  return most;
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
      std::string name = text_member(column, "name");
      if (!name.empty()) columns.push_back({name, text_member(column, "type", "VARCHAR")});
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
  bool parquet = source.format == Format::kParquet;
  TableView view{TRY((parquet ? parquet_select : text_files_select)(connection, env, source)), {}};
  if (!source.committed) return view;
  view.cuts = *source.committed;
  bool has_arrival = find_column(TRY(describe(connection, view.select)), kArrival) != nullptr;
  if (!has_arrival || view.cuts.empty()) return view;  // nothing to cut by: all that is committed
  // Who asks for no cut gets what is there: of a job that reads one hub faster than another, the
  // slower one's cut would hide rows of the faster.
  if (!cuts.empty()) view.cuts = cut_down(std::move(view.cuts), cuts);
  view.select += fmt::format(" WHERE CAST({} AS TIMESTAMPTZ) < make_timestamptz({})",
                             quote_name(kArrival), farthest(view.cuts) * 1000);
  return view;
}

base::Result<std::vector<ViewColumn>> delta_columns(const Snapshot& snapshot) {
  std::vector<ViewColumn> columns;
  for (const auto& field : snapshot.schema.at("fields")) {
    auto name = text_member(field, "name");
    bool partition =
        std::ranges::find(snapshot.partition_columns, name) != snapshot.partition_columns.end();
    columns.push_back({name, TRY(sql_type(member(field, "type"))), partition});
  }
  return columns;
}

/// One SELECT over files of one shape that share their partition's values. A column that was added
/// to the table after a file was written is NULL there.
std::string delta_part(const std::vector<ViewColumn>& columns, const Shape& shape,
                       const DataFile& first, const std::vector<std::string>& files) {
  std::string list;
  for (const auto& column : columns) {
    const FileColumn* own = find_column(shape, column.name);
    std::string value = own == nullptr ? "NULL" : quote_name(own->name);
    if (column.partition) {
      auto found = first.partition_values.find(column.name);
      bool present = found != first.partition_values.end() && found->second;
      value = present ? quote_text(*found->second) : "NULL";
    }
    list += fmt::format("{}CAST({} AS {}) AS {}", list.empty() ? "" : ", ", value, column.type,
                        quote_name(column.name));
  }
  return fmt::format("SELECT {} FROM read_parquet({}, hive_partitioning = false)", list,
                     file_list(files));
}

base::Result<TableView> delta_view(DuckConnection& connection, base::Env& env,
                                   const base::Clock& clock, const TableSource& source,
                                   std::optional<std::int64_t> version) {
  Snapshot snapshot = TRY(DeltaTable(env, clock, source.folder).snapshot(version));
  auto columns = TRY(delta_columns(snapshot));
  std::map<std::string, const DataFile*> by_path;
  std::vector<std::string> all;
  for (const auto& file : snapshot.files) {
    all.push_back(source.folder + "/" + file.path);
    by_path[all.back()] = &file;
  }
  TableView view{.select = {}, .cuts = snapshot.cuts(), .version = snapshot.version};
  for (const auto& group : TRY(parquet_shapes(connection, env, source, all))) {
    std::map<std::map<std::string, std::optional<std::string>>, std::vector<std::string>> parts;
    for (const auto& path : group.files) parts[by_path[path]->partition_values].push_back(path);
    for (const auto& [values, files] : parts) {
      view.select += (view.select.empty() ? "" : " UNION ALL ") +
                     delta_part(columns, group.shape, *by_path[files[0]], files);
    }
  }
  if (all.empty()) view.select = empty_select(columns);
  return view;
}

}  // namespace

base::Result<TableView> make_view(DuckConnection& connection, base::Env& env,
                                  const base::Clock& clock, const TableSource& source,
                                  const Cuts& cuts, std::optional<std::int64_t> version) {
  if (source.failure) return base::annotate(*source.failure, source.tier + "." + source.name);
  bool delta = source.format == Format::kDelta;
  if (version && !delta) {
    return base::error(base::Code::kInvalidArgument, "{}.{} has no versions: it is no Delta table",
                       source.tier, source.name);
  }
  auto view = delta ? delta_view(connection, env, clock, source, version)
                    : file_view(connection, env, source, cuts);
  if (!view) return base::annotate(view.error(), source.tier + "." + source.name);
  return view;
}

std::int64_t read_below_ms(const Cuts& committed, const Cuts& asked) {
  return farthest(asked.empty() ? committed : cut_down(committed, asked));
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
