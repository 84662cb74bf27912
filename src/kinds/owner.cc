#include "kinds/owner.h"

#include <cstdlib>
#include <filesystem>

#include "base/env.h"

namespace kinds {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kDefaultWorkspace = "default";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// As OpenTofu chooses it: by TF_WORKSPACE, else by what `tofu workspace select` has noted.
std::string workspace() {
  if (auto named = variable("TF_WORKSPACE"); !named.empty()) return named;
  auto folder = variable("TF_DATA_DIR");
  if (folder.empty()) folder = ".terraform";
  auto noted = base::Env::real().read_file(folder + "/environment").value_or("");
  const auto end = noted.find_last_not_of(" \r\n");
  noted.resize(end == std::string::npos ? 0 : end + 1);
  return noted.empty() ? kDefaultWorkspace : noted;
}

std::string text(const Owner& owner, const std::string& data_dir) {
  const auto root = (fs::path(data_dir) / owner.root).lexically_normal();
  return fmt::format("{}, workspace {}", root.string(), owner.workspace);
}

}  // namespace

json to_json(const Owner& owner) { return {{"root", owner.root}, {"workspace", owner.workspace}}; }

std::optional<Owner> owner_in(const json& json) {
  if (!json.is_object()) return std::nullopt;
  auto root = json.find("root"), workspace = json.find("workspace");
  if (root == json.end() || workspace == json.end() || !root->is_string() ||
      !workspace->is_string())
    return std::nullopt;
  return Owner{.root = *root, .workspace = *workspace};
}

std::optional<Owner> owner_of(const std::string& data_dir) {
  auto text = base::Env::real().read_file(data_dir + "/" + kOwnerFile);
  return text ? owner_in(json::parse(*text, nullptr, false)) : std::nullopt;
}

base::Status check_owner(const std::string& data_dir, const Owner& mine) {
  const auto owner = owner_of(data_dir);
  if (!owner || *owner == mine) return {};
  return base::error(base::Code::kFailedPrecondition,
                     "the playground in {} belongs to another state of Terraform ({}), and this is "
                     "{}: two of them would undo each other's work. Set another data_dir here; or, "
                     "to take the playground over, remove {}/{} and `tofu import` what is in it",
                     data_dir, text(*owner, data_dir), text(mine, data_dir), data_dir, kOwnerFile);
}

Owner own_identity(const std::string& data_dir) {
  std::error_code wrong;
  auto root = fs::relative(fs::current_path(wrong), data_dir, wrong).string();
  return {.root = std::move(root), .workspace = workspace()};
}

}  // namespace kinds
