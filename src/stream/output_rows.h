// Rows of a table as JSON objects and as columns of a file.
#pragma once

#include <string>

#include "stream/table.h"

namespace stream {

/// Appends row `row` as one JSON object, without a line end. Columns that the query names are there
/// always; a column of `*` where the row has it.
void append_json_row(const Table& table, std::size_t row, std::string& out);

}  // namespace stream
