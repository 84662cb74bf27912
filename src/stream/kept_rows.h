// What a step looks back at: which of its rows can be made again when events are gone, and which of
// its rows belong to what was made before.
#pragma once

#include <cstddef>
#include <set>

#include "streamsql/plan.h"

namespace stream {

/// How a step's rows are told from those that were made up to a position in the streams.
enum class RowsBy {
  kEvents,    ///< one input, each row of one event: by the event's offset
  kTime,      ///< windows, functions over events: by the row's time, which the watermark passed
  kPosition,  ///< joins of streams, a UNION of several kinds: by when the row is made
};

struct Lookback {
  RowsBy rows_by = RowsBy::kEvents;
  std::set<std::size_t> inputs;  ///< of the plan, directly or through other steps
  /// Events of a row lie no further before its time.
  streamsql::Ticks span = 0;
  bool is_stateless() const { return !has_windows && !has_joins; }
  bool has_windows = false, has_joins = false;
};

Lookback lookback_of(const streamsql::Plan& plan, std::size_t step);

}  // namespace stream
