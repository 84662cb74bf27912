#include "control/clock_release.h"

#include "base/log.h"

namespace control {

namespace {

enum class Loads { kNone, kOnTheWay, kIn };

/// One that has failed for good brings nothing any more.
Loads loads_of(Runtime& runtime) {
  bool any = false;
  for (const auto& [name, load] : runtime.loads.all()) {
    auto state = load->state();
    if (!state.backfilled && !state.ended) return Loads::kOnTheWay;
    any = any || state.backfilled;
  }
  return any ? Loads::kIn : Loads::kNone;
}

}  // namespace

base::Status release_clock_when_due(Runtime& runtime) {
  if (!runtime.clock->held()) return {};
  switch (loads_of(runtime)) {
    case Loads::kOnTheWay:
      return {};
    case Loads::kIn:
      return runtime.clock->release();
    case Loads::kNone:
      break;
  }
  if (TRY(runtime.catalogue->list()).empty()) return {};
  if (runtime.creates.idle() < runtime.waiting.patience().settled) return {};
  base::log_info("control", "clock_released", "no load is there and nothing is being made");
  return runtime.clock->release();
}

}  // namespace control
