#include "control/run.h"

#include <optional>
#include <set>

#include "base/log.h"
#include "catalogue/meta_number.h"
#include "control/declared.h"
#include "control/grade_wait.h"
#include "flow/rerun.h"
#include "flow/selection.h"
#include "flow/unchanged.h"
#include "kinds/stream_job.h"
#include "runs/either_stop.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr int kRunsSearched = 1000;  // for the words of a refusal
constexpr int kRunsRemembered = 50;  // for what is unchanged since
constexpr std::string_view kApply = "apply";

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

/// What two runs may not write at once. The runs of one pipeline follow each other in any case.
std::set<std::string> writes_of(const flow::Pipeline& pipeline) {
  std::set<std::string> names{"pipeline " + pipeline.name};
  for (const auto& activity : pipeline.activities) {
    if (!activity.makes.empty()) names.insert(activity.makes);
    const auto model = declared(activity).model;
    if (activity.type == "train" && model) names.insert("model " + model->name());
  }
  return names;
}

/// The world's, or where the clock begins without one.
base::Instant epoch_of(const Worlds& worlds) {
  if (auto world = worlds.the_world()) return base::from_millis((*world)->epoch_ms());
  return default_epoch();
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

/// The record of the run to go on from: the pipeline's last.
Result<json> earlier_run(catalogue::Catalogue& catalogue, const RunRequest& request) {
  std::string pipeline = catalogue::ref_name(request.pipeline), last;
  for (const auto& run : TRY(catalogue.runs(kRunsSearched, pipeline))) {
    if (run.id == request.from && last.empty()) return run.record;
    if (run.id == request.from) {
      return base::error(Code::kFailedPrecondition,
                         "{} is not the last run of {}: go on from {}, or run all of it",
                         request.from, pipeline, last);
    }
    if (last.empty()) last = run.id;
  }
  return base::error(Code::kNotFound, "pipeline {} has no run {}{}", pipeline, request.from,
                     last.empty() ? "" : "; its last is " + last);
}

/// The record as the page wants it, and of which creation of its pipeline it is.
json shown(const flow::RunRecord& record, const std::string& incarnation) {
  json run = record.to_json();
  run["incarnation"] = incarnation;
  run["started"] = base::format_millis(base::from_millis(record.started_ms));
  return run;
}

Status keep(catalogue::Catalogue& catalogue, const flow::RunRecord& record,
            const std::string& incarnation) {
  return catalogue.put_run({record.id, record.pipeline, std::string(flow::state_name(record.state)),
                            shown(record, incarnation)});
}

}  // namespace

/// A run of a pipeline as it is defined when its turn comes.
class Runs::PipelineRun {
 public:
  PipelineRun(Runs& runs, const RunRequest& request, std::stop_token stop)
      : runs_(runs),
        ports_(runs.ports_),
        request_(request),
        who_(fmt::format("the run of pipeline {}", catalogue::ref_name(request.pipeline))),
        stop_(std::move(stop)) {}

  Result<json> run() {
    TRY(wait_for_turn());
    TRY(wait_for_inputs());
    flow::Rerun rerun = TRY(earlier_work());
    record_.cuts_ms = TRY(cuts(!rerun.last.empty()));
    if (!request_.from.empty()) TRY(go_on_from(rerun));
    TRY(work(rerun));
    json run = shown(record_, definition_.incarnation);
    if (record_.state != flow::State::kSucceeded) return run;
    forget_damages();
    turn_->done_writing();
    if (request_.grade && ports_.worlds.the_world()) TRY(grade());
    // Last: a run that died before has not happened, and is made again at the same cuts.
    TRY(ports_.cuts.store(record_.cuts_ms));
    return run;
  }

 private:
  Status read_definition() {
    definition_ = TRY(ports_.definitions.get(kinds::RefTo<kinds::Pipeline>{request_.pipeline}));
    pipeline_ =
        TRY(flow::Pipeline::parse(definition_.name, kinds::write<kinds::Pipeline>(definition_)));
    if (!request_.only.empty()) pipeline_ = TRY(flow::selected(pipeline_, request_.only));
    return {};
  }

  /// The definition may have changed while it waited.
  Status wait_for_turn() {
    for (;;) {
      TRY(read_definition());
      auto writes = writes_of(pipeline_);
      turn_.emplace(ports_.turns, writes);
      TRY(take_turn(
          ports_.waiting, who_, [&] { return turn_->try_write(); }, stop_));
      TRY(read_definition());
      if (writes_of(pipeline_) == writes) return {};
    }
  }

  Status wait_for_inputs() {
    epoch_ms_ = base::to_millis(epoch_of(ports_.worlds));
    inputs_ = ports_.waits.inputs_of(pipeline_);
    ports_.repairs.repair_captures();
    TRY(ports_.repairs.repair_jobs(inputs_.jobs));
    TRY(ports_.repairs.repair_tables(pipeline_));
    TRY(ports_.waits.for_loads(who_, inputs_, stop_));
    settle_hubs(ports_.broker);
    // Without a load none comes any more: the run is what everything was made for.
    if (ports_.loads.all().empty()) TRY(ports_.clock.release());
    return ports_.waits.for_jobs(who_, inputs_, {epoch_ms_, TRY(ports_.cuts.stored())}, stop_);
  }

  /// Those of the last whole run for a part: its tables have to fit the others.
  /// `made_before`: the pipeline has run. An apply makes what was edited then, and what lies behind
  /// it; new events come with the next run that isn't one's.
  Result<CutsMs> cuts(bool made_before) {
    CutsMs before = TRY(ports_.cuts.stored());
    CutsMs now = choose_cuts(ports_.broker, jobs_of(ports_.jobs, definition_), before, epoch_ms_);
    bool stays = !request_.only.empty() || (made_before && request_.trigger == kApply);
    if (!stays) return now;
    for (auto& [hub, cut] : now) {
      auto earlier = before.find(hub);
      cut = earlier == before.end() ? epoch_ms_ : std::max(earlier->second, epoch_ms_);
    }
    return now;
  }

  Result<flow::Rerun> earlier_work() {
    flow::Rerun rerun{.of = request_.from, .kept = {}};
    if (request_.full) return rerun;
    std::vector<json> records;
    for (auto& run : TRY(ports_.catalogue.runs(kRunsRemembered, pipeline_.name))) {
      if (run.record.value("incarnation", "") == definition_.incarnation) {
        records.push_back(std::move(run.record));
      }
    }
    rerun.last = flow::last_successes(pipeline_, records);
    for (const auto& activity : pipeline_.activities) {
      if (!ports_.repairs.damage_of(activity, true).empty()) rerun.last.erase(activity.name);
    }
    return rerun;
  }

  Status go_on_from(flow::Rerun& rerun) {
    json earlier = TRY(earlier_run(ports_.catalogue, request_));
    rerun.kept = flow::kept_activities(pipeline_, earlier, [&](const flow::Activity& activity) {
      return ports_.repairs.damage_of(activity, true).empty();
    });
    // What is kept holds the arrivals below these cuts; of a hub that is new there is nothing.
    for (auto& [hub, cut] : record_.cuts_ms) {
      cut = earlier.value("cuts_ms", json::object()).value(hub, cut);
    }
    return {};
  }

  Status work(const flow::Rerun& rerun) {
    flow::RunContext context{.run_id = runs_.next_run_id(),
                             .cuts_ms = record_.cuts_ms,
                             .stop = stop_,
                             .parameters = request_.parameters};
    flow::Runner runner(ports_.types);
    auto on_change = [&](const flow::RunRecord& record) {
      if (auto kept = keep(ports_.catalogue, record, definition_.incarnation); !kept) {
        base::log_error("control", "run_not_kept", "error={}", kept.error().message);
      }
    };
    json parameters = request_.parameters;
    if (!request_.only.empty()) parameters["only"] = request_.only;
    if (request_.full) parameters["full"] = true;
    record_ = TRY(runner.run(pipeline_, context, request_.trigger, on_change, rerun, parameters));
    TRY(keep(ports_.catalogue, record_, definition_.incarnation));
    base::log_info("control", "run", "id={} state={} seconds={:.2f}", record_.id,
                   flow::state_name(record_.state), record_.seconds);
    return {};
  }

  void forget_damages() {
    if (request_.only.empty()) {  // it has made everything anew that was damaged
      ports_.damages.forget(kinds::Pipeline::kKind, definition_.name);
    }
    for (const auto& job : inputs_.jobs) ports_.damages.forget(kinds::StreamJob::kKind, job);
  }

  Status grade() {
    TRY(take_turn(
        ports_.waiting, who_ + ", to grade", [&] { return turn_->try_grade(); }, stop_));
    return ports_.grades.after_run(record_.id, record_.cuts_ms, request_.full, stop_);
  }

  Runs& runs_;
  const Ports& ports_;
  const RunRequest& request_;
  const std::string who_;
  const std::stop_token stop_;
  std::optional<runs::RunTurns::Turn> turn_;
  catalogue::Defined<kinds::Pipeline> definition_;
  flow::Pipeline pipeline_;
  RunInputs inputs_;
  std::int64_t epoch_ms_ = 0;
  flow::RunRecord record_;
};

std::string Runs::next_run_id() {
  base::MutexLock lock(number_mutex_);
  auto number = catalogue::meta_number(ports_.catalogue, "run_number", 0) + 1;
  (void)ports_.catalogue.set_meta("run_number", std::to_string(number));
  return fmt::format("run-{}", number);
}

Result<json> Runs::run(const RunRequest& request) {
  const std::string pipeline = catalogue::ref_name(request.pipeline);
  runs::RunningRuns::Entry entry(running_, pipeline);
  runs::EitherStop asked(request.stop, entry.stop()), either(asked.token(), ports_.stop);
  auto run = PipelineRun(*this, request, either.token()).run();
  bool succeeded = run && run->value("state", "") == "succeeded";
  if (succeeded && ports_.ended) ports_.ended(pipeline, run->value("id", ""));
  return run;
}

}  // namespace control
