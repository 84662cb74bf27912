#include <algorithm>
#include <set>

#include "lake/parquet_internal.h"
#include "lake/table_maker_internal.h"
#include "lake/table_rules_internal.h"

namespace lake {

using base::Code;

namespace {

bool drops(const ExpectationCount& count) {
  return count.failed > 0 && (count.action == Expectation::Action::kDrop ||
                              count.action == Expectation::Action::kQuarantine);
}

}  // namespace

base::Status TableMaker::bind(const Cuts& cuts) {
  std::string conditions;
  for (const auto& expectation : spec_.expectations) conditions += expectation.condition + '\n';
  session_ =
      TRY(Session::open(lake_, spec_.select, cuts, Session::Order::kAny,
                        {.text = spec_.macros, .callers = conditions}, 0, {}, SqlUse::kTable));
  TRY(check_conditions(session_->connection(), spec_.select, spec_.expectations));
  TRY(make_typed());
  return try_rules();
}

base::Status TableMaker::make() {
  TRY(lake_.env().make_dirs(session_->temp_dir()));
  TRY(copy_rows(fmt::format("SELECT {} FROM {}", column_list(), typed_)));
  TRY(count_failures());
  if (std::ranges::any_of(counts_, drops)) TRY(sift());
  return check_keys();
}

std::string TableMaker::new_rows() const {
  return fmt::format("read_parquet({})", quote_text(made(file_.path)));
}

std::string TableMaker::column_list() const {
  std::string list;
  for (const auto& column : columns_) list += (list.empty() ? "" : ", ") + quote_name(column.name);
  return list;
}

/// An error, or a problem that is only said.
base::Status TableMaker::say(std::unexpected<base::Error> refusal) {
  if (rules_ == Rules::kRefuse) return refusal;
  problem_ += (problem_.empty() ? "" : "; ") + refusal.error().message;
  return {};
}

/// The statement's columns with types that a Delta table can hold. Each binding of a statement
/// looks into the JSON and CSV files that it reads, so no view is made where the text can stand
/// in brackets.
base::Status TableMaker::make_typed() {
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
    if (!hidden) TRY(add_column(name, type, columns.cast[i]));
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

base::Status TableMaker::add_column(const std::string& name, const std::string& type, bool cast) {
  auto delta = delta_type(type);
  if (!delta) return base::annotate(delta.error(), "column " + name);
  schema_["fields"].push_back(
      {{"name", name},
       {"type", std::move(*delta)},
       {"nullable", std::ranges::find(spec_.keys, name) == spec_.keys.end()},
       {"metadata", Json::object()}});
  columns_.push_back({name, type, cast});
  definition_ += fmt::format("{}{} {}", definition_.empty() ? "" : ", ", quote_name(name), type);
  return {};
}

/// Binds conditions and keys before anything is computed, to an empty table: planning the
/// statement once for each would take longer than checking.
base::Status TableMaker::try_rules() {
  TRY(run("CREATE TEMP TABLE hriste_columns (" + definition_ + ")"));
  for (const auto& expectation : spec_.expectations) {
    auto bound = run(fmt::format("SELECT typeof({}\n) FROM hriste_columns", expectation.condition));
    if (!bound) return std::unexpected(in_rule(expectation, spec_.select, bound.error()));
  }
  for (const auto& key : spec_.keys) {
    if (std::ranges::find(columns_, key, &Column::name) != columns_.end()) continue;
    return base::error(Code::kInvalidArgument, "key {}: there is no such column", key);
  }
  return {};
}

/// Writes the table's new file; one from before is removed. The engine writes past Env: what is
/// to last is published from there before the commit.
base::Status TableMaker::copy_rows(const std::string& select) {
  if (!file_.path.empty()) TRY(lake_.env().remove_file(made(file_.path)));
  file_ = {};
  file_.path = DeltaTable::new_file_name();
  auto rows = TRY(run(copy_text(select, made(file_.path), true)));
  CopyResult copied = copy_result(rows, made(file_.path));
  file_.rows = copied.file.rows;
  file_.bytes = copied.file.bytes;
  file_.stats = delta_stats(copied.stats, schema_, file_.rows);
  return {};
}

base::Status TableMaker::count_failures() {
  if (spec_.expectations.empty()) return {};
  auto rows =
      TRY(run(fmt::format("SELECT {} FROM {}", count_list(spec_.expectations), new_rows())));
  for (std::size_t i = 0; i < spec_.expectations.size(); ++i) {
    const auto& expectation = spec_.expectations[i];
    auto failed = rows.at(0).at(i).get<std::int64_t>();
    counts_.push_back({expectation.name, expectation.action, failed});
    if (failed > 0 && expectation.action == Expectation::Action::kFail) {
      TRY(refuse(expectation, failed));
    }
  }
  return {};
}

base::Status TableMaker::refuse(const Expectation& expectation, std::int64_t failed) {
  auto example = TRY(run(fmt::format("SELECT {} FROM {} WHERE {} LIMIT 1", row_name(spec_.keys),
                                     new_rows(), fails(expectation))));
  std::string which = example.empty() ? "" : example[0][0].get<std::string>();
  return say(base::error(Code::kFailedPrecondition,
                         "expectation {}: {} {} not have {}{}; the table stays as it was",
                         expectation.name, failed, failed == 1 ? "row does" : "rows do",
                         expectation.condition, which.empty() ? "" : ", e.g. " + which));
}

/// Rows that fail a drop or a quarantine go. The statement runs once more, kept this time, so
/// that each row goes one way.
base::Status TableMaker::sift() {
  TRY(
      run(fmt::format("CREATE TEMP TABLE hriste_rows AS SELECT *, {} AS hriste_verdict "
                      "FROM {}",
                      verdict(spec_.expectations), typed_)));
  TRY(copy_rows(
      fmt::format("SELECT {} FROM hriste_rows WHERE hriste_verdict IS NULL", column_list())));
  bool quarantines = std::ranges::any_of(counts_, [](const auto& count) {
    return count.failed > 0 && count.action == Expectation::Action::kQuarantine;
  });
  return quarantines ? write_rejected() : base::Status{};
}

base::Status TableMaker::write_rejected() {
  rejected_ = DeltaTable::new_file_name();
  std::string to = made(rejected_);
  std::vector<std::string> names;
  for (const auto& column : columns_) names.push_back(column.name);
  auto rows = TRY(run(copy_text(rejected_select(spec_, names, has_origin_), to)));
  quarantined_ = copy_result(rows, to).file.rows;
  return {};
}

base::Status TableMaker::check_keys() {
  if (spec_.keys.empty()) return {};
  auto found = TRY(run(double_key_select(spec_.keys, new_rows())));
  if (found.empty()) return {};
  auto times = found[0][1].get<std::int64_t>();
  std::string row = found[0][0].get<std::string>();
  if (times == 1) {
    return say(base::error(Code::kFailedPrecondition,
                           "keys: a row has {}; a key can't be null. The table stays as it was",
                           row));
  }
  return say(base::error(Code::kFailedPrecondition,
                         "keys: {} rows have {}; there can be one. The table stays as it was",
                         times, row));
}

}  // namespace lake
