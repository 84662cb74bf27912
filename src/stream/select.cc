#include "stream/select.h"

#include <algorithm>

namespace stream {

std::unexpected<base::Error> runtime_error(const RuntimeError& error) {
  return base::error(base::Code::kFailedPrecondition, "line {}, column {}: {}", error.at.line,
                     error.at.column, error.message);
}

SelectRunner::SelectRunner(const streamsql::Select& plan, Shape& from, References& references,
                           Shape& out, RowSink& next, int branch)
    : plan_(plan), from_(from), out_shape_(out), next_(next), branch_(branch) {
  context_.shapes.push_back(&from);
  for (const streamsql::ReferenceJoin& join : plan.joins)
    joins_.push_back(std::make_unique<ReferenceJoinRunner>(
        join, *references[static_cast<std::size_t>(join.reference)], context_));
  if (plan.where) where_ = make_evaluator(*plan.where, context_);
  for (const streamsql::ExprPtr& key : plan.keys) keys_.push_back(make_evaluator(*key, context_));
  std::vector<AggregateKind> kinds;
  for (const streamsql::Aggregate& aggregate : plan.aggregates) {
    bool text =
        aggregate.arg && streamsql::static_type(*aggregate.arg) == streamsql::SqlType::kText;
    kinds.push_back({aggregate.function, aggregate.distinct, !aggregate.arg, text});
    args_.push_back(aggregate.arg ? make_evaluator(*aggregate.arg, context_) : nullptr);
  }
  if (plan.grouped) windows_ = std::make_unique<Windows>(plan.window, std::move(kinds));
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

base::Status SelectRunner::rows(const Table& table) {
  if (table.rows == 0) return {};
  arena_.clear();
  Frame frame{{{&table, nullptr}}, table.rows};
  Evaluation e(frame, arena_);
  for (const auto& join : joins_)
    if (!join->apply(e, frame)) return runtime_error(*e.error());
  Rows rows{nullptr, frame.rows};
  if (where_) {
    auto selected = select_rows(*where_, e, rows);
    if (!selected) return runtime_error(*e.error());
    rows = *selected;
  }
  if (rows.size == 0) return {};
  return windows_ ? add_to_windows(e, rows) : project(e, rows);
}

base::Status SelectRunner::add_to_windows(Evaluation& e, Rows rows) {
  std::vector<const Value*> keys, args;
  for (const EvaluatorPtr& key : keys_) {
    keys.push_back(key->run(e, rows));
    if (keys.back() == nullptr) return runtime_error(*e.error());
  }
  for (const EvaluatorPtr& arg : args_) {
    args.push_back(arg ? arg->run(e, rows) : nullptr);
    if (arg && args.back() == nullptr) return runtime_error(*e.error());
  }
  const Frame::Source& source = e.frame().sources[0];
  std::vector<Value> row_keys(keys.size()), row_args(args.size());
  for (std::size_t i = 0; i < rows.size; i++) {
    std::uint32_t row = source.index == nullptr ? rows[i] : source.index[rows[i]];
    for (std::size_t k = 0; k < keys.size(); k++) {
      row_keys[k] = keys[k][i];
      if (row_keys[k].kind == Kind::kRecord || row_keys[k].kind == Kind::kArray)
        return runtime_error({plan_.keys[k]->at, "a record or an array can't be a GROUP BY key"});
    }
    for (std::size_t k = 0; k < args.size(); k++)
      if (args[k] != nullptr) row_args[k] = args[k][i];
    int refused = windows_->add(source.table->time[row], row_keys, row_args);
    if (refused < 0) continue;
    auto a = static_cast<std::size_t>(refused);
    return runtime_error(
        {plan_.aggregates[a].arg->at, Accumulator::why(windows_->aggregates()[a])});
  }
  return {};
}

base::Status SelectRunner::watermark(Ticks watermark) {
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
        columns[k][row] = group.accumulators[k - keys].result(windows_->aggregates()[k - keys]);
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
  if (windows_) windows_->save(out);
}

void SelectRunner::restore(StateReader& in) {
  emitted_ = in.integer();
  if (windows_) windows_->restore(in);
}

}  // namespace stream
