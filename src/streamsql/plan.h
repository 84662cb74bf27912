// What a query means: the engine's program. Steps in an order in which each reads only event inputs
// and earlier steps; every name is resolved, every function known. Immutable once compiled.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "streamsql/expr.h"

namespace streamsql {

/// 100 ns, the dialect's resolution of time.
using Ticks = std::int64_t;
inline constexpr Ticks kTicksPerSecond = 10'000'000;

enum class WindowKind { kTumbling, kHopping, kSnapshot, kSliding, kSession };

/// Windows are (end - size, end], ends at multiples of `hop` since 0001-01-01 plus `offset`.
/// A snapshot window holds the events of one instant; a sliding one ends where its content changes;
/// a session ends `timeout` after its last event, or when it has lasted `size`.
struct Window {
  WindowKind kind = WindowKind::kTumbling;
  Ticks size = 0;
  Ticks hop = 0;
  Ticks offset = 0;
  Ticks timeout = 0;
};

struct Aggregate {
  FunctionId function = FunctionId::kCount;
  bool distinct = false;
  ExprPtr arg;  ///< null for COUNT(*), and where Collect, CollectTop or TopOne take whole events
  /// TopOne, CollectTop: OVER (ORDER BY …).
  struct Rank {
    ExprPtr value;
    bool descending = false;
  };
  std::vector<Rank> ranks;
  std::int64_t top = 0;  ///< CollectTop: how many
};
/// Collect, CollectTop, TopOne: they give values back, not numbers about them.
inline bool collects(FunctionId function) {
  return function == FunctionId::kCollect || function == FunctionId::kCollectTop ||
         function == FunctionId::kTopOne;
}

/// One output column, or all columns of a row or of a record. In windows, `value` reads keys
/// (kKey), aggregates (kAggregate) and System.Timestamp(), which is the window's end.
struct OutputColumn {
  std::string name;
  ExprPtr value;  ///< star: the record to unfold, or null for the columns of `star_source`
  bool star = false;
  int star_source = 0;
  std::optional<SqlType> type;  ///< what all values are (NULL aside), when the text says so
};

/// `left` values equal `right` columns of the reference; NULL matches nothing.
struct ReferenceJoin {
  int reference = 0;  ///< index in Plan::references
  bool left_join = false;
  std::vector<ExprPtr> left_keys;   ///< over the sources before this join
  std::vector<ExprPtr> right_keys;  ///< over the reference alone (source index = its own)
  ExprPtr residual;                 ///< what else ON demands; may be null
};

/// Where a stream of rows comes from.
struct StreamSource {
  bool is_step = false;
  int index = 0;  ///< in Plan::inputs or Plan::steps
};

/// `low` <= DATEDIFF(unit, left, joined) <= `high`: how many boundaries of `unit` lie between the
/// System.Timestamps of source `left` and of the joined stream.
struct TimeBound {
  static constexpr std::int64_t kOpen = INT64_MAX;  ///< no such bound (-kOpen for `low`)
  int left = 0;
  Ticks unit = 0;
  std::int64_t low = -kOpen;
  std::int64_t high = kOpen;
};

/// A join of the sources so far with one stream more. At least one bound is closed at both ends.
struct StreamJoin {
  StreamSource right;
  bool left_join = false;
  std::vector<ExprPtr> left_keys;   ///< over the sources before this join; may be empty
  std::vector<ExprPtr> right_keys;  ///< over the joined stream alone (source index = its own)
  std::vector<TimeBound> bounds;
  ExprPtr residual;  ///< what else ON demands; may be null
};

/// A function over the events of the FROM source, before joins, WHERE and GROUP BY: ISFIRST, LAG,
/// LAST, or an aggregate with OVER. Events count by (System.Timestamp, arrival, partition, offset).
struct Analytic {
  Position at;
  FunctionId function = FunctionId::kIsFirst;
  Ticks span = 0;           ///< ISFIRST: the interval; else LIMIT DURATION
  std::int64_t offset = 1;  ///< LAG: how many events back
  ExprPtr arg;              ///< null for ISFIRST and COUNT(*)
  ExprPtr fallback;         ///< LAG, LAST: when there is no such event; may be null
  std::vector<ExprPtr> partition_by;
  ExprPtr when;  ///< only events for which it is true count; may be null
};

/// A row for each element of an array (columns ArrayIndex, ArrayValue) or each property of a record
/// (PropertyName, PropertyValue). `outer`: a row without any stays, with NULLs.
struct ApplyElements {
  bool outer = false;
  bool properties = false;
  ExprPtr arg;
};

/// Sources are numbered: 0 = `from`, then `streams`, then `joins`, then `applies`.
struct Select {
  StreamSource from;
  std::vector<StreamJoin> streams;
  std::vector<ReferenceJoin> joins;
  std::vector<ApplyElements> applies;
  std::vector<Analytic> analytics;  ///< with them there are no `streams`
  ExprPtr where;
  bool grouped = false;
  Window window;
  std::vector<ExprPtr> session_keys;  ///< SessionWindow(…) OVER (PARTITION BY …)
  std::vector<ExprPtr> keys;
  std::vector<Aggregate> aggregates;
  ExprPtr having;
  std::vector<OutputColumn> columns;
};

/// The streams that a SELECT reads: source i is the i-th.
inline std::vector<StreamSource> streams_of(const Select& select) {
  std::vector<StreamSource> out = {select.from};
  for (const StreamJoin& join : select.streams) out.push_back(join.right);
  return out;
}

/// A WITH step, or a statement (then `name` is an output). Several branches = UNION.
struct Step {
  std::string name;
  bool is_output = false;
  std::vector<Select> branches;
};

struct Input {
  std::string name;
  ExprPtr timestamp_by;  ///< null: the arrival time
};

struct Plan {
  std::vector<Input> inputs;            ///< those that the query reads
  std::vector<std::string> references;  ///< those that the query reads
  std::vector<Step> steps;
};

}  // namespace streamsql
