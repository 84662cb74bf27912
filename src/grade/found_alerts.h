// Rows that don't say when their event arrived: alerts, and the same kept as files. Part of the
// found side.
#pragma once

#include <span>

#include "grade/compare.h"
#include "grade/grade.h"

namespace grade {

/// All kept alerts, with `table`'s columns taken from their fields; what a field lacks is null.
RowSource alert_rows(const AlertInputs& alerts, Table table);

/// Of `all` rows, each of which belongs to the page view whose event_id and event_time are its
/// first columns, those that arrived before the cut. The world knows when; where an event came
/// twice, rows that may be of the later one are left out.
RowSource arrived_rows(const world::World& world, RowSource all, std::int64_t cut_ms);

/// Whether the `n`-th row (from 0) on an event that arrived at `arrivals_ms` counts at the cut: as
/// many as are due, and what is more than all of them.
bool counts_at(std::int64_t cut_ms, std::span<const std::int64_t> arrivals_ms, std::int64_t n);

}  // namespace grade
