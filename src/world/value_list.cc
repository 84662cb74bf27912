#include "world/value_list.h"

#include <charconv>

#include "base/result.h"

namespace world {

Columns split(std::string_view text, char separator) {
  Columns columns;
  for (;;) {
    std::size_t end = text.find(separator);
    columns.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return columns;
    text.remove_prefix(end + 1);
  }
}

std::vector<Columns> value_rows(std::string_view list, std::size_t columns) {
  std::vector<Columns> out;
  for (std::string_view line : split(list, '\n')) {
    if (line.empty() || line.front() == '#') continue;
    CHECK(line.find_first_of("\"\\") == std::string_view::npos, "{}", line);
    Columns row = split(line, '\t');
    CHECK(row.size() == columns, "{}", line);
    out.push_back(std::move(row));
  }
  CHECK(!out.empty());
  return out;
}

std::uint32_t value_number(std::string_view text) {
  std::uint32_t value = 0;
  auto [end, err] = std::from_chars(text.data(), text.data() + text.size(), value);
  CHECK(err == std::errc{} && end == text.data() + text.size(), "{}", text);
  return value;
}

}  // namespace world
