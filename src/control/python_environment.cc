#include "control/python_environment.h"

#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
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

constexpr auto kInstallSeconds = std::chrono::seconds(1200);
constexpr std::size_t kInstallLogShown = 600;
// Of python/requirements.txt, as measured on Debian 12.
constexpr int kFetchedMegabytes = 90, kInstalledMegabytes = 245;

std::string variable(const char* name, const std::string& otherwise = "") {
  const char* value = std::getenv(name);  // NOLINT: nobody sets variables here
  return value != nullptr && *value != '\0' ? value : otherwise;
}

/// As the scripts have it.
std::string cache_folder() {
  std::string base = variable("XDG_CACHE_HOME", variable("HOME", "/tmp") + "/.cache");
  return variable("HRISTE_CACHE", base + "/hriste");
}

/// There once all is.
std::string done_mark() { return python_environment_folder() + "/.complete"; }

std::string end_of_log(base::Env& env, const std::string& path) {
  std::string text = env.read_file(path).value_or("");
  return text.size() > kInstallLogShown ? "…" + text.substr(text.size() - kInstallLogShown) : text;
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
  return base::error(
      Code::kUnavailable,
      "the Python environment of notebooks can't be made (it needs the network once, "
      "and python3-venv); {} says: {}",
      log, end_of_log(env, log));
}

Status install(base::Env& env, const std::string& folder, std::stop_token stop) {
  const std::string python = folder + "/bin/python";
  TRY(env.remove_tree(folder));
  TRY(install_step(env, folder, stop, {"python3", "-m", "venv", folder}));
  TRY(env.write_file(folder + "/requirements.txt", kRequirements, false));
  TRY(env.write_file(folder + "/trim.py", kTrim, false));
  // Most of the modules are never used: only the used ones are compiled, below.
  TRY(install_step(env, folder, stop,
                   {python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                    "--no-compile", "-r", folder + "/requirements.txt"}));
  TRY(install_step(env, folder, stop, {python, folder + "/trim.py"}));
  // The list of fonts takes seconds and is the same for all notebooks.
  return install_step(
      env, folder, stop,
      {"env", "-u", "PYTHONDONTWRITEBYTECODE", "MPLCONFIGDIR=" + folder + "/matplotlib", python,
       "-c",
       "import matplotlib.font_manager, matplotlib.pyplot, matplotlib_inline.backend_inline, "
       "pandas, nbconvert, nbclient, ipykernel.kernelapp, duckdb, IPython"});
}

}  // namespace

std::string python_environment_folder() {
  return fmt::format("{}/notebooks-{:016x}", cache_folder(),
                     XXH3_64bits(kRequirements.data(), kRequirements.size()));
}

nlohmann::json python_environment(base::Env& env) {
  const std::string folder = python_environment_folder();
  const bool ready = env.exists(done_mark());
  const auto packages = std::ranges::count(kRequirements, '=') / 2;
  std::string fetches = fmt::format(
      "the first Python notebook fetches {} pinned packages and what they need, once: about {} MB, "
      "{} MB in {}; hriste nb prepare does it beforehand",
      packages, kFetchedMegabytes, kInstalledMegabytes, folder);
  return {{"ready", ready}, {"folder", folder}, {"fetches", ready ? "" : fetches}};
}

Result<std::string> make_python_environment(base::Env& env, std::stop_token stop) {
  const std::string folder = python_environment_folder(), python = folder + "/bin/python";
  if (env.exists(done_mark())) return python;
  TRY(env.make_dirs(cache_folder()));
  auto lock = TRY(lock_folder(env, folder, stop));
  if (env.exists(done_mark())) return python;
  base::log_info("control", "notebook_environment", "folder={} fetched_mb={}", folder,
                 kFetchedMegabytes);
  TRY(install(env, folder, stop));
  TRY(env.write_file(done_mark(), ""));
  return python;
}

}  // namespace control
