// The small file beside an unfinished one: which rows it is to hold, and how far it is sound.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lake/parquet_encode.h"

namespace load {

struct FileState {
  std::int64_t position = 0;  ///< behind the last chunk
  std::int64_t rows = 0, bytes = 0;
  bool complete = false;                 ///< only the rename is missing
  std::vector<lake::RowGroup> groups{};  ///< of Parquet: what the footer needs, without bytes
  std::vector<std::int64_t> group_sizes{};
};

/// `what` says which rows and in which form; one line.
std::string state_text(std::string_view what, const FileState& state);
/// Errors: kFailedPrecondition when the text is another load's (the message says which, or that it
/// is damaged).
base::Result<FileState> parse_state(std::string_view text, std::string_view what);

}  // namespace load
