// A table of the shop's database. Part of the found side.
#pragma once

#include <stop_token>
#include <string>

#include "grade/compare.h"
#include "sqldb/database.h"

namespace grade {

/// All rows of `name`, as `table` has its columns. Streams; memory is a batch.
RowSource database_rows(sqldb::Database& database, std::string name, Table table,
                        std::stop_token stop);

}  // namespace grade
