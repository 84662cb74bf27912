#include <fmt/format.h>

#include "base/result.h"
#include "codec/csv.h"
#include "codec/json.h"
#include "codec/text.h"
#include "load/batch_text_internal.h"

namespace load {
namespace {

using model::Column;
using model::Type;

/// Writes values of numbers and times; `quote` stands around times.
class Numbers {
 public:
  explicit Numbers(std::string_view quote) : quote_(quote) {}

  void append(std::string& out, const Column& column, std::size_t row) {
    char buffer[64];
    char* p = buffer;
    switch (column.type) {
      case Type::kInt64:
        p = codec::put_int(p, column.ints[row]);
        break;
      case Type::kDecimal:
        p = codec::put_hundredths(p, column.ints[row]);
        break;
      case Type::kTimestamp:
        p = codec::put_text(p, quote_);
        p = codec::put_millis(p, column.ints[row] / 1000, date_);
        p = codec::put_text(p, quote_);
        break;
      case Type::kDouble:
        p = fmt::format_to(p, "{}", column.doubles[row]);
        break;
      default:
        CHECK(false, "no table of the world has a column of {}", model::type_name(column.type));
    }
    out.append(buffer, static_cast<std::size_t>(p - buffer));
  }

 private:
  std::string_view quote_;
  codec::DateCache date_;
};

void append_list(std::string& out, const Column& column, std::size_t row) {
  out += '[';
  std::size_t begin = row == 0 ? 0 : column.list_ends[row - 1];
  for (std::size_t i = begin; i < column.list_ends[row]; ++i) {
    if (i != begin) out += ',';
    codec::append_json_string(out, column.text(i));
  }
  out += ']';
}

}  // namespace

void append_json_lines(std::string& out, const model::Batch& batch) {
  std::vector<std::string> keys;
  for (const model::Field& field : batch.schema.fields) {
    keys.push_back((keys.empty() ? "{\"" : ",\"") + field.name + "\":");
  }
  Numbers numbers("\"");
  for (std::size_t row = 0; row < batch.rows; ++row) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const Column& column = batch.columns[i];
      out += keys[i];
      if (column.is_null(row)) {
        out += "null";
      } else if (column.type == Type::kString) {
        codec::append_json_string(out, column.text(row));
      } else if (column.type == Type::kStringList) {
        append_list(out, column, row);
      } else {
        numbers.append(out, column, row);
      }
    }
    out += "}\n";
  }
}

namespace {

/// Calls number(column, row) for what isn't a text or a list.
template <typename Number>
void append_separated(std::string& out, const model::Batch& batch, char separator, Number number) {
  std::string list;
  for (std::size_t row = 0; row < batch.rows; ++row) {
    for (std::size_t i = 0; i < batch.columns.size(); ++i) {
      const Column& column = batch.columns[i];
      if (i != 0) out += separator;
      if (column.is_null(row)) continue;
      if (column.type == Type::kString) {
        codec::append_csv_field(out, column.text(row), separator);
      } else if (column.type == Type::kStringList) {
        list.clear();
        append_list(list, column, row);
        codec::append_csv_field(out, list, separator);
      } else {
        number(column, row);
      }
    }
    out += '\n';
  }
}

/// `text`, a number or a time as Numbers writes it, as a Czech Excel takes it.
void make_czech(std::string& text, std::size_t begin, Type type) {
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '.') text[i] = ',';
    if (text[i] == 'T' && type == Type::kTimestamp) text[i] = ' ';
  }
  if (type == Type::kTimestamp && text.ends_with('Z')) text.pop_back();
}

}  // namespace

void append_csv_rows(std::string& out, const model::Batch& batch) {
  Numbers numbers("");
  append_separated(out, batch, ',', [&](const Column& column, std::size_t row) {
    numbers.append(out, column, row);
  });
}

void append_excel_rows(std::string& out, const model::Batch& batch) {
  Numbers numbers("");
  append_separated(out, batch, ';', [&](const Column& column, std::size_t row) {
    std::size_t begin = out.size();
    numbers.append(out, column, row);
    make_czech(out, begin, column.type);
  });
}

}  // namespace load
