#include "notebook/script.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.h"
#include "notebook/chart_internal.h"

namespace notebook {
namespace {

constexpr std::string_view kChartMark = "hriste:chart";

std::unexpected<Problem> script_problem(int line, std::string message) {
  return std::unexpected(Problem{line, std::move(message)});
}

std::string_view kind_name(Step::Kind kind) {
  switch (kind) {
    case Step::Kind::kMarkdown:
      return "markdown";
    case Step::Kind::kSql:
      return "sql";
    case Step::Kind::kPython:
      return "python";
    case Step::Kind::kNote:
      break;
  }
  return "note";
}

/// The arguments of dbutils.widgets.text("name", "value", …) and its sisters, when both are plain
/// strings; others are declared when the cell runs.
void add_python_widgets(std::string_view text, Values& declared) {
  constexpr std::string_view kCall = "dbutils.widgets.";
  for (std::size_t at = text.find(kCall); at != std::string_view::npos;
       at = text.find(kCall, at + 1)) {
    std::string_view rest = text.substr(at + kCall.size());
    std::size_t open = rest.find('(');
    std::string_view what = rest.substr(0, open);
    if (open == std::string_view::npos ||
        (what != "text" && what != "dropdown" && what != "combobox" && what != "multiselect")) {
      continue;
    }
    rest.remove_prefix(open + 1);
    auto take_string = [&](char before) -> std::optional<std::string> {
      std::size_t from = rest.find_first_not_of(" \t\n");
      if (before != '\0' && from != std::string_view::npos && rest[from] == before) {
        from = rest.find_first_not_of(" \t\n", from + 1);
      } else if (before != '\0') {
        return std::nullopt;
      }
      if (from == std::string_view::npos || (rest[from] != '"' && rest[from] != '\'')) return {};
      std::size_t end = from + 1;
      std::string value;
      for (; end < rest.size() && rest[end] != rest[from]; ++end) {
        if (rest[end] == '\\' && end + 1 < rest.size()) ++end;
        value += rest[end];
      }
      if (end == rest.size()) return std::nullopt;
      rest.remove_prefix(end + 1);
      return value;
    };
    auto name = take_string('\0');
    auto value = name ? take_string(',') : std::nullopt;
    if (name && value) declared.emplace(*name, *value);
  }
}

class ScriptReader {
 public:
  ScriptReader(Source source, const Values& given) : source_(std::move(source)), given_(given) {}

  Parsed<Script> read() {
    script_.language = source_.language;
    script_.needs_python = source_.language == Language::kPython;
    for (Cell& cell : source_.cells) {
      if (auto done = add(std::move(cell)); !done) return std::unexpected(done.error());
    }
    if (auto done = set_parameters(); !done) return std::unexpected(done.error());
    return std::move(script_);
  }

 private:
  using Done = std::expected<void, Problem>;

  Done add(Cell cell) {
    Step step{.cell = std::move(cell)};
    const Cell& made = step.cell;
    if (made.is_markdown()) {
      step.kind = Step::Kind::kMarkdown;
    } else if (made.text.empty() || made.language == "pip") {
      step.kind = Step::Kind::kNote;
    } else if (made.language == "sql") {
      if (auto done = read_sql(step); !done) return done;
    } else if (made.language == "python") {
      step.kind = Step::Kind::kPython;
      script_.needs_python = true;
      add_python_widgets(made.text, declared_);
    } else {
      return script_problem(made.line,
                            fmt::format("a %{} cell does not run here; there are: %md, %sql, "
                                        "%python, %pip (shown only)",
                                        made.language));
    }
    script_.steps.push_back(std::move(step));
    return {};
  }

  Done read_sql(Step& step) {
    bool is_widget = false;
    for (Statement& statement : split_statements(step.cell.text)) {
      if (auto widget = widget_of(statement.sql)) {
        declared_.emplace(widget->name, widget->value);
        is_widget = true;
        continue;
      }
      statement.line += step.cell.line;
      statement.code_line += step.cell.line;
      step.statements.push_back(std::move(statement));
    }
    if (step.statements.empty()) {
      if (!is_widget) return read_charts(step);
      return {};
    }
    step.kind = Step::Kind::kSql;
    if (auto done = check_parameters(step.cell); !done) return done;
    for (const ParameterUse& use : parameters_in(step.cell.text)) {
      uses_.push_back({use.name, use.line + step.cell.line});
    }
    return read_charts(step);
  }

  static Done check_parameters(const Cell& cell) {
    for (const OldParameter& old : old_parameters_in(cell.text)) {
      return script_problem(
          cell.line + old.line,
          fmt::format("{0} is the older form of a parameter: write :{1}{2}; it is a "
                      "value, and can't be the name of a table or a part of it",
                      old.text, old.name, old.quoted ? " without the quotes" : ""));
    }
    if (auto part = parameter_in_name(cell.text)) {
      return script_problem(
          cell.line + part->line,
          fmt::format(":{0}.… can't be read: the parameter :{0} is a value, and can't be "
                      "a part of a name; write the name out",
                      part->name));
    }
    return {};
  }

  Done read_charts(Step& step) {
    for (const Comment& comment : line_comments(step.cell.text)) {
      std::string_view words = comment.text;
      words.remove_prefix(std::min(words.find_first_not_of(" \t"), words.size()));
      if (!words.starts_with("hriste:")) continue;
      int line = comment.line + step.cell.line;
      if (!words.starts_with(kChartMark)) {
        return script_problem(line,
                              "a comment that begins with hriste: has to be hriste:chart type=…");
      }
      if (step.statements.empty()) {
        return script_problem(line, "chart: this cell has no query whose rows it could draw");
      }
      auto chart = parse_chart_words(words.substr(kChartMark.size()), line);
      if (!chart) return std::unexpected(chart.error());
      step.charts.push_back(std::move(*chart));
    }
    return {};
  }

  Done set_parameters() {
    script_.parameters = declared_;
    for (const auto& [name, value] : given_) {
      bool used = std::ranges::find(uses_, name, &ParameterUse::name) != uses_.end();
      if (!used && !declared_.contains(name)) return unknown(name);
      script_.parameters[name] = value;
    }
    for (const ParameterUse& use : uses_) {
      if (script_.parameters.contains(use.name)) continue;
      return script_problem(
          use.line, fmt::format("the parameter :{0} has no value; declare it in a cell before: "
                                "CREATE WIDGET TEXT {0} DEFAULT '…'",
                                use.name));
    }
    return {};
  }

  std::unexpected<Problem> unknown(const std::string& name) const {
    std::string known;
    auto add = [&known](const std::string& other) {
      known.append(known.empty() ? "" : ", ").append(other);
    };
    for (const auto& [other, value] : declared_) add(other);
    std::vector<std::string_view> names;
    for (const auto& [other, value] : declared_) names.push_back(other);
    return script_problem(
        1, fmt::format("there is no parameter “{}”; this notebook has: {}{}", name,
                       known.empty() ? "none" : known, base::did_you_mean(name, names)));
  }

  Source source_;
  const Values& given_;
  Values declared_;
  std::vector<ParameterUse> uses_;
  Script script_;
};

json to_json(const Step& step) {
  json charts = json::array();
  for (const Chart& chart : step.charts) charts.push_back(chart_json(chart));
  json cell = {{"kind", kind_name(step.kind)},
               {"title", step.cell.title_shown ? step.cell.title : ""},
               {"line", step.cell.line},
               {"text", step.cell.text},
               {"charts", std::move(charts)}};
  if (step.kind == Step::Kind::kMarkdown) cell["html"] = markdown_html(step.cell.text);
  return cell;
}

}  // namespace

Parsed<Script> read_script(std::string_view text, const Values& given) {
  auto source = parse_source(text);
  if (!source) return std::unexpected(source.error());
  return ScriptReader(std::move(*source), given).read();
}

json to_json(const Script& script) {
  json parameters = json::array(), cells = json::array();
  for (const auto& [name, value] : script.parameters) {
    parameters.push_back({{"name", name}, {"value", value}});
  }
  for (const Step& step : script.steps) cells.push_back(to_json(step));
  return {{"language", language_name(script.language)},
          {"runs_in", script.needs_python ? "python" : "daemon"},
          {"parameters", std::move(parameters)},
          {"cells", std::move(cells)}};
}

}  // namespace notebook
