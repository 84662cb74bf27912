#include "control/run.h"

#include "base/log.h"
#include "control/controller.h"
#include "control/grade_scope.h"
#include "control/grade_wait.h"
#include "control/notebooks.h"
#include "flow/copy_activity.h"
#include "flow/rerun.h"
#include "flow/sql_activity.h"
#include "flow/training.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using Cuts = std::map<std::string, std::int64_t>;

namespace {

constexpr const char* kCutsKey = "cuts";
constexpr int kRunsSearched = 1000;  // for the words of a refusal

Result<Cuts> stored_cuts(Runtime& runtime) {
  json stored = json::parse(TRY(runtime.catalogue->meta(kCutsKey)).value_or("{}"), nullptr, false);
  return stored.is_object() ? stored.get<Cuts>() : Cuts();
}

Status store_cuts(Runtime& runtime, const Cuts& cuts) {
  return runtime.catalogue->set_meta(kCutsKey, json(cuts).dump());
}

std::unexpected<base::Error> cancelled() {
  return base::error(Code::kCancelled, "the daemon is ending: apply again");
}

/// Every load has its back-fill in.
Status wait_for_loads(Runtime& runtime) {
  for (const auto& [name, load] : runtime.loads.all()) {
    TRY(load->wait_backfilled(runtime.stop));
  }
  // A hub without a generator promises nothing by itself: from now on its frontier is the clock's.
  for (const auto& hub : runtime.broker->hubs()) {
    if (hub->frontier_ms() == hub::kNoFrontier) hub->settle();
  }
  return runtime.clock->release();
}

/// Every job has committed all arrivals before the epoch.
Status wait_for_jobs(Runtime& runtime, std::int64_t epoch_ms) {
  for (const auto& [name, job] : runtime.jobs.all()) {
    if (job->wait_committed(epoch_ms, runtime.stop)) continue;
    if (runtime.stop.stop_requested()) return cancelled();
    return base::error(Code::kFailedPrecondition, "stream job {} has stopped: {}", name,
                       job->status().error);
  }
  return {};
}

/// Hub → how far a run may read it now.
Result<Cuts> choose_cuts(Runtime& runtime, std::int64_t epoch_ms) {
  Cuts before = TRY(stored_cuts(runtime));
  Cuts first, later;
  for (const auto& hub : runtime.broker->hubs()) {
    auto earlier = before.find(hub->name());
    if (earlier == before.end()) {
      first[hub->name()] = epoch_ms;
    } else {
      later[hub->name()] = std::max(earlier->second, epoch_ms);
    }
  }
  later = committed_cuts(runtime, later);
  later.merge(first);
  return later;
}

flow::ActivityTypes activity_types(Runtime& runtime) {
  auto find_database =
      [&runtime](const std::string& ref) -> Result<std::shared_ptr<sqldb::Database>> {
    auto database = runtime.databases.get(ref_name(ref));
    if (database) return database;
    return base::error(Code::kFailedPrecondition, "database \"{}\" does not exist", ref_name(ref));
  };
  auto find_tier = [&runtime](const std::string& ref) { return runtime.tier_of(ref); };
  flow::Workshop shop{runtime.env, *runtime.lake, *runtime.tracking};
  return {{"copy", flow::make_copy_activity(runtime.env, *runtime.lake, find_database, find_tier)},
          {"notebook", make_notebook_activity(runtime)},
          {"sql", flow::make_sql_activity(*runtime.lake)},
          {"features", flow::make_features_activity(shop)},
          {"train", flow::make_train_activity(shop)},
          {"score", flow::make_score_activity(shop)}};
}

/// The record of the run to go on from: the pipeline's last.
Result<json> earlier_run(Runtime& runtime, const RunRequest& request) {
  std::string pipeline = ref_name(request.pipeline), last;
  for (const auto& run : TRY(runtime.catalogue->runs(kRunsSearched, pipeline))) {
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

/// The record as the page wants it.
json shown(const flow::RunRecord& record) {
  json run = record.to_json();
  run["started"] = base::format_millis(base::from_millis(record.started_ms));
  return run;
}

Status keep(Runtime& runtime, const flow::RunRecord& record) {
  return runtime.catalogue->put_run(
      {record.id, record.pipeline, std::string(flow::state_name(record.state)), shown(record)});
}

/// Under run_mutex.
std::string next_run_id(Runtime& runtime) {
  auto stored = runtime.catalogue->meta("run_number").value_or(std::nullopt).value_or("0");
  std::string number = std::to_string(std::stoll(stored) + 1);
  (void)runtime.catalogue->set_meta("run_number", number);
  return "run-" + number;
}

}  // namespace

Status forget_cut(Runtime& runtime, const std::string& hub) {
  Cuts cuts = TRY(stored_cuts(runtime));
  if (cuts.erase(hub) == 0) return {};
  return store_cuts(runtime, cuts);
}

namespace {

/// Grades at `cuts` (a hub that isn't among them at the epoch) and records the grade.
Result<json> grade_at(Runtime& runtime, const std::string& run_id, const Cuts& cuts) {
  auto world = TRY(runtime.world());
  Cuts graded;
  for (const auto& [table, hub] : TRY(grade_scope(runtime)).inputs.hubs) {
    auto cut = cuts.find(hub->name());
    graded[hub->name()] = cut == cuts.end() ? world->epoch_ms() : cut->second;
  }
  TRY(wait_for_cuts(runtime, graded, runtime.stop));
  GradeScope scope = TRY(grade_scope(runtime));  // with the jobs' state now
  scope.inputs.cuts_ms = std::move(graded);
  scope.inputs.world = world.get();
  scope.inputs.run_id = run_id;
  scope.inputs.graded_at = runtime.wall.now();
  scope.inputs.stop = runtime.stop;
  json grade = TRY(grade::grade(scope.inputs)).to_json();
  TRY(runtime.catalogue->put_grade(run_id, grade));
  return grade;
}

}  // namespace

Result<json> grade_now(Runtime& runtime, const std::string& run_id) {
  std::lock_guard no_run(runtime.run_mutex);  // half of a run is no state to grade
  return grade_at(runtime, run_id, TRY(stored_cuts(runtime)));
}

Result<json> run_pipeline(Runtime& runtime, const RunRequest& request) {
  std::lock_guard one_run(runtime.run_mutex);
  auto definition = TRY(runtime.resource("hriste_pipeline", request.pipeline));
  auto pipeline = TRY(flow::Pipeline::parse(definition.name, definition.attributes));
  auto world = TRY(runtime.world());
  TRY(wait_for_loads(runtime));
  TRY(wait_for_jobs(runtime, world->epoch_ms()));
  flow::Rerun rerun{.of = request.from, .kept = {}};
  Cuts cuts = TRY(choose_cuts(runtime, world->epoch_ms()));
  if (!request.from.empty()) {
    json earlier = TRY(earlier_run(runtime, request));
    rerun.kept = flow::kept_activities(pipeline, earlier);
    // What is kept holds the arrivals below these cuts; of a hub that is new there is nothing.
    for (auto& [hub, cut] : cuts) cut = earlier.value("cuts_ms", json::object()).value(hub, cut);
  }
  flow::RunContext context{
      .run_id = next_run_id(runtime), .cuts_ms = std::move(cuts), .stop = runtime.stop};
  flow::Runner runner(activity_types(runtime));
  auto on_change = [&](const flow::RunRecord& record) {
    if (auto kept = keep(runtime, record); !kept) {
      base::log_error("control", "run_not_kept", "error={}", kept.error().message);
    }
  };
  auto record = TRY(runner.run(pipeline, context, request.trigger, on_change, rerun));
  TRY(keep(runtime, record));
  base::log_info("control", "run", "id={} state={} seconds={:.2f}", record.id,
                 flow::state_name(record.state), record.seconds);
  json run = shown(record);
  if (record.state != flow::State::kSucceeded) return run;
  if (request.grade) TRY(grade_at(runtime, record.id, record.cuts_ms));
  // Last: a run that died before has not happened, and is made again at the same cuts.
  TRY(store_cuts(runtime, record.cuts_ms));
  return run;
}

}  // namespace control
