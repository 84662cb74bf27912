#include <fmt/format.h>

#include "app/front/verbs.h"

namespace app {
namespace {

std::string text_of(const json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  return value.dump();
}

/// Code points: Czech letters are two bytes and one column wide.
size_t width_of(const std::string& text) {
  size_t width = 0;
  for (char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return width;
}

}  // namespace

std::string format_table(const json& header, const json& rows) {
  std::vector<size_t> widths;
  std::vector<bool> numeric;
  for (const auto& title : header) {
    widths.push_back(width_of(text_of(title)));
    numeric.push_back(!rows.empty());
  }
  for (const auto& row : rows) {
    for (size_t i = 0; i < widths.size() && i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(text_of(row[i])));
      if (!row[i].is_number() && !row[i].is_null()) numeric[i] = false;
    }
  }
  std::string out;
  auto add_row = [&](const json& row) {
    std::string line;
    for (size_t i = 0; i < widths.size(); ++i) {
      std::string text = i < row.size() ? text_of(row[i]) : "";
      std::string pad(widths[i] - width_of(text), ' ');
      line += (i == 0 ? "" : "  ") + (numeric[i] ? pad + text : text + pad);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  add_row(header);
  json rule = json::array();
  for (size_t width : widths) {
    std::string dashes;
    for (size_t i = 0; i < width; ++i) dashes += "─";
    rule.push_back(dashes);
  }
  add_row(rule);
  for (const auto& row : rows) add_row(row);
  return out;
}

}  // namespace app
