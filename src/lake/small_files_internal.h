// Many small JSON files as one: the engine opens file by file, which takes it many times as long as
// reading what is in them.
#pragma once

#include <string>

#include "lake/table_source_internal.h"

namespace lake {

/// When `source` has many JSON files that are small: writes their objects to one file of JSON lines
/// in `temp_dir`, and `source` then has only that. Objects may go over several lines; an array's
/// elements count as objects. What only the engine can read (a number beyond 64 bits) is left to
/// it. Errors: kInvalidArgument: a file that isn't JSON (named).
base::Status gather_small_files(base::Env& env, const std::string& temp_dir, TableSource& source);

}  // namespace lake
