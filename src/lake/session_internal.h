// One statement's engine: opened, filled with the views that the statement reads, closed off.
#pragma once

#include <chrono>
#include <optional>
#include <semaphore>
#include <stop_token>
#include <string>
#include <utility>

#include "lake/sql_check_internal.h"
#include "lake/table_source_internal.h"
#include "lake/user_macros_internal.h"
#include "lake/worker_process_internal.h"

namespace lake {

struct Lake::State {
  explicit State(std::vector<std::string> sql_worker) : workers(std::move(sql_worker)) {}
  Workers workers;  // nobody's, where statements run here
  std::counting_semaphore<3> turns{3};
  std::mutex mutex;  // guards what follows
  std::optional<WorldFacts> facts;
  std::map<std::string, std::vector<UserMacro>> macros;  // by owner
};

/// A turn to run a statement; the next one's when it goes.
class Turn {
 public:
  using Turns = std::counting_semaphore<3>;
  /// Waits for one. Errors: kCancelled.
  static base::Result<Turn> take(Turns& turns, const std::stop_token& stop) {
    while (!turns.try_acquire_for(std::chrono::milliseconds(20))) {
      if (!stop.stop_requested()) continue;
      return base::error(base::Code::kCancelled, "the statement was stopped");
    }
    return Turn(turns);
  }
  Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (turns_ != nullptr) turns_->release();
  }

 private:
  explicit Turn(Turns& turns) : turns_(&turns) {}
  Turns* turns_;
};

/// "tier.name" in its parts.
struct TableParts {
  std::string tier, name;
};
base::Result<TableParts> split_table(const std::string& table);

/// Owned by one thread.
class Session {
 public:
  /// Checks `sql` and makes everything ready to run it, on so many threads (0: those of the lake's
  /// options); nothing outside can be reached afterwards.
  /// Rows come in the order that the tables have, or (kAny) as they are ready: a write needs no
  /// order, and keeping one costs it memory and, over thousands of small files, most of the time.
  enum class Order { kKept, kAny };
  /// Functions of a pipeline (empty: all that the lake knows), and what beside the statement calls
  /// them.
  struct Macros {
    std::string text, callers;
  };
  static base::Result<std::unique_ptr<Session>> open(Lake& lake, const std::string& sql,
                                                     const Cuts& cuts, Order order = Order::kKept,
                                                     const Macros& macros = {}, int threads = 0,
                                                     const Versions& versions = {},
                                                     SqlUse use = SqlUse::kAnswer);
  ~Session();

  /// The statement in the engine's words; text(): with EXPLAIN before it where that is asked for.
  const std::string& sql() const { return sql_; }
  std::string text() const;

  DuckConnection& connection() { return *connection_; }
  /// A folder of its own, beside the lake's; it goes with the session.
  const std::string& temp_dir() const { return temp_dir_; }
  /// What the tables that the statement reads are cut at.
  const Cuts& cuts() const { return cuts_; }
  /// As TableWrite::reads.
  const std::map<std::string, std::optional<std::int64_t>>& reads() const { return reads_; }

  /// Columns of the statement, bound but not run; `cast` says which have no JSON form. Located
  /// errors.
  struct Columns {
    std::vector<QueryColumn> list;
    std::vector<bool> cast;
  };
  base::Result<Columns> columns();

  /// Runs `text`, which is the checked statement or ours around it; at most `max_rows` rows. No
  /// `timeout` (0): as long as it takes. `bytes_left`: as DuckResult::rows. Errors: kCancelled.
  base::Result<std::vector<Json>> run(const std::string& text, std::int64_t max_rows,
                                      std::chrono::milliseconds timeout,
                                      const std::stop_token& stop,
                                      std::int64_t* bytes_left = nullptr);
  /// Statements behind which an engine reads files below these folders and nothing else.
  static std::string closing_off(const std::string& root, const std::string& temp_dir, Order order);

  /// Makes the statement known as the view hriste_result.
  base::Status make_result_view();

 private:
  Session(Lake& lake, std::string sql) : lake_(lake), sql_(std::move(sql)) {}
  base::Status start(int threads);
  base::Status make_views(const CheckedSql& checked, const Cuts& cuts, const Versions& versions);
  base::Status make_macros(const Macros& macros);
  base::Status make_meta();
  base::Status make_rejected();
  base::Result<std::optional<std::int64_t>> version_of(const TableSource& source,
                                                       const std::optional<PinnedTable>& pinned,
                                                       const Versions& versions) const;
  base::Status list_tables(const ShowTables& show);
  base::Status fill_pivots();
  base::Error explained(base::Error error);
  base::Error with_nearest_column(base::Error error);
  /// The columns of all tables that the statement reads.
  std::vector<std::string> columns_read();
  /// "silver.users" of each.
  static std::vector<std::string> names_of(const std::vector<TableSource>& sources);
  base::Status close_off(Order order);

  Lake& lake_;
  std::string sql_;
  Dialect dialect_;
  std::string temp_dir_;
  std::optional<DuckConnection> connection_;
  Cuts cuts_;
  std::map<std::string, std::optional<std::int64_t>> reads_;
};

}  // namespace lake
