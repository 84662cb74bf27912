#include "lake/presence.h"

#include <cstdint>
#include <map>

#include "base/guarded.h"
#include "lake/delta.h"
#include "lake/manifest.h"

namespace lake {

namespace {

/// Looks files up, reading each folder once.
class Folders {
 public:
  Folders(base::Env& env, std::string root) : env_(env), root_(std::move(root)) {}

  void check(const std::string& path, std::int64_t bytes, MissingFiles& missing) {
    auto slash = path.rfind('/');
    std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
    const auto& sizes = sizes_in(folder);
    auto found = sizes.find(path.substr(slash == std::string::npos ? 0 : slash + 1));
    if (found == sizes.end()) {
      missing.push_back({path, "is gone"});
    } else if (found->second != static_cast<std::uint64_t>(bytes)) {
      missing.push_back({path, fmt::format("has {} bytes instead of {}", found->second, bytes)});
    }
  }

 private:
  using Sizes = std::map<std::string, std::uint64_t>;

  const Sizes& sizes_in(const std::string& folder) {
    auto [sizes, is_new] = folders_.try_emplace(folder);
    if (!is_new) return sizes->second;
    // What can't be listed holds nothing that can be read.
    auto entries = env_.list(root_ + "/" + folder);
    if (!entries) return sizes->second;
    for (const auto& entry : *entries) {
      if (!entry.is_dir) sizes->second[entry.name] = entry.size;
    }
    return sizes->second;
  }

  base::Env& env_;
  const std::string root_;
  std::map<std::string, Sizes> folders_;
};

}  // namespace

base::Result<MissingFiles> missing_of_table(base::Env& env, const std::string& lake_root,
                                            const std::string& folder) {
  base::SystemClock clock;
  DeltaTable table(env, clock, lake_root + "/" + folder);
  MissingFiles missing;
  if (!table.exists()) return missing;
  auto snapshot = TRY(base::guarded([&] { return table.snapshot(); }));
  Folders folders(env, lake_root);
  for (const auto& file : snapshot.files) {
    folders.check(folder + "/" + file.path, file.bytes, missing);
  }
  return missing;
}

bool has_table(base::Env& env, const std::string& lake_root, const std::string& folder) {
  base::SystemClock clock;
  return DeltaTable(env, clock, lake_root + "/" + folder).exists();
}

base::Result<MissingFiles> missing_of_job(base::Env& env, const std::string& lake_root,
                                          const std::string& job) {
  auto manifest = TRY(base::guarded([&] { return read_manifest(env, lake_root, job); }));
  MissingFiles missing;
  if (!manifest) return missing;
  Folders folders(env, lake_root);
  for (const auto& [name, output] : manifest->outputs) {
    for (const auto& file : output.added) folders.check(file.path, file.bytes, missing);
  }
  return missing;
}

std::string to_text(const MissingFiles& missing) {
  constexpr size_t kNamed = 3;
  if (missing.empty()) return {};
  std::string text = missing.size() == 1
                         ? std::string("a file is not as it was written: ")
                         : fmt::format("{} files are not as they were written: ", missing.size());
  for (size_t i = 0; i < std::min(missing.size(), kNamed); ++i) {
    text += (i > 0 ? ", " : "") + missing[i].path + " " + missing[i].what;
  }
  return missing.size() > kNamed ? text + ", …" : text;
}

}  // namespace lake
