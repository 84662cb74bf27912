#include "stream/kept_rows.h"

#include <algorithm>

namespace stream {
namespace {

using streamsql::Select;
using streamsql::Ticks;

Ticks span_of(const streamsql::StreamJoin& join) {
  Ticks span = 0;
  for (const streamsql::TimeBound& bound : join.bounds) {
    for (std::int64_t limit : {bound.low, bound.high}) {
      if (limit != bound.kOpen && limit != -bound.kOpen)
        span = std::max(span, (std::abs(limit) + 1) * bound.unit);
    }
  }
  return 2 * span;  // a row without partner waits for its last chance
}

Lookback lookback_of(const streamsql::Plan& plan, const Select& select) {
  Lookback out;
  Ticks before = 0;
  for (const streamsql::StreamSource& source : streamsql::streams_of(select)) {
    auto index = static_cast<std::size_t>(source.index);
    if (!source.is_step) {
      out.inputs.insert(index);
      continue;
    }
    Lookback from = stream::lookback_of(plan, index);
    out.inputs.merge(from.inputs);
    out.has_windows |= from.has_windows;
    out.has_joins |= from.has_joins || from.rows_by == RowsBy::kPosition;
    before = std::max(before, from.span);
  }
  for (const streamsql::StreamJoin& join : select.streams) out.span += span_of(join);
  for (const streamsql::Analytic& analytic : select.analytics)
    out.span = std::max(out.span, analytic.span);
  if (select.grouped) out.span += std::max(select.window.size, select.window.timeout);
  out.span += before;
  out.has_joins |= !select.streams.empty();
  out.has_windows |= select.grouped || !select.analytics.empty();
  return out;
}

}  // namespace

Lookback lookback_of(const streamsql::Plan& plan, std::size_t step) {
  Lookback all;
  bool some_windows = false, some_plain = false;
  for (const Select& branch : plan.steps[step].branches) {
    Lookback one = lookback_of(plan, branch);
    all.inputs.merge(one.inputs);
    all.span = std::max(all.span, one.span);
    all.has_windows |= one.has_windows;
    all.has_joins |= one.has_joins;
    (one.has_windows ? some_windows : some_plain) = true;
  }
  bool mixed = some_windows && some_plain;
  if (all.has_joins || mixed || (all.is_stateless() && all.inputs.size() != 1))
    all.rows_by = RowsBy::kPosition;
  else
    all.rows_by = all.has_windows ? RowsBy::kTime : RowsBy::kEvents;
  return all;
}

}  // namespace stream
