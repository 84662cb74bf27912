#include "stream/apply.h"

namespace stream {

ApplyRunner::ApplyRunner(const streamsql::ApplyElements& plan, ExpressionContext& context)
    : plan_(plan), arg_(make_evaluator(*plan.arg, context)) {
  for (const char* name : {plan.properties ? "PropertyName" : "ArrayIndex",
                           plan.properties ? "PropertyValue" : "ArrayValue"})
    shape_.mark_seen(shape_.slot(name), name);
  context.shapes.push_back(&shape_);
}

bool ApplyRunner::apply(Evaluation& e, Frame& frame) {
  const Value* values = arg_->run(e, {nullptr, frame.rows});
  if (values == nullptr) return false;
  Kind wanted = plan_.properties ? Kind::kRecord : Kind::kArray;
  std::size_t rows = 0;
  auto size_of = [&](const Value& value) {
    if (value.is_null()) return std::size_t{0};
    return plan_.properties ? value.record->size : value.array->size;
  };
  for (std::size_t i = 0; i < frame.rows; i++) {
    if (!values[i].is_null() && values[i].kind != wanted) {
      e.fail(plan_.arg->at,
             fmt::format("APPLY takes {}, not {}; TRY_CAST gives NULL instead",
                         plan_.properties ? "a record" : "an array", kind_text(values[i].kind)));
      return false;
    }
    std::size_t n = size_of(values[i]);
    rows += n == 0 && plan_.outer ? 1 : n;
  }
  std::uint32_t* left = e.indexes(rows);
  Value *names = e.values(rows), *items = e.values(rows);
  std::size_t row = 0;
  for (std::uint32_t i = 0; i < frame.rows; i++) {
    std::size_t n = size_of(values[i]);
    for (std::size_t k = 0; k < n; k++, row++) {
      left[row] = i;
      names[row] = plan_.properties ? Value::text(values[i].record->fields[k].name)
                                    : Value::bigint(static_cast<std::int64_t>(k));
      items[row] = plan_.properties ? values[i].record->fields[k].value : values[i].array->items[k];
    }
    if (n > 0 || !plan_.outer) continue;
    left[row] = i;
    names[row] = items[row] = Value::null();
    row++;
  }
  Frame out;
  out.rows = rows;
  for (const Frame::Source& source : frame.sources) {
    std::uint32_t* index = left;
    if (source.index != nullptr) {
      index = e.indexes(rows);
      for (std::size_t i = 0; i < rows; i++) index[i] = source.index[left[i]];
    }
    out.sources.push_back({source.table, index});
  }
  table_ = {&shape_, rows, {names, items}};
  out.sources.push_back({&table_, nullptr});
  frame = std::move(out);
  return true;
}

}  // namespace stream
