#include "streamsql/binder.h"

#include <algorithm>

#include "base/result.h"
#include "streamsql/lexer.h"
#include "streamsql/parser.h"
#include "streamsql/suggest.h"

namespace streamsql {
namespace {

const std::string* find_name(const std::vector<std::string>& names, std::string_view name) {
  auto it = std::find_if(names.begin(), names.end(),
                         [&](const std::string& known) { return same_name(known, name); });
  return it == names.end() ? nullptr : &*it;
}

const std::string& alias_of(const Relation& relation) {
  return relation.alias.empty() ? relation.name : relation.alias;
}

void append_views(std::vector<std::string_view>& out, const std::vector<std::string>& names) {
  out.insert(out.end(), names.begin(), names.end());
}

/// The columns that a step gives, or none known when a `*` stands in it.
ScopeSource step_scope(const Step& step, const std::string& alias) {
  ScopeSource scope{alias, {}, false};
  for (const OutputColumn& column : step.branches[0].columns) {
    scope.any_column = scope.any_column || column.star;
    scope.columns.push_back(column.name);
  }
  return scope;
}

}  // namespace

Parsed<Plan> compile(std::string_view text, const Names& names) {
  Script script = TRY(parse(text));
  return Binder(names).bind(script);
}

Parsed<Plan> Binder::bind(const Script& script) {
  for (const StepDefinition& step : script.steps) {
    TRY(check_step_name(step));
    for (const SelectCore& branch : step.query.branches)
      if (!branch.into.empty())
        return located(branch.into_at,
                       "INTO can't stand inside a WITH step; select from the step "
                       "after the list");
    TRY(add_step(step.name, step.at, false, step.query));
  }
  for (const Query& statement : script.statements) {
    const SelectCore& first = statement.branches[0];
    for (std::size_t i = 1; i < statement.branches.size(); i++)
      if (!statement.branches[i].into.empty())
        return located(statement.branches[i].into_at,
                       "INTO stands in the first SELECT of a UNION "
                       "only");
    TRY(add_step(TRY(output_name(first)), first.at, true, statement));
  }
  return std::move(plan_);
}

Checked Binder::check_step_name(const StepDefinition& step) const {
  if (step_index_.contains(lower(step.name)))
    return located(step.at, fmt::format("there are two steps called '{}'", step.name));
  if (find_name(names_.inputs, step.name) || find_name(names_.references, step.name))
    return located(
        step.at, fmt::format("'{}' is an input already; call the step something else", step.name));
  return {};
}

Parsed<std::string> Binder::output_name(const SelectCore& select) const {
  std::string wanted = select.into.empty() ? "output" : select.into;
  if (const std::string* found = find_name(names_.outputs, wanted)) return *found;
  std::vector<std::string_view> known(names_.outputs.begin(), names_.outputs.end());
  if (select.into.empty())
    return located(select.at, fmt::format("this SELECT has no INTO, and there is no output called "
                                          "'output' (outputs: {})",
                                          listed(known)));
  return located(select.into_at, fmt::format("unknown output '{}' (outputs: {}){}", wanted,
                                             listed(known), did_you_mean(wanted, known)));
}

Checked Binder::add_step(const std::string& name, Position at, bool is_output, const Query& query) {
  Step step{name, is_output, {}};
  for (const SelectCore& branch : query.branches) step.branches.push_back(TRY(bind_select(branch)));
  TRY(check_union(query, step));
  if (!is_output) step_index_[lower(name)] = static_cast<int>(plan_.steps.size());
  if (plan_.steps.size() >= 1000) return located(at, "more than 1000 statements in one job");
  plan_.steps.push_back(std::move(step));
  return {};
}

/// The branches of a UNION have the same columns.
Checked Binder::check_union(const Query& query, const Step& step) const {
  auto has_star = [](const Select& s) {
    return std::any_of(s.columns.begin(), s.columns.end(), [](auto& c) { return c.star; });
  };
  const Select& first = step.branches[0];
  for (std::size_t i = 1; i < step.branches.size(); i++) {
    const Select& other = step.branches[i];
    if (has_star(first) || has_star(other)) continue;
    bool same =
        std::equal(first.columns.begin(), first.columns.end(), other.columns.begin(),
                   other.columns.end(), [](auto& a, auto& b) { return same_name(a.name, b.name); });
    if (!same)
      return located(query.branches[i].at,
                     "the SELECTs of a UNION must have the same columns in "
                     "the same order");
  }
  return {};
}

Parsed<Select> Binder::bind_select(const SelectCore& core) {
  Select select;
  std::vector<ScopeSource> sources;
  TRY(bind_stream(core.from, select.from, sources));
  TRY(bind_joins(core, select, sources));
  TRY(bind_applies(core, select, sources));
  if (core.where) {
    ExprBinder binder(sources);
    binder.allow_analytics(&select.analytics);
    select.where = TRY(binder.bind(*core.where));
  }
  if (!core.group_by.empty()) TRY(bind_groups(core, sources, select));
  TRY(bind_columns(core, sources, select));
  TRY(bind_having(core, sources, select));
  if (!select.streams.empty() && !select.analytics.empty())
    return located(select.analytics[0].at,
                   fmt::format("{} can't stand in a SELECT that joins streams; use it in a WITH "
                               "step",
                               function_of(select.analytics[0].function).name));
  return select;
}

std::unexpected<Located> Binder::unknown_relation(const Relation& relation) const {
  std::vector<std::string_view> known;
  append_views(known, names_.inputs);
  append_views(known, names_.references);
  for (const Step& step : plan_.steps)
    if (!step.is_output) known.push_back(step.name);
  return located(relation.at, fmt::format("unknown input '{}' (known here: {}){}", relation.name,
                                          listed(known), did_you_mean(relation.name, known)));
}

/// An event input or a step, as the next source.
Checked Binder::bind_stream(const Relation& relation, StreamSource& from,
                            std::vector<ScopeSource>& sources) {
  if (auto step = step_index_.find(lower(relation.name)); step != step_index_.end()) {
    if (relation.timestamp_by)
      return located(relation.timestamp_by->at,
                     "TIMESTAMP BY belongs to event inputs; a step "
                     "keeps the time of its rows");
    from = {true, step->second};
    sources.push_back(
        step_scope(plan_.steps[static_cast<std::size_t>(step->second)], alias_of(relation)));
    return {};
  }
  const std::string* name = find_name(names_.inputs, relation.name);
  if (name == nullptr && find_name(names_.references, relation.name))
    return located(relation.at, fmt::format("'{}' is reference data; it can only be joined to an "
                                            "event input",
                                            relation.name));
  if (name == nullptr) return unknown_relation(relation);
  auto found = std::find_if(plan_.inputs.begin(), plan_.inputs.end(),
                            [&](const Input& i) { return i.name == *name; });
  from = {false, static_cast<int>(found - plan_.inputs.begin())};
  bool is_new = found == plan_.inputs.end();
  if (is_new) plan_.inputs.push_back({*name, nullptr});
  sources.push_back({alias_of(relation), {}, true});
  return bind_input_time(relation, plan_.inputs[static_cast<std::size_t>(from.index)], is_new);
}

/// One input has one time: all its uses in a job agree on TIMESTAMP BY.
Checked Binder::bind_input_time(const Relation& relation, Input& input, bool is_new) {
  if (!relation.over.empty())
    return located(relation.over[0]->at, "TIMESTAMP BY … OVER is not supported yet");
  ExprPtr time;
  if (relation.timestamp_by) {
    std::vector<ScopeSource> scope = {{alias_of(relation), {}, true}};
    time = TRY(ExprBinder(scope).bind(*relation.timestamp_by));
  }
  if (is_new) {
    input.timestamp_by = std::move(time);
    return {};
  }
  bool same = !time == !input.timestamp_by && (!time || same_expr(*time, *input.timestamp_by));
  if (same) return {};
  return located(
      relation.timestamp_by ? relation.timestamp_by->at : relation.at,
      fmt::format("input '{}' is used with another TIMESTAMP BY, or without one, before; "
                  "an input has one time in a job",
                  input.name));
}

Parsed<OutputColumn> Binder::bind_star(const SelectItem& item,
                                       const std::vector<ScopeSource>& sources,
                                       const Select& select) {
  if (select.grouped)
    return located(item.at, "* can't stand in a SELECT with GROUP BY; name keys and aggregates");
  OutputColumn column;
  column.star = true;
  if (item.star_path.empty()) {
    if (sources.size() > 1)
      return located(item.at, fmt::format("* can't stand in a SELECT with JOIN; write {}.*",
                                          sources[0].alias));
    return column;
  }
  for (std::size_t i = 0; i < sources.size(); i++) {
    if (item.star_path.size() == 1 && same_name(sources[i].alias, item.star_path[0])) {
      column.star_source = static_cast<int>(i);
      return column;
    }
  }
  Expr record;
  record.kind = ExprKind::kColumn;
  record.at = item.at;
  record.path = item.star_path;
  column.value = TRY(ExprBinder(sources).bind(record));
  return column;
}

namespace {

/// The key that an expression without alias gets.
std::string implied_name(const Expr& expr, std::size_t ordinal) {
  if (expr.kind == ExprKind::kColumn) return expr.path.back();
  if (is_timestamp_call(expr)) return "Timestamp";
  if (expr.kind == ExprKind::kCall) return expr.text;
  return fmt::format("column{}", ordinal + 1);
}

}  // namespace

Checked Binder::bind_columns(const SelectCore& core, const std::vector<ScopeSource>& sources,
                             Select& select) {
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < core.items.size(); i++) {
    const SelectItem& item = core.items[i];
    if (item.star) {
      select.columns.push_back(TRY(bind_star(item, sources, select)));
      continue;
    }
    OutputColumn column;
    column.name = item.alias.empty() ? implied_name(*item.value, i) : item.alias;
    if (find_name(seen, column.name))
      return located(
          item.at, fmt::format("two columns are called '{}'; give one another alias", column.name));
    seen.push_back(column.name);
    ExprBinder binder(sources);
    if (select.grouped) binder.allow_aggregates(&select.aggregates);
    binder.allow_analytics(&select.analytics);
    column.value = TRY(binder.bind(*item.value));
    if (select.grouped) column.value = TRY(over_keys(std::move(column.value), select));
    column.type = static_type(*column.value);
    select.columns.push_back(std::move(column));
  }
  return {};
}

Checked Binder::bind_groups(const SelectCore& core, const std::vector<ScopeSource>& sources,
                            Select& select) {
  select.grouped = true;
  bool windowed = false;
  const Expr* snapshot = nullptr;
  for (const ExprPtr& item : core.group_by) {
    if (auto window = TRY(bind_window(*item))) {
      if (windowed) return located(item->at, "GROUP BY takes one window");
      windowed = true;
      select.window = *window;
      if (item->over)
        for (const ExprPtr& key : item->over->partition_by)
          select.session_keys.push_back(TRY(ExprBinder(sources).bind(*key)));
      bool ordered = window->kind == WindowKind::kSliding || window->kind == WindowKind::kSession;
      if (ordered && !select.streams.empty())
        return located(item->at, fmt::format("{} can't stand in a SELECT that joins streams; join "
                                             "them in a WITH step",
                                             item->text));
    } else if (is_timestamp_call(*item)) {
      snapshot = item.get();
    } else {
      ExprBinder binder(sources);
      binder.allow_analytics(&select.analytics);
      select.keys.push_back(TRY(binder.bind(*item)));
    }
  }
  if (!windowed && snapshot == nullptr)
    return located(core.group_by[0]->at,
                   "GROUP BY needs a window, because a stream never ends: add "
                   "TumblingWindow(minute, 5), for example");
  if (!windowed) select.window.kind = WindowKind::kSnapshot;
  if (windowed && snapshot != nullptr)
    select.keys.push_back(TRY(ExprBinder(sources).bind(*snapshot)));
  return {};
}

/// Replaces what equals a GROUP BY key by the key; a column that is left over belongs to no group.
Parsed<ExprPtr> Binder::over_keys(ExprPtr expr, const Select& select) const {
  for (std::size_t i = 0; i < select.keys.size(); i++) {
    bool window_end = expr->kind == ExprKind::kTimestamp;  // in a window, that is its end
    if (window_end || !same_expr(*expr, *select.keys[i])) continue;
    ExprPtr key = std::make_unique<Expr>();
    key->kind = ExprKind::kKey;
    key->at = expr->at;
    key->index = static_cast<int>(i);
    key->known = static_type(*expr);
    return key;
  }
  if (expr->kind == ExprKind::kAnalytic)
    return located(expr->at,
                   "a function of single events must stand in GROUP BY or inside an "
                   "aggregate");
  if (expr->kind == ExprKind::kColumn)
    return located(expr->at,
                   fmt::format("column '{}' must stand in GROUP BY or inside an aggregate",
                               expr->path.back()));
  for (ExprPtr& arg : expr->args) arg = TRY(over_keys(std::move(arg), select));
  return expr;
}

namespace {

/// HAVING may use the aliases of the SELECT list: puts their expressions in their place.
ExprPtr with_aliases(const Expr& expr, const SelectCore& core) {
  if (expr.kind == ExprKind::kColumn && expr.path.size() == 1) {
    for (const SelectItem& item : core.items)
      if (!item.star && same_name(item.alias, expr.path[0])) return clone(*item.value);
  }
  ExprPtr out = clone(expr);
  for (ExprPtr& arg : out->args) arg = with_aliases(*arg, core);
  return out;
}

}  // namespace

Checked Binder::bind_having(const SelectCore& core, const std::vector<ScopeSource>& sources,
                            Select& select) {
  if (!core.having) return {};
  if (!select.grouped) return located(core.having->at, "HAVING needs GROUP BY; use WHERE");
  ExprPtr having = with_aliases(*core.having, core);
  ExprBinder binder(sources);
  binder.allow_aggregates(&select.aggregates);
  select.having = TRY(over_keys(TRY(binder.bind(*having)), select));
  return {};
}

}  // namespace streamsql
