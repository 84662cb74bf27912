// One aggregate of one group in one window: COUNT, SUM, AVG, MIN, MAX, Collect, CollectTop, TopOne.
// NULLs are ignored; SUM, AVG, MIN and MAX of nothing are NULL.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "stream/state_codec.h"
#include "streamsql/plan.h"

namespace stream {

/// How an aggregate of the plan computes. Immutable.
struct AggregateKind {
  streamsql::FunctionId function = streamsql::FunctionId::kCount;
  bool distinct = false;
  bool all_rows = false;         ///< COUNT(*)
  bool as_text = false;          ///< MIN, MAX of CAST(… AS nvarchar(max)): compared as texts
  std::int64_t top = 0;          ///< CollectTop, TopOne: how many; 0: all
  std::vector<bool> descending;  ///< of each ORDER BY
};

/// Owned by one thread.
class Accumulator {
 public:
  /// False when the value can't be aggregated with what is there: why() says what is wrong.
  bool accepts(const AggregateKind& kind, const Value& value) const;
  /// Takes a value that is accepted.
  void take(const AggregateKind& kind, const Value& value);
  /// accepts() and take(); without effect when it is false.
  bool add(const AggregateKind& kind, const Value& value);
  /// Lives as long as the accumulator and the arena.
  Value result(const AggregateKind& kind, Arena& arena) const;
  static const char* why(const AggregateKind& kind);

  void save(StateWriter& out) const;
  void restore(StateReader& in);

 private:
  bool accepts_number(const Value& value) const;
  bool accepts_extreme(const AggregateKind& kind, const Value& value) const;
  void take_number(const Value& value);
  void take_extreme(const AggregateKind& kind, const Value& value);
  void collect(const AggregateKind& kind, const Value& value);
  Value collected(const AggregateKind& kind, Arena& arena) const;

  std::int64_t count_ = 0;
  std::int64_t whole_ = 0;  ///< the sum while all values are bigint
  double real_ = 0;         ///< the sum of all values
  bool is_real_ = false;    ///< a float was among them
  OwnedValue extreme_;
  std::set<std::string> distinct_;
  struct Item {
    std::vector<OwnedValue> ranks;
    std::string value;  ///< encode_value
  };
  static bool is_before(const AggregateKind& kind, const Item& a, const Item& b);
  std::vector<Item> items_;  ///< Collect: as they came; CollectTop, TopOne: the best, in order
};

}  // namespace stream
