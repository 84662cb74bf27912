#include "stream/select.h"

#include <algorithm>

#include "stream/collected.h"
#include "streamsql/print.h"

namespace stream {

namespace {

/// Rows that come out of a sorter at once.
constexpr std::size_t kSelectRows = 4096;

/// Calls `use(column)` for every column in the tree.
template <typename Use>
void for_columns(const streamsql::ExprPtr& expr, const Use& use) {
  if (!expr) return;
  if (expr->kind == streamsql::ExprKind::kColumn) use(*expr);
  for (const streamsql::ExprPtr& arg : expr->args) for_columns(arg, use);
}

/// Calls `use(expr)` for every expression of a SELECT (some are null).
template <typename Use>
void for_expressions(const streamsql::Select& select, const Use& use) {
  auto all = [&use](const std::vector<streamsql::ExprPtr>& exprs) {
    for (const streamsql::ExprPtr& expr : exprs) use(expr);
  };
  for (const streamsql::StreamJoin& join : select.streams) {
    all(join.left_keys);
    all(join.right_keys);
    use(join.residual);
  }
  for (const streamsql::ReferenceJoin& join : select.joins) {
    all(join.left_keys);
    use(join.residual);
  }
  for (const streamsql::ApplyElements& apply : select.applies) use(apply.arg);
  for (const streamsql::Analytic& analytic : select.analytics) {
    use(analytic.arg);
    use(analytic.fallback);
    all(analytic.partition_by);
    use(analytic.when);
  }
  use(select.where);
  all(select.keys);
  all(select.session_keys);
  for (const streamsql::Aggregate& aggregate : select.aggregates) {
    use(aggregate.arg);
    for (const auto& rank : aggregate.ranks) use(rank.value);
  }
  use(select.having);
  for (const streamsql::OutputColumn& column : select.columns) use(column.value);
}

/// All columns that a SELECT reads.
template <typename Use>
void for_columns(const streamsql::Select& select, const Use& use) {
  for_expressions(select, [&use](const streamsql::ExprPtr& expr) { for_columns(expr, use); });
}

/// Whether an expression has no value for some values of its columns.
bool can_fail(const streamsql::ExprPtr& expr) {
  using streamsql::ExprKind;
  if (!expr) return false;
  bool arithmetic = expr->kind == ExprKind::kBinary && expr->op < streamsql::Op::kEq;
  bool cast = expr->kind == ExprKind::kCast && !expr->try_cast;
  if (arithmetic || cast || expr->kind == ExprKind::kCall || expr->kind == ExprKind::kNegate ||
      expr->kind == ExprKind::kBitNot)
    return true;
  return std::any_of(expr->args.begin(), expr->args.end(),
                     [](const streamsql::ExprPtr& arg) { return can_fail(arg); });
}

/// Group keys must not be records, aggregates and APPLY take certain types.
bool can_fail(const streamsql::Select& select) {
  bool out = !select.keys.empty() || !select.applies.empty();
  for (const streamsql::Aggregate& aggregate : select.aggregates)
    out = out || aggregate.function != streamsql::FunctionId::kCount;
  for_expressions(select, [&out](const streamsql::ExprPtr& expr) { out = out || can_fail(expr); });
  return out;
}

}  // namespace

SelectRunner::SelectRunner(const streamsql::Select& plan, const std::vector<Shape*>& from,
                           References& references, Shape& out, RowSink& next, int branch,
                           ErrorPolicy errors)
    : plan_(plan), out_shape_(out), next_(next), branch_(branch), errors_(errors) {
  can_fail_ = can_fail(plan);
  context_.shapes = from;
  keep_columns(from);
  if (!plan.streams.empty())
    streams_ = std::make_unique<StreamJoins>(plan.streams, context_, formats_, errors_);
  for (std::size_t i = 1; i < from.size(); i++)
    joined_streams_.push_back(std::make_unique<JoinedStream>(*this, i));
  if (!streams_ && !formats_.empty()) sorter_ = std::make_unique<RowSorter>(formats_[0]);
  if (!plan.analytics.empty()) analytics_ = std::make_unique<Analytics>(plan.analytics, context_);
  for (const streamsql::ReferenceJoin& join : plan.joins)
    joins_.push_back(std::make_unique<ReferenceJoinRunner>(
        join, *references[static_cast<std::size_t>(join.reference)], context_));
  for (const streamsql::ApplyElements& apply : plan.applies)
    applies_.push_back(std::make_unique<ApplyRunner>(apply, context_));
  compile_where();
  for (const streamsql::ExprPtr& key : plan.keys) keys_.push_back(make_evaluator(*key, context_));
  std::vector<AggregateKind> kinds;
  for (const streamsql::Aggregate& aggregate : plan.aggregates) {
    bool text =
        aggregate.arg && streamsql::static_type(*aggregate.arg) == streamsql::SqlType::kText;
    AggregateKind& kind = kinds.emplace_back();
    kind = {aggregate.function, aggregate.distinct, !aggregate.arg, text, aggregate.top, {}};
    if (aggregate.function == streamsql::FunctionId::kTopOne) kind.top = 1;
    for (const auto& rank : aggregate.ranks) kind.descending.push_back(rank.descending);
    if (streamsql::collects(aggregate.function))
      args_.push_back(make_collected(aggregate, context_));
    else
      args_.push_back(aggregate.arg ? make_evaluator(*aggregate.arg, context_) : nullptr);
  }
  for (const streamsql::ExprPtr& key : plan.session_keys)
    session_keys_.push_back(make_evaluator(*key, context_));
  if (plan.grouped) windows_ = make_windows(plan.window, std::move(kinds));
  ExpressionContext grouped = context_;
  grouped.keys = static_cast<int>(plan.keys.size());
  if (plan.having) having_ = make_evaluator(*plan.having, grouped);
  compile_items(grouped);
}

void SelectRunner::compile_items(const ExpressionContext& grouped) {
  for (const streamsql::OutputColumn& column : plan_.columns) {
    Item item;
    if (column.value) item.value = make_evaluator(*column.value, grouped);
    if (column.star) {
      item.star_source = column.star_source;
    } else {
      item.slot = out_shape_.slot(column.name);
      out_shape_.mark_named(item.slot, column.name);
    }
    items_.push_back(std::move(item));
  }
}

base::Status SelectRunner::build_joins() {
  for (const auto& join : joins_) TRY(join->build());
  return {};
}

/// Rows that wait keep what the SELECT reads, and nothing else.
void SelectRunner::keep_columns(const std::vector<Shape*>& from) {
  bool ordered = plan_.grouped && needs_order(plan_.window);
  if (plan_.streams.empty() && plan_.analytics.empty() && !ordered) return;
  for (Shape* shape : from) formats_.emplace_back(*shape);
  for_columns(plan_, [&](const streamsql::Expr& column) {
    auto source = static_cast<std::size_t>(column.source);
    if (source < from.size()) formats_[source].need(from[source]->slot(column.path[0]));
  });
  for (const streamsql::OutputColumn& column : plan_.columns) {
    auto source = static_cast<std::size_t>(column.star_source);
    if (column.star && !column.value && source < from.size()) formats_[source].need_all();
  }
  if (takes_events(plan_)) formats_[0].need_all();
}

void SelectRunner::compile_where() {
  if (!plan_.where) return;
  bool is_and = plan_.where->kind == streamsql::ExprKind::kAnd;
  std::size_t conjuncts = is_and ? plan_.where->args.size() : 1;
  for (std::size_t i = 0; i < conjuncts; i++) {
    const streamsql::ExprPtr& conjunct = is_and ? plan_.where->args[i] : plan_.where;
    bool streams_only = true;
    for_columns(conjunct, [&](const streamsql::Expr& column) {
      if (static_cast<std::size_t>(column.source) > plan_.streams.size()) streams_only = false;
    });
    bool early = streams_only && where_.empty();
    (early ? early_where_ : where_).push_back(make_evaluator(*conjunct, context_));
  }
}

RowSink& SelectRunner::source(std::size_t source) {
  if (source == 0) return *this;
  return *joined_streams_[source - 1];
}

base::Status SelectRunner::rows(const Table& table) {
  if (table.rows == 0) return {};
  if (streams_) return joins_in(0, table);
  if (sorter_) {
    sorter_->add(table, {});
    return {};
  }
  return pass({{{&table, nullptr}}, table.rows});
}

/// What joins and functions over events say depends on other rows: here only what goes into them.
base::Status SelectRunner::check(const Table& table) {
  if (streams_) return streams_->check(0, table);
  Frame frame{{{&table, nullptr}}, table.rows};
  if (!analytics_) return evaluate(std::move(frame), Pass::kCheck);
  arena_.clear();
  Evaluation e(frame, arena_);
  return analytics_->check(e) ? base::Status{} : runtime_error(*e.error());
}

base::Status SelectRunner::joins_in(std::size_t source, const Table& table) {
  return streams_->add(source, table);
}

base::Status SelectRunner::advance(std::size_t source, Ticks watermark) {
  TRY(streams_->advance(source, watermark, [this](const Frame& frame, const Ticks* time) {
    return joined(frame, time);
  }));
  return pass_watermark(streams_->watermark());
}

/// Joined rows are rows of their own: they get origins as those of windows do.
base::Status SelectRunner::joined(const Frame& frame, const Ticks* time) {
  std::vector<Origin> origin(frame.rows);
  for (std::size_t i = 0; i < frame.rows; i++) origin[i] = {time[i], -1 - branch_, emitted_++};
  Table first = *frame.sources[0].table;
  first.origin = origin.data();
  Frame out = frame;
  out.sources[0].table = &first;
  return pass(std::move(out));
}

/// Rows below the watermark, in order, with what the functions over events say of them.
base::Status SelectRunner::release(Ticks watermark) {
  std::span<const RowSorter::Row> due = sorter_->release(watermark);
  for (std::size_t i = 0; i < due.size(); i += kSelectRows) {
    auto some = due.subspan(i, std::min(kSelectRows, due.size() - i));
    waited_.clear();
    Table table = decode_rows(some, formats_[0], waited_);
    Frame frame{{{&table, nullptr}}, table.rows};
    Evaluation e(frame, waited_);
    std::vector<std::uint32_t> kept;
    if (analytics_) TRY(run_analytics(e, table, kept));
    if (table.rows == 0) continue;
    if (kept.empty())
      TRY(pass(frame));
    else
      TRY(pass({{{&table, kept.data()}}, kept.size()}));
  }
  return {};
}

namespace {

/// Leaves the rows of the frame for which all conditions are true. False after an error.
bool filter(const std::vector<EvaluatorPtr>& conditions, Evaluation& e, Rows& rows) {
  for (const EvaluatorPtr& condition : conditions) {
    if (rows.size == 0) return true;
    auto selected = select_rows(*condition, e, rows);
    if (!selected) return false;
    rows = *selected;
  }
  return true;
}

/// The frame of the selected rows alone.
void narrow(Evaluation& e, Frame& frame, Rows rows) {
  if (rows.list == nullptr) return;
  for (Frame::Source& source : frame.sources) {
    std::uint32_t* index = e.indexes(rows.size);
    for (std::size_t i = 0; i < rows.size; i++)
      index[i] = source.index == nullptr ? rows[i] : source.index[rows[i]];
    source.index = index;
  }
  frame.rows = rows.size;
}

/// Row `row` of `frame` alone; `index` has room for a number for each source.
Frame one_row(const Frame& frame, std::size_t row, std::vector<std::uint32_t>& index) {
  Frame out = frame;
  out.rows = 1;
  for (std::size_t s = 0; s < out.sources.size(); s++) {
    Frame::Source& source = out.sources[s];
    index[s] = source.index == nullptr ? static_cast<std::uint32_t>(row) : source.index[row];
    source.index = &index[s];
  }
  return out;
}

}  // namespace

/// Does `work(frame)`. Where errors don't stop the job and it fails before it had any effect, row
/// by row, without those on which it fails.
template <typename Work>
base::Status SelectRunner::with_errors(const Frame& frame, const Work& work) {
  evaluated_ = false;
  base::Status done = work(frame);
  if (done || evaluated_ || errors_.rows == nullptr ||
      done.error().code != base::Code::kFailedPrecondition)
    return done;
  std::vector<std::uint32_t> index(frame.sources.size());
  for (std::size_t row = 0; row < frame.rows; row++) {
    Frame one = one_row(frame, row, index);
    evaluated_ = false;
    done = work(one);
    if (!done && (evaluated_ || done.error().code != base::Code::kFailedPrecondition)) return done;
    if (!done) TRY(fail(one, done.error()));
  }
  return {};
}

/// The one row of `frame` goes where failed rows go.
base::Status SelectRunner::fail(const Frame& frame, const base::Error& error) {
  const Frame::Source& source = frame.sources[0];
  Table table = *source.table;
  if (table.shape == nullptr) {
    for (std::size_t i = groups_.size(); i < table.columns.size(); i++) {
      std::size_t keys = plan_.keys.size();
      std::string name = i < keys ? fmt::format("key {} ({})", i + 1, print(*plan_.keys[i]))
                                  : fmt::format("aggregate {}", i - keys + 1);
      groups_.mark_named(groups_.slot(name), name);
    }
    table.shape = &groups_;
  }
  std::size_t row = source.index == nullptr ? 0 : source.index[0];
  return errors_.rows->failed(this, errors_.input, table, row, error.message);
}

base::Status SelectRunner::pass(const Frame& frame) {
  return with_errors(frame, [this](const Frame& rows) { return evaluate(rows, Pass::kWhole); });
}

/// What follows the streams: WHERE, reference joins, windows or the SELECT list.
base::Status SelectRunner::evaluate(Frame frame, Pass pass) {
  arena_.clear();
  Evaluation e(frame, arena_);
  Rows rows{nullptr, frame.rows};
  if (!filter(early_where_, e, rows)) return runtime_error(*e.error());
  if (rows.size == 0) return {};
  if (!joins_.empty() || !applies_.empty()) narrow(e, frame, rows);
  for (const auto& join : joins_)
    if (!join->apply(e, frame)) return runtime_error(*e.error());
  for (const auto& apply : applies_)
    if (!apply->apply(e, frame)) return runtime_error(*e.error());
  if (!joins_.empty() || !applies_.empty()) rows = {nullptr, frame.rows};
  if (!filter(where_, e, rows)) return runtime_error(*e.error());
  if (rows.size == 0) return {};
  return windows_ ? add_to_windows(e, rows, pass) : project(e, rows, pass);
}

namespace {

/// The columns of all evaluators; false after an error. An absent evaluator has none.
bool run_all(const std::vector<EvaluatorPtr>& evaluators, Evaluation& e, Rows rows,
             std::vector<const Value*>& out) {
  for (const EvaluatorPtr& evaluator : evaluators) {
    out.push_back(evaluator ? evaluator->run(e, rows) : nullptr);
    if (evaluator && out.back() == nullptr) return false;
  }
  return true;
}

}  // namespace

base::Status SelectRunner::add_to_windows(Evaluation& e, Rows rows, Pass pass) {
  std::vector<const Value*> keys, sessions, args;
  if (!run_all(keys_, e, rows, keys) || !run_all(session_keys_, e, rows, sessions) ||
      !run_all(args_, e, rows, args))
    return runtime_error(*e.error());
  for (std::size_t k = 0; k < keys.size(); k++)
    for (std::size_t i = 0; i < rows.size; i++)
      if (keys[k][i].kind == Kind::kRecord || keys[k][i].kind == Kind::kArray)
        return runtime_error({plan_.keys[k]->at, "a record or an array can't be a GROUP BY key"});
  evaluated_ = pass == Pass::kWhole;
  const Frame::Source& source = e.frame().sources[0];
  std::vector<Value> row_keys(keys.size()), row_args(args.size());
  std::string session;
  for (std::size_t i = 0; i < rows.size; i++) {
    std::uint32_t row = source.index == nullptr ? rows[i] : source.index[rows[i]];
    for (std::size_t k = 0; k < keys.size(); k++) row_keys[k] = keys[k][i];
    for (std::size_t k = 0; k < args.size(); k++)
      if (args[k] != nullptr) row_args[k] = args[k][i];
    if (pass == Pass::kCheck) {
      if (int no = windows_->refuses(row_args); no >= 0) return refused(no);
      continue;
    }
    session.clear();
    for (const Value* key : sessions) append_key(key[i], session);
    int no = windows_->add({source.table->time[row], row_keys, row_args, session});
    if (no < 0) continue;
    if (errors_.rows == nullptr) return refused(no);
    TRY(errors_.rows->failed(this, errors_.input, *source.table, row, refused(no).error().message));
  }
  return {};
}

base::Status SelectRunner::refused(int aggregate) const {
  auto a = static_cast<std::size_t>(aggregate);
  const streamsql::Aggregate& plan = plan_.aggregates[a];
  Position at = plan.ranks.empty() ? plan.arg->at : plan.ranks[0].value->at;
  return runtime_error({at, Accumulator::why(windows_->aggregates()[a])});
}

/// Functions over events. `kept`: the rows that are left when they failed on others; empty: all.
base::Status SelectRunner::run_analytics(Evaluation& e, Table& table, Kept& kept) {
  if (errors_.rows == nullptr)
    return analytics_->run(e, table, nullptr) ? base::Status{} : runtime_error(*e.error());
  std::vector<Analytics::Failure> failures;
  (void)analytics_->run(e, table, &failures);
  std::map<std::size_t, RuntimeError> failed;  // a row's first error counts
  for (Analytics::Failure& failure : failures)
    failed.emplace(failure.row, std::move(failure.error));
  for (const auto& [row, error] : failed)
    TRY(errors_.rows->failed(this, errors_.input, table, row,
                             runtime_error(error).error().message));
  for (std::uint32_t row = 0; row < table.rows && !failed.empty(); row++)
    if (!failed.contains(row)) kept.push_back(row);
  table.rows = failed.size() == table.rows ? 0 : table.rows;
  return {};
}

base::Status SelectRunner::watermark(Ticks watermark) {
  if (streams_) return advance(0, watermark);
  if (sorter_) TRY(release(watermark));
  return pass_watermark(watermark);
}

base::Status SelectRunner::pass_watermark(Ticks watermark) {
  if (watermark == kNoWatermark) return {};
  if (windows_) TRY(emit(windows_->close(watermark)));
  return next_.watermark(watermark);
}

/// Groups as a table: keys, then aggregates.
base::Status SelectRunner::emit(const std::vector<Windows::Closed>& closed) {
  std::size_t n = 0;
  for (const Windows::Closed& window : closed) n += window.groups.size();
  if (n == 0) return {};
  arena_.clear();
  std::size_t keys = plan_.keys.size(), width = keys + plan_.aggregates.size();
  auto* time = arena_.array<Ticks>(n);
  auto* origin = arena_.array<Origin>(n);
  std::vector<Value*> columns(width);
  for (Value*& column : columns) column = arena_.array<Value>(n);
  std::size_t row = 0;
  for (const Windows::Closed& window : closed) {
    for (const Windows::Group& group : window.groups) {
      time[row] = window.end;
      origin[row] = {window.end, -1 - branch_, emitted_++};
      for (std::size_t k = 0; k < keys; k++) columns[k][row] = group.keys[k].view();
      for (std::size_t k = keys; k < width; k++)
        columns[k][row] =
            group.accumulators[k - keys].result(windows_->aggregates()[k - keys], arena_);
      row++;
    }
  }
  Table table{nullptr, n, {columns.begin(), columns.end()}, time, origin};
  return with_errors({{{&table, nullptr}}, n}, [this](const Frame& rows) { return finish(rows); });
}

/// Groups that pass HAVING, as the SELECT list says.
base::Status SelectRunner::finish(const Frame& groups) {
  Evaluation e(groups, arena_);
  Rows rows{nullptr, groups.rows};
  if (having_) {
    auto selected = select_rows(*having_, e, rows);
    if (!selected) return runtime_error(*e.error());
    rows = *selected;
  }
  return rows.size == 0 ? base::Status{} : project(e, rows, Pass::kWhole);
}

void SelectRunner::save(StateWriter& out) const {
  out.integer(emitted_);
  for (const RowFormat& format : formats_) format.save(out);
  if (streams_) streams_->save(out);
  if (sorter_) sorter_->save(out);
  if (analytics_) analytics_->save(out);
  if (windows_) windows_->save(out);
}

void SelectRunner::restore(StateReader& in) {
  emitted_ = in.integer();
  for (RowFormat& format : formats_) format.restore(in);
  if (streams_) streams_->restore(in);
  if (sorter_) sorter_->restore(in);
  if (analytics_) analytics_->restore(in);
  if (windows_) windows_->restore(in);
}

}  // namespace stream
