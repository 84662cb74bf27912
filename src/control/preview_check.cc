// A text checked while its user is still writing it: what an apply refuses, and names that no table
// has, which a run would refuse. No row is made.
#include "control/in_text.h"
#include "control/preview.h"
#include "control/sql_columns.h"
#include "control/table_text.h"
#include "notebook/dashboard.h"
#include "sqlfile/header.h"
#include "streamsql/streamsql.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

using Names = std::optional<std::vector<std::string>>;

/// The columns that a statement gives; none: it's no SELECT, or that can't be known soon.
Result<Names> names_given(lake::Lake& lake, const std::string& sql, const std::stop_token& stop) {
  if (!is_one_select(sql)) {
    TRY(lake.check_sql(sql));
    return Names();
  }
  auto names = bound_columns(lake, sql, stop);
  if (names) return Names(std::move(*names));
  if (names.error().code == Code::kCancelled && !stop.stop_requested()) return Names();
  return std::unexpected(std::move(names).error());
}

template <typename Of>
std::vector<std::string> names_in(const std::map<std::string, Of>& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

/// Columns of charts that the SELECT doesn't give.
Status check_chart(const notebook::Chart& chart, const Names& names, const PreviewRequest& file) {
  std::string missing = names ? missing_columns(chart.columns(), *names) : "";
  if (missing.empty()) return {};
  return std::unexpected(
      in_text(file.file, file.text, notebook::Problem{chart.line, "chart: " + missing}));
}

}  // namespace

Status Previews::check(const PreviewRequest& request, std::stop_token stop) {
  auto checked = check_kind(request, kind_of(request), stop);
  if (checked) return {};
  return std::unexpected(base::in_file(std::move(checked).error(), request.file));
}

Status Previews::check_kind(const PreviewRequest& request, Result<Kind> kind,
                            const std::stop_token& stop) {
  switch (TRY(std::move(kind))) {
    case Kind::kTable:
      return check_table(request, stop);
    case Kind::kQuery:
      TRY(names_given(ports_.lake, request.text, stop));
      return {};
    case Kind::kStream:
      return check_stream(request);
    case Kind::kDashboard:
      return check_dashboard(request, stop);
    case Kind::kNotebook:
      return check_notebook(request, stop);
  }
  return {};
}

Status Previews::check_table(const PreviewRequest& request, const std::stop_token& stop) {
  auto header = TRY(sqlfile::parse_header(request.text));
  auto spec = TRY(check_table_text(
      ports_.lake, {.file = request.file,
                    .table = "",
                    .query = request.text,
                    .macros = macros_for(ports_.definitions, header ? header->table : "")}));
  TRY(names_given(ports_.lake, spec.select, stop));
  return {};
}

Status Previews::check_stream(const PreviewRequest& request) {
  auto job = TRY(job_for(ports_.definitions, request.job));
  auto plan =
      streamsql::compile(request.text, {.inputs = names_in(job.inputs),
                                        .references = names_in(kinds::or_empty(job.references)),
                                        .outputs = names_in(job.outputs)});
  if (plan) return {};
  return std::unexpected(base::Error{Code::kInvalidArgument, streamsql::to_string(plan.error()),
                                     streamsql::card_of(plan.error(), request.text)});
}

Status Previews::check_dashboard(const PreviewRequest& request, const std::stop_token& stop) {
  auto board = notebook::parse_dashboard(request.text);
  if (!board) return std::unexpected(in_text(request.file, request.text, board.error()));
  for (const auto& query : board->queries) {
    auto names = names_given(ports_.lake, query.sql, stop);
    if (!names) {
      return std::unexpected(in_text(request.file, request.text, query.line, query.line,
                                     names.error(), fmt::format("sql {}: ", query.name)));
    }
    for (const auto& block : board->blocks) {
      if (block.kind != notebook::Block::Kind::kChart || block.chart.data != query.name) continue;
      TRY(check_chart(block.chart, *names, request));
    }
  }
  return {};
}

Status Previews::check_notebook(const PreviewRequest& request, const std::stop_token& stop) {
  NotebookText text{.file = request.file,
                    .source = request.text,
                    .given = TRY(parameter_values(request.parameters))};
  TRY(ports_.notebooks.check(text));
  auto script = TRY(read_notebook(text));
  if (script.needs_python) return {};
  for (const auto& step : script.steps) {
    for (const auto& statement : step.statements) {
      auto names = names_given(ports_.lake,
                               notebook::with_parameters(statement.sql, script.parameters), stop);
      if (!names) {
        return std::unexpected(in_text(request.file, request.text, statement.line,
                                       statement.code_line, names.error()));
      }
      if (&statement != &step.statements.back()) continue;
      for (const auto& chart : step.charts) TRY(check_chart(chart, *names, request));
    }
  }
  return {};
}

}  // namespace control
