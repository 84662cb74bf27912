// What the controllers share: the engine rooms' objects of this playground, by resource name.
#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "base/env.h"
#include "control/catalogue.h"
#include "control/creates.h"
#include "control/failures.h"
#include "control/playground_clock.h"
#include "control/registry.h"
#include "control/running_runs.h"
#include "control/waiting.h"
#include "hub/broker.h"
#include "lake/lake.h"
#include "load/live_load.h"
#include "sqldb/database.h"
#include "stream/job.h"
#include "tracking/store.h"
#include "world/world.h"

namespace control {

/// The event hubs' namespace: a part of the captured files' paths.
inline constexpr const char* kNamespace = "playground";

struct Runtime {
  explicit Runtime(Patience patience = {}) : waiting(patience) {}

  base::Env& env = base::Env::real();
  std::string data_dir;
  std::string playground_id;
  std::unique_ptr<Catalogue> catalogue;
  base::SystemClock wall;
  std::unique_ptr<PlaygroundClock> clock;  ///< playground time
  std::shared_ptr<lake::Lake> lake;
  std::unique_ptr<hub::Broker> broker;
  std::unique_ptr<tracking::Store> tracking;  ///< null: damaged, see store()
  std::string tracking_failed;                ///< why, and what to do

  Failures damages;   ///< files that are missing or were cut, when somebody last looked
  Failures failures;  ///< what could not be taken up at the start
  Registry<const world::World> worlds;
  Registry<sqldb::Database> databases;
  Registry<load::LiveLoad> loads;  ///< generators whose sink is a hub
  Registry<stream::Job> jobs;
  std::stop_token stop;  ///< requested when the daemon ends
  Creates creates;
  Waiting waiting;
  RunningRuns runs;
  std::mutex run_mutex;  ///< one run at a time: two would write the same tables

  std::string lake_root() const { return data_dir + "/lake"; }
  /// The tier ("bronze") of a lake's ref. Errors: kFailedPrecondition when there is no such lake.
  base::Result<std::string> tier_of(const std::string& lake_ref);
  /// The resource behind a ref, from the catalogue. Errors: kFailedPrecondition naming it.
  base::Result<Resource> resource(const std::string& kind, const std::string& ref);
  /// Why the resource behind a ref can't be used: it is failed, or there is none. `noun`: as it is
  /// called in sentences, "event hub".
  base::Error unusable(const std::string& kind, const char* noun, const std::string& ref);
  /// Experiments, their runs and models. Errors: kDataLoss when their files are damaged.
  base::Result<tracking::Store*> store();
  /// The playground's one world. Errors: kFailedPrecondition when there is none.
  base::Result<std::shared_ptr<const world::World>> world();
};

}  // namespace control
