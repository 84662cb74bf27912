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

/// "line 3, column 8: …" of the wrapped text, of the text itself.
std::string unwrapped(const std::string& message) {
  int line = 0, used = 0;
  // NOLINTNEXTLINE: the number is the lake's own
  if (std::sscanf(message.c_str(), "line %d,%n", &line, &used) != 1 || used == 0) return message;
  return fmt::format("line {},{}", line - 1, message.substr(static_cast<std::size_t>(used)));
}

/// A question that gives the columns of the text, and no rows; empty: they can't be known.
std::string question_of(const AskedText& text, const std::vector<lake::TableInfo>& known) {
  auto statements = notebook::split_statements(text.sql);
  if (statements.size() != 1) return "";
  std::string_view code = statements[0].sql;
  code.remove_prefix(notebook::begin_of_code(code));
  if (!is_select(code) || !are_typed(known, text.tables)) return "";
  return fmt::format("{}{}\n) LIMIT 0", kBefore, statements[0].sql);
}

FoundColumns columns_in(const Result<lake::QueryResult>& answer) {
  using Names = std::optional<std::vector<std::string>>;
  if (!answer) {
    if (answer.error().code != Code::kInvalidArgument) return Names();
    base::Error error = answer.error();
    if (error.card != nullptr && error.card->line > 1) {
      error = base::with_card(std::move(error), [](base::Card& card) { card.line -= 1; });
    }
    error.message = unwrapped(error.message);
    return std::unexpected(std::move(error));
  }
  std::vector<std::string> names;
  for (const lake::QueryColumn& column : answer->columns) names.push_back(column.name);
  return Names(std::move(names));
}

}  // namespace

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
    std::string question = question_of(texts[i], *known);
    if (question.empty()) continue;
    questions.push_back(std::move(question));
    whose.push_back(i);
  }
  auto answers = lake.query_each(questions, {.max_rows = 1, .cuts = {}, .timeout = kTimeout});
  for (std::size_t i = 0; i < whose.size(); ++i) found[whose[i]] = columns_in(answers[i]);
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
