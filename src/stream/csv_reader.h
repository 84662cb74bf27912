// CSV as RFC 4180 has it, also with '\n' line ends: fields in quotes may hold commas, line ends and
// doubled quotes. Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stream {

/// The next record of `text` from `at`, which moves behind it. Empty fields are empty texts.
/// Errors: kInvalidArgument when a quote isn't closed or text stands behind a closing one.
base::Status read_csv_record(std::string_view text, std::size_t& at,
                             std::vector<std::string>& fields);

}  // namespace stream
