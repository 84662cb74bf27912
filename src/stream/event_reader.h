// Events from JSON: each record's value is parsed once, for all statements, into columns of Values.
//
// An event is one JSON object. Integers become bigint, fractions float, true and false bit; texts
// stay texts. Malformed is what isn't one whole object of JSON: broken syntax, bad UTF-8, another
// value, something behind it, an integer beyond 64 bits, nesting above 64.
#pragma once

#include <simdjson.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stream/arena.h"
#include "stream/table.h"

namespace stream {

/// Owned by one thread. Values are views into the reader's memory until clear().
class EventReader {
 public:
  /// Keeps the columns that `shape` has; with `all_columns` every column gets a slot.
  EventReader(Shape& shape, bool all_columns) : shape_(shape), all_columns_(all_columns) {}

  /// Forgets the rows and their texts.
  void clear();
  /// Adds the event as the next row. False when it is malformed; then nothing is added.
  bool add(std::string_view json);
  std::size_t rows() const { return rows_; }
  bool keeps_all() const { return all_columns_; }
  /// Keeps only the rows of `list` (ascending).
  void keep(const std::vector<std::uint32_t>& list);
  /// Sets a column of the last row, over what the event says.
  void set(int slot, Value value) { cell(slot, rows_ - 1) = value; }
  Value get(int slot, std::size_t row) const;
  /// Points `table` at the rows.
  void fill(Table& table) const;

  /// Why the last add() said no.
  const char* error() const { return error_; }

 private:
  struct Known {
    std::string key;  ///< as the bytes between the quotes
    int slot = -1;    ///< -1: a column that nobody reads
  };
  using Item = simdjson::ondemand::value;
  using RawText = simdjson::ondemand::raw_json_string;

  bool fail(const char* why) {
    error_ = why;
    return false;
  }
  bool fail(simdjson::error_code code) { return fail(simdjson::error_message(code)); }
  bool add_object(simdjson::ondemand::document& document);
  bool slot_of(RawText key, std::size_t ordinal, int& slot);
  bool learn(std::string_view raw, std::string_view key, std::size_t ordinal, int& slot);
  bool read(Item& item, Value& out, int depth);
  bool read_number(Item& item, Value& out);
  bool read_text(Item& item, Value& out);
  bool read_record(Item& item, Value& out, int depth);
  bool read_array(Item& item, Value& out, int depth);
  bool key_text(RawText key, std::string_view& raw, std::string_view& out);
  bool unescape(RawText raw, std::size_t size, std::string_view& out);
  Value& cell(int slot, std::size_t row);

  Shape& shape_;
  const bool all_columns_;
  simdjson::ondemand::parser parser_;
  Arena arena_;
  std::vector<std::vector<Value>> columns_;
  std::size_t rows_ = 0;
  const char* end_ = nullptr;                   ///< of the bytes being read
  std::vector<Known> expected_;                 ///< what stood at this place of an earlier event
  std::unordered_map<std::string, int> slots_;  ///< by key as spelt; kept small
  const char* error_ = "";
};

}  // namespace stream
