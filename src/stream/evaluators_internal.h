// Inside the room: how expression.cc reaches the operators and functions in the files beside it.
#pragma once

#include "stream/expression.h"

namespace stream {

/// Arguments that are already compiled.
using Evaluators = std::vector<EvaluatorPtr>;

EvaluatorPtr make_arithmetic(const Expr& expr, Evaluators args);  ///< kBinary, kNegate, kBitNot
EvaluatorPtr make_comparison(const Expr& expr, Evaluators args);  ///< kBinary of =, <>, <, …
EvaluatorPtr make_like(const Expr& expr, Evaluators args);
EvaluatorPtr make_in(const Expr& expr, Evaluators args);
EvaluatorPtr make_between(const Expr& expr, Evaluators args);
EvaluatorPtr make_cast(const Expr& expr, Evaluators args);
EvaluatorPtr make_case(const Expr& expr, Evaluators args);
EvaluatorPtr make_coalesce(Evaluators args);
EvaluatorPtr make_call(const Expr& expr, Evaluators args);

/// What a scalar function sees of one call.
struct Call {
  const Expr& expr;
  Arena& arena;
  std::string error;

  /// Notes why the call fails; gives NULL, for `return call.fail(…)`.
  Value fail(std::string why) {
    if (error.empty()) error = std::move(why);
    return Value::null();
  }
  /// The argument isn't what the function takes.
  Value wrong_type(const Value& value, const char* wanted);
};
/// `args` holds as many values as the call has arguments.
using ScalarFunction = Value (*)(Call& call, const Value* args, std::size_t n);

struct FunctionEntry {
  streamsql::FunctionId id;
  ScalarFunction function;
  bool sees_nulls = false;  ///< else a NULL argument makes the result NULL
};
/// nullptr when this file doesn't have it.
const FunctionEntry* find_text_function(streamsql::FunctionId id);
const FunctionEntry* find_number_function(streamsql::FunctionId id);
const FunctionEntry* find_time_function(streamsql::FunctionId id);
const FunctionEntry* find_value_function(streamsql::FunctionId id);

}  // namespace stream
