#include "codec/csv.h"

namespace codec {

void append_csv_field(std::string& out, std::string_view field, char separator) {
  bool blank_edge = !field.empty() && (field.front() == ' ' || field.back() == ' ');
  const char special[] = {separator, '"', '\r', '\n'};
  if (!blank_edge && field.find_first_of({special, sizeof special}) == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_csv_row(std::string& out, std::span<const std::string_view> fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i != 0) out += ',';
    append_csv_field(out, fields[i]);
  }
  out += '\n';
}

}  // namespace codec
