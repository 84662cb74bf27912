// Functions over the events of a stream, one result for each event: ISFIRST, LAG, LAST, aggregates
// with OVER. They look at events in the order of (System.Timestamp, arrival, partition, offset), so
// their rows come from a RowSorter.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "stream/accumulator.h"
#include "stream/expression.h"
#include "stream/state_codec.h"
#include "streamsql/plan.h"

namespace stream {

/// One call of such a function and what it remembers. Owned by one thread.
class AnalyticFunction {
 public:
  virtual ~AnalyticFunction() = default;
  /// One event: its key (PARTITION BY), whether WHEN holds, its argument and its other value.
  struct Event {
    Ticks time = 0;
    const std::string& key;
    bool counts = true;
    Value arg;
    Value fallback;
  };
  /// The result for the event; texts are in the arena or are the event's. nullopt: the argument
  /// can't be aggregated.
  virtual std::optional<Value> next(const Event& event, Arena& arena) = 0;
  virtual void save(StateWriter& out) const = 0;
  virtual void restore(StateReader& in) = 0;
};
std::unique_ptr<AnalyticFunction> make_analytic_function(const streamsql::Analytic& plan);

/// All of a SELECT. Owned by the engine's thread. Memory: for each key what its duration holds;
/// ISFIRST keeps the keys of one interval.
class Analytics {
 public:
  /// Results become columns of `from`, with names that no event has.
  Analytics(const std::vector<streamsql::Analytic>& plan, const ExpressionContext& context);

  struct Failure {
    std::size_t row = 0;  ///< of the table
    RuntimeError error;
  };
  /// Adds the results to `table`, the frame's source 0. A row on which a function fails is added to
  /// `failures` and gets NULL; without `failures` false after an error.
  bool run(Evaluation& e, Table& table, std::vector<Failure>* failures);
  /// Whether the functions' arguments have values on all rows. False after an error.
  bool check(Evaluation& e) const;

  void save(StateWriter& out) const;
  void restore(StateReader& in);

 private:
  struct Call {
    const streamsql::Analytic* plan = nullptr;
    int slot = -1;
    std::vector<EvaluatorPtr> keys;
    EvaluatorPtr arg, fallback, when;
    std::unique_ptr<AnalyticFunction> function;
  };
  using Failures = std::vector<Failure>*;
  bool run(Call& call, Evaluation& e, Table& table, Failures failures);
  static const Value* column(const EvaluatorPtr& evaluator, Evaluation& e, Failures failures);

  std::vector<Call> calls_;
};

/// The slot of analytic `index` of a SELECT in its FROM source.
int analytic_slot(Shape& from, int index);

}  // namespace stream
