#include "control/notebooks.h"

#include <algorithm>
#include <chrono>

#include "control/controller.h"
#include "control/python_notebook.h"
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
constexpr const char* kKind = "hriste_notebook";

using SteadyClock = std::chrono::steady_clock;
double seconds_since(SteadyClock::time_point from) {
  return std::chrono::duration<double>(SteadyClock::now() - from).count();
}

base::Error located(const NotebookText& text, const Statement& statement,
                    const base::Error& error) {
  auto problem = notebook::problem_of_sql(error.message, statement.line, statement.code_line);
  return {error.code, notebook::to_string(problem, text.file)};
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
    return base::error(Code::kInvalidArgument, "{}:{} chart: {}", text.file, chart.line, missing);
  }
  return {};
}

Result<json> run_statements(Runtime& runtime, const Step& step, const Script& script,
                            const NotebookText& text, std::stop_token stop) {
  json shown;
  for (const Statement& statement : step.statements) {
    bool last = &statement == &step.statements.back();
    auto answer = runtime.lake->query(notebook::with_parameters(statement.sql, script.parameters),
                                      {.max_rows = kRowsKept, .cuts = {}, .stop = stop});
    if (!answer) return std::unexpected(located(text, statement, answer.error()));
    if (!last) continue;
    TRY(check_charts(step, *answer, text));
    trim(*answer);
    shown = lake::to_json(std::move(*answer));
  }
  return shown;
}

json run_cells(Runtime& runtime, const Script& script, const NotebookText& text,
               std::stop_token stop) {
  json cells = json::array();
  std::string error;
  for (const Step& step : script.steps) {
    if (step.kind != Step::Kind::kSql || !error.empty()) {
      cells.push_back({{"state", step.kind == Step::Kind::kSql ? "skipped" : "none"}});
      continue;
    }
    auto started = SteadyClock::now();
    auto answer = run_statements(runtime, step, script, text, stop);
    json cell = answer ? std::move(*answer) : json::object();
    cell["state"] = answer ? "succeeded" : "failed";
    cell["seconds"] = seconds_since(started);
    if (!answer) cell["error"] = error = answer.error().message;
    cells.push_back(std::move(cell));
  }
  return {{"state", error.empty() ? "succeeded" : "failed"},
          {"error", error},
          {"cells", std::move(cells)}};
}

std::string result_path(Runtime& runtime, const std::string& name) {
  return runtime.data_dir + "/notebooks/" + name + ".json";
}

}  // namespace

Result<Script> read_notebook(const NotebookText& text) {
  auto script = notebook::read_script(text.source, text.given);
  if (script) return std::move(*script);
  return base::error(Code::kInvalidArgument, "{}", notebook::to_string(script.error(), text.file));
}

Result<std::vector<std::string>> check_notebook(Runtime& runtime, const NotebookText& text) {
  Script script = TRY(read_notebook(text));
  std::vector<std::string> tables;
  // A Python notebook's SQL may read what its Python has made.
  if (script.needs_python) return tables;
  for (const Step& step : script.steps) {
    for (const Statement& statement : step.statements) {
      auto read =
          runtime.lake->check_sql(notebook::with_parameters(statement.sql, script.parameters));
      if (!read) return std::unexpected(located(text, statement, read.error()));
      for (const std::string& table : *read) {
        if (std::ranges::find(tables, table) == tables.end()) tables.push_back(table);
      }
    }
  }
  return tables;
}

Result<json> run_notebook(Runtime& runtime, const NotebookText& text, std::stop_token stop) {
  Script script = TRY(read_notebook(text));
  auto started = SteadyClock::now();
  json result = script.needs_python ? TRY(run_python_notebook(runtime, script, text.file, stop))
                                    : run_cells(runtime, script, text, stop);
  result["started"] = base::format_millis(runtime.wall.now());
  result["seconds"] = seconds_since(started);
  result["parameters"] = script.parameters;
  return result;
}

Result<NotebookText> notebook_text(const std::string& name, const json& attributes) {
  json file = attributes.value("file", json());
  return NotebookText{.file = file.is_string() ? file.get<std::string>() : name,
                      .source = attributes.at("source"),
                      .given = TRY(parameter_values(attributes.value("parameters", json())))};
}

Result<NotebookText> notebook_text(Runtime& runtime, const std::string& name,
                                   const notebook::Values& given) {
  auto found = TRY(runtime.catalogue->get(kKind, name));
  if (!found) return base::error(Code::kNotFound, "notebook \"{}\" does not exist", name);
  NotebookText text = TRY(notebook_text(name, found->attributes));
  for (const auto& [key, value] : given) text.given[key] = value;
  return text;
}

Result<json> run_and_keep_notebook(Runtime& runtime, const std::string& name,
                                   const NotebookText& text, std::stop_token stop) {
  json result = TRY(run_notebook(runtime, text, stop));
  if (!TRY(runtime.catalogue->get(kKind, name))) {
    return base::error(Code::kNotFound, "notebook \"{}\" was removed while it ran", name);
  }
  TRY(runtime.env.make_dirs(runtime.data_dir + "/notebooks"));
  TRY(runtime.env.write_file(result_path(runtime, name),
                             result.dump(-1, ' ', false, json::error_handler_t::replace)));
  return result;
}

Result<json> kept_notebook_result(Runtime& runtime, const std::string& name) {
  std::string path = result_path(runtime, name);
  if (!runtime.env.exists(path)) return json();
  json result = json::parse(TRY(runtime.env.read_file(path)), nullptr, false);
  // Not ours any more: as if it hadn't run.
  return result.is_object() ? result : json();
}

Status forget_notebook_result(Runtime& runtime, const std::string& name) {
  return runtime.env.remove_file(result_path(runtime, name));
}

Result<json> shown_notebook(Runtime& runtime, const std::string& name) {
  NotebookText text = TRY(notebook_text(runtime, name, {}));
  json shown = notebook::to_json(TRY(read_notebook(text)));
  shown["name"] = name;
  shown["file"] = text.file;
  json last = TRY(kept_notebook_result(runtime, name));
  if (last.is_object()) {
    last["has_html"] = last.contains("html");
    last.erase("html");
    // Of the text as it was before the last apply: cells don't belong to these results any more.
    if (!last["has_html"] && last.value("cells", json::array()).size() != shown["cells"].size()) {
      last = nullptr;
    }
  }
  shown["last"] = std::move(last);
  return shown;
}

Result<std::string> notebook_document(Runtime& runtime, const std::string& name) {
  json last = TRY(kept_notebook_result(runtime, name));
  if (last.is_object() && last.contains("html")) return last["html"].get<std::string>();
  return notebook::document_html(TRY(shown_notebook(runtime, name)));
}

Result<json> run_notebook_to_document(Runtime& runtime, const NotebookText& text,
                                      std::stop_token stop) {
  json result = TRY(run_notebook(runtime, text, stop));
  json answer = {{"state", result["state"]},
                 {"error", result["error"]},
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
  explicit NotebookActivity(Runtime& runtime) : runtime_(runtime) {}

  Result<flow::ActivityResult> run(const flow::Activity& activity,
                                   const flow::RunContext& context) override {
    std::string name = ref_name(activity.settings.at("notebook").get<std::string>());
    auto given = TRY(parameter_values(activity.settings.value("parameters", json())));
    auto text = TRY(notebook_text(runtime_, name, given));
    json result = TRY(run_and_keep_notebook(runtime_, name, text, context.stop));
    if (result.at("state") != "succeeded") {
      return base::error(Code::kFailedPrecondition, "{}", result.value("error", ""));
    }
    flow::ActivityResult done;
    for (const json& cell : result.value("cells", json::array())) {
      if (cell.contains("rows")) done.rows += static_cast<std::int64_t>(cell["rows"].size());
    }
    return done;
  }

 private:
  Runtime& runtime_;
};

}  // namespace

std::shared_ptr<flow::ActivityType> make_notebook_activity(Runtime& runtime) {
  return std::make_shared<NotebookActivity>(runtime);
}

}  // namespace control
