// SELECTs: a cursor in a read-only transaction, fetched batch by batch in binary form.
#include <sys/socket.h>

#include "sqldb/postgres_internal.h"

namespace sqldb::postgres {
namespace {

using base::Code;
using base::error;

constexpr const char* kFetch = "FETCH FORWARD 30720 FROM hriste_cursor";  // fifteen DuckDB vectors

class PostgresCursor final : public Cursor {
 public:
  PostgresCursor(Dsn dsn, Connection connection, std::stop_token stop)
      : dsn_(std::move(dsn)),
        connection_(std::move(connection)),
        on_stop_(std::move(stop), Cut{PQsocket(connection_.get())}) {}

  const model::Schema& schema() const override { return schema_; }

  /// Prepares the text alone first: it gives the columns, and errors with their place.
  base::Status start(const std::string& sql) {
    TRY(describe(sql));
    // The cursor is read to its end, so the plan should be made for all rows.
    TRY(run(dsn_, connection_.get(), "SET cursor_tuple_fraction = 1"));
    TRY(run(dsn_, connection_.get(), "BEGIN READ ONLY"));
    const std::string declare = "DECLARE hriste_cursor NO SCROLL CURSOR FOR ";
    std::string text = declare + sql;
    Answer answer(
        PQexecParams(connection_.get(), text.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1));
    if (PQresultStatus(answer.get()) == PGRES_COMMAND_OK) return {};
    auto failed =
        failure(dsn_, connection_.get(), answer.get(), "can't read", text, declare.size());
    // Prepared it was fine: it is no SELECT.
    Code code = failed.error().code;
    if (code != Code::kInvalidArgument && code != Code::kUnimplemented) return failed;
    return error(Code::kPermissionDenied, "only SELECT can run here");
  }

  base::Result<bool> next(model::Batch& into) override {
    if (into.schema == schema_) {
      into.clear();
    } else {
      into = model::Batch(schema_);
    }
    if (ended_) return false;
    auto answer = TRY(run(dsn_, connection_.get(), kFetch, true));
    int rows = PQntuples(answer.get());
    for (std::size_t c = 0; c < into.columns.size(); ++c) TRY(read_column(answer.get(), c, into));
    into.rows = static_cast<std::size_t>(rows);
    row_ += rows;
    ended_ = rows == 0;
    return rows > 0;
  }

 private:
  /// Whatever libpq waits for then fails. (PQcancel would need a server that answers.)
  struct Cut {
    int socket;
    void operator()() const { ::shutdown(socket, SHUT_RDWR); }
  };

  base::Status describe(const std::string& sql) {
    Answer prepared(PQprepare(connection_.get(), "", sql.c_str(), 0, nullptr));
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) {
      return failure(dsn_, connection_.get(), prepared.get(), "can't run SQL", sql);
    }
    Answer described(PQdescribePrepared(connection_.get(), ""));
    if (PQresultStatus(described.get()) != PGRES_COMMAND_OK) {
      return failure(dsn_, connection_.get(), described.get(), "can't run SQL", sql);
    }
    if (sql.find_first_not_of(" \t\r\n;") == std::string::npos) {
      return error(Code::kInvalidArgument, "the SQL text is empty");
    }
    int columns = PQnfields(described.get());
    if (columns == 0) return error(Code::kPermissionDenied, "only SELECT can run here");
    for (int c = 0; c < columns; ++c) {
      Oid oid = PQftype(described.get(), c);
      auto type = type_of(oid, PQfmod(described.get(), c));
      std::string name = PQfname(described.get(), c);
      if (!type) return error(Code::kInvalidArgument, "column {} {}", name, type.error().message);
      schema_.fields.push_back({std::move(name), *type, true});
      oids_.push_back(oid);
    }
    return {};
  }

  base::Status read_column(const PGresult* answer, std::size_t index, model::Batch& into) {
    model::Column& column = into.columns[index];
    int c = static_cast<int>(index), rows = PQntuples(answer);
    for (int row = 0; row < rows; ++row) {
      if (PQgetisnull(answer, row, c) != 0) {
        column.add_null();
        continue;
      }
      std::string_view bytes(PQgetvalue(answer, row, c),
                             static_cast<std::size_t>(PQgetlength(answer, row, c)));
      if (!read_value(oids_[index], bytes, column)) {
        return error(Code::kInvalidArgument,
                     "row {}, column {}: the value doesn't fit {}; cast it in the query",
                     row_ + row + 1, schema_.fields[index].name, model::type_name(column.type));
      }
    }
    return {};
  }

  Dsn dsn_;
  Connection connection_;
  const std::stop_callback<Cut> on_stop_;  // before the connection is closed, it ends
  model::Schema schema_;
  std::vector<Oid> oids_;
  std::int64_t row_ = 0;
  bool ended_ = false;
};

}  // namespace

base::Result<std::unique_ptr<Cursor>> open_cursor(Dsn dsn, Connection connection,
                                                  const std::string& sql, std::stop_token stop) {
  auto cursor =
      std::make_unique<PostgresCursor>(std::move(dsn), std::move(connection), std::move(stop));
  TRY(cursor->start(sql));
  return cursor;
}

}  // namespace sqldb::postgres
