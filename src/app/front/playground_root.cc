#include "app/front/playground_root.h"

#include <filesystem>

#include "base/env.h"

namespace app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProviderSource = "hriste.local/hriste/hriste";

/// What is made, and no part of the definitions.
bool is_made(const std::string& name) {
  return name.starts_with(".hriste") || name.starts_with(".terraform") || name == "terraform.d" ||
         name.starts_with("terraform.tfstate") || name.ends_with(".auto.tfvars.json") ||
         name == "__pycache__";
}

base::Status copy_definitions(const fs::path& from, const fs::path& to) {
  auto& env = base::Env::real();
  TRY(env.make_dirs(to.string()));
  for (const auto& entry : TRY(env.list(from.string()))) {
    if (is_made(entry.name)) continue;
    if (entry.is_dir) {
      TRY(copy_definitions(from / entry.name, to / entry.name));
    } else {
      auto text = TRY(env.read_file((from / entry.name).string()));
      TRY(env.write_file((to / entry.name).string(), text, false));
    }
  }
  return {};
}

std::string existing(const fs::path& path) {
  std::error_code wrong;
  return fs::exists(path, wrong) ? path.lexically_normal().string() : "";
}

}  // namespace

std::string own_folder() {
  std::error_code wrong;
  return fs::read_symlink("/proc/self/exe", wrong).parent_path().string();
}

std::string shipped_playground() {
  const fs::path own = own_folder();
  if (auto packed = existing(own / "../share/hriste/playground"); !packed.empty()) return packed;
  for (fs::path dir = own; dir.has_relative_path(); dir = dir.parent_path()) {
    if (is_root(dir / "playground/local")) return dir / "playground";
  }
  return "";
}

std::string shipped_tofu() { return existing(fs::path(own_folder()) / "../lib/hriste/tofu"); }

bool is_root(const std::string& folder) {
  auto& env = base::Env::real();
  auto entries = env.list(folder);
  if (!entries) return false;
  for (const auto& entry : *entries) {
    if (entry.is_dir || !entry.name.ends_with(".tf")) continue;
    auto text = env.read_file(folder + "/" + entry.name);
    if (text && text->find(kProviderSource) != std::string::npos) return true;
  }
  return false;
}

const std::vector<std::string>& root_places() {
  static const std::vector<std::string> places = {"", "local", "playground/local",
                                                  "hriste-playground/local"};
  return places;
}

std::string root_below(const std::string& folder) {
  for (const auto& place : root_places()) {
    const auto root = place.empty() ? folder : folder + "/" + place;
    if (is_root(root)) return root;
  }
  return "";
}

std::string root_around(const std::string& folder) {
  if (auto here = root_below(folder); !here.empty()) return here;
  for (fs::path dir = fs::path(folder).parent_path();; dir = dir.parent_path()) {
    // Above, only what this folder is a part of: not a neighbour that happens to be there.
    for (const fs::path& root : {dir, dir / "local"}) {
      if (is_root(root)) return root;
    }
    if (!dir.has_relative_path()) return "";
  }
}

base::Status make_playground(const std::string& folder) {
  const auto shipped = shipped_playground();
  if (shipped.empty())
    return base::error(base::Code::kNotFound,
                       "no playground is shipped with {}; it is in the package's "
                       "share/hriste/playground and in a clone's playground",
                       own_folder());
  std::error_code wrong;
  const auto there = fs::status(folder, wrong);
  if (fs::exists(there) && !fs::is_directory(there))
    return base::error(base::Code::kFailedPrecondition,
                       "{} is a file, and was not touched; name a folder that is absent or empty",
                       folder);
  if (fs::exists(there) && !fs::is_empty(folder, wrong))
    return base::error(base::Code::kFailedPrecondition,
                       "{} is not empty, and was not touched; name a folder that is absent or "
                       "empty",
                       folder);
  return copy_definitions(shipped, folder);
}

}  // namespace app
