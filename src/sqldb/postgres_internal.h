// PostgreSQL handles with owners, its errors as Status, and values in its binary format. Stays
// inside sqldb. Source of the formats: PostgreSQL 15, "COPY" (binary format) and the send/receive
// functions of its types.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/batch.h"
#include "sqldb/database.h"

namespace sqldb::postgres {

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, CloseConnection>;
using Answer = std::unique_ptr<PGresult, ClearResult>;

/// How to reach the server; never shown whole, since it may hold a password.
struct Dsn {
  std::string text;
  std::string place;     ///< "dbname at host:port", for messages
  std::string password;  ///< to keep it out of messages
};

/// Errors: kInvalidArgument; the text itself isn't repeated.
base::Result<Dsn> read_dsn(const std::string& text);
/// Errors: kPermissionDenied (password), kNotFound (database, role), kUnavailable.
base::Result<Connection> connect(const Dsn& dsn);

/// An error of `answer` (may be nullptr) or of the connection. `sql` (may be empty) gives line and
/// column, its first `skip` bytes not counted.
std::unexpected<base::Error> failure(const Dsn& dsn, PGconn* connection, const PGresult* answer,
                                     std::string_view what, std::string_view sql = {},
                                     std::size_t skip = 0);
/// Runs one statement without parameters; rows come in binary form when `binary`.
base::Result<Answer> run(const Dsn& dsn, PGconn* connection, const std::string& sql,
                         bool binary = false);

/// "bigint", "numeric(12,2)", …
std::string_view declared_type(model::Type type);
/// The model's type of a column's type (its oid and modifier) as a SELECT gives it. Errors:
/// kInvalidArgument for types that have no counterpart.
base::Result<model::Type> type_of(Oid oid, int modifier);

// Rows of a batch in COPY's binary form.
void put_copy_header(std::string& out);
void put_copy_row(const model::Batch& rows, std::size_t row, std::string& out);
void put_copy_end(std::string& out);

/// Adds a value in binary form to `column`. False: it doesn't fit the column's type.
bool read_value(Oid oid, std::string_view bytes, model::Column& column);

/// Owns its connection. A request of `stop` cuts it, also while the server waits for a lock or
/// answers nothing.
base::Result<std::unique_ptr<Cursor>> open_cursor(Dsn dsn, Connection connection,
                                                  const std::string& sql, std::stop_token stop);

}  // namespace sqldb::postgres
