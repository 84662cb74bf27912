#include "client/draft_files.h"

#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>

#include "base/env.h"

namespace client {

namespace fs = std::filesystem;
using base::Code;
using base::Result;

namespace {

/// Texts that definitions read with file(); never Terraform's own files.
const std::vector<std::string> kTexts{".sql", ".asaql", ".md", ".py"};

std::string name_below(const std::string& folder, const fs::path& path) {
  return path.lexically_relative(folder).string();
}

/// How many of the last parts of both are the same.
int common_end(const fs::path& a, const fs::path& b) {
  std::vector<fs::path> of_a(a.begin(), a.end()), of_b(b.begin(), b.end());
  auto [at, other] = std::mismatch(of_a.rbegin(), of_a.rend(), of_b.rbegin(), of_b.rend());
  return static_cast<int>(at - of_a.rbegin());
}

/// Those that end as `wanted` does, the most of it.
std::vector<std::string> most_alike(std::vector<std::string> names, const std::string& wanted) {
  int most = 0;
  for (const auto& name : names) most = std::max(most, common_end(name, wanted));
  std::erase_if(names, [&](const auto& name) { return common_end(name, wanted) < most; });
  return names;
}

}  // namespace

std::vector<fs::directory_entry> files_below(const std::string& folder,
                                             const std::vector<std::string>& endings) {
  std::vector<fs::directory_entry> files;
  std::error_code ec;
  for (fs::recursive_directory_iterator at(folder, ec), end; at != end && !ec; at.increment(ec)) {
    const std::string name = at->path().filename().string();
    std::error_code gone;
    if (at->is_directory(gone)) {
      if (name.starts_with('.') || name == "terraform.d") at.disable_recursion_pending();
    } else if (!name.starts_with('.') &&
               std::ranges::find(endings, at->path().extension().string()) != endings.end()) {
      files.push_back(*at);
    }
  }
  std::ranges::sort(files);
  return files;
}

bool DraftFiles::holds(const fs::directory_entry& file, const Draft& draft) const {
  auto written = written_.find({name_below(folder_, file.path()), draft.before});
  auto text = base::Env::real().read_file(file.path().string());
  return text && (*text == draft.before || (written != written_.end() && *text == written->second));
}

Result<std::string> DraftFiles::find(const Draft& draft) const {
  const std::string wanted = fs::path(draft.file).filename().string();
  std::vector<std::string> found, others, links;
  for (const auto& file : files_below(folder_, kTexts)) {
    const std::string name = name_below(folder_, file.path());
    if (!wanted.empty() && file.path().filename() != wanted) continue;
    std::error_code ec;
    if (file.symlink_status(ec).type() != fs::file_type::regular) {
      links.push_back(name);
    } else {
      (holds(file, draft) ? found : others).push_back(name);
    }
  }
  if (found.size() > 1) found = most_alike(std::move(found), draft.file);
  if (found.size() > 1) {
    return base::error(Code::kFailedPrecondition,
                       "{} hold the same text: which one is meant can't be told",
                       fmt::join(found, ", "));
  }
  if (found.size() == 1) {
    if (::access((folder_ + "/" + found[0]).c_str(), W_OK) == 0) return found[0];
    return base::error(Code::kFailedPrecondition, "{} can't be written: it is read-only", found[0]);
  }
  if (wanted.empty() || (others.empty() && links.empty())) {
    return base::error(Code::kFailedPrecondition,
                       "no file below {} holds the text that is applied: it was changed since, or "
                       "is another folder's",
                       folder_);
  }
  if (others.empty()) {
    return base::error(Code::kFailedPrecondition, "{} is a symbolic link, which isn't written",
                       links[0]);
  }
  return base::error(Code::kFailedPrecondition,
                     "{} was changed since it was applied, and isn't overwritten: save it in your "
                     "editor to apply it, or take the change back",
                     others[0]);
}

base::Status DraftFiles::write(const std::string& name, const Draft& draft) {
  const std::string path = folder_ + "/" + name;
  std::error_code ec;
  const auto rights = fs::status(path, ec).permissions();
  TRY(base::Env::real().write_file(path, draft.text));
  fs::permissions(path, rights, ec);
  written_[{name, draft.before}] = draft.text;
  return {};
}

}  // namespace client
