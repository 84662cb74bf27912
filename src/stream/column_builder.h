// A column of a Parquet file, made from Values: one type for all rows.
#pragma once

#include <optional>

#include "model/batch.h"
#include "stream/value.h"
#include "streamsql/expr.h"

namespace stream {

/// The file type of values that the query gives a type to.
model::Type file_type(streamsql::SqlType type);

/// Owned by one thread.
class ColumnBuilder {
 public:
  /// `type`: what the column is known to be; absent: what its values are.
  explicit ColumnBuilder(std::optional<model::Type> type)
      : type_(type), column_(type.value_or(model::Type::kString)) {}

  /// Adds `n` values; `values` null means `n` NULLs. A value of another type widens the column:
  /// bigint and float to float, all else to text.
  void append(const Value* values, std::size_t n);
  std::optional<model::Type> type() const { return type_; }
  std::size_t rows() const { return rows_; }
  /// The column; the builder is empty afterwards. Text when nothing told the type.
  model::Column take();

 private:
  std::size_t append_run(const Value* values, std::size_t n);
  void widen(model::Type to);

  std::optional<model::Type> type_;
  model::Column column_;
  std::size_t rows_ = 0;
  std::string scratch_;
};

}  // namespace stream
