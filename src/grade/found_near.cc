#include "grade/found_near.h"

#include <algorithm>
#include <cmath>

#include "grade/fingerprint.h"

namespace grade {

namespace {

constexpr double kNear = 1e-9;

struct Known {
  std::uint64_t key;
  std::vector<double> reals;
};

std::vector<std::size_t> real_columns(const Table& table) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].form == Form::kReal) columns.push_back(i);
  }
  return columns;
}

bool is_near(double a, double b) {
  return std::abs(a - b) <= kNear * std::max(std::abs(a), std::abs(b));
}

}  // namespace

RowSource near_rows(Table table, RowSource expected, RowSource found) {
  return [table = std::move(table), expected = std::move(expected),
          found = std::move(found)](const RowSink& sink) -> base::Status {
    auto columns = real_columns(table);
    std::vector<Known> known;
    TRY(expected([&](Row row) {
      Known& one = known.emplace_back(Known{key_hash(row, table.key), {}});
      for (std::size_t i : columns) one.reals.push_back(row[i].real());
    }));
    std::ranges::sort(known, {}, &Known::key);
    std::vector<Cell> cells;
    return found([&](Row row) {
      auto same = std::ranges::lower_bound(known, key_hash(row, table.key), {}, &Known::key);
      if (same == known.end() || same->key != key_hash(row, table.key)) return sink(row);
      cells.assign(row.begin(), row.end());
      for (std::size_t i = 0; i < columns.size(); ++i) {
        Cell& cell = cells[columns[i]];
        if (cell.kind() != Cell::Kind::kDouble) continue;
        if (is_near(cell.real(), same->reals[i])) cell = Cell::of(same->reals[i]);
      }
      sink(cells);
    });
  };
}

}  // namespace grade
