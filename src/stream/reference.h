// Reference data: a table that doesn't change while the job runs, read from JSON lines or a JSON
// array, one file or all *.json and *.jsonl of a folder (by name).
#pragma once

#include <string>
#include <unordered_map>
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
  /// not a JSON object.
  base::Status load(base::Env& env, const std::string& path);
  const Table& table() const { return table_; }

 private:
  base::Status load_file(base::Env& env, const std::string& path);
  base::Status add_lines(std::string_view text, const std::string& path, std::size_t& line);
  base::Status add_array(std::string_view text, const std::string& path);
  base::Status add(std::string_view row, const std::string& path, std::size_t number);
  void keep_rows();

  std::string name_;
  Shape shape_;
  EventReader reader_;
  Arena arena_;
  std::vector<std::vector<Value>> columns_;
  Table table_;
};

/// Row numbers of a reference table by key. Immutable after build().
class ReferenceIndex {
 public:
  /// keys[k] gives key column k over `table` as source `ordinal`.
  base::Status build(const Table& table, int ordinal, const std::vector<EvaluatorPtr>& keys);
  /// The rows of `key` (append_key of its values in order), or empty.
  const std::vector<std::uint32_t>& find(const std::string& key) const;

 private:
  std::unordered_map<std::string, std::vector<std::uint32_t>> rows_;
};

}  // namespace stream
