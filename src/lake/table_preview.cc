// What a table's statement would make, beside the table that is there.
#include <algorithm>

#include "lake/sql_worker_internal.h"
#include "lake/table_maker_internal.h"

namespace lake {

namespace {

using Columns = std::vector<QueryColumn>;

/// The rows that there are, as the view hriste_old.
constexpr const char* kOld = "hriste_old";

std::string comma_list(const std::vector<std::string>& parts, const char* between = ", ") {
  std::string list;
  for (const auto& part : parts) list += (list.empty() ? "" : between) + part;
  return list;
}

const QueryColumn* find_named(const Columns& columns, const std::string& name) {
  auto found = std::ranges::find(columns, name, &QueryColumn::name);
  return found == columns.end() ? nullptr : &*found;
}

/// One preview. Owned by one thread.
class TablePreviewer {
 public:
  TablePreviewer(Lake& lake, const TableSpec& spec, TableMaker& maker)
      : lake_(lake), spec_(spec), maker_(maker) {}

  base::Result<TablePreview> preview(std::int64_t rows) {
    TablePreview preview{.first = TRY(first_rows(rows)),
                         .rows = maker_.file().rows,
                         .quarantined = maker_.quarantined(),
                         .expectations = maker_.counts(),
                         .problem = maker_.problem(),
                         .difference = {}};
    preview.difference = TRY(difference(preview.first.columns));
    return preview;
  }

 private:
  base::Result<QueryResult> first_rows(std::int64_t most) {
    QueryResult result;
    std::string list;
    for (const auto& [name, type, cast] : maker_.columns()) {
      result.columns.push_back({name, type});
      list += fmt::format(
          "{}{}", list.empty() ? "" : ", ",
          cast ? fmt::format("CAST({} AS VARCHAR)", quote_name(name)) : quote_name(name));
    }
    std::vector<std::string> keys;
    for (const auto& key : spec_.keys) keys.push_back(quote_name(key));
    std::string order = keys.empty() ? "" : " ORDER BY " + comma_list(keys);
    result.rows = TRY(maker_.run(
        fmt::format("SELECT {} FROM {}{} LIMIT {}", list, maker_.new_rows(), order, most), most));
    result.truncated = maker_.file().rows > most;
    return result;
  }

  /// The table's columns, and its rows as a view; none: there is no such table.
  base::Result<std::optional<Columns>> look_at_old() {
    auto parts = TRY(split_table(spec_.table));
    auto source = TRY(find_table(lake_.env(), lake_.root(), parts.tier, parts.name));
    if (!source || source->format != Format::kDelta) return std::nullopt;
    auto view =
        TRY(make_view(maker_.session().connection(), lake_.env(), lake_.clock(), *source, {}));
    TRY(maker_.run(fmt::format("CREATE TEMP VIEW {} AS {}", kOld, view.select)));
    Columns columns;
    for (auto& row : TRY(maker_.run(fmt::format("DESCRIBE SELECT * FROM {}", kOld), 10'000))) {
      columns.push_back({row.at(0).get<std::string>(), row.at(1).get<std::string>()});
    }
    return columns;
  }

  base::Result<std::optional<TableDifference>> difference(const Columns& made) {
    auto old = TRY(look_at_old());
    if (!old) return std::nullopt;
    TableDifference found{.columns = column_differences(*old, made)};
    std::vector<std::string> common;
    for (const auto& column : *old) {
      if (find_named(made, column.name) != nullptr) common.push_back(column.name);
    }
    TRY(keys_are_in(common) ? count_by_keys(common, found) : count_whole_rows(common, found));
    return found;
  }

  bool keys_are_in(const std::vector<std::string>& common) const {
    // Where keys are double, rows can't be told by them.
    return !spec_.keys.empty() && maker_.problem().empty() &&
           std::ranges::all_of(spec_.keys, [&](const auto& key) {
             return std::ranges::find(common, key) != common.end();
           });
  }

  base::Status count_by_keys(const std::vector<std::string>& common, TableDifference& found) {
    std::vector<std::string> same, differs;
    for (const auto& key : spec_.keys) {
      same.push_back(fmt::format("o.{0} = n.{0}", quote_name(key)));
    }
    for (const auto& name : common) {
      differs.push_back(fmt::format("o.{0} IS DISTINCT FROM n.{0}", quote_name(name)));
    }
    std::string key = quote_name(spec_.keys.front());
    auto rows = TRY(maker_.run(fmt::format(
        "SELECT count(*) FILTER (WHERE o.{0} IS NULL), count(*) FILTER (WHERE n.{0} IS NULL), "
        "count(*) FILTER (WHERE o.{0} IS NOT NULL AND n.{0} IS NOT NULL AND ({1})) "
        "FROM {2} o FULL JOIN {3} n ON {4}",
        key, comma_list(differs, " OR "), kOld, maker_.new_rows(), comma_list(same, " AND "))));
    found.added = rows.at(0).at(0);
    found.removed = rows.at(0).at(1);
    found.changed = rows.at(0).at(2);
    return {};
  }

  base::Status count_whole_rows(const std::vector<std::string>& common, TableDifference& found) {
    if (common.empty()) {  // nothing is the same
      found.added = maker_.file().rows;
      auto rows = TRY(maker_.run(fmt::format("SELECT count(*) FROM {}", kOld)));
      found.removed = rows.at(0).at(0);
      return {};
    }
    std::vector<std::string> names;
    for (const auto& name : common) names.push_back(quote_name(name));
    auto rows =
        TRY(maker_.run(fmt::format("WITH n AS (SELECT {0} FROM {1}), o AS (SELECT {0} FROM {2}) "
                                   "SELECT (SELECT count(*) FROM (FROM n EXCEPT ALL FROM o)), "
                                   "(SELECT count(*) FROM (FROM o EXCEPT ALL FROM n))",
                                   comma_list(names), maker_.new_rows(), kOld)));
    found.added = rows.at(0).at(0);
    found.removed = rows.at(0).at(1);
    return {};
  }

  Lake& lake_;
  const TableSpec& spec_;
  TableMaker& maker_;
};

}  // namespace

std::vector<std::string> column_differences(const Columns& was, const Columns& is) {
  std::vector<std::string> differences;
  for (const auto& column : is) {
    const auto* old = find_named(was, column.name);
    if (old == nullptr) {
      differences.push_back(fmt::format("+{} {}", column.name, column.type));
    } else if (old->type != column.type) {
      differences.push_back(fmt::format("~{} {} → {}", column.name, old->type, column.type));
    }
  }
  for (const auto& column : was) {
    if (find_named(is, column.name) != nullptr) continue;
    differences.push_back(fmt::format("-{} {}", column.name, column.type));
  }
  return differences;
}

base::Result<TablePreview> Lake::preview_here(const TableSpec& spec, const Cuts& cuts,
                                              std::int64_t rows, std::chrono::milliseconds timeout,
                                              std::stop_token stop) {
  TableMaker maker(*this, spec, TableMaker::Rules::kSay, timeout, std::move(stop));
  TRY(maker.bind(cuts));
  TRY(maker.make());
  return TablePreviewer(*this, spec, maker).preview(rows);
}

base::Result<TablePreview> Lake::preview_table(const TableSpec& spec, const Cuts& cuts,
                                               std::int64_t rows, std::stop_token stop,
                                               std::chrono::milliseconds timeout) {
  auto turn = TRY(Turn::take(state_->turns, stop));
  if (options_.sql_worker.empty()) return preview_here(spec, cuts, rows, timeout, std::move(stop));
  WorkerRequest request = worker_request(timeout);
  request.table = spec;
  request.cuts = cuts;
  request.preview_rows = rows;
  return preview_from(TRY(ask(request, timeout, stop)));
}

}  // namespace lake
