#include "control/run.h"

#include <optional>
#include <set>

#include "base/log.h"
#include "control/declared.h"
#include "flow/rerun.h"
#include "flow/run_parameters.h"
#include "flow/selection.h"
#include "flow/unchanged.h"
#include "runs/either_stop.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr std::string_view kApply = "apply";
/// Among a run's parameters: how it was asked for.
constexpr const char *kOnly = "only", *kFull = "full";

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

}  // namespace

/// A run of a pipeline as it is defined when its turn comes.
class Runs::PipelineRun {
 public:
  PipelineRun(const Ports& ports, const RunRequest& request, std::stop_token stop)
      : ports_(ports),
        request_(request),
        who_(fmt::format("the run of pipeline {}", catalogue::ref_name(request.pipeline))),
        stop_(std::move(stop)) {}

  Result<json> run() {
    TRY(read_parameters());
    TRY(wait_for_turn());
    inputs_ = TRY(ports_.sources.ready(who_, pipeline_, stop_));
    flow::Rerun rerun = TRY(earlier_work());
    record_.cuts_ms = TRY(cuts(!rerun.last.empty()));
    if (!request_.from.empty()) TRY(go_on_from(rerun));
    TRY(work(rerun));
    json run = RunRecords::shown(record_, definition_.incarnation);
    if (record_.state != flow::State::kSucceeded) return run;
    ports_.sources.forget_damages(definition_.name, request_.only.empty(), inputs_);
    turn_->done_writing();
    if (request_.grade && ports_.sources.has_world()) TRY(grade());
    // Last: a run that died before has not happened, and is made again at the same cuts.
    TRY(ports_.sources.store(record_.cuts_ms));
    return run;
  }

 private:
  /// Its own, or those of the run that it goes on from: what that has made is of its window.
  Status read_parameters() {
    parameters_ = request_.parameters;
    if (request_.from.empty()) return {};
    const json before = TRY(earlier_run()).value("parameters", json());
    for (const auto& [name, value] : before.items()) {
      if (name != kOnly && name != kFull) parameters_[name] = value;
    }
    return {};
  }

  Status read_definition() {
    definition_ = TRY(ports_.definitions.get(kinds::RefTo<kinds::Pipeline>{request_.pipeline}));
    pipeline_ =
        TRY(flow::Pipeline::parse(definition_.name, kinds::write<kinds::Pipeline>(definition_)));
    if (!request_.only.empty()) pipeline_ = TRY(flow::selected(pipeline_, request_.only));
    return flow::check_window(pipeline_, parameters_);
  }

  /// The definition may have changed while it waited.
  Status wait_for_turn() {
    for (;;) {
      TRY(read_definition());
      auto writes = writes_of(pipeline_);
      turn_.emplace(ports_.queue.turns, who_, writes);
      TRY(take_turn(
          ports_.queue.waiting, who_, *turn_, [&] { return turn_->try_write(); }, stop_));
      TRY(read_definition());
      if (writes_of(pipeline_) == writes) return {};
    }
  }

  /// Those of the last whole run for a part: its tables have to fit the others.
  /// `made_before`: the pipeline has run. An apply makes what was edited then, and what lies behind
  /// it; new events come with the next run that isn't one's.
  Result<CutsMs> cuts(bool made_before) {
    bool stay = !request_.only.empty() || (made_before && request_.trigger == kApply);
    return ports_.sources.cuts(definition_, stay);
  }

  Result<json> earlier_run() {
    return ports_.records.last(catalogue::ref_name(request_.pipeline), request_.from);
  }

  Result<flow::Rerun> earlier_work() {
    flow::Rerun rerun{.of = request_.from, .kept = {}};
    if (request_.full) return rerun;
    rerun.last = flow::last_successes(
        pipeline_, TRY(ports_.records.of(pipeline_.name, definition_.incarnation)));
    for (const auto& activity : pipeline_.activities) {
      if (!ports_.sources.is_whole(activity)) rerun.last.erase(activity.name);
    }
    return rerun;
  }

  Status go_on_from(flow::Rerun& rerun) {
    json earlier = TRY(earlier_run());
    rerun.kept = flow::kept_activities(pipeline_, earlier, [&](const flow::Activity& activity) {
      return ports_.sources.is_whole(activity);
    });
    // What is kept holds the arrivals below these cuts; of a hub that is new there is nothing.
    for (auto& [hub, cut] : record_.cuts_ms) {
      cut = earlier.value("cuts_ms", json::object()).value(hub, cut);
    }
    return {};
  }

  Status work(const flow::Rerun& rerun) {
    flow::RunContext context{
        .run_id = ports_.records.next_id(),
        .cuts_ms = record_.cuts_ms,
        .stop = stop_,
        .parameters = parameters_,
        .take_memory = [this](const flow::Activity& activity, int mb, std::stop_token stop) {
          return take_memory(activity, mb, std::move(stop));
        }};
    flow::Runner runner(ports_.types);
    auto on_change = [&](const flow::RunRecord& record) {
      if (auto kept = ports_.records.keep(record, definition_.incarnation); !kept) {
        base::log_error("control", "run_not_kept", "error={}", kept.error().message);
      }
    };
    json parameters = parameters_;
    if (!request_.only.empty()) parameters[kOnly] = request_.only;
    if (request_.full) parameters[kFull] = true;
    record_ = TRY(runner.run(pipeline_, context, request_.trigger, on_change, rerun, parameters));
    TRY(ports_.records.keep(record_, definition_.incarnation));
    base::log_info("control", "run", "id={} state={} seconds={:.2f}", record_.id,
                   flow::state_name(record_.state), record_.seconds);
    return {};
  }

  Result<std::shared_ptr<void>> take_memory(const flow::Activity& activity, int mb,
                                            std::stop_token stop) {
    std::string who = fmt::format("activity {} of {}", activity.name, who_);
    return TRY(ports_.queue.memory.take(who, mb, ports_.queue.waiting, std::move(stop)));
  }

  Status grade() {
    TRY(take_turn(
        ports_.queue.waiting, who_ + ", to grade", *turn_, [&] { return turn_->try_grade(); },
        stop_));
    return ports_.grades.after_run(record_.id, record_.cuts_ms, request_.full, stop_);
  }

  const Ports& ports_;
  const RunRequest& request_;
  const std::string who_;
  const std::stop_token stop_;
  std::optional<runs::RunTurns::Turn> turn_;
  catalogue::Defined<kinds::Pipeline> definition_;
  flow::Pipeline pipeline_;
  json parameters_;
  RunInputs inputs_;
  flow::RunRecord record_;
};

Result<json> Runs::run(const RunRequest& request) {
  const std::string pipeline = catalogue::ref_name(request.pipeline);
  runs::RunningRuns::Entry entry(running_, pipeline);
  runs::EitherStop asked(request.stop, entry.stop()), either(asked.token(), ports_.stop);
  auto run = PipelineRun(ports_, request, either.token()).run();
  bool succeeded = run && run->value("state", "") == "succeeded";
  if (succeeded && ports_.ended) ports_.ended(pipeline, run->value("id", ""));
  return run;
}

}  // namespace control
