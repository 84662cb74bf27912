// A playground's files, as `hriste watch` sees them, and the one that a text of the page belongs
// to.
//
// No path comes from the page, and none from the daemon: a file is found by what it holds, which is
// exactly the text that is applied. So nothing is written but what the playground's configuration
// reads, nothing beside its folder, and nothing that somebody has changed meanwhile. Symbolic links
// are neither followed nor replaced. Owned by one thread.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace client {

/// Files below `folder` with one of these endings, by name; hidden ones and what OpenTofu keeps
/// there are left out. Folders that are links aren't entered.
std::vector<std::filesystem::directory_entry> files_below(const std::string& folder,
                                                          const std::vector<std::string>& endings);

class DraftFiles {
 public:
  struct Draft {
    std::string file;    ///< its name, as the definition says it, maybe with folders; empty: none
    std::string before;  ///< the text that is applied
    std::string text;    ///< what shall be there
  };
  explicit DraftFiles(std::string folder) : folder_(std::move(folder)) {}

  /// The file that holds `before`, below the folder: "sql/gold_sales.sql". What was written here
  /// for the same `before` counts too: its apply may have failed. Errors: kFailedPrecondition: it
  /// was changed since, is a link, is read-only, stands nowhere, or in several places.
  base::Result<std::string> find(const Draft& draft) const;
  /// Replaces what find() gave, all or nothing.
  base::Status write(const std::string& name, const Draft& draft);

 private:
  bool holds(const std::filesystem::directory_entry& file, const Draft& draft) const;

  const std::string folder_;
  /// Name and the text that was applied → what was written instead.
  std::map<std::pair<std::string, std::string>, std::string> written_;
};

}  // namespace client
