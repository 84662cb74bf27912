// The PostgreSQL implementation of Database: rows go in by COPY in binary form, one transaction a
// batch, and come out by a cursor on a connection of its own.
#include <algorithm>
#include <mutex>

#include "sqldb/postgres_internal.h"
#include "sqldb/table_internal.h"

namespace sqldb {
namespace postgres {
namespace {

using base::Code;
using base::Result;
using base::Status;

/// Encoded and handed to the socket piece by piece, so that the server works meanwhile.
constexpr std::size_t kPieceBytes = 64 * 1024;

class Postgres final : public Database {
 public:
  Postgres(Dsn dsn, Connection writer) : dsn_(std::move(dsn)), writer_(std::move(writer)) {}

  Status create_table(const TableDef& table) override;
  Status drop_table(const std::string& table) override;
  Result<std::vector<std::string>> tables() override;
  Result<TableDef> table(const std::string& name) override;
  Status add_foreign_key(const std::string& table, const ForeignKey& key) override;
  Status append(const std::string& table, const model::Batch& rows) override;
  Result<std::unique_ptr<Cursor>> query(const std::string& sql, std::stop_token stop) override;

 private:
  /// The writer's connection, made anew when the last one was lost.
  Result<PGconn*> writer();
  Status execute(const std::string& sql);
  Result<std::vector<std::string>> key_of(const std::string& quoted);
  Status send_rows(PGconn* connection, const model::Batch& rows);
  Status finish_copy(PGconn* connection, const Status& sent);

  const Dsn dsn_;
  std::mutex mutex_;  // guards what follows
  Connection writer_;
  std::string piece_;
};

/// As a SQL literal.
std::string quote_text(std::string_view text) {
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + '\'';
}

Result<std::string> create_text(const TableDef& table) {
  TRY(check_key(table));
  std::string columns;
  for (const auto& field : table.schema.fields) {
    bool required = !field.nullable || std::ranges::count(table.primary_key, field.name) > 0;
    columns += fmt::format("{}{} {}{}", columns.empty() ? "" : ", ", quote_name(field.name),
                           declared_type(field.type), required ? " NOT NULL" : "");
  }
  std::string key = quote_names(table.primary_key);
  if (!key.empty()) columns += fmt::format(", PRIMARY KEY ({})", key);
  return fmt::format("CREATE TABLE {} ({})", quote_name(table.name), columns);
}

Result<PGconn*> Postgres::writer() {
  if (!writer_ || PQstatus(writer_.get()) != CONNECTION_OK) writer_ = TRY(connect(dsn_));
  return writer_.get();
}

Status Postgres::execute(const std::string& sql) {
  std::lock_guard lock(mutex_);
  TRY(run(dsn_, TRY(writer()), sql));
  return {};
}

Status Postgres::create_table(const TableDef& table) {
  TRY(base::check_name(table.name, "table"));
  auto present = this->table(table.name);
  if (present) {
    if (same_table(*present, table)) return {};
    return base::error(Code::kFailedPrecondition,
                       "table {} is there with other columns; drop it first (PostgreSQL's {})",
                       table.name, dsn_.place);
  }
  if (present.error().code != Code::kNotFound) return std::unexpected(present.error());
  return execute(TRY(create_text(table)));
}

/// Not CASCADE: what else somebody built on the table is theirs.
Status Postgres::drop_table(const std::string& table) {
  std::vector<std::string> keys;
  TRY(scan(fmt::format("SELECT conrelid::regclass::text AS referrer, conname FROM pg_constraint "
                       "WHERE contype = 'f' AND confrelid = to_regclass({})",
                       quote_text(quote_name(table))),
           [&](const model::Batch& batch) -> Status {
             for (std::size_t i = 0; i < batch.rows; ++i) {
               keys.push_back(fmt::format("ALTER TABLE {} DROP CONSTRAINT {}",
                                          batch.columns[0].text(i),
                                          quote_name(batch.columns[1].text(i))));
             }
             return {};
           }));
  for (const auto& text : keys) TRY(execute(text));
  return execute("DROP TABLE IF EXISTS " + quote_name(table));
}

Status Postgres::add_foreign_key(const std::string& table, const ForeignKey& key) {
  const std::string name = fmt::format("{}_{}_fkey", table, key.column);
  bool there = false;
  TRY(scan(fmt::format("SELECT 1 FROM pg_constraint WHERE conname = {} AND conrelid = "
                       "to_regclass({})",
                       quote_text(name), quote_text(quote_name(table))),
           [&](const model::Batch& batch) -> Status {
             there = there || batch.rows > 0;
             return {};
           }));
  if (there) return {};
  return execute(fmt::format("ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({})",
                             quote_name(table), quote_name(name), quote_name(key.column),
                             quote_name(key.table), quote_name(key.key)));
}

Result<std::vector<std::string>> Postgres::tables() {
  std::vector<std::string> names;
  TRY(
      scan("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND "
           "pg_table_is_visible(oid) AND relnamespace NOT IN "
           "('pg_catalog'::regnamespace, 'information_schema'::regnamespace) ORDER BY relname",
           [&](const model::Batch& batch) -> Status {
             for (std::size_t i = 0; i < batch.rows; ++i) {
               names.emplace_back(batch.columns[0].text(i));
             }
             return {};
           }));
  return names;
}

Result<std::vector<std::string>> Postgres::key_of(const std::string& quoted) {
  std::vector<std::string> key;
  TRY(
      scan("SELECT a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(attnum, position) "
           "JOIN pg_attribute a USING (attnum) WHERE i.indisprimary AND a.attrelid = i.indrelid "
           "AND i.indrelid = to_regclass(" +
               quoted + ") ORDER BY k.position",
           [&](const model::Batch& batch) -> Status {
             for (std::size_t i = 0; i < batch.rows; ++i) {
               key.emplace_back(batch.columns[0].text(i));
             }
             return {};
           }));
  return key;
}

Result<TableDef> Postgres::table(const std::string& name) {
  TRY(base::check_name(name, "table"));
  TableDef table{name, {}, {}};
  std::string quoted = quote_text(quote_name(name));
  TRY(
      scan("SELECT attname, atttypid, atttypmod, attnotnull FROM pg_attribute WHERE attrelid = "
           "to_regclass(" +
               quoted + ") AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
           [&](const model::Batch& batch) -> Status {
             for (std::size_t i = 0; i < batch.rows; ++i) {
               auto type = type_of(static_cast<Oid>(batch.columns[1].ints[i]),
                                   static_cast<int>(batch.columns[2].ints[i]));
               table.schema.fields.push_back({std::string(batch.columns[0].text(i)),
                                              type.value_or(model::Type::kString),
                                              batch.columns[3].ints[i] == 0});
             }
             return {};
           }));
  if (table.schema.fields.empty()) {
    return base::error(Code::kNotFound, "table {} does not exist in PostgreSQL's {}", name,
                       dsn_.place);
  }
  table.primary_key = TRY(key_of(quoted));
  return table;
}

Status Postgres::send_rows(PGconn* connection, const model::Batch& rows) {
  auto send = [&]() -> Status {
    if (PQputCopyData(connection, piece_.data(), static_cast<int>(piece_.size())) != 1) {
      return failure(dsn_, connection, nullptr, "the connection was lost");
    }
    piece_.clear();
    return {};
  };
  piece_.clear();
  put_copy_header(piece_);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    put_copy_row(rows, row, piece_);
    if (piece_.size() >= kPieceBytes) TRY(send());
  }
  put_copy_end(piece_);
  return send();
}

/// What the server says counts more than a broken connection: it tells why.
Status Postgres::finish_copy(PGconn* connection, const Status& sent) {
  PQputCopyEnd(connection, sent ? nullptr : "the rows could not be sent");
  Status said;
  while (Answer answer{PQgetResult(connection)}) {
    if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK && said) {
      said = failure(dsn_, connection, answer.get(), "can't insert");
    }
    if (PQstatus(connection) != CONNECTION_OK) break;
  }
  return said ? sent : said;
}

Status Postgres::append(const std::string& table, const model::Batch& rows) {
  std::vector<std::string> names;
  for (const auto& field : rows.schema.fields) names.push_back(field.name);
  std::string sql =
      fmt::format("COPY {} ({}) FROM STDIN (FORMAT binary)", quote_name(table), quote_names(names));
  std::lock_guard lock(mutex_);
  PGconn* connection = TRY(writer());
  Answer started(PQexec(connection, sql.c_str()));
  if (PQresultStatus(started.get()) != PGRES_COPY_IN) {
    return base::annotate(failure(dsn_, connection, started.get(), "can't insert").error(),
                          "table " + table);
  }
  Status done = finish_copy(connection, send_rows(connection, rows));
  if (!done) return base::annotate(done.error(), "table " + table);
  return {};
}

Result<std::unique_ptr<Cursor>> Postgres::query(const std::string& sql, std::stop_token stop) {
  return open_cursor(dsn_, TRY(connect(dsn_)), sql, std::move(stop));
}

}  // namespace
}  // namespace postgres

base::Result<std::unique_ptr<Database>> open_postgres(const std::string& dsn) {
  auto read = TRY(postgres::read_dsn(dsn));
  auto writer = TRY(postgres::connect(read));
  return std::make_unique<postgres::Postgres>(std::move(read), std::move(writer));
}

}  // namespace sqldb
