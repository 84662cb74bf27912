// What was written before this process: by one that may have died between the write and the sync.
#pragma once

#include <string>

#include "base/env.h"

namespace base {

/// On return the file `path` as it is read now, and its name, survive loss of power. Whoever goes
/// on from a file that another process left calls it first: reading alone shows what lies in memory
/// only. Errors: as File::sync() and Env::sync_dir(); of a file that isn't there.
Status make_durable(Env& env, const std::string& path);

}  // namespace base
