#include "control/python_notebook.h"

#include <unistd.h>
#include <xxhash.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "base/log.h"
#include "control/child_process.h"
#include "control/python_texts.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr int kCellSeconds = 120;
constexpr auto kNotebookSeconds = std::chrono::seconds(600);
constexpr auto kInstallSeconds = std::chrono::seconds(1200);
constexpr std::size_t kLogShown = 600;

std::string variable(const char* name, const std::string& otherwise = "") {
  const char* value = std::getenv(name);  // NOLINT: nobody sets variables here
  return value != nullptr && *value != '\0' ? value : otherwise;
}

/// As the scripts have it: $HRISTE_CACHE, $XDG_CACHE_HOME/hriste, ~/.cache/hriste.
std::string cache_folder() {
  std::string base = variable("XDG_CACHE_HOME", variable("HOME", "/tmp") + "/.cache");
  return variable("HRISTE_CACHE", base + "/hriste");
}

/// Another one for other pins.
std::string environment_folder() {
  return fmt::format("{}/notebooks-{:016x}", cache_folder(),
                     XXH3_64bits(kRequirements.data(), kRequirements.size()));
}

std::string end_of_file(base::Env& env, const std::string& path) {
  std::string text = env.read_file(path).value_or("");
  return text.size() > kLogShown ? "…" + text.substr(text.size() - kLogShown) : text;
}

/// Waits for the lock of a folder that another thread or process is making.
Result<std::unique_ptr<base::FileLock>> lock_folder(base::Env& env, const std::string& folder,
                                                    std::stop_token stop) {
  for (;;) {
    auto lock = env.lock(folder + ".lock");
    if (lock || lock.error().code != Code::kUnavailable) return lock;
    if (stop.stop_requested()) return base::error(Code::kCancelled, "stopped: run it again");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

std::vector<std::string> environment_variables() {
  std::vector<std::string> all;
  for (char** entry = ::environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  return all;
}

Status install_step(base::Env& env, const std::string& folder, std::stop_token stop,
                    std::vector<std::string> arguments) {
  std::string log = folder + ".log";
  int status = TRY(run_child({.arguments = std::move(arguments),
                              .environment = environment_variables(),
                              .folder = "/",
                              .output_path = log,
                              .seconds_max = kInstallSeconds},
                             stop));
  if (status == 0) return {};
  return base::error(Code::kUnavailable,
                     "the Python environment of notebooks can't be made (first use needs the "
                     "network and python3-venv); {} says: {}",
                     log, end_of_file(env, log));
}

/// The environment's Python; made on first use.
Result<std::string> python_of_environment(base::Env& env, std::stop_token stop) {
  std::string folder = environment_folder(), python = folder + "/bin/python";
  std::string done = folder + "/.complete";
  if (env.exists(done)) return python;
  TRY(env.make_dirs(cache_folder()));
  auto lock = TRY(lock_folder(env, folder, stop));
  if (env.exists(done)) return python;
  base::log_info("control", "notebook_environment", "folder={}", folder);
  TRY(env.remove_tree(folder));
  TRY(install_step(env, folder, stop, {"python3", "-m", "venv", folder}));
  TRY(env.write_file(folder + "/requirements.txt", kRequirements, false));
  TRY(install_step(env, folder, stop,
                   {python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r",
                    folder + "/requirements.txt"}));
  // The list of fonts takes seconds and is the same for all notebooks.
  TRY(install_step(env, folder, stop,
                   {"env", "MPLCONFIGDIR=" + folder + "/matplotlib", python, "-c",
                    "import matplotlib.font_manager, pandas, nbconvert, nbclient, ipykernel"}));
  TRY(env.write_file(done, ""));
  return python;
}

json job_of(const notebook::Script& script, const std::string& file, const std::string& lake) {
  json cells = notebook::to_json(script)["cells"];
  for (std::size_t i = 0; i < cells.size(); ++i) {
    json statements = json::array();
    for (const auto& statement : script.steps[i].statements) {
      statements.push_back(notebook::with_parameters(statement.sql, script.parameters));
    }
    cells[i]["statements"] = std::move(statements);
  }
  return {{"file", file},
          {"lake", lake},
          {"parameters", script.parameters},
          {"cells", std::move(cells)},
          {"preamble", kPreamble},
          {"cell_seconds", kCellSeconds}};
}

/// A folder below the data folder, removed at the end.
class WorkFolder {
 public:
  static Result<WorkFolder> make(Runtime& runtime) {
    static std::atomic<int> number = 0;
    std::string path = fmt::format("{}/tmp/notebook-{}-{}", runtime.data_dir, ::getpid(), ++number);
    TRY(runtime.env.remove_tree(path));
    TRY(runtime.env.make_dirs(path));
    return WorkFolder(runtime.env, path);
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

Result<json> run_python_notebook(Runtime& runtime, const notebook::Script& script,
                                 const std::string& file, std::stop_token stop) {
  base::Env& env = runtime.env;
  std::string python = TRY(python_of_environment(env, stop));
  std::string environment = environment_folder();
  WorkFolder work = TRY(WorkFolder::make(runtime));
  json job = job_of(script, file, runtime.lake_root());
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
       .seconds_max = kNotebookSeconds},
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
