#include "stream/analytics.h"

#include <algorithm>

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

bool Analytics::run(Evaluation& e, Table& table, std::vector<Failure>* failures) {
  for (Call& call : calls_)
    if (!run(call, e, table, failures)) return false;
  return true;
}

bool Analytics::check(Evaluation& e) const {
  auto runs = [&e](const EvaluatorPtr& evaluator) {
    return !evaluator || evaluator->run(e, {nullptr, e.frame().rows}) != nullptr;
  };
  for (const Call& call : calls_)
    if (!std::all_of(call.keys.begin(), call.keys.end(), runs) || !runs(call.arg) ||
        !runs(call.fallback) || !runs(call.when))
      return false;
  return true;
}

const Value* Analytics::column(const EvaluatorPtr& evaluator, Evaluation& e, Failures failures) {
  Rows all{nullptr, e.frame().rows};
  if (failures == nullptr) return evaluator->run(e, all);
  return run_each(*evaluator, e, all, [&](std::size_t row, const RuntimeError& error) {
    failures->push_back({row, error});
  });
}

bool Analytics::run(Call& call, Evaluation& e, Table& table, Failures failures) {
  std::vector<const Value*> keys;
  for (const EvaluatorPtr& key : call.keys) {
    keys.push_back(column(key, e, failures));
    if (keys.back() == nullptr) return false;
  }
  const Value* columns[3] = {};
  const EvaluatorPtr* evaluators[3] = {&call.arg, &call.fallback, &call.when};
  for (int i = 0; i < 3; i++) {
    if (!*evaluators[i]) continue;
    columns[i] = column(*evaluators[i], e, failures);
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
    static constexpr const char* kWhy = "the values can't be aggregated; CAST them to a number";
    if (!value && failures == nullptr) return e.fail(call.plan->at, kWhy) != nullptr;
    if (!value) failures->push_back({i, {call.plan->at, kWhy}});
    out[i] = value.value_or(Value::null());
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
