#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "base/suggest.h"
#include "notebook/chart_internal.h"
#include "notebook/quotes_internal.h"

namespace notebook {
namespace {

struct ChartType {
  std::string_view name;
  bool x, y, color;  ///< needed; a color may be given wherever there is an x
  bool several_y = false;
};

constexpr ChartType kTypes[] = {
    {"number", false, true, false},    {"table", false, false, false},
    {"line", true, true, false, true}, {"area", true, true, false, true},
    {"bar", true, true, false, true},  {"scatter", true, true, false},
    {"heatmap", true, true, true},     {"kraj", true, false, true},
};

/// "; there are: …", and which of them was probably meant.
std::string choice(std::string_view given, const std::vector<std::string_view>& names) {
  return fmt::format("; there are: {}{}", fmt::join(names, ", "), base::did_you_mean(given, names));
}

std::vector<std::string_view> type_names() {
  std::vector<std::string_view> names;
  for (const ChartType& type : kTypes) names.push_back(type.name);
  return names;
}

std::string_view trim(std::string_view text) {
  std::size_t from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    std::size_t comma = text.find(',');
    std::string_view part = trim(text.substr(0, comma));
    if (!part.empty()) parts.push_back(unquoted(part));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::unexpected<Problem> chart_problem(int line, std::string message) {
  return std::unexpected(Problem{line, "chart: " + std::move(message)});
}

/// Takes one key in; false when there is no such key.
bool set(Chart& chart, std::string_view key, std::string_view value) {
  if (key == "y") {
    chart.y = split_list(value);
    return true;
  }
  for (auto [name, field] : {std::pair{"type", &chart.type},
                             {"data", &chart.data},
                             {"x", &chart.x},
                             {"color", &chart.color},
                             {"title", &chart.title}}) {
    if (key != name) continue;
    *field = unquoted(value);
    return true;
  }
  return false;
}

/// The value that `words` begins with, quoted or up to the next blank, taken off it. nullopt: a
/// quote is not closed.
std::optional<std::string> take_value(std::string_view& words) {
  if (!words.empty() && (words.front() == '"' || words.front() == '\'')) return take_quoted(words);
  std::size_t end = std::min(words.find_first_of(" \t"), words.size());
  std::string value(words.substr(0, end));
  words.remove_prefix(end);
  return value;
}

Parsed<Chart> check(Chart chart) {
  auto type = std::ranges::find(kTypes, chart.type, &ChartType::name);
  if (type == std::end(kTypes)) {
    std::string what =
        chart.type.empty() ? "type is missing" : fmt::format("there is no type “{}”", chart.type);
    return chart_problem(chart.line, what + choice(chart.type, type_names()));
  }
  auto need = [&](std::string_view key) {
    return chart_problem(chart.line,
                         fmt::format("a {} needs {}: a column of its query", type->name, key));
  };
  if (chart.data.empty()) return chart_problem(chart.line, "data is missing: the name of a query");
  if (type->x && chart.x.empty()) return need("x");
  if (type->y && chart.y.empty()) return need("y");
  if (type->color && chart.color.empty()) return need("color");
  if (chart.y.size() > 1 && !type->several_y) {
    return chart_problem(chart.line,
                         fmt::format("a {} takes one y, not {}", type->name, chart.y.size()));
  }
  if (chart.y.size() > 1 && !chart.color.empty()) {
    return chart_problem(chart.line,
                         "give several y or a color: several y are coloured by their names");
  }
  return chart;
}

}  // namespace

Parsed<Chart> parse_chart(std::string_view body, int fence_line) {
  Chart chart{.line = fence_line};
  int line = fence_line;
  while (!body.empty()) {
    ++line;
    std::size_t end = body.find('\n');
    std::string_view text = trim(body.substr(0, end));
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    if (text.empty() || text.front() == '#') continue;
    std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
      return chart_problem(line, fmt::format("expected “key: value”, found “{}”", text));
    }
    std::string_view key = trim(text.substr(0, colon));
    if (!set(chart, key, trim(text.substr(colon + 1)))) {
      return chart_problem(line, fmt::format("there is no key “{}”", key) +
                                     choice(key, {"type", "data", "x", "y", "color", "title"}));
    }
  }
  return check(std::move(chart));
}

Parsed<Chart> parse_chart_words(std::string_view words, int line) {
  Chart chart{.data = "rows", .line = line};
  while (!(words = trim(words)).empty()) {
    std::size_t equals = words.find('=');
    std::string_view key = words.substr(0, std::min(equals, words.find_first_of(" \t")));
    if (equals == std::string_view::npos || key.size() != equals) {
      return chart_problem(line, fmt::format("expected key=value, found “{}”", key));
    }
    words.remove_prefix(equals + 1);
    auto value = take_value(words);
    if (!value)
      return chart_problem(line, fmt::format("the value of {} has no closing quote", key));
    if (key == "data" || !set(chart, key, *value)) {
      return chart_problem(line, fmt::format("there is no key “{}”", key) +
                                     choice(key, {"type", "x", "y", "color", "title"}));
    }
  }
  return check(std::move(chart));
}

std::vector<std::string> Chart::columns() const {
  std::vector<std::string> names = y;
  names.push_back(x);
  names.push_back(color);
  return names;
}

json chart_json(const Chart& chart) {
  return {{"type", chart.type}, {"data", chart.data},   {"x", chart.x},
          {"y", chart.y},       {"color", chart.color}, {"title", chart.title}};
}

}  // namespace notebook
