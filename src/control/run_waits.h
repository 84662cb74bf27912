// What a run waits for before it reads: the loads and stream jobs that bring what its pipeline
// reads, and no others.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "control/runtime.h"
#include "flow/pipeline.h"

namespace control {

/// Names of generators whose sink is a hub, and of stream jobs.
struct RunInputs {
  std::set<std::string> loads, jobs;
};

/// What comes before the pipeline's tables. Of an activity whose reads nobody knows beforehand (a
/// notebook): all there is.
RunInputs inputs_of(Runtime& runtime, const flow::Pipeline& pipeline);

/// How far a job has to have read its hubs.
struct Until {
  std::int64_t epoch_ms = 0;
  std::map<std::string, std::int64_t> cuts_ms;  ///< of the last run: none reads less
};

/// Waits until the back-fills are in. `who` is the run, for the log and the status. Errors:
/// kFailedPrecondition when a load has failed for good; as Waiting::wait().
base::Status wait_for_loads(Runtime& runtime, const std::string& who, const RunInputs& inputs,
                            std::stop_token stop);
/// Waits until the jobs have committed what arrived before the epoch, and before the last run's
/// cuts. Errors: kFailedPrecondition when a job stands; as Waiting::wait().
base::Status wait_for_jobs(Runtime& runtime, const std::string& who, const RunInputs& inputs,
                           const Until& until, std::stop_token stop);

}  // namespace control
