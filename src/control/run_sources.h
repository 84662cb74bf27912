// What a run reads: whether it is there, mended, and how far the run may read it. Thread-safe.
#pragma once

#include <stop_token>
#include <string>

#include "catalogue/definitions.h"
#include "control/cuts.h"
#include "control/live.h"
#include "control/playground_clock.h"
#include "control/run_repairs.h"
#include "control/run_waits.h"
#include "flow/pipeline.h"
#include "kinds/pipeline.h"

namespace control {

class RunSources {
 public:
  struct Ports {
    hub::Broker& broker;
    const StreamJobs& jobs;
    const Loads& loads;
    const Worlds& worlds;
    PlaygroundClock& clock;
    RunWaits& waits;
    Repairs& repairs;
    Failures& damages;
    Cuts& cuts;
  };
  explicit RunSources(Ports ports) : ports_(ports) {}

  /// Mends what is damaged, then waits for the back-fills that the pipeline reads and for the
  /// stream jobs to have committed them. `who` is the run. Returns what it waited for. Errors: as
  /// run_waits.h and run_repairs.h.
  base::Result<RunInputs> ready(const std::string& who, const flow::Pipeline& pipeline,
                                const std::stop_token& stop);
  /// As far as the jobs have committed what the pipeline reads, per hub, never less than an earlier
  /// run; the first run reads below the epoch. `stay`: at the cuts of the runs before.
  base::Result<CutsMs> cuts(const kinds::Pipeline& pipeline, bool stay);
  /// Whether what the activity made is there as it was made.
  bool is_whole(const flow::Activity& activity) const;
  /// A run has succeeded, of all of the pipeline or of a part: what was damaged has been made anew.
  void forget_damages(const std::string& pipeline, bool all, const RunInputs& inputs);
  /// Last of a run: the next ones read no less.
  base::Status store(const CutsMs& cuts) { return ports_.cuts.store(cuts); }
  /// Whether there is a world to grade by.
  bool has_world() const { return ports_.worlds.the_world().has_value(); }

 private:
  std::int64_t epoch_ms() const;

  const Ports ports_;
};

}  // namespace control
