#include <fmt/format.h>

#include <algorithm>

#include "cli/drawing_internal.h"
#include "cli/table_internal.h"
#include "cli/units.h"

namespace cli {
namespace {

constexpr const char* kBold = "\033[1m";
constexpr const char* kEnd = "\033[0m";

bool is_number_type(std::string_view type) {
  if (type.ends_with("]")) return false;  // a list
  for (std::string_view prefix :
       {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
        "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL"}) {
    if (type.starts_with(prefix)) return true;
  }
  return false;
}

/// Whether a column is aligned to the right: by its type, else by its values.
bool is_numeric(const Listing& listing, std::size_t column) {
  const Column& c = listing.columns[column];
  if (!c.type.empty()) return is_number_type(c.type);
  bool any = false;
  for (const auto& row : listing.rows) {
    if (column >= row.size() || row[column].is_null()) continue;
    if (!row[column].is_number()) return false;
    any = true;
  }
  return any;
}

std::string cell(const json& value, const Column& column, bool numeric) {
  if (value.is_null()) return "";
  if (value.is_number() && column.unit == Unit::kSeconds) return duration_text(value);
  if (value.is_number() && column.unit == Unit::kBytes) return bytes_text(value);
  if (value.is_string() && column.unit == Unit::kWall) return wall_text(value);
  if (value.is_string() && column.unit == Unit::kPlayground) return playground_text(value);
  std::string text = value.is_string() ? value.get<std::string>()
                                       : value.dump(-1, ' ', false, json::error_handler_t::replace);
  return numeric ? grouped_text(text) : printable(text);
}

/// The colour of a state; empty: none.
const char* colour_of(const std::string& state) {
  constexpr const char *kGreen = "\033[32m", *kYellow = "\033[33m", *kRed = "\033[31m";
  static const std::vector<std::pair<const char*, std::vector<std::string>>> kColours = {
      {kGreen, {"ok", "right", "succeeded", "ready", "kept"}},
      {kYellow, {"warn", "not gradable", "changed by you", "paused", "running", "skipped"}},
      {kRed, {"fail", "failed", "wrong", "cancelled"}}};
  for (const auto& [colour, states] : kColours) {
    if (std::ranges::find(states, state) != states.end()) return colour;
  }
  return "";
}

constexpr std::size_t kNarrowest = 10;  // letters that a cut column keeps at least

/// A listing as the texts of its cells.
struct Cells {
  struct Of {
    std::string title;
    bool numeric = false, state = false, whole = false;
    std::size_t width = 0;
  };
  std::vector<Of> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> groups;  ///< of each row, when the listing is grouped

  explicit Cells(const Listing& listing) {
    const std::size_t first = listing.grouped ? 1 : 0;
    for (std::size_t i = first; i < listing.columns.size(); ++i) {
      const Column& column = listing.columns[i];
      std::string title = printable(column.title.empty() ? column.name : column.title);
      columns.push_back({title, is_numeric(listing, i), column.unit == Unit::kState, column.whole,
                         letters(title)});
    }
    for (const auto& row : listing.rows) add(listing, row, first);
  }

  void add(const Listing& listing, const json& row, std::size_t first) {
    auto& texts = rows.emplace_back();
    if (first > 0) groups.push_back(row.empty() ? "" : cell(row[0], listing.columns[0], false));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const json value = i + first < row.size() ? row[i + first] : json();
      texts.push_back(cell(value, listing.columns[i + first], columns[i].numeric));
      columns[i].width = std::max(columns[i].width, letters(texts.back()));
    }
  }

  std::size_t width() const {
    std::size_t width = columns.empty() ? 0 : 2 * (columns.size() - 1);
    for (const auto& column : columns) width += column.width;
    return width;
  }
};

std::string painted(const std::string& text, const std::string& shown, bool state,
                    const Look& look) {
  const std::string colour = look.colour && state ? colour_of(text) : "";
  return colour.empty() ? shown : colour + shown + kEnd;
}

std::string line(const Cells& cells, const std::vector<std::string>& texts, const Look& look) {
  std::string out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto& column = cells.columns[i];
    std::string pad(column.width - letters(texts[i]), ' ');
    // Nothing stands behind a line's last text.
    if (!column.numeric && i + 1 == texts.size()) pad.clear();
    std::string shown = painted(texts[i], texts[i], column.state, look);
    out += (i == 0 ? "" : "  ") + (column.numeric ? pad + shown : shown + pad);
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + "\n";
}

std::string upright(const Cells& cells, const Look& look) {
  std::vector<std::string> titles, rule;
  for (const auto& column : cells.columns) {
    titles.push_back(column.title);
    std::string dashes;
    for (std::size_t i = 0; i < column.width; ++i) dashes += "─";
    rule.push_back(dashes);
  }
  std::string out = look.colour ? kBold + line(cells, titles, {}) + kEnd : line(cells, titles, {});
  out += line(cells, rule, {});
  for (std::size_t i = 0; i < cells.rows.size(); ++i) {
    if (!cells.groups.empty() && (i == 0 || cells.groups[i] != cells.groups[i - 1])) {
      out += look.colour ? fmt::format("{}{}{}\n", kBold, cells.groups[i], kEnd)
                         : cells.groups[i] + "\n";
    }
    out += line(cells, cells.rows[i], look);
  }
  return out;
}

void drop_empty_columns(Cells& cells) {
  for (std::size_t i = cells.columns.size(); i-- > 0;) {
    auto is_empty = [&](const auto& row) { return row[i].empty(); };
    if (!std::ranges::all_of(cells.rows, is_empty)) continue;
    cells.columns.erase(cells.columns.begin() + static_cast<std::ptrdiff_t>(i));
    for (auto& row : cells.rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

/// Cuts the widest texts until all fits; nothing where it can't. Figures and states stay whole.
void cut_texts(Cells& cells, std::size_t width) {
  auto is_text = [](const Cells::Of& of) { return !of.numeric && !of.state && !of.whole; };
  const auto widths = cells.columns;
  while (cells.width() > width) {
    auto widest = std::ranges::max_element(
        cells.columns, {}, [&](const Cells::Of& of) { return is_text(of) ? of.width : 0; });
    if (widest == cells.columns.end() || !is_text(*widest) || widest->width <= kNarrowest) {
      cells.columns = widths;
      return;
    }
    --widest->width;
  }
  for (auto& row : cells.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = cut(row[i], cells.columns[i].width);
  }
  for (auto& column : cells.columns) column.title = cut(column.title, column.width);
}

/// A line for each value, for rows that are wider than the terminal.
std::string turned(const Cells& cells, const Look& look) {
  std::size_t width = 0;
  for (const auto& column : cells.columns) width = std::max(width, letters(column.title));
  std::string out;
  for (std::size_t i = 0; i < cells.rows.size(); ++i) {
    std::string group = cells.groups.empty() ? "" : " " + cells.groups[i];
    out += fmt::format("── row {}{}\n", grouped_text(std::to_string(i + 1)), group);
    for (std::size_t c = 0; c < cells.columns.size(); ++c) {
      const auto& column = cells.columns[c];
      out +=
          fmt::format("{}{}  {}\n", column.title, std::string(width - letters(column.title), ' '),
                      painted(cells.rows[i][c], cells.rows[i][c], column.state, look));
    }
  }
  return out;
}

std::string markdown_cell(const std::string& text) {
  std::string out;
  for (char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {  // the same commands, beyond ASCII
      shown += fmt::format("\\x{:02x}", next);
      ++i;
    } else if (c == '\n') {
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

std::string table_text(const Listing& listing, const Look& look) {
  Cells cells(listing);
  if (listing.may_be_cut && look.width > 0 && cells.width() > look.width) {
    drop_empty_columns(cells);
    cut_texts(cells, look.width);
  }
  bool fits = look.width == 0 || cells.width() <= look.width || cells.columns.size() < 2;
  return fits ? upright(cells, look) : turned(cells, look);
}

std::string markdown_text(const Listing& listing) {
  Listing flat = listing;
  flat.grouped = false;
  Cells cells(flat);
  std::string out = "|", rule = "|";
  for (const auto& column : cells.columns) {
    out += " " + markdown_cell(column.title) + " |";
    rule += column.numeric ? " ---: |" : " --- |";
  }
  out += "\n" + rule + "\n";
  for (const auto& row : cells.rows) {
    out += "|";
    for (const auto& text : row) out += " " + markdown_cell(text) + " |";
    out += "\n";
  }
  return out;
}

}  // namespace cli
