// SQLite handles with owners, and its errors as Status. Stays inside sqldb.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "model/batch.h"
#include "sqldb/database.h"

namespace sqldb {

struct CloseConnection {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// The connection's last error; `sql` (may be empty) gives line and column to a syntax error.
std::unexpected<base::Error> sqlite_error(sqlite3* db, std::string_view what,
                                          std::string_view sql = {});
base::Result<Connection> connect(const std::string& path, int flags);
base::Status execute(sqlite3* db, const std::string& sql);
/// One statement that stays; errors when `sql` holds another behind it.
base::Result<Statement> prepare(sqlite3* db, const std::string& sql);

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

/// Owns its connection.
base::Result<std::unique_ptr<Cursor>> open_cursor(Connection connection, const std::string& sql);

}  // namespace sqldb
