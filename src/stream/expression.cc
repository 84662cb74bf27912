#include "stream/expression.h"

#include <algorithm>

#include "base/result.h"
#include "stream/analytics.h"
#include "stream/evaluators_internal.h"

namespace stream {
namespace {

using streamsql::ExprKind;

class Constant final : public Evaluator {
 public:
  explicit Constant(const Expr& expr) : text_(expr.text) {
    if (expr.kind == ExprKind::kInteger)
      value_ = Value::bigint(expr.integer);
    else if (expr.kind == ExprKind::kFloat)
      value_ = Value::real(expr.number);
    else if (expr.kind == ExprKind::kText)
      value_ = Value::text(text_);
    else
      value_ = Value::null();
  }
  const Value* run(Evaluation& e, Rows rows) const override {
    Value* out = e.values(rows.size);
    std::fill_n(out, rows.size, value_);
    return out;
  }

 private:
  std::string text_;
  Value value_;
};

/// A column of a source, and a path into its records.
class Column final : public Evaluator {
 public:
  Column(int source, int slot, std::vector<std::string> fields)
      : source_(static_cast<std::size_t>(source)), slot_(slot), fields_(std::move(fields)) {}

  const Value* run(Evaluation& e, Rows rows) const override {
    const Frame::Source& source = e.frame().sources[source_];
    const Value* column = source.table->column(slot_);
    bool as_it_is = column != nullptr && rows.list == nullptr && source.index == nullptr;
    if (as_it_is && fields_.empty()) return column;
    Value* out = e.values(rows.size);
    for (std::size_t i = 0; i < rows.size; i++) {
      std::uint32_t row = source.index == nullptr ? rows[i] : source.index[rows[i]];
      out[i] = column == nullptr || row == kNoRow ? Value{} : column[row];
      for (const std::string& field : fields_)
        out[i] = out[i].kind == Kind::kRecord ? out[i].record->find(field) : Value{};
    }
    return out;
  }

 private:
  std::size_t source_;
  int slot_;
  std::vector<std::string> fields_;
};

/// System.Timestamp() of the row: that of the FROM source.
class Timestamp final : public Evaluator {
 public:
  const Value* run(Evaluation& e, Rows rows) const override {
    const Frame::Source& source = e.frame().sources[0];
    Value* out = e.values(rows.size);
    for (std::size_t i = 0; i < rows.size; i++) {
      std::uint32_t row = source.index == nullptr ? rows[i] : source.index[rows[i]];
      out[i] = Value::datetime(source.table->time[row]);
    }
    return out;
  }
};

class Not final : public Evaluator {
 public:
  explicit Not(EvaluatorPtr arg) : arg_(std::move(arg)) {}
  const Value* run(Evaluation& e, Rows rows) const override {
    const Value* in = arg_->run(e, rows);
    if (in == nullptr) return nullptr;
    Value* out = e.values(rows.size);
    for (std::size_t i = 0; i < rows.size; i++)
      out[i] = in[i].kind == Kind::kBit ? Value::bit(in[i].integer == 0) : Value::null();
    return out;
  }

 private:
  EvaluatorPtr arg_;
};

class IsNull final : public Evaluator {
 public:
  IsNull(EvaluatorPtr arg, bool negated) : arg_(std::move(arg)), negated_(negated) {}
  const Value* run(Evaluation& e, Rows rows) const override {
    const Value* in = arg_->run(e, rows);
    if (in == nullptr) return nullptr;
    Value* out = e.values(rows.size);
    for (std::size_t i = 0; i < rows.size; i++) out[i] = Value::bit(in[i].is_null() != negated_);
    return out;
  }

 private:
  EvaluatorPtr arg_;
  bool negated_;
};

/// AND (`stop` = false) and OR (`stop` = true) over any number of arguments, in three values.
class Logic final : public Evaluator {
 public:
  Logic(Evaluators args, bool stop) : args_(std::move(args)), stop_(stop) {}

  const Value* run(Evaluation& e, Rows rows) const override {
    Value* out = e.values(rows.size);
    std::fill_n(out, rows.size, Value::bit(!stop_));
    std::uint32_t* open = e.indexes(rows.size);   // positions that are not decided yet
    std::uint32_t* lines = e.indexes(rows.size);  // their rows
    std::size_t n = rows.size;
    for (std::size_t i = 0; i < n; i++) {
      open[i] = static_cast<std::uint32_t>(i);
      lines[i] = rows[i];
    }
    for (const EvaluatorPtr& arg : args_) {
      if (n == 0) break;
      bool all = rows.list == nullptr && n == rows.size;
      const Value* in = arg->run(e, all ? rows : Rows{lines, n});
      if (in == nullptr) return nullptr;
      std::size_t left = 0;
      for (std::size_t i = 0; i < n; i++) {
        bool decided = in[i].kind == Kind::kBit && (in[i].integer != 0) == stop_;
        if (decided) {
          out[open[i]] = Value::bit(stop_);
          continue;
        }
        if (in[i].kind != Kind::kBit) out[open[i]] = Value::null();
        open[left] = open[i];
        lines[left++] = lines[i];
      }
      n = left;
    }
    return out;
  }

 private:
  Evaluators args_;
  bool stop_;
};

EvaluatorPtr make_column(const Expr& expr, const ExpressionContext& context) {
  Shape& shape = *context.shapes[static_cast<std::size_t>(expr.source)];
  return std::make_unique<Column>(expr.source, shape.slot(expr.path[0]),
                                  std::vector<std::string>(expr.path.begin() + 1, expr.path.end()));
}

}  // namespace

EvaluatorPtr make_evaluator(const Expr& expr, const ExpressionContext& context) {
  Evaluators args;
  for (const streamsql::ExprPtr& arg : expr.args) args.push_back(make_evaluator(*arg, context));
  switch (expr.kind) {
    case ExprKind::kNull:
    case ExprKind::kInteger:
    case ExprKind::kFloat:
    case ExprKind::kText:
      return std::make_unique<Constant>(expr);
    case ExprKind::kColumn:
      return make_column(expr, context);
    case ExprKind::kKey:
      return std::make_unique<Column>(0, expr.index, std::vector<std::string>());
    case ExprKind::kAggregate:
      return std::make_unique<Column>(0, context.keys + expr.index, std::vector<std::string>());
    case ExprKind::kAnalytic:
      return std::make_unique<Column>(0, analytic_slot(*context.shapes[0], expr.index),
                                      std::vector<std::string>());
    case ExprKind::kTimestamp:
      return std::make_unique<Timestamp>();
    case ExprKind::kNot:
      return std::make_unique<Not>(std::move(args[0]));
    case ExprKind::kIsNull:
      return std::make_unique<IsNull>(std::move(args[0]), expr.negated);
    case ExprKind::kAnd:
      return std::make_unique<Logic>(std::move(args), false);
    case ExprKind::kOr:
      return std::make_unique<Logic>(std::move(args), true);
    case ExprKind::kNegate:
    case ExprKind::kBitNot:
      return make_arithmetic(expr, std::move(args));
    case ExprKind::kBinary:
      return expr.op >= streamsql::Op::kEq ? make_comparison(expr, std::move(args))
                                           : make_arithmetic(expr, std::move(args));
    case ExprKind::kLike:
      return make_like(expr, std::move(args));
    case ExprKind::kIn:
      return make_in(expr, std::move(args));
    case ExprKind::kBetween:
      return make_between(expr, std::move(args));
    case ExprKind::kCast:
      return make_cast(expr, std::move(args));
    case ExprKind::kCase:
      return make_case(expr, std::move(args));
    case ExprKind::kCall:
      if (expr.function == streamsql::FunctionId::kCoalesce) return make_coalesce(std::move(args));
      return make_call(expr, std::move(args));
  }
  CHECK(false, "expression kind {}", static_cast<int>(expr.kind));
  return nullptr;
}

std::unexpected<base::Error> runtime_error(const RuntimeError& error) {
  return base::error(base::Code::kFailedPrecondition, "line {}, column {}: {}", error.at.line,
                     error.at.column, error.message);
}

const Value* run_each(const Evaluator& evaluator, Evaluation& e, Rows rows,
                      const std::function<void(std::size_t, const RuntimeError&)>& failed) {
  Evaluation all(e.frame(), e.arena());
  if (const Value* values = evaluator.run(all, rows)) return values;
  Value* out = e.values(rows.size);
  for (std::size_t i = 0; i < rows.size; i++) {
    std::uint32_t row = rows[i];
    Evaluation one(e.frame(), e.arena());
    const Value* value = evaluator.run(one, {&row, 1});
    out[i] = value == nullptr ? Value::null() : *value;
    if (value == nullptr) failed(i, *one.error());
  }
  return out;
}

std::optional<Rows> select_rows(const Evaluator& condition, Evaluation& e, Rows rows) {
  const Value* in = condition.run(e, rows);
  if (in == nullptr) return std::nullopt;
  std::uint32_t* list = e.indexes(rows.size);
  std::size_t n = 0;
  for (std::size_t i = 0; i < rows.size; i++) {
    list[n] = rows[i];
    n += in[i].is_true() ? 1 : 0;
  }
  if (n == rows.size) return rows;
  return Rows{list, n};
}

}  // namespace stream
