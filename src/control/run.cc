#include "control/run.h"

#include "base/log.h"
#include "control/controller.h"
#include "control/either_stop.h"
#include "control/grade_scope.h"
#include "control/grade_wait.h"
#include "control/meta_number.h"
#include "control/notebooks.h"
#include "control/run_repairs.h"
#include "control/run_waits.h"
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

/// What is damaged of it is as if no run had been.
Result<Cuts> stored_cuts(Runtime& runtime) {
  json stored = json::parse(TRY(runtime.catalogue->meta(kCutsKey)).value_or("{}"), nullptr, false);
  Cuts cuts;
  if (!stored.is_object()) return cuts;
  for (const auto& [hub, cut] : stored.items()) {
    if (cut.is_number_integer()) cuts[hub] = cut;
  }
  return cuts;
}

Status store_cuts(Runtime& runtime, const Cuts& cuts) {
  return runtime.catalogue->set_meta(kCutsKey, json(cuts).dump());
}

/// A hub without a generator promises nothing by itself: from now on its frontier is the clock's.
void settle_hubs(Runtime& runtime) {
  for (const auto& hub : runtime.broker->hubs()) {
    if (hub->frontier_ms() == hub::kNoFrontier) hub->settle();
  }
}

/// The stream jobs whose tables the pipeline reads: what another job does is no concern of it. All,
/// where it names none.
Jobs jobs_of(Runtime& runtime, const json& pipeline) {
  Jobs all, read;
  for (const auto& [name, job] : runtime.jobs.all()) all[name] = job;
  const json sources = pipeline.value("sources", json());
  for (const auto& [table, ref] : sources.items()) {
    auto job = ref.is_string() ? all.find(ref_name(ref)) : all.end();
    if (job != all.end()) read.insert(*job);
  }
  return read.empty() ? all : read;
}

/// Two runs would write the same tables: the second waits for the first. So does a grade.
Result<std::unique_lock<std::mutex>> take_turn(Runtime& runtime, const std::string& who,
                                               std::stop_token stop) {
  std::unique_lock turn(runtime.run_mutex, std::defer_lock);
  Wait wait{.who = who,
            .what = "the run before it to end",
            .done = [&]() -> Result<bool> { return turn.try_lock(); },
            // Whoever is before it has a deadline of his own.
            .progress = [] { return base::format_millis(base::SystemClock().now()); }};
  TRY(runtime.waiting.wait(wait, std::move(stop)));
  return turn;
}

/// The world's, or where the clock begins without one.
Result<base::Instant> epoch_of(Runtime& runtime) {
  if (auto world = runtime.world()) return base::from_millis((*world)->epoch_ms());
  return default_epoch();
}

/// Hub → how far a run may read it now: as far as the jobs have committed it that the run reads.
Result<Cuts> choose_cuts(Runtime& runtime, const Jobs& jobs, std::int64_t epoch_ms) {
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
  later = committed_cuts(jobs, later);
  later.merge(first);
  return later;
}

/// What needs a store that is damaged.
class FailingActivity final : public flow::ActivityType {
 public:
  explicit FailingActivity(std::string why) : why_(std::move(why)) {}
  Result<flow::ActivityResult> run(const flow::Activity&, const flow::RunContext&) override {
    return base::error(Code::kDataLoss, "{}", why_);
  }

 private:
  const std::string why_;
};

flow::ActivityTypes activity_types(Runtime& runtime) {
  auto find_database =
      [&runtime](const std::string& ref) -> Result<std::shared_ptr<sqldb::Database>> {
    auto database = runtime.databases.get(ref_name(ref));
    if (database) return database;
    return std::unexpected(runtime.unusable("hriste_database", "database", ref));
  };
  auto find_tier = [&runtime](const std::string& ref) { return runtime.tier_of(ref); };
  flow::ActivityTypes types = {
      {"copy", flow::make_copy_activity(runtime.env, *runtime.lake, find_database, find_tier)},
      {"notebook", make_notebook_activity(runtime)},
      {"sql", flow::make_sql_activity(*runtime.lake)}};
  if (!runtime.tracking) {
    auto failing = std::make_shared<FailingActivity>(runtime.tracking_failed);
    for (const char* type : {"features", "train", "score"}) types[type] = failing;
    return types;
  }
  flow::Workshop shop{runtime.env, *runtime.lake, *runtime.tracking};
  types["features"] = flow::make_features_activity(shop);
  types["train"] = flow::make_train_activity(shop);
  types["score"] = flow::make_score_activity(shop);
  return types;
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

/// The record as the page wants it, and of which creation of its pipeline it is.
json shown(const flow::RunRecord& record, const std::string& incarnation) {
  json run = record.to_json();
  run["incarnation"] = incarnation;
  run["started"] = base::format_millis(base::from_millis(record.started_ms));
  return run;
}

Status keep(Runtime& runtime, const flow::RunRecord& record, const std::string& incarnation) {
  return runtime.catalogue->put_run({record.id, record.pipeline,
                                     std::string(flow::state_name(record.state)),
                                     shown(record, incarnation)});
}

/// Under run_mutex.
std::string next_run_id(Runtime& runtime) {
  std::string number = std::to_string(meta_number(*runtime.catalogue, "run_number", 0) + 1);
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
Result<json> grade_at(Runtime& runtime, const std::string& run_id, const Cuts& cuts,
                      std::stop_token stop) {
  auto world = TRY(runtime.world());
  Cuts graded;
  for (const auto& [table, hub] : TRY(grade_scope(runtime)).inputs.hubs) {
    auto cut = cuts.find(hub->name());
    graded[hub->name()] = cut == cuts.end() ? world->epoch_ms() : cut->second;
  }
  TRY(wait_for_cuts(runtime, graded, stop));
  GradeScope scope = TRY(grade_scope(runtime));  // with the jobs' state now
  scope.inputs.cuts_ms = std::move(graded);
  scope.inputs.world = world.get();
  scope.inputs.run_id = run_id;
  scope.inputs.graded_at = runtime.wall.now();
  scope.inputs.stop = stop;
  json grade = TRY(grade::grade(scope.inputs)).to_json();
  TRY(runtime.catalogue->put_grade(run_id, grade));
  return grade;
}

}  // namespace

Result<json> grade_now(Runtime& runtime, const std::string& run_id, std::stop_token gone) {
  EitherStop stop(std::move(gone), runtime.stop);
  // Half of a run is no state to grade.
  auto turn = TRY(take_turn(runtime, "the grade", stop.token()));
  return grade_at(runtime, run_id, TRY(stored_cuts(runtime)), stop.token());
}

Result<json> run_pipeline(Runtime& runtime, const RunRequest& request) {
  const std::string who = fmt::format("the run of pipeline {}", ref_name(request.pipeline));
  RunningRuns::Entry entry(runtime.runs, ref_name(request.pipeline));
  EitherStop asked(request.stop, entry.stop()), either(asked.token(), runtime.stop);
  const std::stop_token stop = either.token();
  auto turn = TRY(take_turn(runtime, who, stop));
  auto definition = TRY(runtime.resource("hriste_pipeline", request.pipeline));
  auto pipeline = TRY(flow::Pipeline::parse(definition.name, definition.attributes));
  const std::int64_t epoch_ms = base::to_millis(TRY(epoch_of(runtime)));
  const RunInputs inputs = inputs_of(runtime, pipeline);
  repair_captures(runtime);
  TRY(repair_jobs(runtime, inputs));
  TRY(repair_tables(runtime, pipeline));
  TRY(wait_for_loads(runtime, who, inputs, stop));
  settle_hubs(runtime);
  // Without a load none comes any more: the run is what everything was made for.
  if (runtime.loads.all().empty()) TRY(runtime.clock->release());
  TRY(wait_for_jobs(runtime, who, inputs, {epoch_ms, TRY(stored_cuts(runtime))}, stop));
  flow::Rerun rerun{.of = request.from, .kept = {}};
  Cuts cuts = TRY(choose_cuts(runtime, jobs_of(runtime, definition.attributes), epoch_ms));
  if (!request.from.empty()) {
    json earlier = TRY(earlier_run(runtime, request));
    rerun.kept = flow::kept_activities(pipeline, earlier, [&](const flow::Activity& activity) {
      return damage_of(runtime, activity, true).empty();
    });
    // What is kept holds the arrivals below these cuts; of a hub that is new there is nothing.
    for (auto& [hub, cut] : cuts) cut = earlier.value("cuts_ms", json::object()).value(hub, cut);
  }
  flow::RunContext context{
      .run_id = next_run_id(runtime), .cuts_ms = std::move(cuts), .stop = stop};
  flow::Runner runner(activity_types(runtime));
  auto on_change = [&](const flow::RunRecord& record) {
    if (auto kept = keep(runtime, record, definition.incarnation); !kept) {
      base::log_error("control", "run_not_kept", "error={}", kept.error().message);
    }
  };
  auto record = TRY(runner.run(pipeline, context, request.trigger, on_change, rerun));
  TRY(keep(runtime, record, definition.incarnation));
  base::log_info("control", "run", "id={} state={} seconds={:.2f}", record.id,
                 flow::state_name(record.state), record.seconds);
  json run = shown(record, definition.incarnation);
  if (record.state != flow::State::kSucceeded) return run;
  runtime.damages.forget("hriste_pipeline", definition.name);  // it has made everything anew
  for (const auto& job : inputs.jobs) runtime.damages.forget("hriste_stream_job", job);
  bool gradable = request.grade && runtime.world();
  if (gradable) TRY(grade_at(runtime, record.id, record.cuts_ms, stop));
  // Last: a run that died before has not happened, and is made again at the same cuts.
  TRY(store_cuts(runtime, record.cuts_ms));
  return run;
}

}  // namespace control
