#include "control/run_sources.h"

#include <algorithm>

#include "control/grade_wait.h"
#include "kinds/stream_job.h"

namespace control {

using base::Result;

namespace {

/// A hub without a generator promises nothing by itself: from now on its frontier is the clock's.
void settle_hubs(hub::Broker& broker) {
  for (const auto& hub : broker.hubs()) {
    if (hub->frontier_ms() == hub::kNoFrontier) hub->settle();
  }
}

/// The stream jobs whose tables the pipeline reads: what another job does is no concern of it. All,
/// where it names none.
Jobs jobs_of(const StreamJobs& jobs, const kinds::Pipeline& pipeline) {
  Jobs all, read;
  for (const auto& [name, job] : jobs.all()) all[name] = job;
  for (const auto& [table, ref] : kinds::or_empty(pipeline.sources)) {
    auto job = all.find(ref.name());
    if (job != all.end()) read.insert(*job);
  }
  return read.empty() ? all : read;
}

/// Hub → how far a run may read it now: as far as the jobs have committed it that the run reads.
CutsMs choose_cuts(const hub::Broker& broker, const Jobs& jobs, const CutsMs& before,
                   std::int64_t epoch_ms) {
  CutsMs first, later;
  for (const auto& hub : broker.hubs()) {
    auto earlier = before.find(hub->name());
    if (earlier == before.end()) {
      first[hub->name()] = epoch_ms;
    } else {
      later[hub->name()] = std::max(earlier->second, epoch_ms);
    }
  }
  later = committed_cuts(jobs, later);
  later.merge(first);
  return later;
}

}  // namespace

/// The world's, or where the clock begins without one.
std::int64_t RunSources::epoch_ms() const {
  if (auto world = ports_.worlds.the_world()) return (*world)->epoch_ms();
  return base::to_millis(default_epoch());
}

Result<RunInputs> RunSources::ready(const std::string& who, const flow::Pipeline& pipeline,
                                    const std::stop_token& stop) {
  const std::int64_t epoch_ms = this->epoch_ms();
  RunInputs inputs = ports_.waits.inputs_of(pipeline);
  TRY(ports_.repairs.repair_generated(stop));
  ports_.repairs.repair_captures();
  TRY(ports_.repairs.repair_jobs(inputs.jobs));
  TRY(ports_.repairs.repair_tables(pipeline));
  TRY(ports_.waits.for_loads(who, inputs, stop));
  settle_hubs(ports_.broker);
  // Without a load none comes any more: the run is what everything was made for.
  if (ports_.loads.all().empty()) TRY(ports_.clock.release());
  TRY(ports_.waits.for_jobs(who, inputs, {epoch_ms, TRY(ports_.cuts.stored())}, stop));
  return inputs;
}

Result<CutsMs> RunSources::cuts(const kinds::Pipeline& pipeline, bool stay) {
  const std::int64_t epoch_ms = this->epoch_ms();
  CutsMs before = TRY(ports_.cuts.stored());
  CutsMs now = choose_cuts(ports_.broker, jobs_of(ports_.jobs, pipeline), before, epoch_ms);
  if (!stay) return now;
  for (auto& [hub, cut] : now) {
    auto earlier = before.find(hub);
    cut = earlier == before.end() ? epoch_ms : std::max(earlier->second, epoch_ms);
  }
  return now;
}

bool RunSources::is_whole(const flow::Activity& activity) const {
  return ports_.repairs.damage_of(activity, true).empty();
}

void RunSources::forget_damages(const std::string& pipeline, bool all, const RunInputs& inputs) {
  if (all) ports_.damages.forget(kinds::Pipeline::kKind, pipeline);
  for (const auto& job : inputs.jobs) ports_.damages.forget(kinds::StreamJob::kKind, job);
}

}  // namespace control
