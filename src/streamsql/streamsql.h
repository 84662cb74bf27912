// Streaming SQL in the Azure Stream Analytics dialect: text to plan. No engine, no heavy library,
// so that a query can be checked where it is written (at plan time, in an editor).
//
//   auto plan = streamsql::compile(text, {.inputs = {"pageviews"}, .outputs = {"raw"}});
//   if (!plan) show(plan.error().line, plan.error().column, plan.error().message);
//
// Main types: Plan (plan.h), Expr (expr.h), Located (located.h).
// Text → tokens (lexer.h) → Script (parser.h, ast.h) → Plan (binder.h); print.h goes back to text.
// Invariants: keywords, functions, names and columns are found in any letter case; an output
//   column's key keeps the query's spelling. A plan holds only what the engine can run: what the
//   dialect knows and this version doesn't is an error that says so.
// Failure: every error has a line and a column; no input makes it crash or take long (text ≤ 1 MB,
//   expressions ≤ 100 deep).
// Threads: pure functions.
// Tests to read first: tests/compile_test.cc, tests/errors_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "streamsql/located.h"
#include "streamsql/plan.h"

namespace streamsql {

/// What FROM, JOIN and INTO may name.
struct Names {
  std::vector<std::string> inputs;      ///< event inputs
  std::vector<std::string> references;  ///< static tables for joins
  std::vector<std::string> outputs;
};

Parsed<Plan> compile(std::string_view text, const Names& names);

}  // namespace streamsql
