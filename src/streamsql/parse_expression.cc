#include <charconv>
#include <cmath>

#include "base/result.h"
#include "streamsql/parser.h"

namespace streamsql {
namespace {

ExprPtr make(ExprKind kind, Position at) {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->at = at;
  return expr;
}

/// Parentheses are no nodes, but they take stack too.
constexpr int kNestingMax = 3 * kExprDepthMax;

struct OpName {
  std::string_view symbol;
  Op op;
};
constexpr OpName kComparisons[] = {{"=", Op::kEq},  {"<>", Op::kNe}, {"!=", Op::kNe},
                                   {"<", Op::kLt},  {"<=", Op::kLe}, {">", Op::kGt},
                                   {">=", Op::kGe}, {"!<", Op::kGe}, {"!>", Op::kLe}};
constexpr OpName kSums[] = {
    {"+", Op::kAdd}, {"-", Op::kSub}, {"&", Op::kBitAnd}, {"|", Op::kBitOr}, {"^", Op::kBitXor}};
constexpr OpName kProducts[] = {{"*", Op::kMul}, {"/", Op::kDiv}, {"%", Op::kMod}};

template <std::size_t N>
const OpName* find_op(const OpName (&names)[N], const Token& token) {
  if (token.kind != TokenKind::kSymbol) return nullptr;
  for (const OpName& name : names)
    if (name.symbol == token.text) return &name;
  return nullptr;
}

}  // namespace

/// Sets the depth and refuses trees that recursion could not walk safely.
Parsed<ExprPtr> Parser::finish(ExprPtr expr) {
  for (const ExprPtr& arg : expr->args) expr->depth = std::max(expr->depth, arg->depth + 1);
  if (expr->depth > kExprDepthMax)
    return located(expr->at, fmt::format("the expression is nested more than {} deep; split it "
                                         "with a WITH step",
                                         kExprDepthMax));
  return expr;
}

Parsed<ExprPtr> Parser::with_args(ExprKind kind, Position at, std::vector<ExprPtr> args) {
  ExprPtr expr = make(kind, at);
  expr->args = std::move(args);
  return finish(std::move(expr));
}

Parsed<ExprPtr> Parser::expression() {
  if (++nesting_ > kNestingMax)
    return located(peek().at, "the expression is nested too deep; split it with a WITH step");
  auto result = any_of();
  nesting_--;
  return result;
}

Parsed<std::vector<ExprPtr>> Parser::expression_list() {
  std::vector<ExprPtr> list;
  do {
    list.push_back(TRY(expression()));
  } while (accept_symbol(","));
  return list;
}

Parsed<ExprPtr> Parser::any_of() {
  std::vector<ExprPtr> args;
  Position at = peek().at;
  do {
    args.push_back(TRY(all_of()));
  } while (accept_word("OR"));
  if (args.size() == 1) return std::move(args[0]);
  return with_args(ExprKind::kOr, at, std::move(args));
}

Parsed<ExprPtr> Parser::all_of() {
  std::vector<ExprPtr> args;
  Position at = peek().at;
  do {
    args.push_back(TRY(negation()));
  } while (accept_word("AND"));
  if (args.size() == 1) return std::move(args[0]);
  return with_args(ExprKind::kAnd, at, std::move(args));
}

Parsed<ExprPtr> Parser::negation() {
  std::vector<Position> nots;
  while (is_word("NOT")) nots.push_back(take().at);
  ExprPtr expr = TRY(predicate());
  for (; !nots.empty(); nots.pop_back()) {
    std::vector<ExprPtr> args;
    args.push_back(std::move(expr));
    expr = TRY(with_args(ExprKind::kNot, nots.back(), std::move(args)));
  }
  return expr;
}

Parsed<ExprPtr> Parser::predicate() {
  ExprPtr left = TRY(sum());
  const OpName* comparison = find_op(kComparisons, peek());
  if (comparison == nullptr) return set_predicate(std::move(left));
  ExprPtr expr = make(ExprKind::kBinary, take().at);
  expr->op = comparison->op;
  expr->args.push_back(std::move(left));
  expr->args.push_back(TRY(sum()));
  return finish(std::move(expr));
}

/// [NOT] LIKE, IN, BETWEEN; IS [NOT] NULL; or nothing.
Parsed<ExprPtr> Parser::set_predicate(ExprPtr left) {
  Position at = peek().at;
  bool negated =
      is_word("NOT") && (is_word("LIKE", 1) || is_word("IN", 1) || is_word("BETWEEN", 1));
  if (negated) take();
  ExprPtr expr;
  if (accept_word("LIKE")) {
    expr = make(ExprKind::kLike, at);
    expr->args.push_back(std::move(left));
    expr->args.push_back(TRY(sum()));
  } else if (accept_word("IN")) {
    TRY(expect_symbol("("));
    expr = make(ExprKind::kIn, at);
    expr->args = TRY(expression_list());
    expr->args.insert(expr->args.begin(), std::move(left));
    TRY(expect_symbol(")"));
  } else if (accept_word("BETWEEN")) {
    expr = make(ExprKind::kBetween, at);
    expr->args.push_back(std::move(left));
    expr->args.push_back(TRY(sum()));
    TRY(expect_word("AND"));
    expr->args.push_back(TRY(sum()));
  } else if (accept_word("IS")) {
    negated = accept_word("NOT");
    TRY(expect_word("NULL"));
    expr = make(ExprKind::kIsNull, at);
    expr->args.push_back(std::move(left));
  } else {
    return left;
  }
  expr->negated = negated;
  return finish(std::move(expr));
}

Parsed<ExprPtr> Parser::sum() {
  ExprPtr left = TRY(product());
  while (const OpName* name = find_op(kSums, peek())) {
    ExprPtr expr = make(ExprKind::kBinary, take().at);
    expr->op = name->op;
    expr->args.push_back(std::move(left));
    expr->args.push_back(TRY(product()));
    left = TRY(finish(std::move(expr)));
  }
  return left;
}

Parsed<ExprPtr> Parser::product() {
  ExprPtr left = TRY(unary());
  while (const OpName* name = find_op(kProducts, peek())) {
    ExprPtr expr = make(ExprKind::kBinary, take().at);
    expr->op = name->op;
    expr->args.push_back(std::move(left));
    expr->args.push_back(TRY(unary()));
    left = TRY(finish(std::move(expr)));
  }
  return left;
}

Parsed<ExprPtr> Parser::unary() {
  Position at = peek().at;
  if (is_symbol("-") &&
      (peek(1).kind == TokenKind::kInteger || peek(1).kind == TokenKind::kFloat)) {
    take();
    ExprPtr literal = TRY(number(take(), true));
    literal->at = at;
    return literal;
  }
  ExprKind kind = is_symbol("-") ? ExprKind::kNegate : ExprKind::kBitNot;
  if (accept_symbol("+"))
    kind = ExprKind::kNull;
  else if (!accept_symbol("-") && !accept_symbol("~"))
    return primary();
  if (++nesting_ > kNestingMax) return located(at, "too many signs in a row");
  ExprPtr inner = TRY(unary());
  nesting_--;
  if (kind == ExprKind::kNull) return inner;
  std::vector<ExprPtr> args;
  args.push_back(std::move(inner));
  return with_args(kind, at, std::move(args));
}

Parsed<ExprPtr> Parser::number(const Token& token, bool negative) {
  std::string text = (negative ? "-" : "") + token.text;
  if (text.ends_with('.')) text += '0';
  const char* end = text.data() + text.size();
  if (token.kind == TokenKind::kInteger) {
    ExprPtr expr = make(ExprKind::kInteger, token.at);
    if (auto [p, ec] = std::from_chars(text.data(), end, expr->integer); ec != std::errc{})
      return located(token.at, fmt::format("{} does not fit a bigint", text));
    return expr;
  }
  ExprPtr expr = make(ExprKind::kFloat, token.at);
  auto [p, ec] = std::from_chars(text.data(), end, expr->number);
  if (ec != std::errc{} || !std::isfinite(expr->number))
    return located(token.at, fmt::format("{} does not fit a float", text));
  return expr;
}

Parsed<ExprPtr> Parser::primary() {
  const Token& token = peek();
  if (token.kind == TokenKind::kInteger || token.kind == TokenKind::kFloat)
    return number(take(), false);
  if (token.kind == TokenKind::kText) {
    ExprPtr expr = make(ExprKind::kText, token.at);
    expr->text = take().text;
    return expr;
  }
  if (accept_symbol("(")) {
    ExprPtr inner = TRY(expression());
    TRY(expect_symbol(")"));
    return inner;
  }
  if (is_word("NULL")) return make(ExprKind::kNull, take().at);
  if (is_word("CASE")) return case_expression();
  if (is_word("CAST") && is_symbol("(", 1)) return cast(false);
  if (is_word("TRY_CAST") && is_symbol("(", 1)) return cast(true);
  if (token.kind == TokenKind::kName) return name_expression();
  return unexpected_token("an expression");
}

Parsed<ExprPtr> Parser::case_expression() {
  ExprPtr expr = make(ExprKind::kCase, take().at);
  if (!is_word("WHEN")) {
    expr->has_operand = true;
    expr->args.push_back(TRY(expression()));
  }
  if (!is_word("WHEN")) return unexpected_token("WHEN");
  while (accept_word("WHEN")) {
    expr->args.push_back(TRY(expression()));
    TRY(expect_word("THEN"));
    expr->args.push_back(TRY(expression()));
  }
  if (accept_word("ELSE")) {
    expr->has_else = true;
    expr->args.push_back(TRY(expression()));
  }
  TRY(expect_word("END"));
  return finish(std::move(expr));
}

Parsed<ExprPtr> Parser::cast(bool try_cast) {
  ExprPtr expr = make(ExprKind::kCast, take().at);
  expr->try_cast = try_cast;
  TRY(expect_symbol("("));
  expr->args.push_back(TRY(expression()));
  TRY(expect_word("AS"));
  expr->type = TRY(type());
  TRY(expect_symbol(")"));
  return finish(std::move(expr));
}

Parsed<SqlType> Parser::type() {
  struct TypeName {
    std::string_view name;
    SqlType type;
  };
  static constexpr TypeName kTypes[] = {
      {"bigint", SqlType::kBigint}, {"float", SqlType::kFloat},   {"nvarchar", SqlType::kText},
      {"bit", SqlType::kBit},       {"record", SqlType::kRecord}, {"datetime", SqlType::kDatetime},
      {"array", SqlType::kArray}};
  Token token = take();
  for (const TypeName& known : kTypes) {
    if (token.kind != TokenKind::kName || !same_name(known.name, token.text)) continue;
    if (known.type == SqlType::kText && accept_symbol("(")) {
      if (!accept_word("MAX")) return unexpected_token("max, as in nvarchar(max)");
      TRY(expect_symbol(")"));
    }
    return known.type;
  }
  return located(token.at, fmt::format("'{}' is not a type; use bigint, float, nvarchar(max), "
                                       "datetime, bit, record or array",
                                       token.text));
}

/// a.b.c, or a call f(…), System.Timestamp(), System.Timestamp.
Parsed<ExprPtr> Parser::name_expression() {
  Token first = peek();
  std::vector<std::string> path;
  bool quoted = first.quoted;
  bool call_word = !first.quoted && is_symbol("(", 1);
  if (call_word)
    path.push_back(take().text);  // LEFT( and RIGHT( are functions, not keywords
  else
    path.push_back(TRY(name("an expression")));
  while (is_symbol(".") && peek(1).kind == TokenKind::kName) {
    take();
    quoted = quoted || peek().quoted;
    path.push_back(take().text);
    if (path.size() > 50) return located(first.at, "a path of more than 50 names");
  }
  bool timestamp = path.size() == 2 && !quoted && same_name(path[0], "System") &&
                   same_name(path[1], "Timestamp");
  if (timestamp && !is_symbol("(")) {
    ExprPtr expr = make(ExprKind::kCall, first.at);
    expr->text = path[0] + "." + path[1];
    return expr;
  }
  if (is_symbol("(") && !quoted) {
    std::string function = path[0];
    for (std::size_t i = 1; i < path.size(); i++) function += "." + path[i];
    return call(first.at, std::move(function));
  }
  ExprPtr expr = make(ExprKind::kColumn, first.at);
  expr->path = std::move(path);
  return expr;
}

Parsed<ExprPtr> Parser::call(Position at, std::string function) {
  ExprPtr expr = make(ExprKind::kCall, at);
  expr->text = std::move(function);
  TRY(expect_symbol("("));
  if (accept_symbol("*")) {
    expr->star = true;
  } else if (!is_symbol(")")) {
    expr->distinct = accept_word("DISTINCT");
    expr->args = TRY(expression_list());
  }
  TRY(expect_symbol(")"));
  if (is_word("OVER")) expr->over = TRY(over());
  return finish(std::move(expr));
}

Parsed<std::unique_ptr<Over>> Parser::over() {
  auto over = std::make_unique<Over>();
  take();
  TRY(expect_symbol("("));
  if (accept_word("PARTITION")) {
    TRY(expect_word("BY"));
    over->partition_by = TRY(expression_list());
  }
  if (accept_word("ORDER")) {
    TRY(expect_word("BY"));
    do {
      Over::Order order{TRY(expression())};
      order.descending = accept_word("DESC");
      if (!order.descending) accept_word("ASC");
      over->order_by.push_back(std::move(order));
    } while (accept_symbol(","));
  }
  if (accept_word("LIMIT")) over->limit = TRY(expression());
  if (accept_word("WHEN")) over->when = TRY(expression());
  TRY(expect_symbol(")"));
  return over;
}

}  // namespace streamsql
