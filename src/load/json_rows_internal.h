// The world's JSON lines as columns: users, VIP users, products and events exist as JSON first, and
// what a batch, a CSV file or Parquet says is read from it, so that all say the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/batch.h"

namespace load {

/// Reads objects whose members come in the order of the first `fields` of the schema. A list
/// becomes a list, or where the column is a string, its JSON text. Owned by one thread.
class JsonRows {
 public:
  JsonRows(const model::Schema& schema, std::size_t fields);
  /// Adds one row to the first columns of `out` (out.rows stays). `line` is one of the world's
  /// objects: CHECKed.
  void add(std::string_view line, model::Batch& out);

 private:
  const char* read_value(const char* p, const char* end, model::Column& column);
  const char* read_text(const char* p, const char* end, std::string_view& text);

  std::vector<std::string> keys_;  ///< what comes before each value: `{"id":`, `,"name":`
  std::string unescaped_;
};

}  // namespace load
