// The products, a file each: product_{id}.json in one folder.
#pragma once

#include <stop_token>
#include <string>

#include "base/env.h"
#include "load/run.h"

namespace load {

/// Writes products [begin, end) of the slice into `dir` (made when absent), `threads` side by side.
/// Files that are there are written again only from the first that may be cut on: an interrupted
/// call goes on. Errors: the file system's; kCancelled after `stop`.
base::Status write_product_files(const world::World& world, const Slice& slice, base::Env& env,
                                 const std::string& dir, int threads, Progress& progress,
                                 std::stop_token stop);

/// "{dir}/product_{id}.json".
std::string product_path(const std::string& dir, std::int64_t id);

}  // namespace load
