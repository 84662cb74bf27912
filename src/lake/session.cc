#include <atomic>
#include <condition_variable>
#include <functional>
#include <stop_token>
#include <thread>

#include "base/card.h"
#include "base/log.h"
#include "lake/delta_internal.h"
#include "lake/integer_casts_internal.h"
#include "lake/macros_internal.h"
#include "lake/session_internal.h"
#include "lake/small_files_internal.h"
#include "lake/table_rules_internal.h"
#include "lake/user_macros_internal.h"
#include "lake/value_internal.h"

namespace lake {
namespace {

using base::Code;

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

const TableSource* find_source(const std::vector<TableSource>& sources, const TableName& name) {
  for (const auto& source : sources) {
    if (source.tier == name.tier && lower(source.name) == lower(name.name)) return &source;
  }
  return nullptr;
}

/// Interrupts the connection's statement when the time is over or the caller asks for it, again and
/// again: an interruption that comes before the statement has begun is forgotten by the engine.
class Watch {
 public:
  Watch(duckdb_connection connection, std::chrono::milliseconds timeout,
        const std::stop_token& stop)
      : connection_(connection),
        timeout_(timeout),
        wake_(stop, [this] { set(stopped_); }),
        thread_([this] { run(); }) {}
  ~Watch() {
    set(done_);
    thread_.join();
  }
  bool late() const { return late_; }
  bool stopped() const { return stopped_; }

 private:
  void set(std::atomic<bool>& flag) {
    std::lock_guard lock(mutex_);
    flag = true;
    changed_.notify_all();
  }

  void run() {
    std::unique_lock lock(mutex_);
    auto ends = [this] { return done_ || stopped_; };
    if (timeout_.count() <= 0) {
      changed_.wait(lock, ends);
    } else {
      late_ = !changed_.wait_for(lock, timeout_, ends);
    }
    while (!done_) {
      duckdb_interrupt(connection_);
      changed_.wait_for(lock, std::chrono::milliseconds(5));
    }
  }

  duckdb_connection connection_;
  std::chrono::milliseconds timeout_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> late_ = false, stopped_ = false, done_ = false;
  std::stop_callback<std::function<void()>> wake_;
  std::thread thread_;
};

struct Prepared {
  duckdb_prepared_statement raw = nullptr;
  ~Prepared() { duckdb_destroy_prepare(&raw); }
};

base::Status prepare(duckdb_connection connection, const std::string& sql, Prepared& statement) {
  if (duckdb_prepare(connection, sql.c_str(), &statement.raw) == DuckDBSuccess) return {};
  const char* message = duckdb_prepare_error(statement.raw);
  return std::unexpected(located_error(sql, message == nullptr ? "can't prepare" : message));
}

}  // namespace

Session::~Session() {
  connection_.reset();
  if (!temp_dir_.empty()) (void)lake_.options_.env->remove_tree(temp_dir_);
}

base::Status Session::start(int threads) {
  const auto& options = lake_.options_;
  temp_dir_ = options.temp_dir + "/" + random_uuid();
  auto db = TRY(DuckDb::open({.threads = threads > 0 ? threads : options.threads,
                              .memory_mb = options.memory_mb,
                              .temp_dir = temp_dir_}));
  connection_.emplace(TRY(DuckConnection::open(std::move(db))));
  // As in Spark: nulls come first, or last where the order falls.
  return connection_->run("SET default_null_order = 'nulls_first_on_asc_last_on_desc'");
}

std::string Session::text() const {
  std::string text = sql_;
  return text.replace(dialect_.prefix_at, dialect_.prefix.size(), dialect_.prefix);
}

base::Status Session::make_macros(const Macros& macros) {
  auto all = TRY(parse_macros(macros.text));
  if (all.empty()) {
    std::lock_guard lock(lake_.state_->mutex);
    for (const auto& [owner, theirs] : lake_.state_->macros) {
      all.insert(all.end(), theirs.begin(), theirs.end());
    }
  }
  std::string uses;
  std::string own = TRY(user_macros_for(*connection_, all, sql_ + "\n" + macros.callers, uses));
  TRY(connection_->run(macros_for(uses)));
  return own.empty() ? base::Status{} : connection_->run(own);
}

base::Status Session::make_meta() {
  TRY(
      connection_->run("CREATE SCHEMA bronze; CREATE SCHEMA silver; CREATE SCHEMA gold; "
                       "CREATE SCHEMA meta"));
  std::lock_guard lock(lake_.state_->mutex);
  if (!lake_.state_->facts) return {};
  const auto& facts = *lake_.state_->facts;
  return connection_->run(
      fmt::format("CREATE TABLE meta.world AS SELECT make_timestamptz({}) AS epoch, "
                  "CAST({} AS UBIGINT) AS seed",
                  facts.epoch.time_since_epoch().count(), facts.seed));
}

/// What the newest versions of all tables left out. Their cuts count: these rows are cut by them.
base::Status Session::make_rejected() {
  std::string select;
  auto sources =
      TRY(find_tables(*lake_.options_.env, lake_.options_.root,
                      [](std::string_view tier, std::string_view) { return tier != "bronze"; }));
  for (const auto& source : sources) {
    if (source.format != Format::kDelta) continue;
    DeltaTable table(*lake_.options_.env, *lake_.options_.clock, source.folder);
    auto snapshot = table.snapshot();
    if (!snapshot) {  // a statement that reads the table says it
      base::log_warn("lake", "no_rejected", "table={}.{} error={}", source.tier, source.name,
                     snapshot.error().message);
      continue;
    }
    std::string file = rejected_file(*snapshot);
    if (file.empty()) continue;
    merge_cuts(cuts_, snapshot->cuts());
    select += fmt::format("{}SELECT * FROM read_parquet({})", select.empty() ? "" : " UNION ALL ",
                          quote_text(source.folder + "/" + file));
  }
  if (select.empty()) {
    select =
        "SELECT CAST(NULL AS VARCHAR) AS table_name, CAST(NULL AS VARCHAR) AS reason, "
        "CAST(NULL AS VARCHAR) AS origin, CAST(NULL AS VARCHAR) AS body WHERE false";
  }
  return connection_->run("CREATE VIEW meta.rejected AS " + select);
}

base::Status Session::make_views(const CheckedSql& checked, const Cuts& cuts,
                                 const Versions& versions) {
  if (checked.tables.empty() && !checked.lists_tables) return {};
  base::Env& env = *lake_.options_.env;
  TableFilter named = [&](std::string_view tier, std::string_view name) {
    return std::ranges::any_of(checked.tables, [&](const TableName& t) {
      return t.tier == tier && lower(t.name) == lower(std::string{name});
    });
  };
  auto sources =
      TRY(find_tables(env, lake_.options_.root, checked.lists_tables ? TableFilter{} : named));
  auto add = [&](TableSource source, const std::optional<PinnedTable>& pinned) -> base::Status {
    TRY(gather_small_files(env, temp_dir_, source));
    auto version = TRY(version_of(source, pinned, versions));
    auto view = TRY(make_view(*connection_, env, *lake_.options_.clock, source, cuts, version));
    merge_cuts(cuts_, view.cuts);
    reads_[source.tier + "." + source.name] = view.version;
    return connection_->run(fmt::format("CREATE OR REPLACE VIEW {}.{} AS {}", source.tier,
                                        quote_name(pinned ? pinned->view : source.name),
                                        view.select));
  };
  for (const auto& name : checked.tables) {
    if (name.tier == "meta") {
      if (lower(name.name) == "rejected") TRY(make_rejected());
      continue;
    }
    const TableSource* source = find_source(sources, name);
    if (source == nullptr) {
      auto all = TRY(find_tables(env, lake_.options_.root));
      const std::string asked = name.tier + "." + name.name;
      return std::unexpected(base::error_at_offset(
          Code::kNotFound, sql_, name.offset,
          fmt::format("table {} does not exist; {}", asked, nearest_table(asked, names_of(all)))));
    }
    TRY(add(*source, name.pinned));
  }
  if (checked.lists_tables) {
    // A table that can't be read now is left out of a list; it says why when it is asked for.
    for (const auto& source : sources) (void)add(source, {});
  }
  return {};
}

base::Status Session::close_off(Order order) {
  return connection_->run(closing_off(lake_.options_.root, temp_dir_, order));
}

std::string Session::closing_off(const std::string& root, const std::string& temp_dir,
                                 Order order) {
  return fmt::format(
      "SET preserve_insertion_order = {}; SET allowed_directories = [{}, {}]; "
      "SET enable_external_access = false; SET lock_configuration = true",
      order == Order::kKept, quote_text(root + "/"), quote_text(temp_dir + "/"));
}

base::Result<std::unique_ptr<Session>> Session::open(Lake& lake, const std::string& sql,
                                                     const Cuts& cuts, Order order,
                                                     const Macros& macros, int threads,
                                                     const Versions& versions, SqlUse use) {
  std::unique_ptr<Session> session(new Session(lake, sql));
  TRY(session->start(threads));
  auto checked = TRY(check_select(session->connection(), sql, use));
  session->dialect_ = checked.dialect;
  session->sql_ = checked.dialect.sql;
  if (checked.dialect.show) TRY(session->list_tables(*checked.dialect.show));
  TRY(session->make_meta());
  TRY(session->make_macros(macros));
  truncate_integer_casts(session->connection(), checked.integers);
  TRY(session->make_views(checked, cuts, versions));
  TRY(session->fill_pivots());
  TRY(session->close_off(order));
  return session;
}

std::vector<std::string> Session::columns_read() {
  std::vector<std::string> names;
  for (const auto& [table, version] : reads_) {
    auto dot = table.find('.');
    Prepared statement;
    auto prepared = prepare(connection_->raw(),
                            fmt::format("SELECT * FROM {}.{} LIMIT 0", table.substr(0, dot),
                                        quote_name(table.substr(dot + 1))),
                            statement);
    if (!prepared) continue;
    for (idx_t i = 0; i < duckdb_prepared_statement_column_count(statement.raw); ++i) {
      const char* name = duckdb_prepared_statement_column_name(statement.raw, i);
      names.emplace_back(name);
      duckdb_free(const_cast<char*>(name));
    }
  }
  return names;
}

base::Result<Session::Columns> Session::columns() {
  Prepared statement;
  auto prepared = prepare(connection_->raw(), text(), statement);
  if (!prepared) return std::unexpected(explained(prepared.error()));
  auto type = duckdb_prepared_statement_type(statement.raw);
  CHECK(type == DUCKDB_STATEMENT_TYPE_SELECT ||
        (type == DUCKDB_STATEMENT_TYPE_EXPLAIN && !dialect_.prefix.empty()));
  Columns columns;
  for (idx_t i = 0; i < duckdb_prepared_statement_column_count(statement.raw); ++i) {
    duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(statement.raw, i);
    const char* name = duckdb_prepared_statement_column_name(statement.raw, i);
    columns.list.push_back({name, type_text(type)});
    columns.cast.push_back(!has_json_form(type));
    duckdb_free(const_cast<char*>(name));
    duckdb_destroy_logical_type(&type);
  }
  return columns;
}

base::Status Session::make_result_view() {
  // The text is one whole SELECT, checked; whatever comments it ends with end it here too.
  return connection_->run("CREATE TEMP VIEW hriste_result AS " + sql_);
}

base::Result<std::vector<Json>> Session::run(const std::string& text, std::int64_t max_rows,
                                             std::chrono::milliseconds timeout,
                                             const std::stop_token& stop,
                                             std::int64_t* bytes_left) {
  Prepared statement;
  TRY(prepare(connection_->raw(), text, statement));
  duckdb_result raw{};
  std::vector<Json> rows;
  Watch watch(connection_->raw(), timeout, stop);
  duckdb_state state = duckdb_execute_prepared_streaming(statement.raw, &raw);
  DuckResult result(raw);
  if (state == DuckDBSuccess) {
    rows = bytes_left != nullptr ? result.rows(max_rows, *bytes_left) : result.rows(max_rows);
  }
  if (watch.stopped()) return base::error(Code::kCancelled, "the statement was stopped");
  if (watch.late()) {
    return base::error(Code::kCancelled, "the statement took more than {} ms", timeout.count());
  }
  if (const char* message = duckdb_result_error(&result.raw())) {
    return std::unexpected(located_error(text, message));
  }
  CHECK(state == DuckDBSuccess);
  return rows;
}

}  // namespace lake
