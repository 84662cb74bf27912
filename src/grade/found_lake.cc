#include "grade/found_lake.h"

#include "grade/found_batch.h"

namespace grade {

namespace {

/// Index of the column that a cut goes by, or the number of columns.
std::size_t arrival_column(const Table& table) {
  std::size_t i = 0;
  while (i < table.columns.size() && table.columns[i].name != "arrival") ++i;
  return i;
}

}  // namespace

RowSource lake_rows(lake::TableReader& lake, std::string name, std::vector<std::string> found,
                    Table table, std::stop_token stop, std::int64_t cut_ms) {
  return [&lake, name = std::move(name), found = std::move(found), table = std::move(table), stop,
          cut_ms](const RowSink& sink) -> base::Status {
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
    return lake.scan(name, TRY(found_names(table, found)), on_batch, stop);
  };
}

}  // namespace grade
