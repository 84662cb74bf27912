#include "stream/stream_joins.h"

#include <algorithm>
#include <cstring>

#include "stream/join_key.h"

namespace stream {

StreamJoins::StreamJoins(const std::vector<streamsql::StreamJoin>& plan,
                         const ExpressionContext& context, std::vector<RowFormat>& formats,
                         ErrorPolicy errors)
    : formats_(formats), errors_(errors) {
  std::vector<Ticks> lag = {0};
  for (const streamsql::StreamJoin& join : plan) {
    Node& node = nodes_.emplace_back();
    node.join = std::make_unique<StreamJoinNode>(join, lag);
    lag = node.join->lag();
    for (const auto& key : join.left_keys) node.left_keys.push_back(make_evaluator(*key, context));
    for (const auto& key : join.right_keys)
      node.right_keys.push_back(make_evaluator(*key, context));
    if (join.residual) node.residual = make_evaluator(*join.residual, context);
  }
  for (std::size_t source = 0; source <= plan.size(); source++)
    sorters_.emplace_back(formats_[source]);
  watermarks_.assign(sorters_.size(), kNoWatermark);
}

/// A column over all rows of the frame. Where errors don't stop the job a row on which it fails has
/// NULL: a key that meets nothing, a condition that doesn't hold.
base::Result<const Value*> StreamJoins::column(const EvaluatorPtr& evaluator, Evaluation& e) {
  Rows all{nullptr, e.frame().rows};
  if (errors_.rows == nullptr) {
    const Value* values = evaluator->run(e, all);
    if (values == nullptr) return runtime_error(*e.error());
    return values;
  }
  base::Status told;
  const Table& table = *e.frame().sources.back().table;
  const Value* values = run_each(*evaluator, e, all, [&](std::size_t row, const RuntimeError& why) {
    if (told)
      told =
          errors_.rows->failed(this, errors_.input, table, row, runtime_error(why).error().message);
  });
  TRY(std::move(told));
  return values;
}

base::Result<std::vector<const Value*>> StreamJoins::keys(const std::vector<EvaluatorPtr>& keys,
                                                          Evaluation& e) {
  std::vector<const Value*> out;
  for (const EvaluatorPtr& key : keys) out.push_back(TRY(column(key, e)));
  return out;
}

base::Status StreamJoins::add(std::size_t source, const Table& table) {
  arena_.clear();
  Frame frame;
  frame.rows = table.rows;
  frame.sources.resize(source + 1);
  frame.sources[source].table = &table;
  Evaluation e(frame, arena_);
  sorters_[source].add(table, TRY(keys(keys_of(source), e)));
  return {};
}

base::Status StreamJoins::check(std::size_t source, const Table& table) {
  arena_.clear();
  Frame frame;
  frame.rows = table.rows;
  frame.sources.resize(source + 1);
  frame.sources[source].table = &table;
  Evaluation e(frame, arena_);
  for (const EvaluatorPtr& key : keys_of(source))
    if (key->run(e, {nullptr, table.rows}) == nullptr) return runtime_error(*e.error());
  return {};
}

namespace {

std::vector<JoinedRow> joined_rows(std::span<const RowSorter::Row> rows) {
  std::vector<JoinedRow> out;
  out.reserve(rows.size());
  for (const RowSorter::Row& row : rows)
    out.push_back({row.time, row.null_key, row.key, row.bytes});
  return out;
}

}  // namespace

base::Status StreamJoins::advance(std::size_t source, Ticks watermark, const Emit& emit) {
  watermarks_[source] = std::max(watermarks_[source], watermark);
  Ticks now = *std::min_element(watermarks_.begin(), watermarks_.end());
  if (now <= passed_) return {};
  passed_ = now;
  std::vector<JoinedRow> left = joined_rows(sorters_[0].release(now));
  std::deque<std::string> left_bytes;
  for (std::size_t node = 0; node < nodes_.size(); node++) {
    composed_.clear();
    bytes_.clear();
    TRY(join(node, left, emit));
    left = std::move(composed_);
    left_bytes = std::move(bytes_);
  }
  return {};
}

base::Status StreamJoins::join(std::size_t node, const std::vector<JoinedRow>& left,
                               const Emit& emit) {
  std::vector<JoinedRow> right = joined_rows(sorters_[node + 1].release(passed_));
  StreamJoinNode::Check check;
  if (nodes_[node].residual) check = [this, node](Pairs pairs) { return holds(node, pairs); };
  bool last = node + 1 == nodes_.size();
  auto take = [&](Pairs pairs) -> base::Status {
    if (!last) return hand_on(node, pairs);
    Frame frame = decode(node, pairs);
    return emit(frame, frame.sources[0].table->time);
  };
  return nodes_[node].join->process(left, right, passed_, check, take);
}

/// For which pairs the rest of ON holds; a left row without partner always stays.
base::Result<std::vector<bool>> StreamJoins::holds(std::size_t node, Pairs pairs) {
  Frame frame = decode(node, pairs);
  Evaluation e(frame, arena_);
  const Value* holds = TRY(column(nodes_[node].residual, e));
  std::vector<bool> out(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); i++)
    out[i] = pairs[i].right.empty() || holds[i].is_true();
  return out;
}

/// Pairs as left rows of the next node.
base::Status StreamJoins::hand_on(std::size_t node, Pairs pairs) {
  Frame frame = decode(node, pairs);
  Evaluation e(frame, arena_);
  auto columns = TRY(keys(nodes_[node + 1].left_keys, e));
  std::size_t times = (node + 1) * sizeof(Ticks);
  for (std::size_t i = 0; i < pairs.size(); i++) {
    const StreamJoinNode::Pair& pair = pairs[i];
    std::string& bytes = bytes_.emplace_back();
    JoinedRow row{pair.time};
    for (const Value* column : columns) {
      row.null_key = row.null_key || !can_meet(column[i]);
      append_key(column[i], bytes);
    }
    std::size_t key_size = bytes.size();
    bytes.append(pair.left.substr(0, times)).append(pair.right.substr(0, sizeof(Ticks)));
    bytes.append(pair.left.substr(times)).append(pair.right.substr(sizeof(Ticks)));
    row.key = std::string_view(bytes).substr(0, key_size);
    row.bytes = std::string_view(bytes).substr(key_size);
    composed_.push_back(row);
  }
  return {};
}

/// The pairs of a node as tables, one for each of its sources.
Frame StreamJoins::decode(std::size_t node, Pairs pairs) {
  arena_.clear();
  std::size_t lefts = node + 1, rows = pairs.size();
  std::vector<std::vector<Value*>> columns;
  for (std::size_t s = 0; s <= lefts; s++)
    columns.push_back(formats_[s].make_columns(rows, arena_));
  auto* time = arena_.array<Ticks>(rows);
  std::uint32_t* partner = nullptr;  // made when some row has none
  for (std::size_t i = 0; i < rows; i++) {
    ValueDecoder left(pairs[i].left, arena_);
    for (std::size_t s = 0; s < lefts; s++) left.ticks();
    for (std::size_t s = 0; s < lefts; s++) formats_[s].decode(left, columns[s], i);
    ValueDecoder right(pairs[i].right, arena_);
    right.ticks();
    formats_[lefts].decode(right, columns[lefts], i);  // no bytes: all missing
    time[i] = pairs[i].time;
    if (!pairs[i].right.empty()) continue;
    if (partner == nullptr) {
      partner = arena_.array<std::uint32_t>(rows);
      for (std::size_t k = 0; k < rows; k++) partner[k] = static_cast<std::uint32_t>(k);
    }
    partner[i] = kNoRow;
  }
  tables_.clear();
  for (std::size_t s = 0; s <= lefts; s++) tables_.push_back(formats_[s].table(columns[s], rows));
  for (Table& table : tables_) table.time = time;
  Frame frame;
  frame.rows = rows;
  for (const Table& table : tables_) frame.sources.push_back({&table, nullptr});
  frame.sources[lefts].index = partner;
  return frame;
}

Ticks StreamJoins::watermark() const {
  if (passed_ == kNoWatermark || passed_ == kEndOfTime) return passed_;
  return passed_ - nodes_.back().join->hold_back();
}

void StreamJoins::save(StateWriter& out) const {
  for (const RowSorter& sorter : sorters_) sorter.save(out);
  for (const Node& node : nodes_) node.join->save(out);
  for (Ticks watermark : watermarks_) out.integer(watermark);
  out.integer(passed_);
}

void StreamJoins::restore(StateReader& in) {
  for (RowSorter& sorter : sorters_) sorter.restore(in);
  for (const Node& node : nodes_) node.join->restore(in);
  for (Ticks& watermark : watermarks_) watermark = in.integer();
  passed_ = in.integer();
}

}  // namespace stream
