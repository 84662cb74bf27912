// SQLite's values as batches. Stays inside sqldb.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "model/batch.h"
#include "sqldb/database.h"
#include "sqlite/connection.h"

namespace sqldb {

/// The declared type of a column, e.g. "BIGINT". Errors: kInvalidArgument for lists.
base::Result<std::string> declared_type(model::Type type);
/// The inverse; kString for what it doesn't know.
model::Type type_of_declaration(std::string_view declared);

/// Binds row `row` of `column` as parameter `index` (1…). `text` keeps formatted times alive until
/// the statement has run.
void bind_value(sqlite3_stmt* statement, int index, const model::Column& column, std::size_t row,
                std::string& text);
/// Adds column `index` of the current row to `column`.
base::Status read_value(sqlite3_stmt* statement, int index, model::Column& column);

/// Owns its connection. A request of `stop` ends a step that is under way, and those after it.
base::Result<std::unique_ptr<Cursor>> open_cursor(sqlite::Connection connection,
                                                  const std::string& sql, std::stop_token stop);

}  // namespace sqldb
