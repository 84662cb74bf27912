// The alerts that were kept. Part of the found side.
#pragma once

#include "grade/compare.h"
#include "grade/grade.h"

namespace grade {

/// Alerts of page views with arrival < cut, as alert_table() has them. An alert does not say when
/// its event arrived; the world knows, and so those that may have come after the cut are left out.
RowSource alert_rows(const world::World& world, const AlertInputs& alerts, std::int64_t cut_ms);

/// Of `found` alerts on one event that arrived at `arrivals_ms`, how many count at the cut: as many
/// as are due if the others can be later ones; what is too much or too little stays.
std::int64_t alerts_at(std::int64_t cut_ms, std::span<const std::int64_t> arrivals_ms,
                       std::int64_t found);

}  // namespace grade
