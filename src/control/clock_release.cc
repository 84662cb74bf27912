#include "control/clock_release.h"

#include "base/log.h"

namespace control {

namespace {

enum class BackFills { kNone, kOnTheWay, kIn };

/// One that has failed for good brings nothing any more.
BackFills back_fills_of(const Loads& loads) {
  bool any = false;
  for (const auto& [name, load] : loads.all()) {
    auto state = load->state();
    if (!state.backfilled && !state.ended) return BackFills::kOnTheWay;
    any = any || state.backfilled;
  }
  return any ? BackFills::kIn : BackFills::kNone;
}

}  // namespace

base::Status ClockRelease::when_due() {
  if (!clock_.held()) return {};
  switch (back_fills_of(loads_)) {
    case BackFills::kOnTheWay:
      return {};
    case BackFills::kIn:
      return clock_.release();
    case BackFills::kNone:
      break;
  }
  if (TRY(catalogue_.list()).empty() || !making_.is_over()) return {};
  base::log_info("control", "clock_released", "no load is there and nothing is being made");
  return clock_.release();
}

}  // namespace control
