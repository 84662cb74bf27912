#include "stream/accumulator.h"

#include <algorithm>

#include "stream/convert.h"
#include "stream/value_codec.h"

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

/// The value that MIN or MAX compares; nullopt: it has no order.
std::optional<Value> candidate_of(const AggregateKind& kind, const Value& value) {
  if (value.kind == Kind::kRecord || value.kind == Kind::kArray) return std::nullopt;
  if (value.kind == Kind::kText && !kind.as_text) return as_number(value);
  return value;
}

bool is_rank(const Value& value) {
  return value.is_null() || value.is_number() || value.kind == Kind::kDatetime;
}

bool are_ranks(const AggregateKind& kind, const Record& record) {
  if (kind.function == FunctionId::kCollect && record.fields[0].value.is_null()) return true;
  return std::all_of(record.fields + 1, record.fields + record.size,
                     [](const RecordField& field) { return is_rank(field.value); });
}

}  // namespace

const char* Accumulator::why(const AggregateKind& kind) {
  switch (kind.function) {
    case FunctionId::kSum:
      return "SUM takes numbers (type bigint or float) whose sum fits; CAST the values to float";
    case FunctionId::kAvg:
      return "AVG takes numbers (type bigint or float); TRY_CAST the values";
    case FunctionId::kTopOne:
    case FunctionId::kCollectTop:
      return "ORDER BY takes values of type bigint, float or datetime; CAST them";
    default:
      return "MIN and MAX read a text as a number; CAST(… AS nvarchar(max)) compares texts, and "
             "records and arrays have no order";
  }
}

bool Accumulator::add(const AggregateKind& kind, const Value& value) {
  if (!accepts(kind, value)) return false;
  take(kind, value);
  return true;
}

bool Accumulator::accepts(const AggregateKind& kind, const Value& value) const {
  if (kind.all_rows && kind.function == FunctionId::kCount) return true;
  if (streamsql::collects(kind.function)) return are_ranks(kind, *value.record);
  if (value.is_null() || kind.distinct || kind.function == FunctionId::kCount) return true;
  bool sums = kind.function == FunctionId::kSum || kind.function == FunctionId::kAvg;
  return sums ? accepts_number(value) : accepts_extreme(kind, value);
}

bool Accumulator::accepts_number(const Value& value) const {
  auto number = as_number(value);
  std::int64_t sum = 0;
  return number && (is_real_ || number->kind == Kind::kFloat ||
                    !__builtin_add_overflow(whole_, number->integer, &sum));
}

bool Accumulator::accepts_extreme(const AggregateKind& kind, const Value& value) const {
  auto candidate = candidate_of(kind, value);
  return candidate && (count_ == 0 || compare(*candidate, extreme_.view()));
}

void Accumulator::take(const AggregateKind& kind, const Value& value) {
  if (kind.all_rows && kind.function == FunctionId::kCount) {
    count_++;
    return;
  }
  if (streamsql::collects(kind.function)) return collect(kind, value);
  if (value.is_null()) return;
  if (kind.distinct) {
    std::string key;
    append_key(value, key);
    distinct_.insert(std::move(key));
    return;
  }
  switch (kind.function) {
    case FunctionId::kCount:
      count_++;
      return;
    case FunctionId::kSum:
    case FunctionId::kAvg:
      return take_number(value);
    default:
      return take_extreme(kind, value);
  }
}

void Accumulator::take_number(const Value& value) {
  Value number = as_number(value).value_or(Value::bigint(0));
  count_++;
  real_ += number.as_double();
  if (number.kind == Kind::kFloat)
    is_real_ = true;
  else if (!is_real_)
    whole_ += number.integer;
}

void Accumulator::take_extreme(const AggregateKind& kind, const Value& value) {
  Value candidate = candidate_of(kind, value).value_or(Value::null());
  if (count_++ > 0) {
    auto order = compare(candidate, extreme_.view());
    if (!order || !(kind.function == FunctionId::kMin ? *order < 0 : *order > 0)) return;
  }
  extreme_.own(candidate);
}

namespace {

/// NULL is the lowest.
int rank_order(const OwnedValue& a, const OwnedValue& b) {
  Value x = a.view(), y = b.view();
  if (x.is_null() || y.is_null())
    return static_cast<int>(y.is_null()) - static_cast<int>(x.is_null());
  auto order = compare(x, y);
  return !order || *order == 0 ? 0 : *order < 0 ? -1 : 1;
}

}  // namespace

bool Accumulator::is_before(const AggregateKind& kind, const Item& a, const Item& b) {
  for (std::size_t i = 0; i < a.ranks.size(); i++) {
    int order = rank_order(a.ranks[i], b.ranks[i]);
    if (order != 0) return (order < 0) != kind.descending[i];
  }
  return false;
}

/// `value` is a record: the value, then what ORDER BY says of it.
void Accumulator::collect(const AggregateKind& kind, const Value& value) {
  const Record& record = *value.record;
  if (kind.function == FunctionId::kCollect && record.fields[0].value.is_null()) return;
  Item item;
  for (std::size_t i = 1; i < record.size; i++)
    item.ranks.emplace_back().own(record.fields[i].value);
  if (kind.top == 0) {
    encode_value(record.fields[0].value, item.value);
    items_.push_back(std::move(item));
    return;
  }
  auto place =
      std::upper_bound(items_.begin(), items_.end(), item,
                       [&](const Item& a, const Item& b) { return is_before(kind, a, b); });
  if (place - items_.begin() >= kind.top) return;
  encode_value(record.fields[0].value, item.value);
  items_.insert(place, std::move(item));
  if (static_cast<std::int64_t>(items_.size()) > kind.top) items_.pop_back();
}

Value Accumulator::collected(const AggregateKind& kind, Arena& arena) const {
  if (kind.function == FunctionId::kTopOne)
    return items_.empty() ? Value::null() : ValueDecoder(items_[0].value, arena).value();
  Value* values = arena.array<Value>(items_.size());
  for (std::size_t i = 0; i < items_.size(); i++) {
    values[i] = ValueDecoder(items_[i].value, arena).value();
    if (kind.function == FunctionId::kCollect) continue;
    auto* fields = arena.array<RecordField>(2);
    fields[0] = {"rank", Value::bigint(static_cast<std::int64_t>(i) + 1)};
    fields[1] = {"value", values[i]};
    values[i].kind = Kind::kRecord;
    values[i].record = new (arena.allocate(sizeof(Record))) Record{2, fields};
  }
  Value out;
  out.kind = Kind::kArray;
  out.array = new (arena.allocate(sizeof(Array))) Array{items_.size(), values};
  return out;
}

Value Accumulator::result(const AggregateKind& kind, Arena& arena) const {
  if (streamsql::collects(kind.function)) return collected(kind, arena);
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
  out.integer(static_cast<std::int64_t>(items_.size()));
  for (const Item& item : items_) {
    out.integer(static_cast<std::int64_t>(item.ranks.size()));
    for (const OwnedValue& rank : item.ranks) out.value(rank);
    out.text(item.value);
  }
}

void Accumulator::restore(StateReader& in) {
  count_ = in.integer();
  whole_ = in.integer();
  real_ = in.number();
  is_real_ = in.integer() != 0;
  extreme_ = in.value();
  for (std::size_t n = in.count(); n > 0 && in.ok(); n--) distinct_.insert(in.text());
  for (std::size_t n = in.count(); n > 0 && in.ok(); n--) {
    Item& item = items_.emplace_back();
    item.ranks.resize(in.count());
    for (OwnedValue& rank : item.ranks) rank = in.value();
    item.value = in.text();
  }
}

}  // namespace stream
