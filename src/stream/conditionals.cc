// CASE, COALESCE and function calls.
#include <array>

#include "base/result.h"
#include "stream/convert.h"
#include "stream/evaluators_internal.h"
#include "streamsql/functions.h"

namespace stream {
namespace {

/// Rows of a batch that still wait for their value, and where it goes.
class Waiting {
 public:
  Waiting(Evaluation& e, Rows rows)
      : positions_(e.indexes(rows.size)), lines_(e.indexes(rows.size)), size_(rows.size) {
    for (std::size_t i = 0; i < rows.size; i++) {
      positions_[i] = static_cast<std::uint32_t>(i);
      lines_[i] = rows[i];
    }
  }
  Rows rows() const { return {lines_, size_}; }
  std::size_t size() const { return size_; }
  std::uint32_t position(std::size_t i) const { return positions_[i]; }
  std::uint32_t line(std::size_t i) const { return lines_[i]; }
  /// Keeps those for which `keep(i)` says so.
  template <typename Keep>
  void filter(const Keep& keep) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < size_; i++) {
      if (!keep(i)) continue;
      positions_[n] = positions_[i];
      lines_[n++] = lines_[i];
    }
    size_ = n;
  }

 private:
  std::uint32_t* positions_;
  std::uint32_t* lines_;
  std::size_t size_;
};

class Case final : public Evaluator {
 public:
  Case(const Expr& expr, Evaluators args)
      : has_operand_(expr.has_operand), has_else_(expr.has_else), args_(std::move(args)) {}

  const Value* run(Evaluation& e, Rows rows) const override {
    Value* out = e.values(rows.size);
    std::fill_n(out, rows.size, Value::null());
    Waiting waiting(e, rows);
    const Value* operand = has_operand_ ? args_[0]->run(e, rows) : out;
    if (operand == nullptr) return nullptr;
    std::size_t pairs_end = args_.size() - (has_else_ ? 1 : 0);
    for (std::size_t k = has_operand_ ? 1 : 0; k < pairs_end && waiting.size() > 0; k += 2)
      if (!run_pair(e, k, operand, waiting, out)) return nullptr;
    if (!has_else_ || waiting.size() == 0) return out;
    const Value* rest = args_.back()->run(e, waiting.rows());
    if (rest == nullptr) return nullptr;
    for (std::size_t i = 0; i < waiting.size(); i++) out[waiting.position(i)] = rest[i];
    return out;
  }

 private:
  bool run_pair(Evaluation& e, std::size_t k, const Value* operand, Waiting& waiting,
                Value* out) const {
    const Value* when = args_[k]->run(e, waiting.rows());
    if (when == nullptr) return false;
    auto taken = [&](std::size_t i) {
      if (!has_operand_) return when[i].is_true();
      auto order = compare(operand[waiting.position(i)], when[i]);
      return order && *order == 0;
    };
    std::size_t n = 0;
    std::uint32_t* lines = e.indexes(waiting.size());
    std::uint32_t* positions = e.indexes(waiting.size());
    for (std::size_t i = 0; i < waiting.size(); i++) {
      if (!taken(i)) continue;
      lines[n] = waiting.line(i);
      positions[n++] = waiting.position(i);
    }
    if (n == 0) return true;
    const Value* then = args_[k + 1]->run(e, Rows{lines, n});
    if (then == nullptr) return false;
    for (std::size_t i = 0; i < n; i++) out[positions[i]] = then[i];
    waiting.filter([&](std::size_t i) { return !taken(i); });
    return true;
  }

  bool has_operand_, has_else_;
  Evaluators args_;
};

class Coalesce final : public Evaluator {
 public:
  explicit Coalesce(Evaluators args) : args_(std::move(args)) {}
  const Value* run(Evaluation& e, Rows rows) const override {
    Value* out = e.values(rows.size);
    std::fill_n(out, rows.size, Value::null());
    Waiting waiting(e, rows);
    for (const EvaluatorPtr& arg : args_) {
      if (waiting.size() == 0) break;
      const Value* in = arg->run(e, waiting.rows());
      if (in == nullptr) return nullptr;
      for (std::size_t i = 0; i < waiting.size(); i++)
        if (!in[i].is_null()) out[waiting.position(i)] = in[i];
      waiting.filter([&](std::size_t i) { return in[i].is_null(); });
    }
    return out;
  }

 private:
  Evaluators args_;
};

const FunctionEntry& function_entry(streamsql::FunctionId id) {
  for (auto find :
       {find_text_function, find_number_function, find_time_function, find_value_function})
    if (const FunctionEntry* found = find(id)) return *found;
  CHECK(false, "function {} has no implementation", streamsql::function_of(id).name);
  return *find_text_function(id);
}

class ScalarCall final : public Evaluator {
 public:
  ScalarCall(const Expr& expr, Evaluators args)
      : expr_(streamsql::clone(expr)),
        entry_(function_entry(expr.function)),
        args_(std::move(args)) {}

  const Value* run(Evaluation& e, Rows rows) const override {
    std::vector<const Value*> columns(args_.size());
    for (std::size_t k = 0; k < args_.size(); k++) {
      columns[k] = args_[k]->run(e, rows);
      if (columns[k] == nullptr) return nullptr;
    }
    Value* out = e.values(rows.size);
    std::vector<Value> row(args_.size());
    Call call{*expr_, e.arena(), {}};
    for (std::size_t i = 0; i < rows.size; i++) {
      bool null = false;
      for (std::size_t k = 0; k < row.size(); k++) {
        row[k] = columns[k][i];
        null = null || row[k].is_null();
      }
      out[i] = null && !entry_.sees_nulls ? Value::null()
                                          : entry_.function(call, row.data(), row.size());
      if (!call.error.empty()) [[unlikely]]
        return e.fail(expr_->at, std::move(call.error));
    }
    return out;
  }

 private:
  streamsql::ExprPtr expr_;
  const FunctionEntry& entry_;
  Evaluators args_;
};

}  // namespace

Value Call::wrong_type(const Value& value, const char* wanted) {
  return fail(
      fmt::format("{} takes {}, not {}; CAST it, or TRY_CAST it to get NULL where it can't "
                  "be converted",
                  streamsql::function_of(expr.function).name, wanted, describe(value)));
}

EvaluatorPtr make_case(const Expr& expr, Evaluators args) {
  return std::make_unique<Case>(expr, std::move(args));
}
EvaluatorPtr make_coalesce(Evaluators args) { return std::make_unique<Coalesce>(std::move(args)); }
EvaluatorPtr make_call(const Expr& expr, Evaluators args) {
  return std::make_unique<ScalarCall>(expr, std::move(args));
}

}  // namespace stream
