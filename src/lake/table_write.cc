// Writing a Delta table from a SELECT: the rows to a new file, what has to hold for them checked
// there, one commit.
#include <algorithm>
#include <filesystem>
#include <set>

#include "base/log.h"
#include "lake/delta_internal.h"
#include "lake/parquet_internal.h"
#include "lake/session_internal.h"
#include "lake/table_rules_internal.h"

namespace lake {

using base::Code;

namespace {

/// Old versions stay readable for this long; their files go with a later overwrite.
constexpr std::chrono::hours kKeepOldFiles{1};
/// Rows in quarantine, below the table's folder: no reader takes names with '_' for data.
constexpr const char* kRejected = "_rejected";
constexpr std::chrono::milliseconds kNoTimeout{0};

bool drops(const ExpectationCount& count) {
  return count.failed > 0 && (count.action == Expectation::Action::kDrop ||
                              count.action == Expectation::Action::kQuarantine);
}

std::string list_of(const std::vector<std::string>& columns) {
  std::string list;
  for (const auto& column : columns) list += (list.empty() ? "" : ", ") + quote_name(column);
  return list;
}

/// Removes files of `folder` that are older than `keep`, but for `current`.
void remove_old(const std::string& folder, const std::string& current, base::Duration keep) {
  std::error_code ec;
  auto before = std::filesystem::file_time_type::clock::now() - keep;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ec)) {
    if (entry.path().filename() == current || entry.last_write_time(ec) >= before) continue;
    std::filesystem::remove(entry.path(), ec);
  }
}

}  // namespace

/// One write. Owned by one thread.
class TableWriter {
 public:
  TableWriter(Lake& lake, const TableSpec& spec, std::string folder, std::stop_token stop)
      : env_(*lake.options_.env),
        spec_(spec),
        delta_(env_, *lake.options_.clock, std::move(folder)),
        stop_(std::move(stop)) {}

  base::Result<TableWrite> write(Lake& lake, const Cuts& cuts) {
    std::string conditions;
    for (const auto& expectation : spec_.expectations) conditions += expectation.condition + '\n';
    session_ =
        TRY(Session::open(lake, spec_.select, cuts, Session::Order::kAny,
                          {.text = spec_.macros, .callers = conditions}, 0, {}, SqlUse::kTable));
    TRY(check_conditions(session_->connection(), spec_.expectations));
    TRY(make_typed());
    TRY(try_rules());
    TRY(env_.make_dirs(delta_.path()));
    auto written = write_files();
    if (!written) {
      forget();
      return base::annotate(written.error(), spec_.table);
    }
    return written;
  }

 private:
  base::Result<std::vector<Json>> run(const std::string& sql, std::int64_t rows = 1) {
    return session_->run(sql, rows, kNoTimeout, stop_);
  }

  /// The statement's columns with types that a Delta table can hold. Each binding of a statement
  /// looks into the JSON and CSV files that it reads, so no view is made where the text can stand
  /// in brackets.
  base::Status make_typed() {
    auto columns = TRY(session_->columns());
    std::string select;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < columns.list.size(); ++i) {
      const auto& [name, given] = columns.list[i];
      if (!seen.insert(name).second) {
        return base::error(Code::kInvalidArgument,
                           "two columns are called {}; give one another name with AS", name);
      }
      bool hidden = name.starts_with('_');
      std::string type = stored_type(given);
      if (!hidden) TRY(add_column(name, type));
      has_origin_ = has_origin_ || name == "_origin";
      select += fmt::format("{}CAST(#{} AS {}) AS {}", select.empty() ? "" : ", ", i + 1, type,
                            quote_name(name));
    }
    if (columns_.empty()) {
      return base::error(Code::kInvalidArgument,
                         "no column is left: names that begin with '_' don't become the table's");
    }
    bool ends_itself = session_->sql().find(';') != std::string::npos;
    if (ends_itself) TRY(session_->make_result_view());
    typed_ = fmt::format("(SELECT {} FROM {})", select,
                         ends_itself ? "hriste_result" : "(" + session_->sql() + "\n)");
    return {};
  }

  base::Status add_column(const std::string& name, const std::string& type) {
    auto delta = delta_type(type);
    if (!delta) return base::annotate(delta.error(), "column " + name);
    schema_["fields"].push_back(
        {{"name", name},
         {"type", std::move(*delta)},
         {"nullable", std::ranges::find(spec_.keys, name) == spec_.keys.end()},
         {"metadata", Json::object()}});
    columns_.push_back(name);
    definition_ += fmt::format("{}{} {}", definition_.empty() ? "" : ", ", quote_name(name), type);
    return {};
  }

  /// Binds conditions and keys before anything is computed, to an empty table: planning the
  /// statement once for each would take longer than checking.
  base::Status try_rules() {
    TRY(run("CREATE TEMP TABLE hriste_columns (" + definition_ + ")"));
    for (const auto& expectation : spec_.expectations) {
      auto bound =
          run(fmt::format("SELECT typeof({}\n) FROM hriste_columns", expectation.condition));
      if (!bound) return base::annotate(bound.error(), "expectation " + expectation.name);
    }
    for (const auto& key : spec_.keys) {
      if (std::ranges::find(columns_, key) != columns_.end()) continue;
      return base::error(Code::kInvalidArgument, "key {}: there is no such column", key);
    }
    return {};
  }

  base::Result<TableWrite> write_files() {
    TRY(copy_rows(fmt::format("SELECT {} FROM {}", list_of(columns_), typed_)));
    TRY(count_failures());
    if (std::ranges::any_of(counts_, drops)) TRY(sift());
    TRY(check_keys());
    return commit();
  }

  /// Writes the table's new file; one from before is removed.
  base::Status copy_rows(const std::string& select) {
    if (!file_.path.empty()) TRY(env_.remove_file(delta_.path() + "/" + file_.path));
    file_ = {};
    file_.path = DeltaTable::new_file_name();
    auto rows = TRY(run(copy_text(select, path(), true)));
    CopyResult copied = copy_result(rows, path());
    file_.rows = copied.file.rows;
    file_.bytes = copied.file.bytes;
    file_.stats = delta_stats(copied.stats, schema_, file_.rows);
    return {};
  }

  std::string path() const { return delta_.path() + "/" + file_.path; }
  std::string new_rows() const { return fmt::format("read_parquet({})", quote_text(path())); }

  base::Status count_failures() {
    if (spec_.expectations.empty()) return {};
    auto rows =
        TRY(run(fmt::format("SELECT {} FROM {}", count_list(spec_.expectations), new_rows())));
    for (std::size_t i = 0; i < spec_.expectations.size(); ++i) {
      const auto& expectation = spec_.expectations[i];
      auto failed = rows.at(0).at(i).get<std::int64_t>();
      counts_.push_back({expectation.name, expectation.action, failed});
      if (failed > 0 && expectation.action == Expectation::Action::kFail) {
        return refuse(expectation, failed);
      }
    }
    return {};
  }

  base::Status refuse(const Expectation& expectation, std::int64_t failed) {
    auto example = TRY(run(fmt::format("SELECT {} FROM {} WHERE {} LIMIT 1", row_name(spec_.keys),
                                       new_rows(), fails(expectation))));
    std::string which = example.empty() ? "" : example[0][0].get<std::string>();
    return base::error(Code::kFailedPrecondition,
                       "expectation {}: {} {} not have {}{}; the table stays as it was",
                       expectation.name, failed, failed == 1 ? "row does" : "rows do",
                       expectation.condition, which.empty() ? "" : ", e.g. " + which);
  }

  /// Rows that fail a drop or a quarantine go. The statement runs once more, kept this time, so
  /// that each row goes one way.
  base::Status sift() {
    TRY(
        run(fmt::format("CREATE TEMP TABLE hriste_rows AS SELECT *, {} AS hriste_verdict "
                        "FROM {}",
                        verdict(spec_.expectations), typed_)));
    TRY(copy_rows(
        fmt::format("SELECT {} FROM hriste_rows WHERE hriste_verdict IS NULL", list_of(columns_))));
    bool quarantines = std::ranges::any_of(counts_, [](const auto& count) {
      return count.failed > 0 && count.action == Expectation::Action::kQuarantine;
    });
    return quarantines ? write_rejected() : base::Status{};
  }

  base::Status write_rejected() {
    std::string name = std::string(kRejected) + "/" + DeltaTable::new_file_name();
    TRY(env_.make_dirs(delta_.path() + "/" + kRejected));
    rejected_ = name;
    std::string to = delta_.path() + "/" + name;
    auto rows = TRY(run(copy_text(rejected_select(spec_, columns_, has_origin_), to)));
    quarantined_ = copy_result(rows, to).file.rows;
    return {};
  }

  base::Status check_keys() {
    if (spec_.keys.empty()) return {};
    auto found = TRY(run(double_key_select(spec_.keys, new_rows())));
    if (found.empty()) return {};
    auto times = found[0][1].get<std::int64_t>();
    std::string row = found[0][0].get<std::string>();
    if (times == 1) {
      return base::error(Code::kFailedPrecondition,
                         "keys: a row has {}; a key can't be null. The table stays as it was", row);
    }
    return base::error(Code::kFailedPrecondition,
                       "keys: {} rows have {}; there can be one. The table stays as it was", times,
                       row);
  }

  base::Result<TableWrite> commit() {
    Json info{{"hriste.cuts", session_->cuts()}, {"hriste.definition", spec_.select}};
    if (!spec_.keys.empty()) info["hriste.keys"] = spec_.keys;
    for (const auto& count : counts_) {
      info["hriste.expectations"].push_back(
          {{"name", count.name}, {"action", action_name(count.action)}, {"failed", count.failed}});
    }
    if (quarantined_ > 0) info["hriste.rejected"] = {{"path", rejected_}, {"rows", quarantined_}};
    auto version = TRY(delta_.commit({.mode = Commit::Mode::kOverwrite,
                                      .schema = schema_,
                                      .files = {file_},
                                      .operation = "CREATE OR REPLACE TABLE AS SELECT",
                                      .info = std::move(info)}));
    TableWrite write{version, file_.rows,   file_.bytes,      session_->cuts(),
                     counts_, quarantined_, session_->reads()};
    clean_up();
    return write;
  }

  void clean_up() {
    if (auto cleaned = delta_.vacuum(kKeepOldFiles); !cleaned) {
      base::log_warn("lake", "no_vacuum", "table={} error={}", spec_.table,
                     cleaned.error().message);
    }
    remove_old(delta_.path() + "/" + kRejected,
               quarantined_ > 0 ? rejected_.substr(rejected_.rfind('/') + 1) : "", kKeepOldFiles);
  }

  /// After an error: what no commit lists.
  void forget() {
    if (!file_.path.empty()) (void)env_.remove_file(path());
    if (!rejected_.empty()) (void)env_.remove_file(delta_.path() + "/" + rejected_);
  }

  base::Env& env_;
  const TableSpec& spec_;
  DeltaTable delta_;
  std::stop_token stop_;
  std::unique_ptr<Session> session_;
  std::vector<std::string> columns_;  // the table's
  std::string definition_;            // of these, with types
  std::string typed_;                 // what stands behind FROM for the rows
  Json schema_ = {{"type", "struct"}, {"fields", Json::array()}};
  bool has_origin_ = false;
  DataFile file_;
  std::vector<ExpectationCount> counts_;
  std::string rejected_;  // below the table's folder
  std::int64_t quarantined_ = 0;
};

base::Result<TableWrite> Lake::write_table(const TableSpec& spec, const Cuts& cuts,
                                           std::stop_token stop) {
  auto parts = TRY(split_table(spec.table));
  std::string folder = TRY(this->folder(parts.tier, parts.name));
  auto turn = TRY(Turn::take(state_->turns, stop));
  return TableWriter(*this, spec, std::move(folder), std::move(stop)).write(*this, cuts);
}

}  // namespace lake
