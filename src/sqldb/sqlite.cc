// The SQLite implementation of Database.
#include <algorithm>
#include <filesystem>
#include <mutex>

#include "sqldb/sqlite_internal.h"
#include "sqldb/table_internal.h"

namespace sqldb {
namespace {

using base::Code;
using base::Result;
using base::Status;

/// One statement inserts this many rows: it saves half of SQLite's work of starting a statement.
constexpr std::size_t kRowsPerInsert = 40;
constexpr int kBusyMs = 10'000;

class Sqlite final : public Database {
 public:
  Sqlite(sqlite::Connection writer, std::string path)
      : writer_(std::move(writer)), path_(std::move(path)) {}

  Status create_table(const TableDef& table) override;
  Status drop_table(const std::string& table) override;
  Result<std::vector<std::string>> tables() override;
  Result<TableDef> table(const std::string& name) override;
  Status add_foreign_key(const std::string& table, const ForeignKey& key) override;
  Status append(const std::string& table, const model::Batch& rows) override;
  Result<std::unique_ptr<Cursor>> query(const std::string& sql, std::stop_token stop) override;
  std::optional<std::string> state() override;

 private:
  Result<bool> has_foreign_key(const std::string& table, const ForeignKey& key);
  Status insert_all(const std::string& table, const model::Batch& rows);
  Result<sqlite::Statement> insert_statement(const std::string& table, const model::Batch& rows,
                                             std::size_t count);
  Status insert_rows(sqlite3_stmt* statement, const model::Batch& rows, std::size_t first,
                     std::size_t count);

  std::mutex mutex_;  // guards writer_
  sqlite::Connection writer_;
  std::string path_;
  std::vector<std::string> texts_;  // formatted times of the rows being inserted
};

Result<std::string> sqlite_create_text(const TableDef& table) {
  std::string columns;
  bool integer_key = table.primary_key.size() == 1;
  for (const auto& field : table.schema.fields) {
    std::string type = TRY(declared_type(field.type));
    // INTEGER and nothing else makes the key SQLite's row number, without an index beside it.
    bool row_number = integer_key && field.name == table.primary_key[0] && type == "BIGINT";
    bool required = !field.nullable || std::ranges::count(table.primary_key, field.name) > 0;
    columns += fmt::format("{}{} {}{}", columns.empty() ? "" : ", ", quote_name(field.name),
                           row_number ? "INTEGER" : type, required ? " NOT NULL" : "");
  }
  TRY(check_key(table));
  std::string key = quote_names(table.primary_key);
  if (key.empty()) return fmt::format("CREATE TABLE {} ({})", quote_name(table.name), columns);
  // A compound key orders the rows themselves: no second copy of the key in an index.
  return fmt::format("CREATE TABLE {} ({}, PRIMARY KEY ({})){}", quote_name(table.name), columns,
                     key, table.primary_key.size() > 1 ? " WITHOUT ROWID" : "");
}

Status Sqlite::create_table(const TableDef& table) {
  TRY(base::check_name(table.name, "table"));
  auto present = this->table(table.name);
  if (present) {
    if (same_table(*present, table)) return {};
    return base::error(Code::kFailedPrecondition,
                       "table {} is there with other columns; drop it first ({})", table.name,
                       path_);
  }
  if (present.error().code != Code::kNotFound) return std::unexpected(present.error());
  std::string text = TRY(sqlite_create_text(table));
  std::lock_guard lock(mutex_);
  return writer_.exec(text);
}

Status Sqlite::drop_table(const std::string& table) {
  std::lock_guard lock(mutex_);
  return writer_.exec("DROP TABLE IF EXISTS " + quote_name(table));
}

Result<std::vector<std::string>> Sqlite::tables() {
  std::vector<std::string> names;
  TRY(
      scan("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
           "ORDER BY name",
           [&](const model::Batch& batch) -> Status {
             for (std::size_t i = 0; i < batch.rows; ++i) {
               names.emplace_back(batch.columns[0].text(i));
             }
             return {};
           }));
  return names;
}

Result<TableDef> Sqlite::table(const std::string& name) {
  TRY(base::check_name(name, "table"));
  TableDef table{name, {}, {}};
  std::vector<std::pair<std::int64_t, std::string>> key;
  TRY(scan("SELECT name, type, \"notnull\", pk FROM pragma_table_info('" + name + "')",
           [&](const model::Batch& batch) -> Status {
             for (std::size_t i = 0; i < batch.rows; ++i) {
               std::string column{batch.columns[0].text(i)};
               table.schema.fields.push_back({column, type_of_declaration(batch.columns[1].text(i)),
                                              batch.columns[2].ints[i] == 0});
               if (batch.columns[3].ints[i] > 0) key.emplace_back(batch.columns[3].ints[i], column);
             }
             return {};
           }));
  if (table.schema.fields.empty()) {
    return base::error(Code::kNotFound, "table {} does not exist in {}", name, path_);
  }
  std::ranges::sort(key);
  for (auto& [position, column] : key) table.primary_key.push_back(column);
  return table;
}

Result<bool> Sqlite::has_foreign_key(const std::string& table, const ForeignKey& key) {
  auto found = TRY(writer_.prepare(
      "SELECT 1 FROM pragma_foreign_key_list(?) WHERE \"from\" = ? AND \"table\" = ?"));
  return found.text(table).text(key.column).text(key.table).step();
}

/// SQLite has no statement for it. Where the rows stay as they are, its documentation says to write
/// the new text into the schema (sqlite.org/lang_altertable.html#otheralter).
Status Sqlite::add_foreign_key(const std::string& table, const ForeignKey& key) {
  std::lock_guard lock(mutex_);
  if (TRY(has_foreign_key(table, key))) return {};
  auto orphan = TRY(writer_.prepare(fmt::format(
      "SELECT {0} FROM {1} WHERE {0} IS NOT NULL AND {0} NOT IN (SELECT {2} FROM {3}) LIMIT 1",
      quote_name(key.column), quote_name(table), quote_name(key.key), quote_name(key.table))));
  if (TRY(orphan.step())) {
    return base::error(Code::kFailedPrecondition, "table {} has a row whose {} {} isn't in {} ({})",
                       table, key.column, orphan.column_text(0), key.table, path_);
  }
  orphan.again();
  return writer_.transaction([&]() -> Status {
    auto version = TRY(writer_.prepare("PRAGMA schema_version"));
    TRY(version.step());
    const std::int64_t next = version.column_int(0) + 1;
    version.again();
    auto text =
        TRY(writer_.prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?"));
    if (!TRY(text.text(table).step())) {
      return base::error(Code::kNotFound, "table {} does not exist in {}", table, path_);
    }
    std::string sql = text.column_text(0);
    text.again();
    sql.insert(sql.rfind(')'),
               fmt::format(", FOREIGN KEY ({}) REFERENCES {} ({})", quote_name(key.column),
                           quote_name(key.table), quote_name(key.key)));
    TRY(writer_.exec("PRAGMA writable_schema = ON"));
    auto change = TRY(writer_.prepare("UPDATE sqlite_schema SET sql = ? WHERE name = ?"));
    auto changed = change.text(sql).text(table).run();
    TRY(writer_.exec("PRAGMA writable_schema = OFF"));
    TRY(changed);
    return writer_.exec(fmt::format("PRAGMA schema_version = {}", next));
  });
}

Result<sqlite::Statement> Sqlite::insert_statement(const std::string& table,
                                                   const model::Batch& rows, std::size_t count) {
  std::string names, marks;
  for (const auto& field : rows.schema.fields) {
    names += (names.empty() ? "" : ", ") + quote_name(field.name);
    marks += marks.empty() ? "(?" : ", ?";
  }
  marks += ")";
  std::string sql = fmt::format("INSERT INTO {} ({}) VALUES {}", quote_name(table), names, marks);
  for (std::size_t i = 1; i < count; ++i) sql += ", " + marks;
  return writer_.prepare(sql);
}

Status Sqlite::insert_rows(sqlite3_stmt* statement, const model::Batch& rows, std::size_t first,
                           std::size_t count) {
  int parameter = 0;
  for (std::size_t row = first; row < first + count; ++row) {
    for (const auto& column : rows.columns) {
      auto& text = texts_[static_cast<std::size_t>(parameter)];
      bind_value(statement, ++parameter, column, row, text);
    }
  }
  int rc = sqlite3_step(statement);
  if (rc != SQLITE_DONE) {
    auto failed = writer_.error("can't insert");
    sqlite3_reset(statement);
    return failed;
  }
  sqlite3_reset(statement);
  return {};
}

Status Sqlite::insert_all(const std::string& table, const model::Batch& rows) {
  std::size_t row = 0;
  if (rows.rows >= kRowsPerInsert) {
    auto many = TRY(insert_statement(table, rows, kRowsPerInsert));
    for (; row + kRowsPerInsert <= rows.rows; row += kRowsPerInsert) {
      TRY(insert_rows(many.handle(), rows, row, kRowsPerInsert));
    }
  }
  if (row == rows.rows) return {};
  auto one = TRY(insert_statement(table, rows, 1));
  for (; row < rows.rows; ++row) TRY(insert_rows(one.handle(), rows, row, 1));
  return {};
}

Status Sqlite::append(const std::string& table, const model::Batch& rows) {
  for (const auto& field : rows.schema.fields) TRY(declared_type(field.type));
  std::lock_guard lock(mutex_);
  texts_.resize(std::max(texts_.size(), rows.columns.size() * kRowsPerInsert));
  Status inserted = writer_.transaction([&] { return insert_all(table, rows); });
  return inserted ? inserted : base::annotate(inserted.error(), "table " + table);
}

Result<std::unique_ptr<Cursor>> Sqlite::query(const std::string& sql, std::stop_token stop) {
  return open_cursor(TRY(sqlite::Connection::open(path_, {.busy_ms = kBusyMs, .read_only = true})),
                     sql, std::move(stop));
}

/// By the files: the log's and, when it is brought in, the database's.
std::optional<std::string> Sqlite::state() {
  std::string text = "sqlite";
  for (const char* end : {"", "-wal"}) {
    std::error_code ec;
    auto size = std::filesystem::file_size(path_ + end, ec);
    auto at = std::filesystem::last_write_time(path_ + end, ec);
    if (ec || size == 0) continue;
    text += fmt::format(" {} {}", size, at.time_since_epoch().count());
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(base::Env& env, const std::string& path) {
  TRY(env.make_dirs(std::filesystem::path(path).parent_path().string()));
  auto writer = TRY(sqlite::Connection::open(path, {.busy_ms = kBusyMs}));
  // NORMAL syncs at checkpoints only, so that a power cut can't damage the file; a checkpoint each
  // 16 MB keeps a big load from copying its pages from the log too often.
  TRY(
      writer.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                  "PRAGMA wal_autocheckpoint=4000; PRAGMA temp_store=MEMORY"));
  return std::make_unique<Sqlite>(std::move(writer), path);
}

}  // namespace sqldb
