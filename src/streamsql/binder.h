// The parsed form to a plan: names looked up, functions and windows checked, aggregates and keys
// taken out of the SELECT list.
#pragma once

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

 private:
  Parsed<ExprPtr> bind_column(const Expr& expr);
  Parsed<ExprPtr> bind_call(const Expr& expr);
  Parsed<ExprPtr> bind_aggregate(const Expr& expr, const Function& function);
  Parsed<ExprPtr> bind_args(const Expr& expr, std::size_t first);
  Checked check_column(const Expr& expr, int source, const std::string& column) const;

  const std::vector<ScopeSource>& sources_;
  std::vector<Aggregate>* aggregates_ = nullptr;
  bool inside_aggregate_ = false;
};

/// Whether two bound expressions are the same computation.
bool same_expr(const Expr& a, const Expr& b);

/// The window that a GROUP BY item asks for: nullopt when the item is a key, not a window.
Parsed<std::optional<Window>> bind_window(const Expr& item);
bool find_window_name(std::string_view name);
bool is_timestamp_call(const Expr& expr);

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
  Checked bind_from(const Relation& relation, Select& select, std::vector<ScopeSource>& sources);
  Checked bind_input_time(const Relation& relation, Input& input, bool is_new);
  Checked bind_join(const Join& join, Select& select, std::vector<ScopeSource>& sources);
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
