// Which build of a program a file is.
#pragma once

#include <string>

namespace base {

/// Another text whenever the file at `path` (links are followed) was written anew; empty when there
/// is none. The daemon notes its own, and whoever finds it compares it with the engine they would
/// start.
std::string executable_stamp(const std::string& path);

}  // namespace base
