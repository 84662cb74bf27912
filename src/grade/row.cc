#include "grade/row.h"

#include <fmt/format.h>

#include "base/clock.h"

namespace grade {

namespace {

constexpr std::size_t kTextShown = 60;

std::string integer_text(std::int64_t v, Form form) {
  switch (form) {
    case Form::kMoney:
      return fmt::format("{}{}.{:02}", v < 0 ? "-" : "", std::abs(v / 100), std::abs(v % 100));
    case Form::kFlag:
      return v != 0 ? "true" : "false";
    case Form::kInstant:
      if (v % 1000 != 0) return fmt::format("{} µs", v);
      return base::format_millis(base::from_millis(v / 1000));
    case Form::kDate:
      return base::format_millis(base::from_millis(v * 86'400'000)).substr(0, 10);
    default:
      return fmt::format("{}", v);
  }
}

/// Cuts long text between characters.
std::string shortened(std::string_view text) {
  if (text.size() <= kTextShown) return std::string(text);
  std::size_t end = kTextShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return fmt::format("{}…", text.substr(0, end));
}

}  // namespace

std::string cell_text(const Cell& cell, Form form) {
  switch (cell.kind()) {
    case Cell::Kind::kNull:
      return "null";
    case Cell::Kind::kInt:
      return integer_text(cell.integer(), form);
    case Cell::Kind::kDouble:
      return fmt::format("{}", cell.real());
    case Cell::Kind::kTexts:
      return std::string(cell.text());
    case Cell::Kind::kText:
      break;
  }
  return fmt::format("\"{}\"", cell.text());
}

std::string short_cell_text(const Cell& cell, Form form) {
  if (cell.kind() == Cell::Kind::kText) return fmt::format("\"{}\"", shortened(cell.text()));
  return shortened(cell_text(cell, form));
}

std::string key_text(const Table& table, Row row) {
  std::string text;
  for (std::size_t i = 0; i < table.key; ++i) {
    if (!text.empty()) text += ", ";
    text +=
        fmt::format("{} {}", table.columns[i].name, short_cell_text(row[i], table.columns[i].form));
  }
  return text;
}

}  // namespace grade
