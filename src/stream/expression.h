// Expressions that run: compiled once from the plan's trees, evaluated over many rows at a time.
//
// A Frame is the rows of a batch, joined or not; an Evaluator gives one Value for each asked row.
// AND, OR, CASE and COALESCE evaluate an argument only for the rows that need it, so that a CAST
// behind a guard never fails for the rows that the guard keeps away.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "stream/arena.h"
#include "stream/table.h"
#include "streamsql/expr.h"

namespace stream {

using streamsql::Expr;
using streamsql::Position;

/// A left join's row without a partner: all its columns are missing.
inline constexpr std::uint32_t kNoRow = 0xFFFFFFFF;

/// Row i of the frame is row index[i] of each source's table (row i itself where index is null).
struct Frame {
  struct Source {
    const Table* table = nullptr;
    const std::uint32_t* index = nullptr;
  };
  std::vector<Source> sources;
  std::size_t rows = 0;
};

/// Which rows of a frame: `list`, ascending, or the first `size` where list is null.
struct Rows {
  const std::uint32_t* list = nullptr;
  std::size_t size = 0;
  std::uint32_t operator[](std::size_t i) const {
    return list == nullptr ? static_cast<std::uint32_t>(i) : list[i];
  }
};

/// The error that stops a job: which expression, on which value, and what to do.
struct RuntimeError {
  Position at;
  std::string message;
};

/// "line 3, column 8: …": the error that stops a job.
std::unexpected<base::Error> runtime_error(const RuntimeError& error);

/// One batch's evaluation: its rows, the memory of its results, the first error. One thread.
class Evaluation {
 public:
  Evaluation(const Frame& frame, Arena& arena) : frame_(frame), arena_(arena) {}
  const Frame& frame() const { return frame_; }
  Arena& arena() { return arena_; }
  const std::optional<RuntimeError>& error() const { return error_; }
  /// Keeps the first error; gives nullptr, for `return e.fail(…)`.
  const Value* fail(Position at, std::string message) {
    if (!error_) error_ = RuntimeError{at, std::move(message)};
    return nullptr;
  }
  /// Space for `n` values until the end of the evaluation's batch.
  Value* values(std::size_t n) { return arena_.array<Value>(n); }
  std::uint32_t* indexes(std::size_t n) { return arena_.array<std::uint32_t>(n); }

 private:
  const Frame& frame_;
  Arena& arena_;
  std::optional<RuntimeError> error_;
};

/// Immutable, thread-safe.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// rows.size values, value i for rows[i]; valid until the batch ends. nullptr after an error.
  virtual const Value* run(Evaluation& e, Rows rows) const = 0;
};
using EvaluatorPtr = std::unique_ptr<Evaluator>;

/// Compiles a bound expression. shapes[i] is the shape of source i; columns get their slots there.
/// In windows keys and aggregates are columns of source 0: key i has slot i, aggregate j slot
/// keys + j.
struct ExpressionContext {
  std::vector<Shape*> shapes;
  int keys = 0;
};
EvaluatorPtr make_evaluator(const Expr& expr, const ExpressionContext& context);

/// As evaluator.run(), yet a row on which it fails gets NULL and is told to `failed(i, error)`, i
/// counting in `rows`.
const Value* run_each(const Evaluator& evaluator, Evaluation& e, Rows rows,
                      const std::function<void(std::size_t, const RuntimeError&)>& failed);

/// The rows of `rows` for which `condition` is true (not NULL, not false), or nullopt on an error.
std::optional<Rows> select_rows(const Evaluator& condition, Evaluation& e, Rows rows);

}  // namespace stream
