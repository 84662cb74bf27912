#include "stream/accumulator.h"

#include "stream/convert.h"

namespace stream {
namespace {

using streamsql::FunctionId;

/// A text in the place of a number is read as one.
std::optional<Value> as_number(const Value& value) {
  if (value.is_number()) return value;
  if (value.kind == Kind::kBit) return Value::bigint(value.integer);
  if (value.kind != Kind::kText) return std::nullopt;
  Arena none;
  return convert(value, streamsql::SqlType::kFloat, none);
}

}  // namespace

const char* Accumulator::why(const AggregateKind& kind) {
  switch (kind.function) {
    case FunctionId::kSum:
      return "SUM takes numbers (type bigint or float) whose sum fits; CAST the values to float";
    case FunctionId::kAvg:
      return "AVG takes numbers (type bigint or float); TRY_CAST the values";
    default:
      return "MIN and MAX read a text as a number; CAST(… AS nvarchar(max)) compares texts, and "
             "records and arrays have no order";
  }
}

bool Accumulator::add(const AggregateKind& kind, const Value& value) {
  if (kind.all_rows) {
    count_++;
    return true;
  }
  if (value.is_null()) return true;
  if (kind.distinct) {
    std::string key;
    append_key(value, key);
    distinct_.insert(std::move(key));
    return true;
  }
  switch (kind.function) {
    case FunctionId::kCount:
      count_++;
      return true;
    case FunctionId::kSum:
    case FunctionId::kAvg:
      return add_number(value);
    default:
      return add_extreme(kind, value);
  }
}

bool Accumulator::add_number(const Value& value) {
  auto number = as_number(value);
  if (!number) return false;
  count_++;
  real_ += number->as_double();
  if (number->kind == Kind::kFloat)
    is_real_ = true;
  else if (!is_real_ && __builtin_add_overflow(whole_, number->integer, &whole_))
    return false;
  return true;
}

bool Accumulator::add_extreme(const AggregateKind& kind, const Value& value) {
  Value candidate = value;
  if (value.kind == Kind::kText && !kind.as_text) {
    auto number = as_number(value);
    if (!number) return false;
    candidate = *number;
  }
  if (candidate.kind == Kind::kRecord || candidate.kind == Kind::kArray) return false;
  if (count_ > 0) {
    auto order = compare(candidate, extreme_.view());
    if (!order) return false;
    bool better = kind.function == FunctionId::kMin ? *order < 0 : *order > 0;
    if (!better) return true;
  }
  count_++;
  return extreme_.own(candidate);
}

Value Accumulator::result(const AggregateKind& kind) const {
  if (kind.distinct) return Value::bigint(static_cast<std::int64_t>(distinct_.size()));
  if (kind.function == FunctionId::kCount) return Value::bigint(count_);
  if (count_ == 0) return Value::null();
  if (kind.function == FunctionId::kAvg) return Value::real(real_ / static_cast<double>(count_));
  if (kind.function == FunctionId::kSum)
    return is_real_ ? Value::real(real_) : Value::bigint(whole_);
  return extreme_.view();
}

void Accumulator::save(StateWriter& out) const {
  out.integer(count_);
  out.integer(whole_);
  out.number(real_);
  out.integer(is_real_);
  out.value(extreme_);
  out.integer(static_cast<std::int64_t>(distinct_.size()));
  for (const std::string& key : distinct_) out.text(key);
}

void Accumulator::restore(StateReader& in) {
  count_ = in.integer();
  whole_ = in.integer();
  real_ = in.number();
  is_real_ = in.integer() != 0;
  extreme_ = in.value();
  for (std::size_t n = in.count(); n > 0 && in.ok(); n--) distinct_.insert(in.text());
}

}  // namespace stream
