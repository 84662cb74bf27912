// The changes that an apply or a destroy makes, as a tree that a terminal can renew. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/listing.h"

namespace cli {

/// What is done with one resource.
struct Change {
  std::string kind, name;  ///< "hriste_table", "users" or `files["users"]`
  std::string state;       ///< waiting, running, succeeded, failed
  double seconds = 0;      ///< since it began, or what it took
};

/// `title` and how many are done on top; below it a line for each kind, in the order in which they
/// came: done of all, then by name what failed, runs, or took longest. Each line fits `look.width`.
std::vector<std::string> change_tree(const std::string& title, const std::vector<Change>& changes,
                                     const Look& look);

}  // namespace cli
