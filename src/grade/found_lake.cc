#include "grade/found_lake.h"

#include "grade/found_batch.h"
#include "lake/scan.h"

namespace grade {

namespace {

std::string quote_column(std::string_view name) {
  std::string text = "\"";
  for (char c : name) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

/// bronze."pageviews".
std::string table_sql(const std::string& name) {
  std::size_t dot = name.find('.');
  return name.substr(0, dot) + "." + quote_column(name.substr(dot + 1));
}

/// Index of the column that a cut goes by, or the number of columns.
std::size_t arrival_column(const Table& table) {
  std::size_t i = 0;
  while (i < table.columns.size() && table.columns[i].name != "arrival") ++i;
  return i;
}

}  // namespace

base::Result<LakeColumns> lake_columns(lake::Lake& lake, std::stop_token stop) {
  // One engine for all of them, instead of one for each.
  auto result =
      TRY(lake.query("SELECT table_schema, table_name, column_name FROM information_schema.columns "
                     "ORDER BY table_schema, table_name, ordinal_position",
                     {.max_rows = 1'000'000, .stop = stop}));
  LakeColumns columns;
  for (const auto& row : result.rows) {
    columns[row[0].get<std::string>() + "." + row[1].get<std::string>()].push_back(
        row[2].get<std::string>());
  }
  return columns;
}

base::Error why_absent(lake::Lake& lake, const std::string& name) {
  auto result = lake.query("SELECT * FROM " + table_sql(name) + " LIMIT 0");
  if (!result) return result.error();
  return {base::Code::kUnavailable, name + " appeared while it was graded: grade again"};
}

RowSource lake_rows(lake::Lake& lake, std::string name, std::vector<std::string> found, Table table,
                    std::stop_token stop, std::int64_t cut_ms) {
  return [&lake, name = std::move(name), found = std::move(found), table = std::move(table), stop,
          cut_ms](const RowSink& sink) -> base::Status {
    std::string sql = "SELECT ";
    for (const std::string& column : TRY(found_names(table, found))) {
      sql += (sql.size() > 7 ? ", " : "") + quote_column(column);
    }
    sql += " FROM " + table_sql(name);
    std::size_t arrival = arrival_column(table);
    bool all =
        arrival == table.columns.size() || cut_ms > std::numeric_limits<std::int64_t>::max() / 1000;
    auto on_batch = [&](const model::Batch& batch) -> base::Status {
      if (all) {
        read_rows(table, batch, sink);
        return {};
      }
      read_rows(table, batch, [&](Row row) {
        if (row[arrival].integer() < cut_ms * 1000) sink(row);
      });
      return {};
    };
    return lake::scan(lake, sql, on_batch, {}, stop);
  };
}

}  // namespace grade
