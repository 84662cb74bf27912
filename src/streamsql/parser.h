// Query text to its parsed form. A recursive descent parser over the tokens; expressions are in
// parse_expression.cc, statements in parse_query.cc.
#pragma once

#include <string_view>
#include <vector>

#include "streamsql/ast.h"
#include "streamsql/lexer.h"

namespace streamsql {

/// Errors: what the grammar doesn't allow, and what it allows but this version does not run
/// (CREATE TABLE), located.
Parsed<Script> parse(std::string_view text);

/// Parses from a list of tokens. Thread-compatible; used once.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}
  Parsed<Script> script();
  Parsed<ExprPtr> expression();

 private:
  // Tokens.
  const Token& peek(std::size_t ahead = 0) const;
  Token take() { return tokens_[at_ < tokens_.size() - 1 ? at_++ : at_]; }
  bool is_word(std::string_view word, std::size_t ahead = 0) const;
  bool is_symbol(std::string_view symbol, std::size_t ahead = 0) const;
  bool is_keyword() const;
  bool accept_word(std::string_view word);
  bool accept_symbol(std::string_view symbol);
  Checked expect_word(std::string_view word);
  Checked expect_symbol(std::string_view symbol);
  Parsed<std::string> name(std::string_view what);
  std::unexpected<Located> unexpected_token(std::string_view wanted) const;

  // Statements.
  Parsed<Query> query();
  Parsed<SelectCore> select();
  Parsed<SelectItem> item();
  Parsed<SelectItem> star_item();
  Parsed<std::string> optional_alias();
  Parsed<Relation> relation();
  Checked source_clauses(Relation& relation);
  Parsed<bool> join(SelectCore& select);
  Parsed<bool> apply(SelectCore& select);
  Checked tail(SelectCore& select);

  // Expressions, loosest first.
  Parsed<ExprPtr> any_of();
  Parsed<ExprPtr> all_of();
  Parsed<ExprPtr> negation();
  Parsed<ExprPtr> predicate();
  Parsed<ExprPtr> set_predicate(ExprPtr left);
  Parsed<ExprPtr> sum();
  Parsed<ExprPtr> product();
  Parsed<ExprPtr> unary();
  Parsed<ExprPtr> primary();
  Parsed<ExprPtr> number(const Token& token, bool negative);
  Parsed<ExprPtr> case_expression();
  Parsed<ExprPtr> cast(bool try_cast);
  Parsed<ExprPtr> name_expression();
  Parsed<ExprPtr> call(Position at, std::string function);
  Parsed<std::unique_ptr<Over>> over();
  Parsed<SqlType> type();
  Parsed<std::vector<ExprPtr>> expression_list();
  Parsed<ExprPtr> with_args(ExprKind kind, Position at, std::vector<ExprPtr> args);
  Parsed<ExprPtr> finish(ExprPtr expr);

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace streamsql
