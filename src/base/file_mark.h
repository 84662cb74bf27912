// What a file held when it was written, so that other bytes of the same size are found later,
// without reading files that nobody has touched since.
//
// A mark is a checksum of the bytes (XXH3, 64 bits; against accidents, not against people) and the
// time of writing: "9e3779b97f4a7c15 639…" in hex and decimal. A file whose time is the mark's is
// taken as it was; of another time it is read. What is found is remembered for this process, by
// path, size and time, so that a folder that was copied is read once. Thread-safe.
#pragma once

#include <string>

#include "base/env.h"

namespace base {

/// The mark of a file that was just written; empty where it can't be read.
std::string file_mark(Env& env, const std::string& path);
/// False when the bytes are others than those of the mark, or can't be read. `entry`: the file as
/// its folder lists it now. A mark that is empty or of another form says nothing: true.
bool fits_mark(Env& env, const std::string& path, const DirEntry& entry, const std::string& mark);
/// The same; the file is looked at now, and has to be there.
bool fits_mark(Env& env, const std::string& path, const std::string& mark);

}  // namespace base
