// Joins with reference data, and what both kinds of joins share.
#include <algorithm>

#include "base/result.h"
#include "streamsql/binder.h"
#include "streamsql/lexer.h"
#include "streamsql/suggest.h"

namespace streamsql {

void JoinCondition::add(ExprPtr conjunct) const {
  auto is_own = [this](int source) { return source == own; };
  auto is_left = [this](int source) { return source < own; };
  if (conjunct->kind == ExprKind::kBinary && conjunct->op == Op::kEq) {
    ExprPtr& a = conjunct->args[0];
    ExprPtr& b = conjunct->args[1];
    if (reads_only(*b, is_left) && reads_only(*a, is_own)) std::swap(a, b);
    if (reads_only(*a, is_left) && reads_only(*b, is_own)) {
      left_keys.push_back(std::move(a));
      right_keys.push_back(std::move(b));
      return;
    }
  }
  if (!residual) {
    residual = std::move(conjunct);
    return;
  }
  auto both = std::make_unique<Expr>();
  both->kind = ExprKind::kAnd;
  both->at = residual->at;
  both->args.push_back(std::move(residual));
  both->args.push_back(std::move(conjunct));
  residual = std::move(both);
}

Checked Binder::check_alias(const std::string& alias, Position at,
                            const std::vector<ScopeSource>& sources) const {
  for (const ScopeSource& source : sources)
    if (same_name(source.alias, alias))
      return located(at, fmt::format("two sources are called '{}'; give one an alias", alias));
  return {};
}

/// Streams are joined first: an inner join or a left join with reference data gives the same rows
/// before and after them, and the bounds of time are there from the start.
Checked Binder::bind_joins(const SelectCore& core, Select& select,
                           std::vector<ScopeSource>& sources) {
  auto is_reference = [this](const Join& join) {
    bool step = step_index_.contains(lower(join.right.name));
    return !step && std::any_of(names_.references.begin(), names_.references.end(),
                                [&](auto& name) { return same_name(name, join.right.name); });
  };
  for (const Join& join : core.joins)
    if (!is_reference(join)) TRY(bind_stream_join(join, select, sources));
  for (const Join& join : core.joins)
    if (is_reference(join)) TRY(bind_reference_join(join, select, sources));
  return {};
}

Checked Binder::bind_reference_join(const Join& join, Select& select,
                                    std::vector<ScopeSource>& sources) {
  const Relation& right = join.right;
  auto known = std::find_if(names_.references.begin(), names_.references.end(),
                            [&](const std::string& name) { return same_name(name, right.name); });
  if (right.timestamp_by)
    return located(right.timestamp_by->at, "reference data has no time: remove TIMESTAMP BY");
  std::string alias = right.alias.empty() ? right.name : right.alias;
  TRY(check_alias(alias, right.at, sources));
  sources.push_back({alias, {}, true});

  ReferenceJoin bound;
  bound.left_join = join.left;
  auto listed_at = std::find(plan_.references.begin(), plan_.references.end(), *known);
  bound.reference = static_cast<int>(listed_at - plan_.references.begin());
  if (listed_at == plan_.references.end()) plan_.references.push_back(*known);
  ExprPtr on = TRY(ExprBinder(sources).bind(*join.on));
  JoinCondition condition{bound.left_keys, bound.right_keys, bound.residual,
                          static_cast<int>(sources.size()) - 1};
  if (on->kind == ExprKind::kAnd) {
    for (ExprPtr& arg : on->args) condition.add(std::move(arg));
  } else {
    condition.add(std::move(on));
  }
  if (bound.left_keys.empty())
    return located(join.on->at, fmt::format("ON needs an equality with a column of '{}', as in "
                                            "{}.user_id = {}.id",
                                            alias, sources[0].alias, alias));
  select.joins.push_back(std::move(bound));
  return {};
}

/// Arrays and records unfold after all joins.
Checked Binder::bind_applies(const SelectCore& core, Select& select,
                             std::vector<ScopeSource>& sources) {
  for (const Apply& apply : core.applies) {
    const Expr& call = *apply.call;
    bool properties = same_name(call.text, "GetRecordProperties");
    if (call.kind != ExprKind::kCall || call.args.size() != 1 || call.over ||
        (!properties && !same_name(call.text, "GetArrayElements")))
      return located(call.at, "APPLY takes GetArrayElements(array) or GetRecordProperties(record)");
    TRY(check_alias(apply.alias, apply.at, sources));
    select.applies.push_back(
        {apply.outer, properties, TRY(ExprBinder(sources).bind(*call.args[0]))});
    ScopeSource scope{apply.alias, {"ArrayIndex", "ArrayValue"}, false};
    if (properties) scope.columns = {"PropertyName", "PropertyValue"};
    sources.push_back(std::move(scope));
  }
  return {};
}

}  // namespace streamsql
