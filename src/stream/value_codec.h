// Values and rows as compact bytes: how state keeps rows that wait. Rows are written column by
// column, without names; a RowFormat knows which columns they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stream/arena.h"
#include "stream/state_codec.h"
#include "stream/table.h"

namespace stream {

/// A kind byte, then: bigint, bit: zigzag varint; datetime, float: 8 bytes; text: length and bytes;
/// records and arrays: count and members.
void encode_value(const Value& value, std::string& out);

/// Reads what encode_value wrote. Texts are views into the bytes, records and arrays are made in
/// the arena. A reader that ran past the end gives NULLs and stays at the end.
class ValueDecoder {
 public:
  ValueDecoder(std::string_view bytes, Arena& arena)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()), arena_(arena) {}
  Value value();
  std::uint64_t varint();
  Ticks ticks();
  bool done() const { return at_ == end_; }

 private:
  std::string_view take(std::size_t n);
  Value record(std::size_t n);
  Value array(std::size_t n);

  const char* at_;
  const char* end_;
  Arena& arena_;
};

/// Which columns of a source are kept: those that a statement names, or all that appear (for `*`).
/// Owned by one thread; `shape` must outlive it.
class RowFormat {
 public:
  explicit RowFormat(Shape& shape) : shape_(shape) {}
  void need(int slot);
  void need_all() { all_ = true; }
  const Shape& shape() const { return shape_; }
  std::size_t columns() const { return slots_.size(); }

  /// Before rows of `table` are written: `*` takes up the columns that have appeared.
  void prepare();
  void encode(const Table& table, std::size_t row, std::string& out) const;
  /// Columns for `rows` rows; all values are missing where rows were written before they appeared.
  std::vector<Value*> make_columns(std::size_t rows, Arena& arena) const;
  /// One row into row `i` of the columns.
  void decode(ValueDecoder& in, const std::vector<Value*>& columns, std::size_t i) const;
  /// A table over the columns, without times and origins.
  Table table(const std::vector<Value*>& columns, std::size_t rows) const;

  void save(StateWriter& out) const;
  void restore(StateReader& in);

 private:
  Shape& shape_;
  bool all_ = false;
  std::vector<int> slots_;
  std::size_t seen_ = 0;  ///< of shape_.seen()
};

}  // namespace stream
