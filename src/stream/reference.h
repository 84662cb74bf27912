// Reference data: a table that doesn't change while the job runs, read from JSON lines, a JSON
// array or CSV with a header (all values are texts), one file or all *.json, *.jsonl and *.csv of a
// folder (by name).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "stream/event_reader.h"
#include "stream/expression.h"

namespace stream {

/// Immutable after load(); owned by one thread while loading. Memory: the columns that are asked
/// for, and a few MB while reading JSON lines (a JSON array is read whole).
class ReferenceTable {
 public:
  ReferenceTable(std::string name, bool all_columns)
      : name_(std::move(name)), reader_(shape_, all_columns) {}
  ReferenceTable(const ReferenceTable&) = delete;

  /// Columns that expressions ask for must be in shape() before.
  Shape& shape() { return shape_; }
  /// Errors: kNotFound when `path` is absent; kInvalidArgument with file and line where a row is
  /// not a JSON object, and where no row has a column that is asked for.
  base::Status load(base::Env& env, const std::string& path);
  const Table& table() const { return table_; }

 private:
  base::Status load_file(base::Env& env, const std::string& path);
  base::Status add_lines(std::string_view text, const std::string& path, std::size_t& line);
  base::Status add_csv(base::Env& env, const std::string& path);
  base::Status add_array(std::string_view text, const std::string& path);
  base::Status add(std::string_view row, const std::string& path, std::size_t number);
  void keep_rows();
  base::Status check_columns(const std::string& path) const;

  std::string name_;
  Shape shape_;
  EventReader reader_;
  Arena arena_;
  std::vector<std::vector<Value>> columns_;
  std::vector<std::string> header_;  ///< all columns of a CSV file
  Table table_;
};

/// Row numbers of a reference table by key. Immutable after build(). Memory: about 12 bytes a row.
class ReferenceIndex {
 public:
  /// keys[k] gives key column k over `table`, which must stay, as source `ordinal`.
  base::Status build(const Table& table, int ordinal, const std::vector<EvaluatorPtr>& keys);
  /// Appends the rows of `key` (append_key of its values in order) to `rows`, ascending.
  void find(std::string_view key, std::vector<std::uint32_t>& rows) const;

 private:
  bool append_row_key(std::size_t row, std::string& key) const;

  Arena arena_;
  std::vector<const Value*> columns_;  ///< the keys' values, by row
  std::vector<std::uint32_t> heads_;   ///< by hash: the first row, or kNoRow
  std::vector<std::uint32_t> next_;    ///< by row: the next one with its hash, or kNoRow
};

}  // namespace stream
