// Arithmetic, comparisons, LIKE, IN, BETWEEN, CAST.
#include <algorithm>
#include <cmath>

#include "base/result.h"
#include "stream/convert.h"
#include "stream/evaluators_internal.h"
#include "stream/like.h"
#include "streamsql/print.h"

namespace stream {
namespace {

using streamsql::Op;

bool holds(Op op, std::partial_ordering order) {
  switch (op) {
    case Op::kEq:
      return order == 0;
    case Op::kNe:
      return order != 0;
    case Op::kLt:
      return order < 0;
    case Op::kLe:
      return order <= 0;
    case Op::kGt:
      return order > 0;
    default:
      return order >= 0;
  }
}

Value compared(Op op, const Value& a, const Value& b) {
  auto order = compare(a, b);
  return order ? Value::bit(holds(op, *order)) : Value::null();
}

class Comparison final : public Evaluator {
 public:
  Comparison(Op op, Evaluators args) : op_(op), args_(std::move(args)) {}
  const Value* run(Evaluation& e, Rows rows) const override {
    const Value* a = args_[0]->run(e, rows);
    const Value* b = a == nullptr ? nullptr : args_[1]->run(e, rows);
    if (b == nullptr) return nullptr;
    Value* out = e.values(rows.size);
    for (std::size_t i = 0; i < rows.size; i++) out[i] = compared(op_, a[i], b[i]);
    return out;
  }

 private:
  Op op_;
  Evaluators args_;
};

class Arithmetic final : public Evaluator {
 public:
  Arithmetic(const Expr& expr, Evaluators args)
      : op_(expr.op), at_(expr.at), args_(std::move(args)) {}

  const Value* run(Evaluation& e, Rows rows) const override {
    const Value* a = args_[0]->run(e, rows);
    const Value* b = a == nullptr ? nullptr : args_[1]->run(e, rows);
    if (b == nullptr) return nullptr;
    Value* out = e.values(rows.size);
    for (std::size_t i = 0; i < rows.size; i++) {
      const char* why = nullptr;
      out[i] = apply(a[i], b[i], e.arena(), why);
      if (why != nullptr)
        return e.fail(
            at_, fmt::format("{} {} {}: {}", describe(a[i]), op_text(op_), describe(b[i]), why));
    }
    return out;
  }

 private:
  Value apply(const Value& a, const Value& b, Arena& arena, const char*& why) const {
    if (a.is_null() || b.is_null()) return Value::null();
    if (a.kind == Kind::kBigint && b.kind == Kind::kBigint)
      return integers(a.integer, b.integer, why);
    if (a.is_number() && b.is_number()) return reals(a.as_double(), b.as_double(), why);
    if (op_ == Op::kAdd && a.kind == Kind::kText && b.kind == Kind::kText) {
      char* text = arena.allocate(a.size + std::size_t{b.size});
      std::copy_n(a.text_data, a.size, text);
      std::copy_n(b.text_data, b.size, text + a.size);
      return Value::text({text, a.size + std::size_t{b.size}});
    }
    why = "the operator takes numbers; CAST the value to another type";
    return Value::null();
  }

  Value integers(std::int64_t a, std::int64_t b, const char*& why) const {
    std::int64_t out = 0;
    bool overflow = false;
    switch (op_) {
      case Op::kAdd:
        overflow = __builtin_add_overflow(a, b, &out);
        break;
      case Op::kSub:
        overflow = __builtin_sub_overflow(a, b, &out);
        break;
      case Op::kMul:
        overflow = __builtin_mul_overflow(a, b, &out);
        break;
      case Op::kBitAnd:
        return Value::bigint(a & b);
      case Op::kBitOr:
        return Value::bigint(a | b);
      case Op::kBitXor:
        return Value::bigint(a ^ b);
      default:
        if (b == 0) {
          why = "division by zero; use NULLIF(x, 0)";
          return Value::null();
        }
        if (b == -1)
          overflow = op_ == Op::kDiv && __builtin_sub_overflow(std::int64_t{0}, a, &out);
        else
          out = op_ == Op::kDiv ? a / b : a % b;
    }
    if (overflow) why = "the result does not fit a bigint; CAST to float";
    return Value::bigint(out);
  }

  Value reals(double a, double b, const char*& why) const {
    double out = 0;
    switch (op_) {
      case Op::kAdd:
        out = a + b;
        break;
      case Op::kSub:
        out = a - b;
        break;
      case Op::kMul:
        out = a * b;
        break;
      case Op::kDiv:
      case Op::kMod:
        if (b == 0) {
          why = "division by zero; use NULLIF(x, 0)";
          return Value::null();
        }
        out = op_ == Op::kDiv ? a / b : std::fmod(a, b);
        break;
      default:
        why = "bit operators take the type bigint";
        return Value::null();
    }
    if (!std::isfinite(out)) why = "the result does not fit a float";
    return Value::real(out);
  }

  Op op_;
  Position at_;
  Evaluators args_;
};

class Sign final : public Evaluator {
 public:
  Sign(const Expr& expr, Evaluators args)
      : at_(expr.at), bits_(expr.kind == streamsql::ExprKind::kBitNot), args_(std::move(args)) {}
  const Value* run(Evaluation& e, Rows rows) const override {
    const Value* in = args_[0]->run(e, rows);
    if (in == nullptr) return nullptr;
    Value* out = e.values(rows.size);
    for (std::size_t i = 0; i < rows.size; i++) {
      if (in[i].is_null())
        out[i] = Value::null();
      else if (in[i].kind == Kind::kFloat && !bits_)
        out[i] = Value::real(-in[i].number);
      else if (in[i].kind != Kind::kBigint || (!bits_ && in[i].integer == INT64_MIN))
        return e.fail(at_,
                      fmt::format("the sign of {}: the type must be a number", describe(in[i])));
      else
        out[i] = Value::bigint(bits_ ? ~in[i].integer : -in[i].integer);
    }
    return out;
  }

 private:
  Position at_;
  bool bits_;
  Evaluators args_;
};

class Like final : public Evaluator {
 public:
  Like(const Expr& expr, Evaluators args) : negated_(expr.negated), args_(std::move(args)) {}
  const Value* run(Evaluation& e, Rows rows) const override {
    const Value* text = args_[0]->run(e, rows);
    const Value* pattern = text == nullptr ? nullptr : args_[1]->run(e, rows);
    if (pattern == nullptr) return nullptr;
    Value* out = e.values(rows.size);
    for (std::size_t i = 0; i < rows.size; i++) {
      bool texts = text[i].kind == Kind::kText && pattern[i].kind == Kind::kText;
      out[i] = texts ? Value::bit(matches_like(text[i].view(), pattern[i].view()) != negated_)
                     : Value::null();
    }
    return out;
  }

 private:
  bool negated_;
  Evaluators args_;
};

class In final : public Evaluator {
 public:
  In(const Expr& expr, Evaluators args) : negated_(expr.negated), args_(std::move(args)) {}
  const Value* run(Evaluation& e, Rows rows) const override {
    std::vector<const Value*> columns;
    for (const EvaluatorPtr& arg : args_) {
      columns.push_back(arg->run(e, rows));
      if (columns.back() == nullptr) return nullptr;
    }
    Value* out = e.values(rows.size);
    for (std::size_t i = 0; i < rows.size; i++) {
      bool found = false, unknown = false;
      for (std::size_t k = 1; k < columns.size() && !found; k++) {
        auto order = compare(columns[0][i], columns[k][i]);
        found = order && *order == 0;
        unknown = unknown || !order;
      }
      out[i] = found || !unknown ? Value::bit(found != negated_) : Value::null();
    }
    return out;
  }

 private:
  bool negated_;
  Evaluators args_;
};

class Between final : public Evaluator {
 public:
  Between(const Expr& expr, Evaluators args) : negated_(expr.negated), args_(std::move(args)) {}
  const Value* run(Evaluation& e, Rows rows) const override {
    const Value* columns[3];
    for (std::size_t k = 0; k < 3; k++) {
      columns[k] = args_[k]->run(e, rows);
      if (columns[k] == nullptr) return nullptr;
    }
    Value* out = e.values(rows.size);
    for (std::size_t i = 0; i < rows.size; i++) {
      auto low = compare(columns[0][i], columns[1][i]),
           high = compare(columns[0][i], columns[2][i]);
      out[i] = low && high ? Value::bit((*low >= 0 && *high <= 0) != negated_) : Value::null();
    }
    return out;
  }

 private:
  bool negated_;
  Evaluators args_;
};

class Cast final : public Evaluator {
 public:
  Cast(const Expr& expr, Evaluators args)
      : type_(expr.type),
        try_cast_(expr.try_cast),
        at_(expr.at),
        text_(streamsql::print(expr)),
        args_(std::move(args)) {}
  const Value* run(Evaluation& e, Rows rows) const override {
    const Value* in = args_[0]->run(e, rows);
    if (in == nullptr) return nullptr;
    Value* out = e.values(rows.size);
    for (std::size_t i = 0; i < rows.size; i++) {
      auto made = convert(in[i], type_, e.arena());
      if (!made && !try_cast_)
        return e.fail(at_, fmt::format("{} failed on {}; use TRY_CAST to get NULL instead", text_,
                                       describe(in[i])));
      out[i] = made.value_or(Value::null());
    }
    return out;
  }

 private:
  streamsql::SqlType type_;
  bool try_cast_;
  Position at_;
  std::string text_;
  Evaluators args_;
};

}  // namespace

EvaluatorPtr make_comparison(const Expr& expr, Evaluators args) {
  return std::make_unique<Comparison>(expr.op, std::move(args));
}
EvaluatorPtr make_arithmetic(const Expr& expr, Evaluators args) {
  if (args.size() == 1) return std::make_unique<Sign>(expr, std::move(args));
  return std::make_unique<Arithmetic>(expr, std::move(args));
}
EvaluatorPtr make_like(const Expr& expr, Evaluators args) {
  return std::make_unique<Like>(expr, std::move(args));
}
EvaluatorPtr make_in(const Expr& expr, Evaluators args) {
  return std::make_unique<In>(expr, std::move(args));
}
EvaluatorPtr make_between(const Expr& expr, Evaluators args) {
  return std::make_unique<Between>(expr, std::move(args));
}
EvaluatorPtr make_cast(const Expr& expr, Evaluators args) {
  return std::make_unique<Cast>(expr, std::move(args));
}

}  // namespace stream
