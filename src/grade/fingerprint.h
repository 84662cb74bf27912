// What is kept of a table while its rows go by: enough to say whether two tables hold the same
// rows, in which columns they differ, and in which small part of the rows the difference lies. Its
// size doesn't depend on how many rows there are.
#pragma once

#include <cstdint>
#include <vector>

#include "grade/row.h"

namespace grade {

/// Rows fall into this many parts, by key.
inline constexpr std::size_t kParts = 4096;

/// The key's hash, from the first `key` cells.
inline std::uint64_t key_hash(Row row, std::size_t key) {
  std::uint64_t hash = 0x9E3779B97F4A7C15ULL;
  for (std::size_t i = 0; i < key; ++i) hash = base::mix64(hash ^ row[i].hash());
  return hash;
}
inline std::size_t part_of(std::uint64_t key_hash) { return key_hash >> 52; }
/// Column `column`'s share of the row's hash: depends on key, column and value.
inline std::uint64_t cell_hash(std::uint64_t key_hash, std::size_t column, const Cell& cell) {
  return base::mix64(key_hash + cell.hash() + column * 0xA0761D6478BD642FULL);
}

/// A row's hashes: rows that go into several tables with the same columns are hashed once.
struct HashedRow {
  std::uint64_t key = 0, whole = 0;
  std::vector<std::uint64_t> cells;
};
/// Overwrites `out`.
void hash_row(Row row, std::size_t key, HashedRow& out);

/// Order does not matter, neither of rows nor of merging; rows that come twice count twice.
/// Thread-compatible.
class Fingerprint {
 public:
  explicit Fingerprint(const Table& table);

  /// `row` has the table's columns.
  void add(Row row);
  void add(Row row, const HashedRow& hashed);  ///< by the same number of key columns
  void merge(const Fingerprint& other);

  std::int64_t rows() const { return rows_; }
  /// Sum of column `i`, which is `summed`; kReal in hundredths. Null counts nothing.
  std::int64_t sum(std::size_t i) const { return static_cast<std::int64_t>(sums_[i]); }
  /// Of all rows.
  std::uint64_t hash() const;
  bool operator==(const Fingerprint& other) const {
    return rows_ == other.rows_ && parts_ == other.parts_ && columns_ == other.columns_;
  }
  bool same_column(const Fingerprint& other, std::size_t i) const {
    return columns_[i] == other.columns_[i];
  }
  bool same_part(const Fingerprint& other, std::size_t part) const {
    return parts_[part] == other.parts_[part];
  }

 private:
  void add_sums(Row row);

  std::size_t key_;
  std::vector<std::size_t> summed_;  // which columns
  std::int64_t rows_ = 0;
  std::vector<std::uint64_t> columns_, sums_;  // sums wrap: found values may be anything
  std::vector<std::uint64_t> parts_;
};

}  // namespace grade
