// What the page shows at a glance: clock, cards, map, grade, alerts, runs, triggers, and the rate
// of the last minute. Shape: web/README.md. Reads only; thread-safe.
#pragma once

#include <string>

#include "catalogue/catalogue.h"
#include "view/map.h"

namespace view {

/// What isn't asked of the catalogue: as the playground says it.
struct OverviewParts {
  std::string playground, version;
  json clock;      ///< as PlaygroundClock::describe()
  json grade;      ///< the newest, with "stale" where it is; or null
  json waiting;    ///< as runs::Waiting::list()
  json under_way;  ///< pipelines with a run that hasn't ended, also one that waits
  json triggers;   ///< as runs::Triggers::list()
  bool with_history = false;
};
json overview(OverviewParts parts, catalogue::Catalogue& catalogue, const PlaygroundMap& map);

}  // namespace view
