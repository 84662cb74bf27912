#include "app/front/source_place.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace app {

namespace {

constexpr std::size_t kMost = 160;

/// The number that `text` begins with.
std::optional<std::size_t> number_at(std::string_view text) {
  std::size_t number = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  return ec == std::errc() && end != text.data() ? std::optional(number) : std::nullopt;
}

/// The number behind the first `word`.
std::optional<std::size_t> number_behind(std::string_view text, std::string_view word) {
  auto at = text.find(word);
  return at == std::string_view::npos ? std::nullopt : number_at(text.substr(at + word.size()));
}

struct Place {
  std::size_t line = 0, column = 0;  // from 1; column 0: not said
};

std::optional<Place> place_in(std::string_view message, std::string_view file) {
  if (message.starts_with(file) && message.substr(file.size()).starts_with(":")) {
    std::string_view rest = message.substr(file.size() + 1);
    if (auto line = number_at(rest)) {
      auto colon = rest.find(':');
      return Place{*line, number_at(rest.substr(std::min(colon, rest.size() - 1) + 1)).value_or(0)};
    }
  }
  auto line = number_behind(message, "line ");
  if (!line) return std::nullopt;
  return Place{*line, number_behind(message, ", column ").value_or(0)};
}

std::optional<std::string_view> line_of(std::string_view text, std::size_t number) {
  for (std::size_t at = 1; at < number; ++at) {
    auto end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

bool continues_letter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string source_place(std::string_view message, std::string_view file, std::string_view text) {
  auto place = place_in(message, file);
  if (!place || place->line == 0) return {};
  auto found = line_of(text, place->line);
  if (!found) return {};
  std::string line(*found);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  // Columns count bytes; the mark stands below letters.
  std::size_t column = std::min(place->column, line.size() + 1);
  std::size_t from = column > kMost ? column - kMost / 2 : 0;
  while (from > 0 && continues_letter(line[from])) --from;
  std::size_t mark = 0;
  for (std::size_t i = from; i + 1 < column; ++i) mark += continues_letter(line[i]) ? 0 : 1;
  std::size_t end = std::min(line.size(), from + kMost);
  while (end < line.size() && continues_letter(line[end])) ++end;
  std::string shown = fmt::format("{:>6} │ {}\n", place->line, line.substr(from, end - from));
  if (column > 0) shown += fmt::format("{:>6} │ {}^\n", "", std::string(mark, ' '));
  return shown;
}

}  // namespace app
