// Bronze files as they lie there. Part of the found side.
#pragma once

#include <stop_token>
#include <string>

#include "base/env.h"
#include "grade/compare.h"

namespace grade {

/// The lines of a file, as line_table() has them, read piece by piece.
RowSource file_lines(base::Env& env, std::string path, std::stop_token stop);

/// The files product_{id}.json of a folder, as product_table() has them. A file with another name
/// is an error that names it; hidden ones and those of writes under way are passed over.
RowSource product_files(base::Env& env, std::string folder, std::stop_token stop);

}  // namespace grade
