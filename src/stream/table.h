// Rows between operators: columns of Values with names, and for each row its time and where it came
// from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stream/value.h"

namespace stream {

/// The columns that a source or a step has shown so far. Names are found in any letter case; a
/// column keeps its slot for ever. Owned by one thread.
class Shape {
 public:
  static constexpr std::size_t kColumnsMax = 4096;

  /// The slot of `name`, made when absent. -1 when there are kColumnsMax columns already.
  int slot(std::string_view name);
  /// -1 when absent.
  int find(std::string_view name) const;
  /// The column's own spelling: `name` as the data spell it, not as a query reads it.
  void mark_seen(int slot, std::string_view name);
  bool is_seen(int slot) const { return is_seen_[static_cast<std::size_t>(slot)]; }
  /// A query names the column: outputs write it as NULL where a row doesn't have it.
  void mark_named(int slot, std::string_view name);
  bool is_named(int slot) const { return is_named_[static_cast<std::size_t>(slot)]; }
  /// Slots that the data have shown, in the order of their first appearance: what `*` means.
  const std::vector<int>& seen() const { return seen_; }
  const std::string& name(int slot) const { return names_[static_cast<std::size_t>(slot)]; }
  std::size_t size() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
  std::vector<bool> is_seen_, is_named_;
  std::vector<int> seen_;
  std::unordered_map<std::string, int> slots_;  ///< by lower-case name
};

/// Where a row came from: unique in its input, the same in every run. A row that a window made has
/// a negative partition (-1, or -1 - n in branch n of a UNION), the window's end as arrival and a
/// running number as offset.
struct Origin {
  Ticks arrival = 0;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  bool operator==(const Origin&) const = default;
};

/// A batch of rows. `columns[slot]` points at `rows` values, in own storage or in that of the batch
/// it was made from, or is null where no row has the column. Valid until its maker's next batch.
struct Table {
  const Shape* shape = nullptr;
  std::size_t rows = 0;
  std::vector<const Value*> columns;
  const Ticks* time = nullptr;
  const Origin* origin = nullptr;

  const Value* column(int slot) const {
    auto i = static_cast<std::size_t>(slot);
    return i < columns.size() ? columns[i] : nullptr;
  }
};

/// Row `row` of `table` alone; valid as long as `table` is.
Table row_of(const Table& table, std::size_t row);
/// `count` rows from `begin` on; valid as long as `table` is.
Table rows_of(const Table& table, std::size_t begin, std::size_t count);

}  // namespace stream
