// A run of a pipeline with everything around it: what to wait for, the cuts, the record, the grade.
// Thread-safe.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "base/mutex.h"
#include "catalogue/definitions.h"
#include "control/cuts.h"
#include "control/grades.h"
#include "control/live.h"
#include "control/playground_clock.h"
#include "control/run_repairs.h"
#include "control/run_waits.h"
#include "flow/pipeline.h"
#include "kinds/pipeline.h"
#include "runs/run_request.h"
#include "runs/run_turns.h"
#include "runs/running_runs.h"

namespace control {

using json = nlohmann::json;
using runs::RunRequest;

class Runs {
 public:
  struct Ports {
    catalogue::Catalogue& catalogue;
    const catalogue::Definitions& definitions;
    PlaygroundClock& clock;
    hub::Broker& broker;
    const StreamJobs& jobs;
    const Loads& loads;
    const Worlds& worlds;
    RunWaits& waits;
    Repairs& repairs;
    Failures& damages;
    Cuts& cuts;
    Grades& grades;
    runs::RunTurns& turns;
    runs::Waiting& waiting;
    flow::ActivityTypes types;
    /// Told of each run that has succeeded: pipeline, id of the run.
    std::function<void(const std::string&, const std::string&)> ended;
    std::stop_token stop;  ///< requested when the daemon ends
  };
  explicit Runs(Ports ports) : ports_(std::move(ports)) {}

  /// Waits for its turn, for the back-fills that the pipeline reads and for the stream jobs to have
  /// committed them (run_waits.h), chooses the cuts, runs the pipeline and grades. Returns the
  /// run's record as kept in the catalogue.
  ///
  /// What is unchanged since it last succeeded is kept (flow/unchanged.h), but in a full run.
  ///
  /// Cuts: the first run reads arrivals below the epoch; later ones what the stream jobs have
  /// committed, per hub, never less than an earlier run.
  /// Errors: kFailedPrecondition when a load or a job stands with an error, or `from` isn't the
  /// pipeline's last run (a later one may have changed what it made); kNotFound: there is no such
  /// run, or no such part; kCancelled; kFailedPrecondition when what it waits for hasn't moved for
  /// two minutes.
  base::Result<json> run(const RunRequest& request);
  /// Cancels the runs of a pipeline, those that wait too; returns how many.
  int cancel(const std::string& pipeline) { return running_.cancel(pipeline); }

 private:
  class PipelineRun;
  std::string next_run_id();

  const Ports ports_;
  runs::RunningRuns running_;
  base::Mutex number_mutex_;  // over the number of the last run
};

}  // namespace control
