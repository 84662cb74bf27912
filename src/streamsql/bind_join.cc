#include <algorithm>

#include "base/result.h"
#include "streamsql/binder.h"
#include "streamsql/lexer.h"
#include "streamsql/suggest.h"

namespace streamsql {
namespace {

/// Whether all columns of `expr` are of sources that `wanted` accepts.
template <typename Wanted>
bool reads_only(const Expr& expr, const Wanted& wanted) {
  if (expr.kind == ExprKind::kColumn) return wanted(expr.source);
  if (expr.kind == ExprKind::kTimestamp) return wanted(0);
  return std::all_of(expr.args.begin(), expr.args.end(),
                     [&](const ExprPtr& arg) { return reads_only(*arg, wanted); });
}

/// Puts one conjunct of ON where it belongs: key = key, or the rest.
void add_condition(ExprPtr condition, int own, ReferenceJoin& join) {
  auto is_own = [own](int source) { return source == own; };
  auto is_left = [own](int source) { return source < own; };
  if (condition->kind == ExprKind::kBinary && condition->op == Op::kEq) {
    ExprPtr& a = condition->args[0];
    ExprPtr& b = condition->args[1];
    if (reads_only(*b, is_left) && reads_only(*a, is_own)) std::swap(a, b);
    if (reads_only(*a, is_left) && reads_only(*b, is_own)) {
      join.left_keys.push_back(std::move(a));
      join.right_keys.push_back(std::move(b));
      return;
    }
  }
  if (!join.residual) {
    join.residual = std::move(condition);
    return;
  }
  auto both = std::make_unique<Expr>();
  both->kind = ExprKind::kAnd;
  both->at = join.residual->at;
  both->args.push_back(std::move(join.residual));
  both->args.push_back(std::move(condition));
  join.residual = std::move(both);
}

}  // namespace

Checked Binder::bind_join(const Join& join, Select& select, std::vector<ScopeSource>& sources) {
  const Relation& right = join.right;
  auto known = std::find_if(names_.references.begin(), names_.references.end(),
                            [&](const std::string& name) { return same_name(name, right.name); });
  if (known == names_.references.end()) {
    bool stream = step_index_.contains(lower(right.name)) ||
                  std::any_of(names_.inputs.begin(), names_.inputs.end(),
                              [&](auto& name) { return same_name(name, right.name); });
    if (!stream) return unknown_relation(right);
    return located(right.at, fmt::format("a join of two streams is not supported yet; '{}' must be "
                                         "reference data",
                                         right.name));
  }
  if (right.timestamp_by)
    return located(right.timestamp_by->at, "reference data has no time: remove TIMESTAMP BY");
  std::string alias = right.alias.empty() ? right.name : right.alias;
  for (const ScopeSource& source : sources)
    if (same_name(source.alias, alias))
      return located(right.at,
                     fmt::format("two sources are called '{}'; give one an alias", alias));
  sources.push_back({alias, {}, true});

  ReferenceJoin bound;
  bound.left_join = join.left;
  auto listed_at = std::find(plan_.references.begin(), plan_.references.end(), *known);
  bound.reference = static_cast<int>(listed_at - plan_.references.begin());
  if (listed_at == plan_.references.end()) plan_.references.push_back(*known);
  ExprPtr on = TRY(ExprBinder(sources).bind(*join.on));
  int own = static_cast<int>(sources.size()) - 1;
  if (on->kind == ExprKind::kAnd) {
    for (ExprPtr& arg : on->args) add_condition(std::move(arg), own, bound);
  } else {
    add_condition(std::move(on), own, bound);
  }
  if (bound.left_keys.empty())
    return located(join.on->at, fmt::format("ON needs an equality with a column of '{}', as in "
                                            "{}.user_id = {}.id",
                                            alias, sources[0].alias, alias));
  select.joins.push_back(std::move(bound));
  return {};
}

}  // namespace streamsql
