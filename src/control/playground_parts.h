// What the playground owns. Only its own files see this: everybody else is given the few parts that
// they need, by reference, in wiring.cc.
#pragma once

#include <memory>
#include <stop_token>

#include "catalogue/catalogue.h"
#include "catalogue/definitions.h"
#include "control/clock_release.h"
#include "control/cuts.h"
#include "control/folder.h"
#include "control/grades.h"
#include "control/live.h"
#include "control/making.h"
#include "control/notebooks.h"
#include "control/path_makers.h"
#include "control/playground.h"
#include "control/playground_clock.h"
#include "control/preview.h"
#include "control/run.h"
#include "control/run_records.h"
#include "control/run_repairs.h"
#include "control/run_sources.h"
#include "control/run_waits.h"
#include "control/table_makers.h"
#include "control/tracking_store.h"
#include "runs/triggers.h"

namespace control {

/// What is opened before anything works on it; each outlives what stands below it.
struct Playground::Opened {
  explicit Opened(const Options& options)
      : folder{base::Env::real(), options.data_dir}, making(options.patience.settled) {}

  Folder folder;
  Making making;
  base::SystemClock wall;
  std::unique_ptr<catalogue::Catalogue> catalogue;
  std::unique_ptr<PlaygroundClock> clock;
  std::unique_ptr<lake::Lake> lake;
  std::unique_ptr<TrackingStore> tracking;
  std::unique_ptr<hub::Broker> broker;
};

struct Playground::Parts {
  Parts(std::unique_ptr<Opened> opened, const Patience& patience, std::stop_token stop);

  std::unique_ptr<Opened> opened;
  Folder& folder;
  catalogue::Catalogue& catalogue;
  catalogue::Definitions definitions;
  PlaygroundClock& clock;
  lake::Lake& lake;
  TrackingStore& tracking;
  hub::Broker& broker;
  Making& making;
  runs::Waiting waiting;

  Failures damages;   ///< files that are missing or were cut, when somebody last looked
  Failures failures;  ///< what could not be taken up at the start
  Worlds worlds{failures};
  Databases databases{failures, "database"};
  Loads loads;
  StreamJobs jobs;

  Cuts cuts;
  Repairs repairs;
  RunWaits waits;
  PathMakers path_makers;
  TableMakers table_makers;
  ClockRelease release;
  Notebooks notebooks;
  Previews previews;
  runs::RunTurns turns;
  runs::MemoryBudget memory;
  Grades grades;
  RunSources sources;
  RunRecords records;
  Runs runs;
  runs::Triggers triggers;
};

}  // namespace control
