#include <fmt/format.h>

#include "app/front/verbs.h"

namespace app {
namespace {

/// One line without what a terminal would obey: a value may hold line ends and escape sequences.
std::string printable(const std::string& text) {
  std::string shown;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      shown += "\\n";
    } else if (c == '\t') {
      shown += "\\t";
    } else if (c == '\r') {
      shown += "\\r";
    } else if (byte < 0x20 || byte == 0x7F) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return shown;
}

std::string text_of(const json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return printable(value.get<std::string>());
  return printable(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

bool is_number_text(const json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  std::size_t from = text.starts_with('-') ? 1 : 0;
  return text.size() > from && text.find_first_not_of("0123456789.", from) == std::string::npos;
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
      if (!row[i].is_number() && !row[i].is_null() && !is_number_text(row[i])) numeric[i] = false;
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

std::string format_csv(const json& header, const json& rows) {
  auto field = [](const json& value) -> std::string {
    if (value.is_null()) return "";
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (char c : text) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + "\"";
  };
  std::string out;
  auto add_row = [&](const json& row) {
    for (size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ",") + field(row[i]);
    out += "\r\n";
  };
  add_row(header);
  for (const auto& row : rows) add_row(row);
  return out;
}

}  // namespace app
