// hriste sql: statements over the lake.
#include "app/front/sql.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <iterator>

#include "app/front/line_editor.h"
#include "app/front/sql_names.h"
#include "app/front/verbs.h"
#include "base/env.h"
#include "cli/statements.h"

namespace app {
namespace {

constexpr int kRowsForPeople = 10'000, kRowsForPrograms = 100'000;

cli::Listing answer_listing(const json& answer) {
  cli::Listing listing;
  for (const auto& column : answer["columns"]) {
    listing.columns.push_back({.name = column.value("name", ""), .type = column.value("type", "")});
  }
  listing.rows = answer["rows"];
  return listing;
}

/// The plans of an EXPLAIN (rows of a name and a text), line by line as they are drawn.
bool is_plan(const cli::Listing& listing) {
  return listing.columns.size() == 2 && listing.columns[0].name == "explain_key" &&
         listing.columns[1].name == "explain_value";
}

std::string plans_text(const cli::Listing& listing) {
  std::string out;
  for (const auto& row : listing.rows) {
    const std::string plan = row.at(1).is_string() ? row.at(1).get<std::string>() : "";
    for (std::size_t at = 0; at < plan.size();) {
      const std::size_t end = std::min(plan.find('\n', at), plan.size());
      out += cli::printable(plan.substr(at, end - at)) + "\n";
      at = end + 1;
    }
  }
  return out;
}

/// Runs one statement and shows its rows.
int run_statement(client::Playground& playground, const std::string& sql,
                  const SqlOptions& options) {
  auto form = options.listing.form();
  if (!form) return fail(form.error());
  bool table = *form == cli::Form::kTable && !options.as_json;
  int limit = table ? kRowsForPeople : kRowsForPrograms;
  auto answer = playground.call("POST", "/v1/query", {{"sql", sql}, {"limit", limit}});
  if (!answer) return fail(answer.error().error);
  if (options.as_json) {
    fmt::print("{}\n", answer->dump(-1, ' ', false, json::error_handler_t::replace));
    return 0;
  }
  cli::Listing listing = answer_listing(*answer);
  if (table && is_plan(listing)) {
    print_paged(plans_text(listing));
    return 0;
  }
  bool cut = answer->value("truncated", false);
  if (cut && !table) {
    fmt::print(stderr, "truncated after {} rows: there are more\n", listing.rows.size());
  }
  std::string after =
      fmt::format("({} row{}{})\n", listing.rows.size(), listing.rows.size() == 1 ? "" : "s",
                  cut ? ", truncated: there are more" : "");
  return show(listing, options.listing, {"", after});
}

int run_statements(client::Playground& playground, const std::string& text,
                   const SqlOptions& options) {
  auto all = cli::statements(text);
  if (all.empty()) {
    return fail({base::Code::kInvalidArgument, "no statement: hriste sql 'SELECT …'"});
  }
  bool to_file = !options.listing.out.empty() && options.listing.out != "-";
  if (all.size() > 1 && to_file) {
    return fail({base::Code::kInvalidArgument,
                 fmt::format("--out takes one statement's rows, and there are {}", all.size())});
  }
  for (const auto& statement : all) {
    if (&statement != all.data()) fmt::print("\n");
    if (int status = run_statement(playground, statement, options); status != 0) return status;
  }
  return 0;
}

/// Reads statements until `;` from a person, who sees each answer; a mistake ends nothing.
int prompt(client::Playground& playground, const SqlOptions& options) {
  fmt::print(
      "SQL over bronze, silver and gold; end a statement with ; complete with Tab; leave with "
      "Ctrl-D\n");
  SqlNames names(playground);
  std::string text;
  const std::string folder = state_folder();
  LineEditor editor(folder.empty() ? "" : folder + "/sql_history",
                    [&](std::string_view before) { return names.offer(text, before); });
  for (;;) {
    std::fflush(stdout);
    bool interrupted = false;
    auto line = editor.read(text.empty() ? "sql> " : "  …> ", interrupted);
    if (!line) break;
    if (interrupted) text.clear();
    if (interrupted) continue;
    if (text.empty() && (*line == "exit" || *line == "quit" || *line == "\\q")) return 0;
    text += *line + "\n";
    if (!cli::is_ended(text)) {
      if (cli::statements(text).empty()) text.clear();
      continue;
    }
    (void)run_statements(playground, text, options);
    text.clear();
    names.forget();
  }
  fmt::print("\n");
  return 0;
}

}  // namespace

int sql_verb(client::Playground& playground, const SqlOptions& options) {
  if (auto form = options.listing.form(); !form) return fail(form.error());
  if (!options.file.empty()) {
    auto read = base::Env::real().read_file(options.file);
    return read ? run_statements(playground, *read, options) : fail(read.error());
  }
  if (!options.query.empty()) return run_statements(playground, options.query, options);
  if (::isatty(STDIN_FILENO) == 1) return prompt(playground, options);
  std::string text(std::istreambuf_iterator<char>(std::cin), {});
  return run_statements(playground, text, options);
}

}  // namespace app
