// A run of a pipeline with everything around it: what to wait for, the cuts, the record, the grade.
// Thread-safe.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <stop_token>
#include <string>

#include "catalogue/definitions.h"
#include "control/grades.h"
#include "control/run_records.h"
#include "control/run_sources.h"
#include "flow/pipeline.h"
#include "runs/memory_budget.h"
#include "runs/run_request.h"
#include "runs/run_turns.h"
#include "runs/running_runs.h"
#include "runs/waiting.h"

namespace control {

using json = nlohmann::json;
using runs::RunRequest;

class Runs {
 public:
  /// What runs wait for before they work: each other, and memory.
  struct Queue {
    runs::RunTurns& turns;
    runs::MemoryBudget& memory;
    runs::Waiting& waiting;
  };
  struct Ports {
    const catalogue::Definitions& definitions;
    RunSources& sources;
    RunRecords& records;
    Queue queue;
    Grades& grades;
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
  /// The pipelines with a run that hasn't ended, also one that waits.
  std::set<std::string> under_way() { return running_.pipelines(); }

 private:
  class PipelineRun;

  const Ports ports_;
  runs::RunningRuns running_;
};

}  // namespace control
