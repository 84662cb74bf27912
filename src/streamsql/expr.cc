#include "streamsql/expr.h"

#include "base/result.h"

namespace streamsql {
namespace {

std::vector<ExprPtr> clone_all(const std::vector<ExprPtr>& list) {
  std::vector<ExprPtr> out;
  out.reserve(list.size());
  for (const ExprPtr& e : list) out.push_back(clone(*e));
  return out;
}

std::unique_ptr<Over> clone_over(const Over& over) {
  auto out = std::make_unique<Over>();
  out->partition_by = clone_all(over.partition_by);
  for (const Over::Order& order : over.order_by)
    out->order_by.push_back({clone(*order.value), order.descending});
  if (over.limit) out->limit = clone(*over.limit);
  if (over.when) out->when = clone(*over.when);
  return out;
}

/// The type shared by all of `exprs`; NULL literals don't count.
std::optional<SqlType> common_type(const std::vector<const Expr*>& exprs) {
  std::optional<SqlType> common;
  for (const Expr* expr : exprs) {
    if (expr->kind == ExprKind::kNull) continue;
    auto type = static_type(*expr);
    if (!type || (common && *common != *type)) return std::nullopt;
    common = type;
  }
  return common;
}

std::optional<SqlType> case_type(const Expr& expr) {
  std::vector<const Expr*> results;
  std::size_t pairs_end = expr.args.size() - (expr.has_else ? 1 : 0);
  for (std::size_t i = expr.has_operand ? 2 : 1; i < pairs_end; i += 2)
    results.push_back(expr.args[i].get());
  if (expr.has_else) results.push_back(expr.args.back().get());
  return common_type(results);
}

std::optional<SqlType> binary_type(const Expr& expr) {
  if (expr.op >= Op::kEq) return SqlType::kBit;
  auto left = static_type(*expr.args[0]), right = static_type(*expr.args[1]);
  if (!left || !right) return std::nullopt;
  if (*left == SqlType::kBigint && *right == SqlType::kBigint) return SqlType::kBigint;
  if (*left == SqlType::kText && *right == SqlType::kText && expr.op == Op::kAdd)
    return SqlType::kText;
  bool numbers = (*left == SqlType::kBigint || *left == SqlType::kFloat) &&
                 (*right == SqlType::kBigint || *right == SqlType::kFloat);
  return numbers ? std::optional(SqlType::kFloat) : std::nullopt;
}

std::optional<SqlType> call_type(const Expr& expr) {
  switch (function_of(expr.function).returns) {
    case Returns::kBigint:
      return SqlType::kBigint;
    case Returns::kFloat:
      return SqlType::kFloat;
    case Returns::kText:
      return SqlType::kText;
    case Returns::kDatetime:
      return SqlType::kDatetime;
    case Returns::kArgument:
      return static_type(*expr.args[0]);
    case Returns::kVaries:
      break;
  }
  if (expr.function != FunctionId::kCoalesce) return std::nullopt;
  std::vector<const Expr*> args;
  for (const ExprPtr& arg : expr.args) args.push_back(arg.get());
  return common_type(args);
}

}  // namespace

const char* op_text(Op op) {
  static constexpr const char* kTexts[] = {"+", "-", "*",  "/", "%",  "&", "|",
                                           "^", "=", "<>", "<", "<=", ">", ">="};
  return kTexts[static_cast<int>(op)];
}

const char* type_text(SqlType type) {
  static constexpr const char* kTexts[] = {"bigint", "float",  "nvarchar(max)", "datetime",
                                           "bit",    "record", "array"};
  return kTexts[static_cast<int>(type)];
}

ExprPtr clone(const Expr& expr) {
  auto out = std::make_unique<Expr>();
  out->kind = expr.kind;
  out->at = expr.at;
  out->depth = expr.depth;
  out->integer = expr.integer;
  out->number = expr.number;
  out->text = expr.text;
  out->path = expr.path;
  out->op = expr.op;
  out->type = expr.type;
  out->negated = expr.negated;
  out->try_cast = expr.try_cast;
  out->distinct = expr.distinct;
  out->star = expr.star;
  out->has_operand = expr.has_operand;
  out->has_else = expr.has_else;
  if (expr.over) out->over = clone_over(*expr.over);
  out->args = clone_all(expr.args);
  out->source = expr.source;
  out->index = expr.index;
  out->function = expr.function;
  out->part = expr.part;
  out->known = expr.known;
  return out;
}

std::optional<SqlType> static_type(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kInteger:
      return SqlType::kBigint;
    case ExprKind::kFloat:
      return SqlType::kFloat;
    case ExprKind::kText:
      return SqlType::kText;
    case ExprKind::kTimestamp:
      return SqlType::kDatetime;
    case ExprKind::kCast:
      return expr.type;
    case ExprKind::kNot:
    case ExprKind::kAnd:
    case ExprKind::kOr:
    case ExprKind::kLike:
    case ExprKind::kIn:
    case ExprKind::kBetween:
    case ExprKind::kIsNull:
      return SqlType::kBit;
    case ExprKind::kBitNot:
      return SqlType::kBigint;
    case ExprKind::kNegate:
      return static_type(*expr.args[0]);
    case ExprKind::kBinary:
      return binary_type(expr);
    case ExprKind::kCase:
      return case_type(expr);
    case ExprKind::kCall:
      return call_type(expr);
    case ExprKind::kKey:
    case ExprKind::kAggregate:
    case ExprKind::kAnalytic:
      return expr.known;
    case ExprKind::kNull:
    case ExprKind::kColumn:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace streamsql
