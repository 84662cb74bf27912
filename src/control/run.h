// A run of a pipeline with everything around it: what to wait for, the cuts, the record, the grade.
#pragma once

#include "control/runtime.h"
#include "flow/pipeline.h"

namespace control {

struct RunRequest {
  std::string pipeline;
  std::string trigger;  ///< "apply" | "manual"
  bool grade = true;    ///< end with a grade of everything
  /// The run to go on from: what it has made stays, and the cuts are its own. Empty: everything
  /// runs.
  std::string from = {};
  std::stop_token stop = {};  ///< of who asked; the daemon's end stops the run too
};

/// Waits for its turn, for the back-fills that the pipeline reads and for the stream jobs to have
/// committed them (run_waits.h), chooses the cuts, runs the pipeline and grades. Returns the run's
/// record as kept in the catalogue.
///
/// Cuts: the first run reads arrivals below the epoch; later ones what the stream jobs have
/// committed, per hub, never less than an earlier run.
/// Errors: kFailedPrecondition when a load or a job stands with an error, or `from` isn't the
/// pipeline's last run (a later one may have changed what it made); kNotFound: there is no such
/// run; kCancelled; kFailedPrecondition when what it waits for hasn't moved for two minutes.
base::Result<json> run_pipeline(Runtime& runtime, const RunRequest& request);

/// Grades now, at the cuts of the last run (the epoch before the first), and records the grade.
/// Waits for a run that is under way, and for what stream jobs and captures still have to bring.
base::Result<json> grade_now(Runtime& runtime, const std::string& run_id, std::stop_token gone);

/// Forgets a hub's cut: the hub has gone.
base::Status forget_cut(Runtime& runtime, const std::string& hub);

}  // namespace control
