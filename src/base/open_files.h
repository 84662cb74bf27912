// How many files and sockets this process may have open. Thread-safe.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace base {

/// Raises the soft limit as far as the hard one allows (65 536 are enough) and returns it. Once, at
/// the start of a daemon.
std::uint64_t raise_open_files_limit();

/// The limit that holds now.
std::uint64_t open_files_limit();

/// Whether `more` files fit beside those that are open now, with some to spare for what every part
/// of the process opens for a moment. Errors: kResourceExhausted naming `what`, the numbers and
/// what to do.
Status check_open_files(std::uint64_t more, std::string_view what);

}  // namespace base
