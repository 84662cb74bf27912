#include "control/python_notebook.h"

#include <unistd.h>

#include <atomic>

#include "base/guarded.h"
#include "control/child_process.h"
#include "control/python_environment.h"
#include "control/python_texts.h"
#include "lake/delta.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using json = nlohmann::json;

namespace {

constexpr std::size_t kLogShown = 600;

std::string end_of_file(base::Env& env, const std::string& path) {
  std::string text = env.read_file(path).value_or("");
  return text.size() > kLogShown ? "…" + text.substr(text.size() - kLogShown) : text;
}

/// [["id", "BIGINT"], …].
Result<json> columns_of(const lake::Snapshot& snapshot) {
  json columns = json::array();
  for (const json& field : snapshot.schema.at("fields")) {
    columns.push_back({field.at("name"), TRY(lake::sql_type(field.at("type")))});
  }
  return columns;
}

/// What a table is now, or why it can't be read: its files, or its columns when it has none.
json table_of(const lake::Lake& lake, const lake::TableInfo& info) {
  json table = {{"tier", info.tier}, {"name", info.name}};
  auto fill = [&]() -> Status {
    const std::string name = info.tier + "." + info.name;
    const std::string folder = TRY(lake.folder(info.tier, info.name));
    const lake::Snapshot snapshot = TRY(lake.snapshot(name));
    for (const auto& file : snapshot.files) table["files"].push_back(folder + "/" + file.path);
    table["partitioned"] = !snapshot.partition_columns.empty();
    table["columns"] = TRY(columns_of(snapshot));
    return {};
  };
  if (auto filled = base::guarded(fill); !filled) table["error"] = filled.error().message;
  return table;
}

Result<json> tables_of(const lake::Lake& lake) {
  json tables = json::array();
  for (const auto& info : TRY(lake.tables())) {
    if (info.format == "delta") tables.push_back(table_of(lake, info));
  }
  return tables;
}

json job_of(const notebook::Script& script, const std::string& file, const NotebookLimits& limits,
            json tables) {
  json cells = notebook::to_json(script)["cells"];
  for (std::size_t i = 0; i < cells.size(); ++i) {
    json statements = json::array();
    for (const auto& statement : script.steps[i].statements) {
      statements.push_back(notebook::with_parameters(statement.sql, script.parameters));
    }
    cells[i]["statements"] = std::move(statements);
  }
  return {{"file", file},
          {"tables", std::move(tables)},
          {"parameters", script.parameters},
          {"cells", std::move(cells)},
          {"preamble", kPreamble},
          {"cell_seconds", limits.cell.count()}};
}

/// A folder below the data folder, removed at the end.
class WorkFolder {
 public:
  static Result<WorkFolder> make(const Folder& folder) {
    static std::atomic<int> number = 0;
    std::string path = fmt::format("{}/tmp/notebook-{}-{}", folder.path, ::getpid(), ++number);
    TRY(folder.env.remove_tree(path));
    TRY(folder.env.make_dirs(path));
    return WorkFolder(folder.env, path);
  }
  WorkFolder(WorkFolder&& other) noexcept
      : env_(other.env_), path_(std::exchange(other.path_, {})) {}
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder() {
    if (!path_.empty()) (void)env_.remove_tree(path_);
  }
  std::string file(const char* name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  WorkFolder(base::Env& env, std::string path) : env_(env), path_(std::move(path)) {}
  base::Env& env_;
  std::string path_;
};

}  // namespace

Result<json> run_python_notebook(const Folder& folder, const lake::Lake& lake,
                                 const notebook::Script& script, const std::string& file,
                                 const NotebookLimits& limits, std::stop_token stop) {
  base::Env& env = folder.env;
  std::string python = TRY(make_python_environment(env, stop));
  std::string environment = python_environment_folder();
  WorkFolder work = TRY(WorkFolder::make(folder));
  json job = job_of(script, file, limits, TRY(tables_of(lake)));
  TRY(env.write_file(work.file("job.json"),
                     job.dump(-1, ' ', false, json::error_handler_t::replace), false));
  TRY(env.write_file(work.file("runner.py"), kRunner, false));
  int status = TRY(run_child(
      {.arguments = {python, "runner.py", std::to_string(::getpid())},
       .environment = {"PATH=" + environment + "/bin:/usr/bin:/bin", "HOME=" + work.path(),
                       "LANG=C.UTF-8", "TZ=UTC",
                       "MPLBACKEND=module://matplotlib_inline.backend_inline",
                       "MPLCONFIGDIR=" + environment + "/matplotlib", "PYTHONDONTWRITEBYTECODE=1",
                       "JUPYTER_RUNTIME_DIR=" + work.path(), "JUPYTER_PLATFORM_DIRS=1"},
       .folder = work.path(),
       .output_path = work.file("log"),
       .seconds_max = limits.all},
      stop));
  json result = json::parse(env.read_file(work.file("result.json")).value_or(""), nullptr, false);
  if (status != 0 || !result.is_object()) {
    return base::error(Code::kInternal, "{}: the notebook's process ended with {}: {}", file,
                       status, end_of_file(env, work.file("log")));
  }
  result["cells"] = json::array();
  return result;
}

}  // namespace control
