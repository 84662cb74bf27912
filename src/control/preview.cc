#include "control/preview.h"

#include <chrono>

#include "base/card.h"
#include "base/text.h"
#include "control/in_text.h"
#include "flow/run_parameters.h"
#include "flow/sql_activity.h"
#include "kinds/pipeline.h"
#include "notebook/dashboard.h"
#include "sqlfile/header.h"

namespace control {

using base::Code;
using base::Result;

namespace {

bool is_notebook(const PreviewRequest& request) {
  if (request.file.ends_with(".py")) return true;
  std::string_view text = base::without_mark(request.text);
  return text.starts_with("-- Databricks notebook source");
}

json difference_json(const std::optional<lake::TableDifference>& found) {
  if (!found) return nullptr;
  return {{"added", found->added},
          {"removed", found->removed},
          {"changed", found->changed},
          {"columns", found->columns}};
}

/// The bounds among the request's parameters.
Result<json> window_of(const PreviewRequest& request) {
  json window = json::object();
  for (const auto& [name, value] : TRY(parameter_values(request.parameters))) window[name] = value;
  return window;
}

/// In the order of Kind.
constexpr const char* kKindNames[] = {"table", "query", "stream", "dashboard", "notebook"};

}  // namespace

std::string macros_for(const catalogue::Definitions& definitions, const std::string& table) {
  std::string macros;
  for (const auto& pipeline : definitions.all_or_none<kinds::Pipeline>()) {
    for (const auto& activity : pipeline.activities) {
      if (activity.table == table) return pipeline.macros.value_or("");
    }
    if (macros.empty()) macros = pipeline.macros.value_or("");
  }
  return macros;
}

json preview_part(const std::string& name, lake::QueryResult rows) {
  json part = lake::to_json(std::move(rows));
  part.update({{"name", name},
               {"row_count", -1},
               {"quarantined", 0},
               {"expectations", json::array()},
               {"problem", ""},
               {"difference", nullptr}});
  return part;
}

Result<json> Previews::of(const PreviewRequest& request, std::stop_token stop) {
  const auto began = std::chrono::steady_clock::now();
  auto kind = kind_of(request);
  auto shown = kind ? parts(request, *kind, std::move(stop)) : std::unexpected(kind.error());
  if (!shown) {
    return std::unexpected(base::in_file(std::move(shown).error(), request.file));
  }
  auto took = std::chrono::steady_clock::now() - began;
  return json{{"kind", kKindNames[static_cast<int>(*kind)]},
              {"seconds", std::chrono::duration<double>(took).count()},
              {"parts", std::move(*shown)}};
}

Result<Previews::Kind> Previews::kind_of(const PreviewRequest& request) {
  if (is_notebook(request)) return Kind::kNotebook;
  if (request.file.ends_with(".asaql")) return Kind::kStream;
  if (request.file.ends_with(".md")) return Kind::kDashboard;
  if (!request.file.ends_with(".sql")) {
    return base::error(Code::kInvalidArgument,
                       "this is no file that can be previewed: SQL (.sql), streaming SQL (.asaql), "
                       "a dashboard (.md) or a notebook (.py, .sql)");
  }
  return TRY(sqlfile::parse_header(request.text)) ? Kind::kTable : Kind::kQuery;
}

Result<json> Previews::parts(const PreviewRequest& request, Kind kind, std::stop_token stop) {
  switch (kind) {
    case Kind::kTable:
      return table(request, stop);
    case Kind::kQuery:
      return json::array({TRY(query(request, request.text, request.file, stop))});
    case Kind::kStream:
      return stream(request, stop);
    case Kind::kDashboard:
      return dashboard(request, stop);
    case Kind::kNotebook:
      return notebook(request, std::move(stop));
  }
  return json::array();
}

Result<json> Previews::table(const PreviewRequest& request, const std::stop_token& stop) {
  auto spec = TRY(flow::table_spec("", request.text, ""));
  spec.macros = macros_for(ports_.definitions, spec.table);
  auto bound = flow::with_window(std::move(spec), TRY(window_of(request)));
  if (!bound) {
    return base::error(Code::kInvalidArgument, "{}; for a preview, `-p {}=START -p {}=END`",
                       bound.error().message, flow::kWindowStart, flow::kWindowEnd);
  }
  spec = std::move(*bound);
  // At the cut that the table has: what differs then is what was edited, not what is new.
  auto made = ports_.lake.table_write(spec.table);
  auto shown =
      TRY(ports_.lake.preview_table(spec, made ? made->cuts : lake::Cuts{}, request.rows, stop));
  json part = preview_part(spec.table, std::move(shown.first));
  part["row_count"] = shown.rows;
  part["quarantined"] = shown.quarantined;
  part["problem"] = shown.problem;
  part["difference"] = difference_json(shown.difference);
  for (const auto& count : shown.expectations) {
    part["expectations"].push_back({{"name", count.name},
                                    {"action", lake::action_name(count.action)},
                                    {"failed", count.failed}});
  }
  return json::array({std::move(part)});
}

Result<json> Previews::query(const PreviewRequest& request, const std::string& sql,
                             const std::string& name, const std::stop_token& stop) {
  return preview_part(
      name, TRY(ports_.lake.query(sql, {.max_rows = request.rows, .cuts = {}, .stop = stop})));
}

Result<json> Previews::dashboard(const PreviewRequest& request, const std::stop_token& stop) {
  auto board = notebook::parse_dashboard(request.text);
  if (!board) {
    return std::unexpected(in_text(request.file, request.text, board.error()));
  }
  json parts = json::array();
  for (const auto& asked : board->queries) {
    auto answer = query(request, asked.sql, asked.name, stop);
    if (!answer) {
      return std::unexpected(
          in_text(request.file, request.text, asked.line, asked.line, answer.error()));
    }
    parts.push_back(std::move(*answer));
  }
  return parts;
}

Result<json> Previews::notebook(const PreviewRequest& request, std::stop_token stop) {
  NotebookText text{.file = request.file,
                    .source = request.text,
                    .given = TRY(parameter_values(request.parameters))};
  json result = TRY(ports_.notebooks.run(text, std::move(stop)));
  json parts = json::array();
  for (json& cell : result["cells"]) {
    json rows = cell.value("rows", json::array());
    if (cell.value("columns", json::array()).empty()) continue;
    bool more = std::ssize(rows) > request.rows;
    std::int64_t count = std::ssize(rows);
    if (more) rows.erase(rows.begin() + request.rows, rows.end());
    json part = preview_part(fmt::format("line {}", cell.value("line", 0)), {});
    part.update({{"columns", cell["columns"]},
                 {"rows", std::move(rows)},
                 {"row_count", cell.value("truncated", false) ? -1 : count},
                 {"truncated", more || cell.value("truncated", false)}});
    parts.push_back(std::move(part));
  }
  if (result.value("state", "") != "succeeded") {
    json failed = preview_part("", {});
    failed["problem"] = result.value("error", "");
    failed["card"] = result.value("card", json());
    parts.push_back(std::move(failed));
  }
  return parts;
}

}  // namespace control
