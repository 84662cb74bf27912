#include "lake/presence.h"

#include <cstdint>
#include <map>

#include "base/file_mark.h"
#include "base/guarded.h"
#include "lake/delta.h"
#include "lake/foreign_json_internal.h"
#include "lake/manifest.h"

namespace lake {

namespace {

/// Looks files up, reading each folder once.
class Folders {
 public:
  Folders(base::Env& env, std::string root) : env_(env), root_(std::move(root)) {}

  void check(const std::string& path, std::int64_t bytes, const std::string& mark,
             MissingFiles& missing) {
    auto slash = path.rfind('/');
    std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
    const auto& entries = entries_in(folder);
    auto found = entries.find(path.substr(slash == std::string::npos ? 0 : slash + 1));
    if (found == entries.end()) {
      missing.push_back({path, "is gone"});
    } else if (found->second.size != static_cast<std::uint64_t>(bytes)) {
      missing.push_back(
          {path, fmt::format("has {} bytes instead of {}", found->second.size, bytes)});
    } else if (!base::fits_mark(env_, root_ + "/" + path, found->second, mark)) {
      missing.push_back({path, "holds other bytes than were written"});
    }
  }

 private:
  using Entries = std::map<std::string, base::DirEntry>;

  const Entries& entries_in(const std::string& folder) {
    auto [found, is_new] = folders_.try_emplace(folder);
    if (!is_new) return found->second;
    // What can't be listed holds nothing that can be read.
    auto entries = env_.list(root_ + "/" + folder);
    if (!entries) return found->second;
    for (auto& entry : *entries) {
      if (!entry.is_dir) found->second.emplace(entry.name, std::move(entry));
    }
    return found->second;
  }

  base::Env& env_;
  const std::string root_;
  std::map<std::string, Entries> folders_;
};

}  // namespace

namespace {

/// What our own commit says of the table's file; nothing in those of other writers.
std::string mark_in(const nlohmann::json& commit_info, const std::string& path) {
  return text_member(member(commit_info, kMarks), path);
}

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
    folders.check(folder + "/" + file.path, file.bytes, mark_in(snapshot.commit_info, file.path),
                  missing);
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
    for (const auto& file : output.added) folders.check(file.path, file.bytes, file.mark, missing);
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
