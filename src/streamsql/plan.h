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

enum class WindowKind { kTumbling, kHopping, kSnapshot };

/// Windows are (end - size, end], ends at multiples of `hop` since 0001-01-01 plus `offset`.
/// A snapshot window holds the events of one instant.
struct Window {
  WindowKind kind = WindowKind::kTumbling;
  Ticks size = 0;
  Ticks hop = 0;
  Ticks offset = 0;
};

struct Aggregate {
  FunctionId function = FunctionId::kCount;
  bool distinct = false;
  ExprPtr arg;  ///< null for COUNT(*)
};

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

struct Select {
  bool from_step = false;
  int from = 0;                      ///< index in Plan::inputs or Plan::steps
  std::vector<ReferenceJoin> joins;  ///< source i + 1 is joins[i]
  ExprPtr where;
  bool grouped = false;
  Window window;
  std::vector<ExprPtr> keys;
  std::vector<Aggregate> aggregates;
  ExprPtr having;
  std::vector<OutputColumn> columns;
};

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
