// A batch of rows, column by column: what sinks take and what readers give. Work on batches, not on
// rows; a batch is 1 000 … 100 000 rows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/schema.h"

namespace model {

/// One column of a batch. Which of `ints`, `doubles` and `bytes`+`ends` is filled follows `type`:
///   kBool, kInt64, kDecimal, kDate, kTimestamp, kTimestampNtz  → ints
///   kDouble                                                    → doubles
///   kString, kBinary                → bytes, with ends[i] the end of value i (it starts at
///   ends[i-1]) kStringList                     → bytes + ends for the elements, list_ends[i] the
///   end (in elements)
/// `valid` is empty when nothing is null, else one byte a row (0 = null; the value slot is there
/// and zero or empty). Thread-compatible.
struct Column {
  Type type = Type::kString;
  std::vector<std::int64_t> ints;
  std::vector<double> doubles;
  std::string bytes;
  std::vector<std::uint64_t> ends;
  std::vector<std::uint64_t> list_ends;
  std::vector<std::uint8_t> valid;

  explicit Column(Type t = Type::kString) : type(t) {}

  std::size_t rows() const;
  bool is_null(std::size_t row) const { return !valid.empty() && valid[row] == 0; }
  std::string_view text(std::size_t row) const {
    std::uint64_t begin = row == 0 ? 0 : ends[row - 1];
    return {bytes.data() + begin, static_cast<std::size_t>(ends[row] - begin)};
  }

  void add_int(std::int64_t v) {
    ints.push_back(v);
    note_valid();
  }
  void add_double(double v) {
    doubles.push_back(v);
    note_valid();
  }
  void add_text(std::string_view v) {
    bytes.append(v);
    ends.push_back(bytes.size());
    note_valid();
  }
  void add_null();
  void clear();

 private:
  void note_valid() {
    if (!valid.empty()) valid.push_back(1);
  }
};

struct Batch {
  Schema schema;
  std::vector<Column> columns;  ///< one a field, all with `rows` rows
  std::size_t rows = 0;

  Batch() = default;
  explicit Batch(Schema s);
  /// Empties the columns and keeps their memory.
  void clear();
};

}  // namespace model
