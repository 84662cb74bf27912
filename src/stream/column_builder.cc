#include "stream/column_builder.h"

#include <utility>

namespace stream {
namespace {

using model::Type;

Type type_of(Kind kind) {
  switch (kind) {
    case Kind::kBigint:
      return Type::kInt64;
    case Kind::kFloat:
      return Type::kDouble;
    case Kind::kBit:
      return Type::kBool;
    case Kind::kDatetime:
      return Type::kTimestamp;
    default:
      return Type::kString;
  }
}

Type widened(Type a, Type b) {
  auto number = [](Type t) { return t == Type::kInt64 || t == Type::kDouble; };
  if (a == b) return a;
  return number(a) && number(b) ? Type::kDouble : Type::kString;
}

/// Ticks to microseconds, rounded down.
std::int64_t micros(Ticks t) { return t >= 0 ? t / 10 : (t - 9) / 10; }

}  // namespace

Type file_type(streamsql::SqlType type) {
  switch (type) {
    case streamsql::SqlType::kBigint:
      return Type::kInt64;
    case streamsql::SqlType::kFloat:
      return Type::kDouble;
    case streamsql::SqlType::kBit:
      return Type::kBool;
    case streamsql::SqlType::kDatetime:
      return Type::kTimestamp;
    default:
      return Type::kString;
  }
}

void ColumnBuilder::append(const Value* values, std::size_t n) {
  rows_ += n;
  if (values == nullptr) {
    for (; n > 0; n--) column_.add_null();
    return;
  }
  while (n > 0) {
    std::size_t done = append_run(values, n);
    values += done;
    n -= done;
    if (n == 0) break;
    Type wanted = type_of(values->kind);
    widen(type_ ? widened(*type_, wanted) : wanted);
  }
}

/// Adds values up to the first that doesn't fit the type; returns how many.
std::size_t ColumnBuilder::append_run(const Value* values, std::size_t n) {
  for (std::size_t i = 0; i < n; i++) {
    const Value& value = values[i];
    if (value.is_null()) {
      column_.add_null();
      continue;
    }
    if (!type_) return i;
    switch (*type_) {
      case Type::kInt64:
        if (value.kind != Kind::kBigint) return i;
        column_.add_int(value.integer);
        break;
      case Type::kBool:
        if (value.kind != Kind::kBit) return i;
        column_.add_int(value.integer);
        break;
      case Type::kTimestamp:
        if (value.kind != Kind::kDatetime) return i;
        column_.add_int(micros(value.integer));
        break;
      case Type::kDouble:
        if (!value.is_number()) return i;
        column_.add_double(value.as_double());
        break;
      default:
        if (value.kind == Kind::kText) {
          column_.add_text(value.view());
        } else {
          scratch_.clear();
          append_text(value, scratch_);
          column_.add_text(scratch_);
        }
    }
  }
  return n;
}

/// Converts what is there.
void ColumnBuilder::widen(Type to) {
  model::Column old = std::exchange(column_, model::Column(to));
  std::optional<Type> from = std::exchange(type_, to);
  std::size_t rows = old.rows();
  for (std::size_t i = 0; i < rows; i++) {
    if (!from || old.is_null(i)) {
      column_.add_null();
    } else if (to == Type::kDouble) {
      column_.add_double(static_cast<double>(old.ints[i]));
    } else {
      Value value = *from == Type::kDouble      ? Value::real(old.doubles[i])
                    : *from == Type::kTimestamp ? Value::datetime(old.ints[i] * 10)
                    : *from == Type::kBool      ? Value::bit(old.ints[i] != 0)
                                                : Value::bigint(old.ints[i]);
      scratch_.clear();
      append_text(value, scratch_);
      column_.add_text(scratch_);
    }
  }
}

model::Column ColumnBuilder::take() {
  rows_ = 0;
  return std::exchange(column_, model::Column(type_.value_or(Type::kString)));
}

}  // namespace stream
