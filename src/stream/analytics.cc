#include "stream/analytics.h"

namespace stream {

int analytic_slot(Shape& from, int index) { return from.slot(fmt::format("\x01{}", index)); }

Analytics::Analytics(const std::vector<streamsql::Analytic>& plan,
                     const ExpressionContext& context) {
  for (const streamsql::Analytic& analytic : plan) {
    Call& call = calls_.emplace_back();
    call.plan = &analytic;
    call.slot = analytic_slot(*context.shapes[0], static_cast<int>(calls_.size()) - 1);
    for (const auto& key : analytic.partition_by)
      call.keys.push_back(make_evaluator(*key, context));
    if (analytic.arg) call.arg = make_evaluator(*analytic.arg, context);
    if (analytic.fallback) call.fallback = make_evaluator(*analytic.fallback, context);
    if (analytic.when) call.when = make_evaluator(*analytic.when, context);
    call.function = make_analytic_function(analytic);
  }
}

bool Analytics::run(Evaluation& e, Table& table) {
  for (Call& call : calls_)
    if (!run(call, e, table)) return false;
  return true;
}

bool Analytics::run(Call& call, Evaluation& e, Table& table) {
  Rows all{nullptr, table.rows};
  std::vector<const Value*> keys;
  for (const EvaluatorPtr& key : call.keys) {
    keys.push_back(key->run(e, all));
    if (keys.back() == nullptr) return false;
  }
  const Value* columns[3] = {};
  const EvaluatorPtr* evaluators[3] = {&call.arg, &call.fallback, &call.when};
  for (int i = 0; i < 3; i++) {
    if (!*evaluators[i]) continue;
    columns[i] = (*evaluators[i])->run(e, all);
    if (columns[i] == nullptr) return false;
  }
  Value* out = e.values(table.rows);
  std::string key;
  for (std::size_t i = 0; i < table.rows; i++) {
    key.clear();
    for (const Value* column : keys) append_key(column[i], key);
    AnalyticFunction::Event event{table.time[i], key,
                                  columns[2] == nullptr || columns[2][i].is_true(),
                                  columns[0] == nullptr ? Value::null() : columns[0][i],
                                  columns[1] == nullptr ? Value::null() : columns[1][i]};
    auto value = call.function->next(event, e.arena());
    if (!value) {
      e.fail(call.plan->at, "the values can't be aggregated; CAST them to a number");
      return false;
    }
    out[i] = *value;
  }
  auto slot = static_cast<std::size_t>(call.slot);
  if (table.columns.size() <= slot) table.columns.resize(slot + 1, nullptr);
  table.columns[slot] = out;
  return true;
}

void Analytics::save(StateWriter& out) const {
  for (const Call& call : calls_) call.function->save(out);
}

void Analytics::restore(StateReader& in) {
  for (Call& call : calls_) call.function->restore(in);
}

}  // namespace stream
