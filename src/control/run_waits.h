// What a run waits for before it reads: the loads and stream jobs that bring what its pipeline
// reads, and no others. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <stop_token>
#include <string>

#include "catalogue/definitions.h"
#include "control/live.h"
#include "flow/pipeline.h"
#include "kinds/stream_job.h"
#include "runs/waiting.h"

namespace control {

/// Names of generators whose sink is a hub, and of stream jobs.
struct RunInputs {
  std::set<std::string> loads, jobs;
};

/// How far a job has to have read its hubs.
struct Until {
  std::int64_t epoch_ms = 0;
  std::map<std::string, std::int64_t> cuts_ms;  ///< of the last run: none reads less
};

class RunWaits {
 public:
  struct Ports {
    const catalogue::Definitions& definitions;
    const Loads& loads;
    const StreamJobs& jobs;
    const Failures& failures;
    runs::Waiting& waiting;
  };
  explicit RunWaits(Ports ports) : ports_(ports) {}

  /// What comes before the pipeline's tables. Of an activity whose reads nobody knows beforehand (a
  /// notebook): all there is.
  RunInputs inputs_of(const flow::Pipeline& pipeline) const;

  /// Waits until the back-fills are in. `who` is the run, for the log and the status. Errors:
  /// kFailedPrecondition when a load has failed for good; as Waiting::wait().
  base::Status for_loads(const std::string& who, const RunInputs& inputs, std::stop_token stop);
  /// Waits until the jobs have committed what arrived before the epoch, and before the last run's
  /// cuts. Errors: kFailedPrecondition when a job stands; as Waiting::wait().
  base::Status for_jobs(const std::string& who, const RunInputs& inputs, const Until& until,
                        std::stop_token stop);

 private:
  RunInputs everything() const;
  bool feeds(const kinds::RefTo<kinds::Lake>& lake, std::string path,
             const std::set<std::string>& tables) const;
  bool feeds(const kinds::StreamJob& job, const std::set<std::string>& tables) const;
  std::int64_t cut_for(const std::string& job, const Until& until) const;

  const Ports ports_;
};

}  // namespace control
