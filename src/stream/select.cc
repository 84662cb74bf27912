#include "stream/select.h"

#include <algorithm>

#include "stream/collected.h"

namespace stream {

namespace {

/// Rows that come out of a sorter at once.
constexpr std::size_t kBatchRows = 4096;

/// Calls `use(column)` for every column in the tree.
template <typename Use>
void for_columns(const streamsql::ExprPtr& expr, const Use& use) {
  if (!expr) return;
  if (expr->kind == streamsql::ExprKind::kColumn) use(*expr);
  for (const streamsql::ExprPtr& arg : expr->args) for_columns(arg, use);
}

template <typename Use>
void for_columns(const std::vector<streamsql::ExprPtr>& exprs, const Use& use) {
  for (const streamsql::ExprPtr& expr : exprs) for_columns(expr, use);
}

/// All that a SELECT reads.
template <typename Use>
void for_columns(const streamsql::Select& select, const Use& use) {
  for (const streamsql::StreamJoin& join : select.streams) {
    for_columns(join.left_keys, use);
    for_columns(join.right_keys, use);
    for_columns(join.residual, use);
  }
  for (const streamsql::ReferenceJoin& join : select.joins) {
    for_columns(join.left_keys, use);
    for_columns(join.residual, use);
  }
  for (const streamsql::ApplyElements& apply : select.applies) for_columns(apply.arg, use);
  for (const streamsql::Analytic& analytic : select.analytics) {
    for_columns(analytic.arg, use);
    for_columns(analytic.fallback, use);
    for_columns(analytic.partition_by, use);
    for_columns(analytic.when, use);
  }
  for_columns(select.where, use);
  for_columns(select.keys, use);
  for_columns(select.session_keys, use);
  for (const streamsql::Aggregate& aggregate : select.aggregates) {
    for_columns(aggregate.arg, use);
    for (const auto& rank : aggregate.ranks) for_columns(rank.value, use);
  }
  for_columns(select.having, use);
  for (const streamsql::OutputColumn& column : select.columns) for_columns(column.value, use);
}

}  // namespace

SelectRunner::SelectRunner(const streamsql::Select& plan, const std::vector<Shape*>& from,
                           References& references, Shape& out, RowSink& next, int branch)
    : plan_(plan), out_shape_(out), next_(next), branch_(branch) {
  context_.shapes = from;
  keep_columns(from);
  if (!plan.streams.empty())
    streams_ = std::make_unique<StreamJoins>(plan.streams, context_, formats_);
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
  for (std::size_t i = 0; i < due.size(); i += kBatchRows) {
    auto some = due.subspan(i, std::min(kBatchRows, due.size() - i));
    waited_.clear();
    Table table = decode_rows(some, formats_[0], waited_);
    Frame frame{{{&table, nullptr}}, table.rows};
    Evaluation e(frame, waited_);
    if (analytics_ && !analytics_->run(e, table)) return runtime_error(*e.error());
    TRY(pass(frame));
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

}  // namespace

/// What follows the streams: WHERE, reference joins, windows or the SELECT list.
base::Status SelectRunner::pass(Frame frame) {
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
  return windows_ ? add_to_windows(e, rows) : project(e, rows);
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

base::Status SelectRunner::add_to_windows(Evaluation& e, Rows rows) {
  std::vector<const Value*> keys, sessions, args;
  if (!run_all(keys_, e, rows, keys) || !run_all(session_keys_, e, rows, sessions) ||
      !run_all(args_, e, rows, args))
    return runtime_error(*e.error());
  const Frame::Source& source = e.frame().sources[0];
  std::vector<Value> row_keys(keys.size()), row_args(args.size());
  std::string session;
  for (std::size_t i = 0; i < rows.size; i++) {
    std::uint32_t row = source.index == nullptr ? rows[i] : source.index[rows[i]];
    for (std::size_t k = 0; k < keys.size(); k++) {
      row_keys[k] = keys[k][i];
      if (row_keys[k].kind == Kind::kRecord || row_keys[k].kind == Kind::kArray)
        return runtime_error({plan_.keys[k]->at, "a record or an array can't be a GROUP BY key"});
    }
    for (std::size_t k = 0; k < args.size(); k++)
      if (args[k] != nullptr) row_args[k] = args[k][i];
    session.clear();
    for (const Value* key : sessions) append_key(key[i], session);
    int refused = windows_->add({source.table->time[row], row_keys, row_args, session});
    if (refused < 0) continue;
    auto a = static_cast<std::size_t>(refused);
    const streamsql::Aggregate& aggregate = plan_.aggregates[a];
    Position at = aggregate.ranks.empty() ? aggregate.arg->at : aggregate.ranks[0].value->at;
    return runtime_error({at, Accumulator::why(windows_->aggregates()[a])});
  }
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
  Frame frame{{{&table, nullptr}}, n};
  Evaluation e(frame, arena_);
  Rows rows{nullptr, n};
  if (having_) {
    auto selected = select_rows(*having_, e, rows);
    if (!selected) return runtime_error(*e.error());
    rows = *selected;
  }
  return rows.size == 0 ? base::Status{} : project(e, rows);
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
