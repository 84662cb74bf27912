#include "control/sql_columns.h"

#include <algorithm>
#include <cctype>

#include "base/card.h"
#include "base/suggest.h"
#include "notebook/sql_text.h"

namespace control {

using base::Code;
using base::Result;

namespace {

constexpr std::string_view kBefore = "SELECT * FROM (\n";  // a line: the query's own are one below
constexpr auto kTimeout = std::chrono::seconds(5);

/// Delta tables and stream outputs say their columns; those of other files depend on the rows.
bool are_typed(const std::vector<lake::TableInfo>& known, const std::vector<std::string>& wanted) {
  return std::ranges::all_of(wanted, [&](const std::string& name) {
    return name.starts_with("meta.") || std::ranges::any_of(known, [&](const auto& table) {
             return table.tier + "." + table.name == name &&
                    (table.format == "delta" || table.stream);
           });
  });
}

/// Whether it can stand in parentheses: DESCRIBE, SHOW and the like can't.
bool is_select(std::string_view sql) {
  for (std::string_view word : {"SELECT", "WITH", "FROM", "VALUES"}) {
    if (sql.size() > word.size() &&
        std::ranges::equal(sql.substr(0, word.size()), word, {},
                           [](unsigned char c) { return std::toupper(c); })) {
      return true;
    }
  }
  return sql.starts_with('(');
}

/// "line 3, column 8: …" of the wrapped text, of the text itself, `lines` above.
std::string unwrapped(const std::string& message, int lines) {
  int line = 0, used = 0;
  // NOLINTNEXTLINE: the number is the lake's own
  if (std::sscanf(message.c_str(), "line %d,%n", &line, &used) != 1 || used == 0) return message;
  return fmt::format("line {},{}", line - lines, message.substr(static_cast<std::size_t>(used)));
}

/// A question that gives the columns of one SELECT, and no rows.
std::string question_of(const std::string& sql) {
  return fmt::format("{}{}\n) LIMIT 0", kBefore, notebook::split_statements(sql).at(0).sql);
}

/// Errors with their place in `sql`.
Result<std::vector<std::string>> names_in(const std::string& sql,
                                          const Result<lake::QueryResult>& answer) {
  if (!answer) {
    const int above = 1 - notebook::split_statements(sql).at(0).line;
    base::Error error = answer.error();
    if (error.card != nullptr && error.card->line > 1) {
      error = base::with_card(std::move(error), [&](base::Card& card) { card.line -= above; });
    }
    error.message = unwrapped(error.message, above);
    return std::unexpected(std::move(error));
  }
  std::vector<std::string> names;
  for (const lake::QueryColumn& column : answer->columns) names.push_back(column.name);
  return names;
}

/// Only a text that is mistaken is an error; what can't be told now is not known.
FoundColumns columns_in(const std::string& sql, const Result<lake::QueryResult>& answer) {
  auto names = names_in(sql, answer);
  if (names) return FoundColumns(std::move(*names));
  if (names.error().code != Code::kInvalidArgument) return std::nullopt;
  return std::unexpected(std::move(names).error());
}

}  // namespace

bool is_one_select(const std::string& sql) {
  auto statements = notebook::split_statements(sql);
  if (statements.size() != 1) return false;
  std::string_view code = statements[0].sql;
  code.remove_prefix(notebook::begin_of_code(code));
  return is_select(code);
}

Result<std::vector<std::string>> bound_columns(lake::Lake& lake, const std::string& sql,
                                               std::stop_token stop) {
  return names_in(
      sql, lake.query(question_of(sql),
                      {.max_rows = 1, .cuts = {}, .timeout = kTimeout, .stop = std::move(stop)}));
}

std::vector<FoundColumns> columns_of(lake::Lake& lake, const std::vector<AskedText>& texts) {
  std::vector<std::string> names;
  for (const auto& text : texts) names.insert(names.end(), text.tables.begin(), text.tables.end());
  auto known = lake.tables_named(names);
  if (!known) {
    return std::vector<FoundColumns>(texts.size(), FoundColumns(std::unexpected(known.error())));
  }
  std::vector<FoundColumns> found(texts.size(), FoundColumns(std::nullopt));
  std::vector<std::string> questions;
  std::vector<std::size_t> whose;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!is_one_select(texts[i].sql) || !are_typed(*known, texts[i].tables)) continue;
    questions.push_back(question_of(texts[i].sql));
    whose.push_back(i);
  }
  auto answers = lake.query_each(questions, {.max_rows = 1, .cuts = {}, .timeout = kTimeout});
  for (std::size_t i = 0; i < whose.size(); ++i) {
    found[whose[i]] = columns_in(texts[whose[i]].sql, answers[i]);
  }
  return found;
}

std::string missing_columns(const std::vector<std::string>& wanted,
                            const std::vector<std::string>& columns) {
  std::vector<std::string_view> known(columns.begin(), columns.end());
  for (const std::string& name : wanted) {
    if (name.empty() || std::ranges::find(columns, name) != columns.end()) continue;
    return fmt::format("the query gives no column {}; it gives: {}{}", name, base::listed(known),
                       base::did_you_mean(name, known));
  }
  return "";
}

}  // namespace control
