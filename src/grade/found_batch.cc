#include "grade/found_batch.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>

#include "base/clock.h"

namespace grade {

namespace {

struct OtherName {
  std::string_view column, found;
};
constexpr OtherName kOtherNames[] = {
    {"arrival", "eventenqueuedutctime"},
    {"partition", "partitionid"},
    {"count", "pageviews"},
    {"offset", "sequencenumber"},
    {"body", "value"},
    {"enqueued_time", "arrival"},
};

std::string plain(std::string_view name) {
  std::string text;
  for (char c : name) {
    if (c != '_') text += static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  }
  return text;
}

Cell odd() { return Cell::of(std::string_view("(a value of another type)")); }

/// Two decimals exactly, or no money.
Cell hundredths_of(double value) {
  double scaled = value * 100;
  if (!(std::abs(scaled) < 1e15)) return odd();
  std::int64_t rounded = std::llround(scaled);
  return std::abs(scaled - static_cast<double>(rounded)) < 1e-4 ? Cell::of(rounded) : odd();
}

Cell from_int(std::int64_t value, model::Type type, Form form) {
  bool decimal = type == model::Type::kDecimal;
  switch (form) {
    case Form::kInt:
      if (decimal) return value % 100 == 0 ? Cell::of(value / 100) : odd();
      return type == model::Type::kInt64 ? Cell::of(value) : odd();
    case Form::kMoney:
      return decimal ? Cell::of(value) : hundredths_of(static_cast<double>(value));
    case Form::kFlag:
      return type == model::Type::kBool ? Cell::of(value) : odd();
    case Form::kInstant:
      return type == model::Type::kTimestamp || type == model::Type::kTimestampNtz ? Cell::of(value)
                                                                                   : odd();
    case Form::kDate:
      return type == model::Type::kDate ? Cell::of(value) : odd();
    case Form::kReal:
      return Cell::of(static_cast<double>(value) / (decimal ? 100 : 1));
    case Form::kText:
    case Form::kTexts:
      break;
  }
  return odd();
}

Cell from_text(std::string_view text, Form form) {
  if (form == Form::kText) return Cell::of(text);
  if (form == Form::kInstant) {
    auto instant = base::parse_instant(text);
    return instant ? Cell::of(instant->time_since_epoch().count()) : Cell::of(text);
  }
  if (form == Form::kInt) {
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return Cell::of(value);
  }
  return Cell::of(text);
}

Cell from_real(double value, Form form) {
  if (form == Form::kReal) return Cell::of(value);
  return form == Form::kMoney ? hundredths_of(value) : odd();
}

/// Lists of the rows whose cells are in use.
using Lists = std::deque<TextList>;

Cell from_list(const model::Column& column, std::size_t row, Form form, Lists& lists) {
  if (form != Form::kTexts) return odd();
  TextList& list = lists.emplace_back();
  for (std::uint64_t i = row == 0 ? 0 : column.list_ends[row - 1]; i < column.list_ends[row]; ++i) {
    list.add(column.text(i));
  }
  return list.cell();
}

/// Puts `cell_at(row)` for rows [first, first + count) into every `step`-th of `cells`.
template <typename F>
void fill(const model::Column& column, std::size_t first, std::size_t count, std::size_t step,
          Cell* cells, const F& cell_at) {
  for (std::size_t i = 0; i < count; ++i, cells += step) {
    *cells = column.is_null(first + i) ? Cell() : cell_at(first + i);
  }
}

void read_column(const model::Column& column, Form form, std::size_t first, std::size_t count,
                 std::size_t step, Cell* cells, Lists& lists) {
  auto fill_with = [&](const auto& cell_at) { fill(column, first, count, step, cells, cell_at); };
  switch (column.type) {
    case model::Type::kString:
    case model::Type::kBinary:
      if (form == Form::kText) {
        return fill_with([&](std::size_t row) { return Cell::of(column.text(row)); });
      }
      return fill_with([&](std::size_t row) { return from_text(column.text(row), form); });
    case model::Type::kDouble:
      return fill_with([&](std::size_t row) { return from_real(column.doubles[row], form); });
    case model::Type::kStringList:
      return fill_with([&](std::size_t row) { return from_list(column, row, form, lists); });
    default:
      break;
  }
  auto type = column.type;
  bool plain = (form == Form::kInt && type == model::Type::kInt64) ||
               (form == Form::kFlag && type == model::Type::kBool) ||
               (form == Form::kMoney && type == model::Type::kDecimal) ||
               (form == Form::kInstant && type == model::Type::kTimestamp);
  if (plain) return fill_with([&](std::size_t row) { return Cell::of(column.ints[row]); });
  fill_with([&](std::size_t row) { return from_int(column.ints[row], type, form); });
}

constexpr std::size_t kRowsAtOnce = 128;  // their cells stay near the processor

}  // namespace

bool is_column(std::string_view column, std::string_view found) {
  std::string name = plain(found);
  if (name == plain(column)) return true;
  return std::ranges::any_of(kOtherNames, [&](const OtherName& other) {
    return other.column == column && other.found == name;
  });
}

std::set<std::string> columns_there(const std::vector<Column>& known,
                                    const std::vector<std::string>& found) {
  std::set<std::string> there;
  for (const Column& column : known) {
    if (std::ranges::any_of(found, [&](const auto& f) { return is_column(column.name, f); })) {
      there.insert(column.name);
    }
  }
  return there;
}

base::Result<std::vector<std::string>> found_names(const Table& table,
                                                   const std::vector<std::string>& found) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) {
    auto it =
        std::ranges::find_if(found, [&](const auto& f) { return plain(f) == plain(column.name); });
    if (it == found.end()) {
      it = std::ranges::find_if(found, [&](const auto& f) { return is_column(column.name, f); });
    }
    if (it == found.end()) {
      return base::error(base::Code::kNotFound, "column {} is not there; there are {}", column.name,
                         fmt::join(found, ", "));
    }
    names.push_back(*it);
  }
  return names;
}

void read_rows(const Table& table, const model::Batch& batch, const RowSink& sink) {
  std::size_t columns = table.columns.size();
  std::vector<Cell> cells(columns * std::min(kRowsAtOnce, batch.rows));
  Lists lists;
  for (std::size_t first = 0; first < batch.rows; first += kRowsAtOnce) {
    std::size_t count = std::min(kRowsAtOnce, batch.rows - first);
    lists.clear();
    for (std::size_t i = 0; i < columns; ++i) {
      read_column(batch.columns[i], table.columns[i].form, first, count, columns, &cells[i], lists);
    }
    for (std::size_t row = 0; row < count; ++row) {
      sink(Row(cells).subspan(row * columns, columns));
    }
  }
}

}  // namespace grade
