#include <algorithm>
#include <array>

#include "base/result.h"
#include "streamsql/parser.h"
#include "streamsql/suggest.h"

namespace streamsql {
namespace {

constexpr std::size_t kTextBytesMax = 1 << 20;

/// Words that end an expression or a relation, so that they can't be names without brackets.
constexpr std::array<std::string_view, 36> kReserved = {
    "SELECT", "INTO",  "FROM", "WHERE", "GROUP", "BY",    "HAVING", "JOIN",      "ON",
    "AS",     "AND",   "OR",   "NOT",   "LIKE",  "IN",    "IS",     "NULL",      "BETWEEN",
    "CASE",   "WHEN",  "THEN", "ELSE",  "END",   "UNION", "WITH",   "TIMESTAMP", "PARTITION",
    "OVER",   "INNER", "LEFT", "RIGHT", "CROSS", "OUTER", "APPLY",  "CREATE",    "ORDER"};

bool is_reserved(const Token& token) {
  return token.kind == TokenKind::kName && !token.quoted &&
         std::any_of(kReserved.begin(), kReserved.end(),
                     [&](std::string_view word) { return same_name(word, token.text); });
}

std::string shown(const Token& token) {
  if (token.kind == TokenKind::kEnd) return "the end of the query";
  if (token.kind == TokenKind::kText) return "the text '" + token.text + "'";
  return "'" + token.text + "'";
}

}  // namespace

/// TIMESTAMP and PARTITION are keywords only before BY: columns are often called timestamp.
bool Parser::is_keyword() const {
  if ((is_word("TIMESTAMP") || is_word("PARTITION")) && !is_word("BY", 1)) return false;
  return is_reserved(peek());
}

const Token& Parser::peek(std::size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

bool Parser::is_word(std::string_view word, std::size_t ahead) const {
  const Token& token = peek(ahead);
  return token.kind == TokenKind::kName && !token.quoted && same_name(token.text, word);
}

bool Parser::is_symbol(std::string_view symbol, std::size_t ahead) const {
  return peek(ahead).kind == TokenKind::kSymbol && peek(ahead).text == symbol;
}

bool Parser::accept_word(std::string_view word) {
  if (!is_word(word)) return false;
  take();
  return true;
}

bool Parser::accept_symbol(std::string_view symbol) {
  if (!is_symbol(symbol)) return false;
  take();
  return true;
}

Checked Parser::expect_word(std::string_view word) {
  if (!accept_word(word)) return unexpected_token(word);
  return {};
}

Checked Parser::expect_symbol(std::string_view symbol) {
  if (!accept_symbol(symbol)) return unexpected_token(fmt::format("'{}'", symbol));
  return {};
}

std::unexpected<Located> Parser::unexpected_token(std::string_view wanted) const {
  const Token& token = peek();
  std::string text = fmt::format("expected {}, found {}", wanted, shown(token));
  if (token.kind == TokenKind::kName && !token.quoted && !is_reserved(token))
    text += did_you_mean(token.text, {kReserved.begin(), kReserved.end()});
  return located(token.at, text);
}

Parsed<std::string> Parser::name(std::string_view what) {
  if (peek().kind != TokenKind::kName || is_keyword()) {
    auto error = unexpected_token(what);
    if (is_keyword())
      return located(peek().at, fmt::format("expected {}, found the keyword {}; write [{}] to use "
                                            "it as a name",
                                            what, peek().text, peek().text));
    return error;
  }
  return take().text;
}

Parsed<Script> parse(std::string_view text) {
  if (text.size() > kTextBytesMax) return located({}, "the query is longer than 1 MB");
  return Parser(TRY(tokenize(text))).script();
}

Parsed<Script> Parser::script() {
  Script script;
  if (is_word("CREATE"))
    return located(peek().at, "CREATE TABLE is not supported yet; CAST the columns instead");
  if (accept_word("WITH")) {
    do {
      StepDefinition step;
      step.at = peek().at;
      step.name = TRY(name("the name of a step"));
      TRY(expect_word("AS"));
      TRY(expect_symbol("("));
      step.query = TRY(query());
      TRY(expect_symbol(")"));
      script.steps.push_back(std::move(step));
    } while (accept_symbol(","));
  }
  while (accept_symbol(";")) {
  }
  do {
    script.statements.push_back(TRY(query()));
    while (accept_symbol(";")) {
    }
  } while (peek().kind != TokenKind::kEnd);
  return script;
}

Parsed<Query> Parser::query() {
  Query query;
  do {
    query.branches.push_back(TRY(select()));
    if (!accept_word("UNION")) break;
    accept_word("ALL");
  } while (true);
  return query;
}

Parsed<SelectCore> Parser::select() {
  SelectCore select;
  select.at = peek().at;
  TRY(expect_word("SELECT"));
  for (std::string_view word : {"TOP", "DISTINCT"}) {
    if (is_word(word) && !is_symbol(",", 1) && !is_word("FROM", 1) && !is_word("AS", 1))
      return located(peek().at, fmt::format("SELECT {} is not part of the dialect", word));
  }
  do {
    select.items.push_back(TRY(item()));
  } while (accept_symbol(","));
  select.into_at = peek().at;
  if (accept_word("INTO")) {
    select.into_at = peek().at;
    select.into = TRY(name("the name of an output"));
  }
  TRY(expect_word("FROM"));
  select.from = TRY(relation());
  while (TRY(apply(select)) || TRY(join(select))) {
  }
  TRY(tail(select));
  return select;
}

Checked Parser::tail(SelectCore& select) {
  if (accept_word("WHERE")) select.where = TRY(expression());
  if (accept_word("GROUP")) {
    TRY(expect_word("BY"));
    select.group_by = TRY(expression_list());
  }
  if (accept_word("HAVING")) select.having = TRY(expression());
  if (is_word("ORDER"))
    return located(peek().at,
                   "ORDER BY is not part of the dialect: a stream has no end to sort at");
  if (peek().kind == TokenKind::kEnd || is_symbol(";") || is_symbol(")") || is_word("SELECT") ||
      is_word("UNION") || is_word("WITH"))
    return {};
  return unexpected_token("WHERE, GROUP BY, HAVING, JOIN or the next statement");
}

Parsed<SelectItem> Parser::item() {
  std::size_t n = 0;  // names before a star: `*`, `a.*`, `a.b.*`
  while (peek(n).kind == TokenKind::kName && is_symbol(".", n + 1)) n += 2;
  if (is_symbol("*", n)) return star_item();

  SelectItem item;
  item.at = peek().at;
  if (peek().kind == TokenKind::kName && !is_keyword() && is_symbol("=", 1)) {
    item.alias = take().text;  // alias = expression
    take();
    item.value = TRY(expression());
    return item;
  }
  item.value = TRY(expression());
  item.alias = TRY(optional_alias());
  return item;
}

Parsed<SelectItem> Parser::star_item() {
  SelectItem item;
  item.at = peek().at;
  item.star = true;
  while (!is_symbol("*")) {
    item.star_path.push_back(take().text);
    take();
  }
  take();
  return item;
}

Parsed<std::string> Parser::optional_alias() {
  if (accept_word("AS")) return name("an alias");
  if (peek().kind == TokenKind::kName && !is_keyword()) return take().text;
  return std::string();
}

Parsed<Relation> Parser::relation() {
  Relation relation;
  relation.at = peek().at;
  if (is_symbol("("))
    return located(peek().at,
                   "a SELECT inside FROM is not part of the dialect; "
                   "name it with WITH");
  relation.name = TRY(name("the name of an input or a step"));
  TRY(source_clauses(relation));
  relation.alias = TRY(optional_alias());
  TRY(source_clauses(relation));
  return relation;
}

/// TIMESTAMP BY and PARTITION BY, in any order.
Checked Parser::source_clauses(Relation& relation) {
  while (true) {
    if (is_word("TIMESTAMP") && is_word("BY", 1)) {
      Position at = take().at;
      take();
      if (relation.timestamp_by) return located(at, "TIMESTAMP BY stands here twice");
      relation.timestamp_by = TRY(expression());
      if (accept_word("OVER")) relation.over = TRY(expression_list());
    } else if (is_word("PARTITION") && is_word("BY", 1)) {
      take();
      take();
      relation.partition_by = TRY(expression_list());
    } else {
      return {};
    }
  }
}

/// Whether CROSS APPLY or OUTER APPLY stood there.
Parsed<bool> Parser::apply(SelectCore& select) {
  if (!is_word("CROSS") && !is_word("OUTER")) return false;
  Apply apply;
  apply.at = peek().at;
  apply.outer = is_word("OUTER");
  take();
  TRY(expect_word("APPLY"));
  apply.call = TRY(expression());
  accept_word("AS");
  apply.alias = TRY(name("an alias"));
  select.applies.push_back(std::move(apply));
  return true;
}

/// Whether a join stood there.
Parsed<bool> Parser::join(SelectCore& select) {
  Join join;
  join.at = peek().at;
  if (is_word("RIGHT") || is_word("FULL"))
    return located(join.at, "only INNER JOIN and LEFT JOIN are part of the dialect");
  if (accept_word("LEFT")) {
    join.left = true;
    accept_word("OUTER");
  } else if (!accept_word("INNER") && !is_word("JOIN")) {
    return false;
  }
  TRY(expect_word("JOIN"));
  join.right = TRY(relation());
  TRY(expect_word("ON"));
  join.on = TRY(expression());
  select.joins.push_back(std::move(join));
  return true;
}

}  // namespace streamsql
