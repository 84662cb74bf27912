#include <algorithm>

#include "base/result.h"
#include "streamsql/binder.h"
#include "streamsql/lexer.h"
#include "streamsql/suggest.h"

namespace streamsql {
namespace {

constexpr std::int64_t kTopMax = 100'000;

std::string args_text(const Function& function) {
  if (function.args_max < 0) return fmt::format("at least {}", function.args_min);
  if (function.args_min == function.args_max) return std::to_string(function.args_min);
  return fmt::format("{} to {}", function.args_min, function.args_max);
}

std::unexpected<Located> unknown_function(const Expr& expr) {
  if (same_name(expr.text, "GetArrayElements") || same_name(expr.text, "GetRecordProperties"))
    return located(expr.at,
                   fmt::format("{} may stand in CROSS APPLY or OUTER APPLY only", expr.text));
  if (is_unsupported_function(expr.text))
    return located(expr.at, fmt::format("{} is not supported yet", expr.text));
  return located(expr.at, fmt::format("unknown function {}{}", expr.text,
                                      did_you_mean(expr.text, function_names())));
}

std::optional<SqlType> aggregate_type(const Aggregate& aggregate) {
  if (aggregate.function == FunctionId::kCollect || aggregate.function == FunctionId::kCollectTop)
    return SqlType::kArray;
  if (aggregate.function == FunctionId::kTopOne && !aggregate.arg) return SqlType::kRecord;
  switch (function_of(aggregate.function).returns) {
    case Returns::kBigint:
      return SqlType::kBigint;
    case Returns::kFloat:
      return SqlType::kFloat;
    default:
      return aggregate.arg ? static_type(*aggregate.arg) : std::nullopt;
  }
}

bool same_args(const std::vector<ExprPtr>& a, const std::vector<ExprPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const ExprPtr& x, const ExprPtr& y) { return same_expr(*x, *y); });
}

bool same_path(const Expr& a, const Expr& b) {
  return std::equal(a.path.begin(), a.path.end(), b.path.begin(), b.path.end(), same_name);
}

}  // namespace

Checked check_arg_count(const Expr& expr, const Function& function) {
  int n = static_cast<int>(expr.args.size()) + (expr.star ? 1 : 0);
  if (n >= function.args_min && (function.args_max < 0 || n <= function.args_max)) return {};
  return located(expr.at, fmt::format("{} takes {} argument{}, not {}", function.name,
                                      args_text(function), function.args_max == 1 ? "" : "s", n));
}

bool same_expr(const Expr& a, const Expr& b) {
  return a.kind == b.kind && a.integer == b.integer && a.number == b.number && a.op == b.op &&
         (a.kind == ExprKind::kCall || a.text == b.text) && a.type == b.type &&
         a.negated == b.negated && a.try_cast == b.try_cast && a.distinct == b.distinct &&
         a.has_operand == b.has_operand && a.has_else == b.has_else && a.source == b.source &&
         a.index == b.index && a.function == b.function && a.part == b.part && same_path(a, b) &&
         same_args(a.args, b.args);
}

bool is_timestamp_call(const Expr& expr) {
  return expr.kind == ExprKind::kCall && same_name(expr.text, "System.Timestamp");
}

Parsed<ExprPtr> ExprBinder::bind(const Expr& expr) {
  if (expr.kind == ExprKind::kColumn) return bind_column(expr);
  if (expr.kind == ExprKind::kCall) return bind_call(expr);
  return bind_args(expr, 0);
}

/// A copy with args[first…] bound.
Parsed<ExprPtr> ExprBinder::bind_args(const Expr& expr, std::size_t first) {
  ExprPtr out = clone(expr);
  out->args.clear();
  for (std::size_t i = first; i < expr.args.size(); i++)
    out->args.push_back(TRY(bind(*expr.args[i])));
  return out;
}

Parsed<ExprPtr> ExprBinder::bind_column(const Expr& expr) {
  ExprPtr out = clone(expr);
  auto named = std::find_if(sources_.begin(), sources_.end(),
                            [&](const ScopeSource& s) { return same_name(s.alias, expr.path[0]); });
  if (named != sources_.end() && expr.path.size() > 1) {
    out->source = static_cast<int>(named - sources_.begin());
    out->path.erase(out->path.begin());
  } else if (named != sources_.end() && sources_.size() > 1) {
    return located(expr.at, fmt::format("'{}' is a source, not a column; name one of its columns, "
                                        "as in {}.id",
                                        expr.path[0], expr.path[0]));
  } else if (sources_.size() > 1) {
    std::vector<std::string_view> aliases;
    for (const ScopeSource& s : sources_) aliases.push_back(s.alias);
    return located(expr.at,
                   fmt::format("say whose column '{}' is, as in {}.{} (sources here: {}){}",
                               expr.path[0], aliases[0], expr.path[0], listed(aliases),
                               expr.path.size() > 1 ? did_you_mean(expr.path[0], aliases) : ""));
  }
  TRY(check_column(expr, out->source, out->path[0]));
  return out;
}

Checked ExprBinder::check_column(const Expr& expr, int source, const std::string& column) const {
  const ScopeSource& s = sources_[static_cast<std::size_t>(source)];
  if (s.any_column) return {};
  std::vector<std::string_view> known(s.columns.begin(), s.columns.end());
  if (std::any_of(known.begin(), known.end(),
                  [&](std::string_view name) { return same_name(name, column); }))
    return {};
  return located(expr.at, fmt::format("'{}' has no column '{}' (its columns: {}){}", s.alias,
                                      column, listed(known), did_you_mean(column, known)));
}

Parsed<ExprPtr> ExprBinder::bind_call(const Expr& expr) {
  if (is_timestamp_call(expr)) {
    if (!expr.args.empty() || expr.star)
      return located(expr.at, "System.Timestamp() takes no arguments");
    ExprPtr out = clone(expr);
    out->kind = ExprKind::kTimestamp;
    out->text.clear();
    return out;
  }
  if (find_window_name(expr.text))
    return located(expr.at, fmt::format("{} may stand in GROUP BY only", expr.text));
  const Function* function = find_function(expr.text);
  if (function == nullptr) return unknown_function(expr);
  if (function->kind == FunctionKind::kAnalytic ||
      (expr.over && function->kind == FunctionKind::kAggregate &&
       function->id != FunctionId::kTopOne && function->id != FunctionId::kCollectTop))
    return bind_analytic(expr, *function);
  if (expr.over && function->kind != FunctionKind::kAggregate)
    return located(expr.at, fmt::format("{} takes no OVER", function->name));
  if (function->kind == FunctionKind::kAggregate) return bind_aggregate(expr, *function);
  if (expr.star || expr.distinct)
    return located(expr.at, fmt::format("{} takes neither * nor DISTINCT", function->name));
  TRY(check_arg_count(expr, *function));
  DatePart part = DatePart::kSecond;
  if (function->date_part_first) {
    const Expr& unit = *expr.args[0];
    auto found = unit.kind == ExprKind::kColumn && unit.path.size() == 1
                     ? find_date_part(unit.path[0])
                     : std::nullopt;
    if (!found)
      return located(unit.at, fmt::format("the first argument of {} is a unit: year, month, day, "
                                          "hour, minute, second, millisecond, …",
                                          function->name));
    part = *found;
  }
  ExprPtr out = TRY(bind_args(expr, function->date_part_first ? 1 : 0));
  out->function = function->id;
  out->part = part;
  return out;
}

/// TopOne() OVER (ORDER BY x), CollectTop(n) OVER (ORDER BY x DESC, y).
Checked ExprBinder::bind_ranks(const Expr& expr, Aggregate& aggregate) {
  if (aggregate.function == FunctionId::kCollectTop) {
    const Expr& top = *expr.args[0];
    if (top.kind != ExprKind::kInteger || top.integer < 1 || top.integer > kTopMax)
      return located(top.at,
                     fmt::format("CollectTop takes a whole number from 1 to {} first", kTopMax));
    aggregate.top = top.integer;
  }
  if (!collects(aggregate.function) || aggregate.function == FunctionId::kCollect) return {};
  if (!expr.over || expr.over->order_by.empty())
    return located(expr.at, fmt::format("{} needs OVER (ORDER BY …)", expr.text));
  if (!expr.over->partition_by.empty() || expr.over->limit || expr.over->when)
    return located(expr.at, fmt::format("{} takes ORDER BY alone in OVER; aggregates of single "
                                        "events are not supported for it yet",
                                        expr.text));
  for (const Over::Order& order : expr.over->order_by)
    aggregate.ranks.push_back({TRY(bind(*order.value)), order.descending});
  return {};
}

Parsed<ExprPtr> ExprBinder::bind_aggregate(const Expr& expr, const Function& function) {
  if (aggregates_ == nullptr)
    return located(expr.at, fmt::format("{} may stand in the SELECT list and in HAVING only, with "
                                        "GROUP BY and a window",
                                        function.name));
  if (inside_aggregate_)
    return located(expr.at, "an aggregate can't stand inside another; use a WITH step");
  if (expr.star && function.id != FunctionId::kCount)
    return located(expr.at, fmt::format("only COUNT takes *; name what {} is of", function.name));
  if (expr.distinct && function.id != FunctionId::kCount)
    return located(expr.at, fmt::format("{}(DISTINCT …) is not supported yet", function.name));
  TRY(check_arg_count(expr, function));
  Aggregate aggregate{function.id, expr.distinct, nullptr, {}, 0};
  std::size_t first = function.id == FunctionId::kCollectTop ? 1 : 0;
  inside_aggregate_ = true;
  if (expr.args.size() > first) aggregate.arg = TRY(bind(*expr.args[first]));
  TRY(bind_ranks(expr, aggregate));
  inside_aggregate_ = false;
  auto same = [&](const Aggregate& other) {
    return !collects(aggregate.function) && other.function == aggregate.function &&
           other.distinct == aggregate.distinct && !other.arg == !aggregate.arg &&
           (!other.arg || same_expr(*other.arg, *aggregate.arg));
  };
  auto found = std::find_if(aggregates_->begin(), aggregates_->end(), same);
  ExprPtr out = std::make_unique<Expr>();
  out->kind = ExprKind::kAggregate;
  out->at = expr.at;
  out->index = static_cast<int>(found - aggregates_->begin());
  out->known = aggregate_type(aggregate);
  if (found == aggregates_->end()) aggregates_->push_back(std::move(aggregate));
  return out;
}

}  // namespace streamsql
