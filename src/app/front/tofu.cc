#include "app/front/tofu.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/front/child.h"
#include "app/front/playground_root.h"
#include "base/env.h"
#include "kinds/version.h"

namespace app {
namespace {

namespace fs = std::filesystem;
using json = nlohmann::json;

constexpr const char* kSource = "hriste.local/hriste/hriste";

/// "1.12.6" → at least 1.8.
bool is_new_enough(const std::string& version) {
  int major = 0, minor = 0;
  if (std::sscanf(version.c_str(), "%d.%d", &major, &minor) != 2) return false;
  return major > 1 || (major == 1 && minor >= 8);
}

std::vector<std::pair<std::string, std::string>> quiet_environment() {
  // What it would ask of the network, and a configuration that may know another place for
  // providers.
  return {{"CHECKPOINT_DISABLE", "1"}, {"TF_IN_AUTOMATION", "1"}, {"TF_CLI_CONFIG_FILE", ""}};
}

/// Where PATH has `name`; empty: nowhere, or too old.
std::string usable(const std::string& name) {
  std::istringstream path(std::getenv("PATH") != nullptr ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(path, folder, ':');) {
    const auto file = (folder.empty() ? "." : folder) + "/" + name;
    if (::access(file.c_str(), X_OK) != 0 || fs::is_directory(file)) continue;
    std::string said;
    auto ran = run_child_lines(
        {.arguments = {file, "version", "-json"}, .folder = "", .environment = quiet_environment()},
        [&](const std::string& line) { said += line + "\n"; });
    auto version = json::parse(said, nullptr, false);
    if (ran && *ran == 0 && version.is_object() &&
        is_new_enough(version.value("terraform_version", "")))
      return file;
  }
  return "";
}

/// A rebuilt provider doesn't fit the hash that was recorded of the one before; it is pinned by
/// being this executable. What is recorded of other providers stays.
base::Status forget_lock(const std::string& local) {
  const auto path = local + "/.terraform.lock.hcl";
  auto text = base::Env::real().read_file(path);
  if (!text) return {};
  const auto from = text->find(fmt::format("provider \"{}\"", kSource));
  if (from == std::string::npos) return {};
  auto end = text->find("\n}", from);
  end = end == std::string::npos ? text->size() : std::min(text->size(), end + 3);
  text->erase(from, end - from);
  if (text->find("provider \"") == std::string::npos) return base::Env::real().remove_file(path);
  return base::Env::real().write_file(path, *text, false);
}

}  // namespace

base::Result<std::string> find_tofu() {
  if (const char* named = std::getenv("HRISTE_TOFU"); named != nullptr && *named != '\0')
    return std::string(named);
  if (auto shipped = shipped_tofu(); !shipped.empty()) return shipped;
  for (const char* name : {"tofu", "terraform"}) {
    if (auto found = usable(name); !found.empty()) return found;
  }
  return base::error(base::Code::kNotFound,
                     "neither tofu nor terraform (1.8 or newer) is in PATH; install one, set "
                     "HRISTE_TOFU to it, or use the package, which has its own");
}

std::string provider_folder(const std::string& plugins) {
  return fmt::format("{}/{}/{}/linux_amd64", plugins, kSource, kinds::kVersion);
}

std::string provider_name() {
  return fmt::format("terraform-provider-hriste_v{}", kinds::kVersion);
}

base::Result<std::string> link_provider(const std::string& plugins) {
  std::error_code wrong;
  const auto own = fs::read_symlink("/proc/self/exe", wrong);
  if (wrong) return base::errno_error(wrong.value(), "can't read", "/proc/self/exe");
  const fs::path link = fs::path(provider_folder(plugins)) / provider_name();
  TRY(base::Env::real().make_dirs(link.parent_path().string()));
  if (fs::read_symlink(link, wrong) == own && !wrong) return link.string();
  TRY(base::Env::real().remove_file(link.string()));
  fs::create_symlink(own, link, wrong);
  if (wrong) return base::errno_error(wrong.value(), "can't make the link", link.string());
  return link.string();
}

base::Result<Tofu> Tofu::open(const std::string& program, const std::string& local) {
  TRY(link_provider(local + "/terraform.d/plugins"));
  TRY(forget_lock(local));
  std::string said;
  const int status =
      TRY(run_child_lines({.arguments = {program, "init", "-input=false", "-no-color"},
                           .folder = local,
                           .environment = quiet_environment()},
                          [&](const std::string& line) { said += line + "\n"; }));
  if (status == 0) return Tofu(program, local);
  return base::error(base::Code::kFailedPrecondition, "{} init failed in {}:\n{}", program, local,
                     said);
}

base::Result<bool> Tofu::change(const std::string& command,
                                const std::vector<std::string>& arguments,
                                TofuProgress::Below below) const {
  std::vector<std::string> words = {program_, command, "-json", "-auto-approve", "-input=false"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  TofuProgress progress(command, std::move(below));
  const int status = TRY(
      run_child_lines({.arguments = words, .folder = local_, .environment = quiet_environment()},
                      [&](const std::string& line) { progress.take(line); }));
  progress.finish();
  return status == 0;
}

}  // namespace app
