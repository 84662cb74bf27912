// Rows that wait for the watermark, and come out in the order of (System.Timestamp, arrival,
// partition, offset), however they came in.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stream/event_clock.h"
#include "stream/expression.h"
#include "stream/value_codec.h"

namespace stream {

/// Owned by one thread. Memory: the rows at or above the watermark.
class RowSorter {
 public:
  /// `format` says which columns are kept and must outlive it.
  explicit RowSorter(RowFormat& format) : format_(format) {}

  /// Takes up all rows of `table`, each with a key: keys[k] has a value for each row. A row with a
  /// NULL in its key has none (`key` of a Row is empty), unless there are no key columns.
  void add(const Table& table, const std::vector<const Value*>& keys);

  struct Row {
    Ticks time = 0;
    Origin origin;
    bool null_key = false;
    std::string_view key;
    std::string_view bytes;  ///< the time, then what RowFormat wrote
  };
  /// Takes out the rows below `watermark`, in order. Valid until the next add().
  std::span<const Row> release(Ticks watermark);
  bool empty() const { return waiting_.empty(); }

  void save(StateWriter& out) const;
  void restore(StateReader& in);

 private:
  struct Waiting {
    Ticks time = 0;
    Origin origin;
    std::uint64_t number = 0;  ///< rows of one origin keep the order they came in
    std::size_t begin = 0;     ///< in bytes_
    std::uint32_t key_size = 0;
    std::uint32_t size = 0;
    bool null_key = false;
  };
  void compact();

  RowFormat& format_;
  std::vector<Waiting> waiting_;
  std::string bytes_;
  std::size_t live_bytes_ = 0;
  std::uint64_t next_ = 0;
  Ticks earliest_ = kEndOfTime;  ///< of the waiting rows
  std::vector<Row> released_;
};

/// Released rows as a table of source 0, with times and origins. The bytes must stay.
Table decode_rows(std::span<const RowSorter::Row> rows, const RowFormat& format, Arena& arena);

}  // namespace stream
