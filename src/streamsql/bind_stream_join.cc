// Joins of streams: ON bounds the time between the two by DATEDIFF(unit, left, right).
#include <cstdlib>
#include <optional>

#include "base/result.h"
#include "streamsql/binder.h"
#include "streamsql/lexer.h"

namespace streamsql {
namespace {

constexpr Ticks kDistanceMax = 7 * 24 * 3600 * kTicksPerSecond;

constexpr const char* kForm =
    "write DATEDIFF(minute, {0}, {1}) BETWEEN 0 AND 15, or compare it with a whole number";

int find_source(const Expr& expr, const std::vector<ScopeSource>& sources) {
  if (expr.kind != ExprKind::kColumn || expr.path.size() != 1) return -1;
  for (std::size_t i = 0; i < sources.size(); i++)
    if (same_name(sources[i].alias, expr.path[0])) return static_cast<int>(i);
  return -1;
}

/// DATEDIFF(unit, source, source): the time between two events.
bool is_distance(const Expr& expr, const std::vector<ScopeSource>& sources) {
  return expr.kind == ExprKind::kCall && same_name(expr.text, "DATEDIFF") &&
         expr.args.size() == 3 && find_source(*expr.args[1], sources) >= 0 &&
         find_source(*expr.args[2], sources) >= 0;
}

bool holds_distance(const Expr& expr, const std::vector<ScopeSource>& sources) {
  return is_distance(expr, sources) ||
         std::any_of(expr.args.begin(), expr.args.end(),
                     [&](const ExprPtr& arg) { return holds_distance(*arg, sources); });
}

struct Range {
  std::int64_t low = -TimeBound::kOpen;
  std::int64_t high = TimeBound::kOpen;
};

Op mirrored(Op op) {
  switch (op) {
    case Op::kLt:
      return Op::kGt;
    case Op::kLe:
      return Op::kGe;
    case Op::kGt:
      return Op::kLt;
    case Op::kGe:
      return Op::kLe;
    default:
      return op;
  }
}

std::optional<Range> range_of(Op op, std::int64_t n) {
  switch (op) {
    case Op::kEq:
      return Range{n, n};
    case Op::kLt:
      return Range{-TimeBound::kOpen, n - 1};
    case Op::kLe:
      return Range{-TimeBound::kOpen, n};
    case Op::kGt:
      return Range{n + 1, TimeBound::kOpen};
    case Op::kGe:
      return Range{n, TimeBound::kOpen};
    default:
      return std::nullopt;
  }
}

constexpr std::int64_t kNumberMax = std::int64_t{1} << 40;

bool is_number(const Expr& expr) {
  return expr.kind == ExprKind::kInteger && std::abs(expr.integer) < kNumberMax;
}

/// `distance` gets the DATEDIFF of a conjunct that has the form of a bound.
std::optional<Range> bound_of(const Expr& expr, const std::vector<ScopeSource>& sources,
                              const Expr*& distance) {
  if (expr.kind == ExprKind::kBetween && !expr.negated && is_distance(*expr.args[0], sources) &&
      is_number(*expr.args[1]) && is_number(*expr.args[2])) {
    distance = expr.args[0].get();
    return Range{expr.args[1]->integer, expr.args[2]->integer};
  }
  if (expr.kind != ExprKind::kBinary) return std::nullopt;
  bool turned = is_number(*expr.args[0]);
  const Expr& number = *expr.args[turned ? 0 : 1];
  distance = expr.args[turned ? 1 : 0].get();
  if (!is_number(number) || !is_distance(*distance, sources)) return std::nullopt;
  return range_of(turned ? mirrored(expr.op) : expr.op, number.integer);
}

/// Two bounds of the same source and unit are one.
void add_bound(const TimeBound& bound, std::vector<TimeBound>& bounds) {
  for (TimeBound& known : bounds) {
    if (known.left != bound.left || known.unit != bound.unit) continue;
    known.low = std::max(known.low, bound.low);
    known.high = std::min(known.high, bound.high);
    return;
  }
  bounds.push_back(bound);
}

bool is_closed(const TimeBound& bound) {
  return bound.low != -TimeBound::kOpen && bound.high != TimeBound::kOpen;
}

bool is_short(const TimeBound& bound) {
  auto fits = [&](std::int64_t n) { return std::abs(n) <= kDistanceMax / bound.unit; };
  return fits(bound.low) && fits(bound.high);
}

}  // namespace

Checked Binder::bind_conjunct(const Expr& conjunct, const std::vector<ScopeSource>& sources,
                              StreamJoin& join) {
  if (conjunct.kind == ExprKind::kAnd) {
    for (const ExprPtr& arg : conjunct.args) TRY(bind_conjunct(*arg, sources, join));
    return {};
  }
  int own = static_cast<int>(sources.size()) - 1;
  if (!holds_distance(conjunct, sources)) {
    JoinCondition condition{join.left_keys, join.right_keys, join.residual, own};
    condition.add(TRY(ExprBinder(sources).bind(conjunct)));
    return {};
  }
  const std::string& alias = sources.back().alias;
  const Expr* distance = nullptr;
  auto range = bound_of(conjunct, sources, distance);
  if (!range) return located(conjunct.at, fmt::format(kForm, sources[0].alias, alias));
  int left = find_source(*distance->args[1], sources);
  int right = find_source(*distance->args[2], sources);
  if ((left == own) == (right == own))
    return located(distance->at, fmt::format("one of the two must be '{}', the stream that is "
                                             "joined here",
                                             alias));
  TimeBound bound{left, TRY(bind_unit(*distance->args[0])), range->low, range->high};
  if (left == own) bound = {right, bound.unit, -range->high, -range->low};
  add_bound(bound, join.bounds);
  return {};
}

Checked Binder::bind_stream_join(const Join& join, Select& select,
                                 std::vector<ScopeSource>& sources) {
  const Relation& right = join.right;
  TRY(check_alias(right.alias.empty() ? right.name : right.alias, right.at, sources));
  StreamJoin bound;
  bound.left_join = join.left;
  TRY(bind_stream(join.right, bound.right, sources));
  TRY(bind_conjunct(*join.on, sources, bound));
  const auto& bounds = bound.bounds;
  if (std::none_of(bounds.begin(), bounds.end(), is_closed))
    return located(join.on->at,
                   fmt::format("a join of streams needs a bound of time in ON, because "
                               "streams never end: add DATEDIFF(minute, {}, {}) "
                               "BETWEEN 0 AND 15, for example",
                               sources[0].alias, sources.back().alias));
  for (const TimeBound& b : bounds)
    if (is_closed(b) && !is_short(b))
      return located(join.on->at, "events of two streams may lie at most 7 days apart");
  if (!select.streams.empty() && select.streams.back().left_join)
    return located(join.at,
                   "a LEFT JOIN of streams must be the last one; put what comes before it "
                   "into a WITH step");
  select.streams.push_back(std::move(bound));
  return {};
}

}  // namespace streamsql
