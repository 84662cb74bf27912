// What an apply refuses of a table's SQL file before any run: shared by the pipeline that is
// applied and by the check of a text that is still being written.
#pragma once

#include <string>

#include "lake/lake.h"

namespace control {

struct TableText {
  std::string file;    ///< for messages
  std::string table;   ///< "silver.users", where its header names none
  std::string query;   ///< with its header
  std::string macros;  ///< functions that it may call
};

/// Whether the text is SQL, and reads only what its header needs. The statement as it would be run
/// in some window. Errors: kInvalidArgument, "FILE: line 3, column 5: …".
base::Result<lake::TableSpec> check_table_text(lake::Lake& lake, const TableText& text);

}  // namespace control
