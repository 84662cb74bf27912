// A row as both sides of a comparison see it: cells of five simple kinds, each with its hash. Times
// are microseconds UTC, money is hundredths, so that a value has one form, whatever held it.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace grade {

/// A value; a text cell's view lives as long as whoever made it says. Immutable.
class Cell {
 public:
  enum class Kind : std::uint8_t { kNull, kInt, kDouble, kText, kTexts };

  Cell() : hash_(0x6E756C6CULL) {}
  static Cell of(std::int64_t v) {
    return Cell(Kind::kInt, v, {}, base::mix64(static_cast<std::uint64_t>(v) ^ 0x1));
  }
  static Cell of(double v) {
    if (v == 0) v = 0;  // no negative zero
    auto bits = std::bit_cast<std::int64_t>(v);
    return Cell(Kind::kDouble, bits, {}, base::mix64(static_cast<std::uint64_t>(bits) ^ 0x2D0));
  }
  static Cell of(std::string_view v) { return of(v, hash_of(v)); }
  /// A text whose hash() is known.
  static Cell of(std::string_view v, std::uint64_t hash) { return Cell(Kind::kText, 0, v, hash); }
  static std::uint64_t hash_of(std::string_view v) { return XXH3_64bits(v.data(), v.size()); }
  /// A list of texts: `shown` is what people read of it, as TextList makes it.
  static Cell of_texts(std::uint64_t hash, std::string_view shown) {
    return Cell(Kind::kTexts, static_cast<std::int64_t>(hash), shown, hash);
  }
  static Cell of(bool) = delete;  // flags are 0 and 1: flag()
  static Cell flag(bool v) { return of(std::int64_t{v}); }

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  std::int64_t integer() const { return number_; }
  double real() const { return std::bit_cast<double>(number_); }
  std::string_view text() const { return text_; }
  std::uint64_t hash() const { return hash_; }
  bool operator==(const Cell& other) const {
    return kind_ == other.kind_ && number_ == other.number_ && text_ == other.text_;
  }

 private:
  Cell(Kind kind, std::int64_t number, std::string_view text, std::uint64_t hash)
      : hash_(hash), number_(number), text_(text), kind_(kind) {}

  std::uint64_t hash_;
  std::int64_t number_ = 0;
  std::string_view text_;
  Kind kind_ = Kind::kNull;
};

/// A list of texts while it is put together. Its cell looks into it.
class TextList {
 public:
  void clear() {
    hash_ = kNone;
    shown_ = "[";
  }
  void add(std::string_view text) {
    hash_ = base::mix64(hash_ ^ Cell::hash_of(text));
    if (shown_.size() > 1) shown_ += ", ";
    shown_ += text;
  }
  Cell cell() {
    shown_ += ']';
    return Cell::of_texts(hash_, shown_);
  }

 private:
  static constexpr std::uint64_t kNone = 0x746578747300ULL;
  std::uint64_t hash_ = kNone;
  std::string shown_ = "[";
};
/// The cell of a list, valid until the calling thread asks for another.
template <typename Texts>
Cell list_cell(const Texts& texts) {
  thread_local TextList list;
  list.clear();
  for (const auto& text : texts) list.add(text);
  return list.cell();
}

using Row = std::span<const Cell>;

/// How a column's values are meant: how found ones are brought to cells, and how both are shown.
enum class Form { kInt, kMoney, kFlag, kInstant, kDate, kReal, kText, kTexts };

struct Column {
  std::string name;
  Form form = Form::kInt;
  bool summed = false;  ///< its sum is shown; kInt, kMoney, kReal (summed in hundredths)
};

/// What is compared as one: rows with a key, which is made of the first `key` columns. Two rows
/// may have the same key.
struct Table {
  std::string layer, name;  ///< "silver", "orders"
  std::vector<Column> columns;
  std::size_t key = 1;
  std::string unit = "rows";  ///< what a row is
  std::string in_lake = {};   ///< "silver.orders"; empty: it is no table of the lake
};

/// A cell as people read it: all of it.
std::string cell_text(const Cell& cell, Form form);
/// The same, cut at some 60 characters.
std::string short_cell_text(const Cell& cell, Form form);
/// "order_id 17" or "order_id 17, row_id 2".
std::string key_text(const Table& table, Row row);

}  // namespace grade
