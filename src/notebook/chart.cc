#include <fmt/format.h>

#include <algorithm>

#include "notebook/chart_internal.h"

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

std::string list_of_types() {
  std::string list;
  for (const ChartType& type : kTypes) {
    if (!list.empty()) list += ", ";
    list += type.name;
  }
  return list;
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
    if (!part.empty()) parts.emplace_back(part);
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::unexpected<Problem> problem(int line, std::string message) {
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
    *field = value;
    return true;
  }
  return false;
}

Parsed<Chart> check(Chart chart) {
  auto type = std::ranges::find(kTypes, chart.type, &ChartType::name);
  if (type == std::end(kTypes)) {
    return problem(chart.line, chart.type.empty()
                                   ? fmt::format("type is missing; there are: {}", list_of_types())
                                   : fmt::format("there is no type “{}”; there are: {}", chart.type,
                                                 list_of_types()));
  }
  auto need = [&](std::string_view key) {
    return problem(chart.line,
                   fmt::format("a {} needs {}: a column of its query", type->name, key));
  };
  if (chart.data.empty()) return problem(chart.line, "data is missing: the name of a query");
  if (type->x && chart.x.empty()) return need("x");
  if (type->y && chart.y.empty()) return need("y");
  if (type->color && chart.color.empty()) return need("color");
  if (chart.y.size() > 1 && !type->several_y) {
    return problem(chart.line, fmt::format("a {} takes one y, not {}", type->name, chart.y.size()));
  }
  if (chart.y.size() > 1 && !chart.color.empty()) {
    return problem(chart.line, "give several y or a color: several y are coloured by their names");
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
      return problem(line, fmt::format("expected “key: value”, found “{}”", text));
    }
    std::string_view key = trim(text.substr(0, colon));
    if (!set(chart, key, trim(text.substr(colon + 1)))) {
      return problem(line, fmt::format("there is no key “{}”; there are: type, data, x, y, color, "
                                       "title",
                                       key));
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
      return problem(line, fmt::format("expected key=value, found “{}”", key));
    }
    words.remove_prefix(equals + 1);
    bool quoted = !words.empty() && (words.front() == '"' || words.front() == '\'');
    std::size_t end = quoted ? words.find(words.front(), 1) : words.find_first_of(" \t");
    if (quoted && end == std::string_view::npos) {
      return problem(line, fmt::format("the value of {} has no closing quote", key));
    }
    std::string_view value = words.substr(quoted ? 1 : 0, end - (quoted ? 1 : 0));
    if (key == "data" || !set(chart, key, value)) {
      return problem(line,
                     fmt::format("there is no key “{}”; there are: type, x, y, color, title", key));
    }
    words.remove_prefix(std::min(end, words.size()));
    if (quoted) words.remove_prefix(1);
  }
  return check(std::move(chart));
}

json chart_json(const Chart& chart) {
  return {{"type", chart.type}, {"data", chart.data},   {"x", chart.x},
          {"y", chart.y},       {"color", chart.color}, {"title", chart.title}};
}

}  // namespace notebook
