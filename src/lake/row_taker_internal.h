// Rows handed over where they are made: the SQL function hriste_take(token, columns…) sees the
// engine's own vectors, which a result would have copied once more. Stays inside lake.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "lake/duckdb_internal.h"
#include "model/batch.h"

namespace lake {

/// Takes the rows of one statement, whose thread it belongs to.
class RowTaker {
 public:
  using OnBatch = std::function<base::Status(const model::Batch&)>;
  /// `schema`: of the columns behind the token. All outlive the statement.
  RowTaker(model::Schema schema, const OnBatch& on_batch, const std::stop_token& stop)
      : batch_(std::move(schema)), on_batch_(on_batch), stop_(stop) {}
  ~RowTaker();
  RowTaker(const RowTaker&) = delete;
  RowTaker& operator=(const RowTaker&) = delete;

  /// Why the statement was ended, if it was ended here.
  const std::optional<base::Error>& failure() const { return failure_; }
  /// The rows of `chunk` but for its first column; false ends the statement.
  bool take(duckdb_data_chunk chunk);

 private:
  model::Batch batch_;
  const OnBatch& on_batch_;
  const std::stop_token& stop_;
  std::vector<duckdb_logical_type> types_;
  std::optional<base::Error> failure_;
};

/// Makes hriste_take known; part of DuckDb::open of those that need it. The token is the address of
/// a RowTaker: only statements of our own can name it.
base::Status register_row_taker(DuckConnection& connection);

/// Runs SELECT `columns` FROM (`select`), where all columns have types that a batch can hold.
base::Status take_rows(DuckConnection& connection, const std::string& select,
                       const model::Schema& columns, const RowTaker::OnBatch& on_batch,
                       const std::stop_token& stop);

}  // namespace lake
