#include "stream/reference_join.h"

#include <algorithm>

#include "stream/join_key.h"

namespace stream {

ReferenceJoinRunner::ReferenceJoinRunner(const streamsql::ReferenceJoin& plan,
                                         ReferenceTable& table, ExpressionContext& context)
    : table_(table), left_join_(plan.left_join), ordinal_(static_cast<int>(context.shapes.size())) {
  for (const auto& key : plan.left_keys) left_keys_.push_back(make_evaluator(*key, context));
  context.shapes.push_back(&table.shape());
  for (const auto& key : plan.right_keys) right_keys_.push_back(make_evaluator(*key, context));
  if (plan.residual) residual_ = make_evaluator(*plan.residual, context);
}

bool ReferenceJoinRunner::apply(Evaluation& e, Frame& frame) const {
  Pairs pairs;
  if (!match(e, frame, pairs)) return false;
  std::size_t left_rows = frame.rows;
  if (!residual_) {
    frame = joined(e, frame, pairs);
    return true;
  }
  Frame before = frame;
  frame = joined(e, before, pairs);  // the evaluation looks at `frame`
  const Value* holds = residual_->run(e, {nullptr, frame.rows});
  if (holds == nullptr) return false;
  frame = joined(e, before, keep_true(holds, pairs, left_rows));
  return true;
}

bool ReferenceJoinRunner::match(Evaluation& e, const Frame& frame, Pairs& pairs) const {
  std::vector<const Value*> columns;
  for (const EvaluatorPtr& key : left_keys_) {
    columns.push_back(key->run(e, {nullptr, frame.rows}));
    if (columns.back() == nullptr) return false;
  }
  std::string key;
  for (std::uint32_t row = 0; row < frame.rows; row++) {
    key.clear();
    bool null = false;
    for (const Value* column : columns) {
      null = null || !can_meet(column[row]);
      append_key(column[row], key);
    }
    std::size_t before = pairs.left.size();
    if (!null) index_.find(key, pairs.right);
    pairs.left.resize(pairs.right.size(), row);
    if (left_join_ && pairs.left.size() == before) pairs.add(row, kNoRow);
  }
  return true;
}

Frame ReferenceJoinRunner::joined(Evaluation& e, const Frame& frame, const Pairs& pairs) const {
  Frame out;
  out.rows = pairs.left.size();
  for (const Frame::Source& source : frame.sources) {
    std::uint32_t* index = e.indexes(out.rows);
    for (std::size_t i = 0; i < out.rows; i++)
      index[i] = source.index == nullptr ? pairs.left[i] : source.index[pairs.left[i]];
    out.sources.push_back({source.table, index});
  }
  std::uint32_t* right = e.indexes(out.rows);
  std::copy(pairs.right.begin(), pairs.right.end(), right);
  out.sources.push_back({&table_.table(), right});
  return out;
}

/// The pairs for which the rest of ON holds; a left join's row that loses all keeps itself.
ReferenceJoinRunner::Pairs ReferenceJoinRunner::keep_true(const Value* holds, const Pairs& pairs,
                                                          std::size_t left_rows) const {
  Pairs out;
  std::size_t i = 0;
  for (std::uint32_t row = 0; row < left_rows; row++) {
    std::size_t before = out.left.size();
    for (; i < pairs.left.size() && pairs.left[i] == row; i++)
      if (pairs.right[i] != kNoRow && holds[i].is_true()) out.add(row, pairs.right[i]);
    if (left_join_ && out.left.size() == before) out.add(row, kNoRow);
  }
  return out;
}

}  // namespace stream
