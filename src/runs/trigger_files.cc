// Files by a pattern: "bronze/products/*.json".
#include <filesystem>

#include "base/state_hash.h"
#include "runs/trigger_plan.h"

namespace runs {

namespace {

/// With * (any letters) and ? (one).
bool is_like(std::string_view name, std::string_view pattern) {
  std::size_t n = 0, p = 0, star = std::string_view::npos, from = 0;
  while (n < name.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++n, ++p;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// One look below a root.
class Look {
 public:
  Look(const Sight& sight, bool only_folders)
      : env_(*sight.env),
        only_folders_(only_folders),
        settled_ns_((std::filesystem::file_time_type::clock::now() - sight.settled)
                        .time_since_epoch()
                        .count()) {}

  void into(const std::string& folder, std::string_view pattern) {
    auto slash = pattern.find('/');
    std::string_view part = pattern.substr(0, slash);
    note(folder);
    if (slash == std::string_view::npos) return only_folders_ ? void() : add_files(folder, part);
    if (part.find_first_of("*?") == std::string_view::npos) {
      return into(folder + "/" + std::string(part), pattern.substr(slash + 1));
    }
    for (const auto& entry : listed(folder)) {
      if (!entry.is_dir || !is_like(entry.name, part)) continue;
      into(folder + "/" + entry.name, pattern.substr(slash + 1));
    }
  }

  FilesSeen seen;
  base::StateHash folders;

 private:
  std::vector<base::DirEntry> listed(const std::string& folder) {
    return env_.list(folder).value_or(std::vector<base::DirEntry>{});
  }
  /// A folder changes when a name in it comes or goes.
  void note(const std::string& folder) {
    std::error_code ec;
    auto at = std::filesystem::last_write_time(folder, ec);
    folders.add(folder);
    folders.add(ec ? "" : std::to_string(at.time_since_epoch().count()));
  }
  void add_files(const std::string& folder, std::string_view pattern) {
    for (const auto& entry : listed(folder)) {
      if (entry.is_dir || entry.name.starts_with('_') || entry.name.starts_with('.')) continue;
      if (!is_like(entry.name, pattern)) continue;
      if (entry.modified_ns > settled_ns_) {
        seen.is_fresh = true;
        continue;
      }
      base::StateHash hash;
      hash.add(folder + "/" + entry.name);
      hash.add(std::to_string(entry.size));
      hash.add(std::to_string(entry.modified_ns));
      seen.files.insert(hash.value());
    }
  }

  base::Env& env_;
  const bool only_folders_;
  const std::int64_t settled_ns_;  ///< DirEntry::modified_ns; later ones may change again
};

}  // namespace

bool may_lie_below(std::string_view pattern, std::string_view folder) {
  while (!folder.empty()) {
    auto slash = folder.find('/'), part = pattern.find('/');
    if (part == std::string_view::npos) return false;  // a file above the folder
    if (!is_like(folder.substr(0, slash), pattern.substr(0, part))) return false;
    folder = slash == std::string_view::npos ? "" : folder.substr(slash + 1);
    pattern = pattern.substr(part + 1);
  }
  return true;
}

FilesSeen files_matching(const Sight& sight, const std::string& pattern) {
  Look look(sight, false);
  look.into(sight.lake_root, pattern);
  look.seen.folders = look.folders.value();
  look.seen.at = std::chrono::steady_clock::now();
  return std::move(look.seen);
}

std::uint64_t folders_matching(const Sight& sight, const std::string& pattern) {
  Look look(sight, true);
  look.into(sight.lake_root, pattern);
  return look.folders.value();
}

}  // namespace runs
