// The products, a file each: product_{id}.json in one folder.
#pragma once

#include <stop_token>
#include <string>

#include "base/env.h"
#include "load/run.h"

namespace load {

/// Writes products [begin, end) of the slice into `dir` (made when absent), `threads` side by side.
/// Files that are there are taken for this world's, and written again only from the first on that
/// may be cut: an interrupted call goes on. Errors: the file system's; kCancelled after `stop`.
base::Status write_product_files(const world::World& world, const Slice& slice, base::Env& env,
                                 const std::string& dir, int threads, Progress& progress,
                                 std::stop_token stop);

/// The same into a folder that may hold anything. While it is not whole a file `.part-state` in it
/// says which products it is to hold; those go on, and others are refused.
/// Errors: also kAlreadyExists or kFailedPrecondition where other products lie, unless `overwrite`
/// is given, which removes them first.
base::Status write_product_folder(const world::World& world, const Slice& slice, base::Env& env,
                                  const std::string& dir, bool overwrite, int threads,
                                  Progress& progress, std::stop_token stop);

/// "{dir}/product_{id}.json".
std::string product_path(const std::string& dir, std::int64_t id);

}  // namespace load
