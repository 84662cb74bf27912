#include "stream/table.h"

#include "streamsql/lexer.h"

namespace stream {

int Shape::slot(std::string_view name) {
  std::string key = streamsql::lower(name);
  if (auto it = slots_.find(key); it != slots_.end()) return it->second;
  if (names_.size() >= kColumnsMax) return -1;
  int slot = static_cast<int>(names_.size());
  slots_.emplace(std::move(key), slot);
  names_.emplace_back(name);
  is_seen_.push_back(false);
  is_named_.push_back(false);
  return slot;
}

int Shape::find(std::string_view name) const {
  auto it = slots_.find(streamsql::lower(name));
  return it == slots_.end() ? -1 : it->second;
}

void Shape::mark_seen(int slot, std::string_view name) {
  auto i = static_cast<std::size_t>(slot);
  if (is_seen_[i]) return;
  is_seen_[i] = true;
  names_[i] = name;
  seen_.push_back(slot);
}

void Shape::mark_named(int slot, std::string_view name) {
  mark_seen(slot, name);
  is_named_[static_cast<std::size_t>(slot)] = true;
}

Table row_of(const Table& table, std::size_t row) { return rows_of(table, row, 1); }

Table rows_of(const Table& table, std::size_t begin, std::size_t count) {
  Table out = table;
  out.rows = count;
  for (const Value*& column : out.columns)
    if (column != nullptr) column += begin;
  if (out.time != nullptr) out.time += begin;
  if (out.origin != nullptr) out.origin += begin;
  return out;
}

}  // namespace stream
