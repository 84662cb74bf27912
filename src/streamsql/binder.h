// The parsed form to a plan: names looked up, functions and windows checked, aggregates and keys
// taken out of the SELECT list.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "streamsql/ast.h"
#include "streamsql/streamsql.h"

namespace streamsql {

/// A row source in scope: the FROM relation (0) and the joined ones.
struct ScopeSource {
  std::string alias;
  std::vector<std::string> columns;  ///< empty: any column may exist
  bool any_column = true;
};

/// Binds expressions within one SELECT. Owned by one thread, lives for one SELECT.
class ExprBinder {
 public:
  explicit ExprBinder(const std::vector<ScopeSource>& sources) : sources_(sources) {}

  /// Binds in place of `expr`. Aggregates are refused unless `aggregates` was given.
  Parsed<ExprPtr> bind(const Expr& expr);
  void allow_aggregates(std::vector<Aggregate>* aggregates) { aggregates_ = aggregates; }
  void allow_analytics(std::vector<Analytic>* analytics) { analytics_ = analytics; }

 private:
  Parsed<ExprPtr> bind_column(const Expr& expr);
  Parsed<ExprPtr> bind_call(const Expr& expr);
  Parsed<ExprPtr> bind_aggregate(const Expr& expr, const Function& function);
  Checked bind_ranks(const Expr& expr, Aggregate& aggregate);
  Parsed<ExprPtr> bind_analytic(const Expr& expr, const Function& function);
  Checked bind_over(const Expr& expr, Analytic& analytic);
  Checked bind_analytic_args(const Expr& expr, Analytic& analytic);
  Parsed<ExprPtr> bind_of_from(const Expr& expr);
  Parsed<ExprPtr> bind_args(const Expr& expr, std::size_t first);
  Checked check_column(const Expr& expr, int source, const std::string& column) const;

  const std::vector<ScopeSource>& sources_;
  std::vector<Aggregate>* aggregates_ = nullptr;
  std::vector<Analytic>* analytics_ = nullptr;
  bool inside_aggregate_ = false;
};

/// Whether two bound expressions are the same computation.
bool same_expr(const Expr& a, const Expr& b);

/// The window that a GROUP BY item asks for: nullopt when the item is a key, not a window.
Parsed<std::optional<Window>> bind_window(const Expr& item);
bool find_window_name(std::string_view name);
bool is_timestamp_call(const Expr& expr);
/// The length of a unit that has one (day and below).
Parsed<Ticks> bind_unit(const Expr& expr);
/// (unit, n) above zero, at most seven days.
Parsed<Ticks> bind_duration(const Expr& unit, const Expr& n);
Checked check_arg_count(const Expr& expr, const Function& function);

/// Whether all columns of `expr` are of sources that `wanted` accepts.
template <typename Wanted>
bool reads_only(const Expr& expr, const Wanted& wanted) {
  if (expr.kind == ExprKind::kColumn) return wanted(expr.source);
  if (expr.kind == ExprKind::kTimestamp || expr.kind == ExprKind::kAnalytic) return wanted(0);
  return std::all_of(expr.args.begin(), expr.args.end(),
                     [&](const ExprPtr& arg) { return reads_only(*arg, wanted); });
}

/// Where the conjuncts of ON go: key = key, or the rest.
struct JoinCondition {
  std::vector<ExprPtr>& left_keys;
  std::vector<ExprPtr>& right_keys;
  ExprPtr& residual;
  int own = 0;  ///< the joined source
  void add(ExprPtr conjunct) const;
};

/// Binds a whole script. Owned by one thread, used once.
class Binder {
 public:
  explicit Binder(const Names& names) : names_(names) {}
  Parsed<Plan> bind(const Script& script);

 private:
  Checked add_step(const std::string& name, Position at, bool is_output, const Query& query);
  Checked check_step_name(const StepDefinition& step) const;
  Parsed<std::string> output_name(const SelectCore& select) const;
  Checked check_union(const Query& query, const Step& step) const;
  Parsed<Select> bind_select(const SelectCore& core);
  Checked bind_stream(const Relation& relation, StreamSource& from,
                      std::vector<ScopeSource>& sources);
  Checked bind_input_time(const Relation& relation, Input& input, bool is_new);
  Checked bind_joins(const SelectCore& core, Select& select, std::vector<ScopeSource>& sources);
  Checked bind_reference_join(const Join& join, Select& select, std::vector<ScopeSource>& sources);
  Checked bind_stream_join(const Join& join, Select& select, std::vector<ScopeSource>& sources);
  Checked bind_conjunct(const Expr& conjunct, const std::vector<ScopeSource>& sources,
                        StreamJoin& join);
  Checked bind_applies(const SelectCore& core, Select& select, std::vector<ScopeSource>& sources);
  Checked check_alias(const std::string& alias, Position at,
                      const std::vector<ScopeSource>& sources) const;
  Checked bind_groups(const SelectCore& core, const std::vector<ScopeSource>& sources,
                      Select& select);
  Checked bind_columns(const SelectCore& core, const std::vector<ScopeSource>& sources,
                       Select& select);
  Parsed<OutputColumn> bind_star(const SelectItem& item, const std::vector<ScopeSource>& sources,
                                 const Select& select);
  Checked bind_having(const SelectCore& core, const std::vector<ScopeSource>& sources,
                      Select& select);
  Parsed<ExprPtr> over_keys(ExprPtr expr, const Select& select) const;
  std::unexpected<Located> unknown_relation(const Relation& relation) const;

  const Names& names_;
  Plan plan_;
  std::map<std::string, int> step_index_;  ///< lower-case name → index in plan_.steps
};

}  // namespace streamsql
