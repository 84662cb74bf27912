#include "control/notebooks.h"

#include <algorithm>
#include <chrono>

#include "base/card_json.h"
#include "base/clock.h"
#include "base/state_hash.h"
#include "control/declared.h"
#include "control/in_text.h"
#include "control/python_environment.h"
#include "control/sql_columns.h"
#include "notebook/document.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using notebook::Script;
using notebook::Statement;
using notebook::Step;

namespace {

constexpr std::int64_t kRowsKept = 1000;
constexpr std::size_t kCellBytesKept = 2'000'000;

using SteadyClock = std::chrono::steady_clock;
double seconds_since(SteadyClock::time_point from) {
  return std::chrono::duration<double>(SteadyClock::now() - from).count();
}

base::Error located(const NotebookText& text, const Statement& statement,
                    const base::Error& error) {
  return in_text(text.file, text.source, statement.line, statement.code_line, error);
}

/// Keeps the first rows that fit into the kept size, and one at least.
void trim(lake::QueryResult& answer) {
  std::size_t bytes = 0, kept = 0;
  for (; kept < answer.rows.size(); ++kept) {
    bytes += answer.rows[kept].dump(-1, ' ', false, json::error_handler_t::replace).size();
    if (bytes > kCellBytesKept && kept > 0) break;
  }
  answer.truncated |= kept < answer.rows.size();
  answer.rows.resize(kept);
}

/// The charts' columns have to be the query's.
Status check_charts(const Step& step, const lake::QueryResult& answer, const NotebookText& text) {
  std::vector<std::string> columns;
  for (const lake::QueryColumn& column : answer.columns) columns.push_back(column.name);
  for (const notebook::Chart& chart : step.charts) {
    std::string missing = missing_columns(chart.columns(), columns);
    if (missing.empty()) continue;
    return std::unexpected(
        in_text(text.file, text.source, notebook::Problem{chart.line, "chart: " + missing}));
  }
  return {};
}

Result<json> run_statements(lake::Lake& lake, const Step& step, const Script& script,
                            const NotebookText& text, std::stop_token stop) {
  json shown;
  for (const Statement& statement : step.statements) {
    bool last = &statement == &step.statements.back();
    auto answer = lake.query(notebook::with_parameters(statement.sql, script.parameters),
                             {.max_rows = kRowsKept, .cuts = {}, .stop = stop});
    if (!answer) return std::unexpected(located(text, statement, answer.error()));
    if (!last) continue;
    TRY(check_charts(step, *answer, text));
    trim(*answer);
    shown = lake::to_json(std::move(*answer));
  }
  return shown;
}

json run_cells(lake::Lake& lake, const Script& script, const NotebookText& text,
               std::stop_token stop) {
  json cells = json::array();
  std::string error;
  json card;
  for (const Step& step : script.steps) {
    if (step.kind != Step::Kind::kSql || !error.empty()) {
      cells.push_back({{"state", step.kind == Step::Kind::kSql ? "skipped" : "none"}});
      continue;
    }
    auto started = SteadyClock::now();
    auto answer = run_statements(lake, step, script, text, stop);
    json cell = answer ? std::move(*answer) : json::object();
    cell["state"] = answer ? "succeeded" : "failed";
    cell["seconds"] = seconds_since(started);
    if (!answer) {
      cell["error"] = error = answer.error().message;
      cell["card"] = card = base::card_json(base::card_of(answer.error()));
    }
    cells.push_back(std::move(cell));
  }
  return {{"state", error.empty() ? "succeeded" : "failed"},
          {"error", error},
          {"card", std::move(card)},
          {"cells", std::move(cells)}};
}

}  // namespace

Result<Script> read_notebook(const NotebookText& text) {
  auto script = notebook::read_script(text.source, text.given);
  if (script) return std::move(*script);
  return std::unexpected(in_text(text.file, text.source, script.error()));
}

Result<std::vector<std::string>> Notebooks::check(const NotebookText& text,
                                                  const AreMade& are_made) {
  Script script = TRY(read_notebook(text));
  std::vector<std::string> tables;
  // A Python notebook's SQL may read what its Python has made.
  if (script.needs_python) return tables;
  for (const Step& step : script.steps) {
    for (const Statement& statement : step.statements) {
      auto uses = lake_.table_uses(notebook::with_parameters(statement.sql, script.parameters));
      if (!uses) return std::unexpected(located(text, statement, uses.error()));
      auto made = are_made ? are_made(*uses) : Status();
      if (!made) return std::unexpected(located(text, statement, made.error()));
      for (const lake::TableUse& use : *uses) {
        if (std::ranges::find(tables, use.table) == tables.end()) tables.push_back(use.table);
      }
    }
  }
  return tables;
}

Result<json> Notebooks::run(const NotebookText& text, std::stop_token stop,
                            const NotebookLimits& limits) {
  Script script = TRY(read_notebook(text));
  auto started = SteadyClock::now();
  json result = script.needs_python
                    ? TRY(run_python_notebook(folder_, lake_, script, text.file, limits, stop))
                    : run_cells(lake_, script, text, stop);
  result["started"] = base::format_millis(base::SystemClock().now());
  result["seconds"] = seconds_since(started);
  result["parameters"] = script.parameters;
  return result;
}

base::Error failure_of(const json& result) {
  return {Code::kFailedPrecondition, result.value("error", ""),
          base::card_from(result.value("card", json()))};
}

NotebookText notebook_text(const kinds::Notebook& definition) {
  return {.file = definition.file.value_or(definition.name),
          .source = definition.source,
          .given = kinds::or_empty(definition.parameters)};
}

Result<NotebookText> Notebooks::text(const std::string& name, const notebook::Values& given) {
  auto found = TRY(definitions_.find<kinds::Notebook>(name));
  if (!found) {
    return std::unexpected(definitions_.unknown(kinds::Notebook::kKind, "notebook", name));
  }
  NotebookText text = notebook_text(*found);
  for (const auto& [key, value] : given) text.given[key] = value;
  return text;
}

std::string Notebooks::result_path(const std::string& name) const {
  return folder_.path + "/notebooks/" + name + ".json";
}

/// Null: it can't be told.
json Notebooks::standing_of(const NotebookText& text) {
  auto script = read_notebook(text);
  auto tables = check(text);
  if (!script || script->needs_python || !tables) return nullptr;
  auto states = lake_.table_states(*tables, {});
  if (!states) return nullptr;
  for (const auto& [table, state] : states->items()) {
    if (state.is_null()) return nullptr;
  }
  base::StateHash hash;
  hash.add(text.source);
  for (const auto& [parameter, value] : script->parameters) {
    hash.add(parameter);
    hash.add(value);
  }
  return {{"text", hash.text()}, {"tables", std::move(*states)}};
}

bool Notebooks::is_as_it_ran(const std::string& name, const NotebookText& text) {
  auto kept = kept_result(name);
  if (!kept || !kept->is_object() || kept->value("state", "") != "succeeded") return false;
  json then = kept->value("standing", json());
  return then.is_object() && then == standing_of(text);
}

Result<json> Notebooks::run_and_keep(const std::string& name, const NotebookText& text,
                                     std::stop_token stop, const NotebookLimits& limits) {
  json standing = standing_of(text);
  json result = TRY(run(text, stop, limits));
  result["standing"] = std::move(standing);
  if (!TRY(definitions_.find<kinds::Notebook>(name))) {
    return base::error(Code::kNotFound, "notebook \"{}\" was removed while it ran", name);
  }
  TRY(folder_.env.make_dirs(folder_.path + "/notebooks"));
  TRY(folder_.env.write_file(result_path(name),
                             result.dump(-1, ' ', false, json::error_handler_t::replace)));
  return result;
}

Result<json> Notebooks::kept_result(const std::string& name) const {
  std::string path = result_path(name);
  if (!folder_.env.exists(path)) return json();
  json result = json::parse(TRY(folder_.env.read_file(path)), nullptr, false);
  // Not ours any more: as if it hadn't run.
  return result.is_object() ? result : json();
}

Status Notebooks::forget_result(const std::string& name) {
  return folder_.env.remove_file(result_path(name));
}

Result<json> Notebooks::shown(const std::string& name) {
  NotebookText text = TRY(this->text(name, {}));
  json shown = notebook::to_json(TRY(read_notebook(text)));
  shown["name"] = name;
  shown["file"] = text.file;
  const bool in_python = shown.value("runs_in", "") == "python";
  shown["fetches"] = in_python ? python_environment(folder_.env)["fetches"] : json("");
  json last = TRY(kept_result(name));
  if (last.is_object()) {
    last["has_html"] = last.contains("html");
    last.erase("html");
    last.erase("standing");
    // Of the text as it was before the last apply: cells don't belong to these results any more.
    if (!last["has_html"] && last.value("cells", json::array()).size() != shown["cells"].size()) {
      last = nullptr;
    }
  }
  shown["last"] = std::move(last);
  return shown;
}

Result<std::string> Notebooks::document(const std::string& name) {
  json last = TRY(kept_result(name));
  if (last.is_object() && last.contains("html")) return last["html"].get<std::string>();
  return notebook::document_html(TRY(shown(name)));
}

Result<json> Notebooks::prepare_python(std::stop_token stop) {
  TRY(make_python_environment(folder_.env, stop));
  return python();
}

json Notebooks::python() const { return python_environment(folder_.env); }

Result<json> Notebooks::run_to_document(const NotebookText& text, std::stop_token stop) {
  json result = TRY(run(text, stop));
  json answer = {{"state", result["state"]},
                 {"error", result["error"]},
                 {"card", result.value("card", json())},
                 {"seconds", result["seconds"]},
                 {"html", result.value("html", json())}};
  if (answer["html"].is_string()) return answer;
  json shown = notebook::to_json(TRY(read_notebook(text)));
  shown["name"] = text.file;
  shown["last"] = std::move(result);
  answer["html"] = notebook::document_html(shown);
  return answer;
}

Result<notebook::Values> parameter_values(const json& parameters) {
  notebook::Values values;
  if (parameters.is_null()) return values;
  if (!parameters.is_object()) {
    return base::error(Code::kInvalidArgument, "\"parameters\" must be an object");
  }
  for (const auto& [name, value] : parameters.items()) {
    if (value.is_structured()) {
      return base::error(Code::kInvalidArgument, "parameter “{}” must be a text or a number", name);
    }
    values[name] = value.is_string() ? value.get<std::string>()
                   : value.is_null() ? ""
                                     : value.dump();
  }
  return values;
}

namespace {

class NotebookActivity final : public flow::ActivityType {
 public:
  explicit NotebookActivity(Notebooks& notebooks) : notebooks_(notebooks) {}

  double usual_timeout_s() const override { return kQueryTimeout_s; }
  /// A Python process with a table or two; a statement needs less.
  int memory_mb() const override { return 768; }

  Result<flow::ActivityResult> run(const flow::Activity& activity,
                                   const flow::RunContext& context) override {
    const auto settings = declared(activity);
    const std::string name = settings.notebook.value_or(kinds::RefTo<kinds::Notebook>()).name();
    const notebook::Values& given = kinds::or_empty(settings.parameters);
    auto text = TRY(notebooks_.text(name, given));
    // A window's bounds and the like, for those that declare them.
    for (auto& [parameter, value] : TRY(parameter_values(context.parameters))) {
      if (given.contains(parameter)) continue;
      if (!TRY(read_notebook(text)).parameters.contains(parameter)) continue;
      text.given[parameter] = std::move(value);
    }
    json result = TRY(notebooks_.run_and_keep(name, text, context.stop, limits_of(activity)));
    if (result.at("state") != "succeeded") {
      return std::unexpected(failure_of(result));
    }
    flow::ActivityResult done;
    for (const json& cell : result.value("cells", json::array())) {
      if (cell.contains("rows")) done.rows += static_cast<std::int64_t>(cell["rows"].size());
    }
    return done;
  }

 private:
  /// What is declared counts for its cells too; the activity's deadline comes first in any case.
  static NotebookLimits limits_of(const flow::Activity& activity) {
    if (activity.endurance.timeout_s <= 0) return {};
    std::chrono::seconds all{static_cast<std::int64_t>(activity.endurance.timeout_s) + 1};
    return {.cell = all, .all = all};
  }

  Notebooks& notebooks_;
};

}  // namespace

std::shared_ptr<flow::ActivityType> make_notebook_activity(Notebooks& notebooks) {
  return std::make_shared<NotebookActivity>(notebooks);
}

}  // namespace control
