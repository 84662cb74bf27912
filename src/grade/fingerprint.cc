#include "grade/fingerprint.h"

#include <cmath>

namespace grade {

Fingerprint::Fingerprint(const Table& table)
    : key_(table.key), columns_(table.columns.size()), sums_(table.columns.size()), parts_(kParts) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].summed) summed_.push_back(i);
  }
}

void hash_row(Row row, std::size_t key, HashedRow& out) {
  out.key = key_hash(row, key);
  out.whole = out.key;  // so that a row of key columns alone counts too
  out.cells.resize(row.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    out.cells[i] = cell_hash(out.key, i, row[i]);
    out.whole += out.cells[i];
  }
}

void Fingerprint::add(Row row) {
  std::uint64_t key = key_hash(row, key_);
  std::uint64_t whole = key;
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::uint64_t hash = cell_hash(key, i, row[i]);
    columns_[i] += hash;
    whole += hash;
  }
  add_sums(row);
  parts_[part_of(key)] += base::mix64(whole);
  ++rows_;
}

void Fingerprint::add(Row row, const HashedRow& hashed) {
  for (std::size_t i = 0; i < row.size(); ++i) columns_[i] += hashed.cells[i];
  add_sums(row);
  parts_[part_of(hashed.key)] += base::mix64(hashed.whole);
  ++rows_;
}

void Fingerprint::add_sums(Row row) {
  for (std::size_t i : summed_) {
    const Cell& cell = row[i];
    if (cell.kind() == Cell::Kind::kInt) sums_[i] += static_cast<std::uint64_t>(cell.integer());
    if (cell.kind() == Cell::Kind::kDouble && std::abs(cell.real()) < 1e15) {
      sums_[i] += static_cast<std::uint64_t>(std::llround(cell.real() * 100));
    }
  }
}

void Fingerprint::merge(const Fingerprint& other) {
  rows_ += other.rows_;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    columns_[i] += other.columns_[i];
    sums_[i] += other.sums_[i];
  }
  for (std::size_t i = 0; i < kParts; ++i) parts_[i] += other.parts_[i];
}

std::uint64_t Fingerprint::hash() const {
  std::uint64_t hash = 0;
  for (std::uint64_t part : parts_) hash += part;
  return hash;
}

}  // namespace grade
