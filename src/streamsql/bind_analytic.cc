// Functions over the events of a stream, one result for each event: ISFIRST, LAG, LAST, and
// aggregates with OVER.
#include "base/result.h"
#include "streamsql/binder.h"
#include "streamsql/lexer.h"

namespace streamsql {
namespace {

constexpr std::int64_t kOffsetMax = 10'000;

std::optional<SqlType> type_of(const Analytic& analytic) {
  switch (function_of(analytic.function).returns) {
    case Returns::kBigint:
      return SqlType::kBigint;
    case Returns::kFloat:
      return SqlType::kFloat;
    default:
      break;
  }
  auto type = analytic.arg ? static_type(*analytic.arg) : std::nullopt;
  bool other = analytic.fallback && analytic.fallback->kind != ExprKind::kNull &&
               static_type(*analytic.fallback) != type;
  return other ? std::nullopt : type;
}

}  // namespace

/// Binds what must read the FROM source alone.
Parsed<ExprPtr> ExprBinder::bind_of_from(const Expr& expr) {
  ExprPtr out = TRY(bind(expr));
  if (!reads_only(*out, [](int source) { return source == 0; }))
    return located(expr.at, fmt::format("functions over events see '{}' alone, before it is "
                                        "joined; use a WITH step",
                                        sources_[0].alias));
  return out;
}

Checked ExprBinder::bind_over(const Expr& expr, Analytic& analytic) {
  bool is_first = analytic.function == FunctionId::kIsFirst;
  bool limited = expr.over && expr.over->limit;
  if (!is_first && !limited)
    return located(expr.at, fmt::format("{} needs OVER (LIMIT DURATION(minute, 5)), because a "
                                        "stream has no beginning",
                                        expr.text));
  if (!expr.over) return {};
  const Over& over = *expr.over;
  if (!over.order_by.empty())
    return located(over.order_by[0].value->at,
                   fmt::format("{} takes no ORDER BY: events are in the order of time", expr.text));
  if (is_first && limited)
    return located(over.limit->at, "ISFIRST takes its duration as arguments, not as LIMIT");
  if (limited) {
    const Expr& limit = *over.limit;
    if (limit.kind != ExprKind::kCall || !same_name(limit.text, "DURATION") ||
        limit.args.size() != 2)
      return located(limit.at, "LIMIT takes DURATION(minute, 5)");
    analytic.span = TRY(bind_duration(*limit.args[0], *limit.args[1]));
  }
  for (const ExprPtr& key : over.partition_by)
    analytic.partition_by.push_back(TRY(bind_of_from(*key)));
  if (over.when) analytic.when = TRY(bind_of_from(*over.when));
  return {};
}

Checked ExprBinder::bind_analytic_args(const Expr& expr, Analytic& analytic) {
  if (analytic.function == FunctionId::kIsFirst) {
    analytic.span = TRY(bind_duration(*expr.args[0], *expr.args[1]));
    return {};
  }
  if (expr.args.empty()) return {};  // COUNT(*)
  analytic.arg = TRY(bind_of_from(*expr.args[0]));
  bool lag = analytic.function == FunctionId::kLag;
  if (lag && expr.args.size() > 1) {
    const Expr& offset = *expr.args[1];
    if (offset.kind != ExprKind::kInteger || offset.integer < 0 || offset.integer > kOffsetMax)
      return located(offset.at,
                     fmt::format("the offset of LAG is a whole number from 0 to {}", kOffsetMax));
    analytic.offset = offset.integer;
  }
  std::size_t fallback = lag ? 2 : 1;
  if (expr.args.size() > fallback) analytic.fallback = TRY(bind_of_from(*expr.args[fallback]));
  return {};
}

Parsed<ExprPtr> ExprBinder::bind_analytic(const Expr& expr, const Function& function) {
  if (analytics_ == nullptr)
    return located(expr.at, fmt::format("{} may stand in SELECT, WHERE and GROUP BY only, and not "
                                        "inside another function over events; use a WITH step",
                                        function.name));
  if (collects(function.id))
    return located(expr.at, fmt::format("{} of single events is not supported yet; GROUP BY a "
                                        "window",
                                        function.name));
  if (expr.star && function.id != FunctionId::kCount)
    return located(expr.at,
                   fmt::format("{}(*) is not supported yet; name a column", function.name));
  if (expr.distinct)
    return located(expr.at,
                   fmt::format("{}(DISTINCT …) with OVER is not supported yet", function.name));
  TRY(check_arg_count(expr, function));
  Analytic analytic;
  analytic.at = expr.at;
  analytic.function = function.id;
  std::vector<Analytic>* analytics = std::exchange(analytics_, nullptr);
  std::vector<Aggregate>* aggregates = std::exchange(aggregates_, nullptr);
  TRY(bind_over(expr, analytic));
  TRY(bind_analytic_args(expr, analytic));
  analytics_ = analytics;
  aggregates_ = aggregates;
  ExprPtr out = std::make_unique<Expr>();
  out->kind = ExprKind::kAnalytic;
  out->at = expr.at;
  out->index = static_cast<int>(analytics_->size());
  out->known = type_of(analytic);
  analytics_->push_back(std::move(analytic));
  return out;
}

}  // namespace streamsql
