#include "control/grades.h"

#include <algorithm>
#include <chrono>

#include "base/clock.h"
#include "base/log.h"
#include "control/grade_wait.h"
#include "control/graded_state.h"
#include "grade/standing.h"
#include "runs/either_stop.h"

namespace control {

using base::Result;
using base::Status;
using json = nlohmann::json;

Status take_turn(runs::Waiting& waiting, const std::string& who, const runs::RunTurns::Turn& turn,
                 const std::function<bool()>& may, std::stop_token stop) {
  runs::Wait wait{.who = who,
                  .what = "what is before it to end",
                  .done = [&]() -> Result<bool> { return may(); },
                  // Whoever is before it has a deadline of his own.
                  .progress = [] { return base::format_millis(base::SystemClock().now()); },
                  .behind = [&] { return turn.behind(); }};
  return waiting.wait(wait, std::move(stop));
}

Status Grades::wait_for(const CutsMs& cuts, std::stop_token stop) {
  return wait_for_cuts(ports_.scope.broker, ports_.scope.jobs, cuts, std::move(stop));
}

namespace {

/// Nothing of it can be known: one check says so.
grade::Report not_gradable(std::int64_t version, const std::string& run_id) {
  return {.run_id = run_id,
          .graded_at = base::SystemClock().now(),
          .checks = {{.layer = "bronze",
                      .name = "world",
                      .expected = fmt::format("world {}", world::kWorldVersion),
                      .found = fmt::format("world {}", version),
                      .verdict = grade::Verdict::kNotGradable,
                      .detail = fmt::format("not gradable: world {}; the next apply makes it anew, "
                                            "as version {}",
                                            version, world::kWorldVersion)}}};
}

}  // namespace

/// Grades what has changed since the newest grade there is; with `anew` all.
Result<grade::Report> Grades::grade_changed(grade::Inputs& inputs, bool anew) {
  auto& catalogue = ports_.scope.catalogue;
  inputs.key = TRY(key_state(ports_.scope.folder.env, catalogue));
  const auto began = std::chrono::steady_clock::now();
  auto before = grade::standings(inputs);
  const std::chrono::duration<double> looked = std::chrono::steady_clock::now() - began;
  json earlier;
  if (!anew && ports_.damages.first().empty())
    earlier = TRY(catalogue.latest_grade()).value_or(json());
  if (earlier.is_object()) inputs.kept = grade::still_graded(inputs, earlier, before);
  grade::Report report = TRY(grade::grade(inputs));
  // What moved meanwhile may have been read as it was, or as it is.
  auto after = grade::standings(inputs);
  for (auto& check : report.checks) {
    auto stood = before.find(check.unit), stands = after.find(check.unit);
    bool still = stood != before.end() && stands != after.end() && stood->second == stands->second;
    if (still) check.standing = stood->second;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  base::log_info("control", "graded",
                 "run={} computed={} kept_units={} seconds={:.2f} looking={:.2f}", inputs.run_id,
                 report.checks.size(), inputs.kept.size(), took.count(), looked.count());
  return inputs.kept.empty() ? report : grade::with_kept(std::move(report), earlier, inputs.kept);
}

/// Grades at `cuts` (a hub that isn't among them at the epoch) and records the grade.
Result<json> Grades::grade_at(const std::string& run_id, const CutsMs& cuts, bool anew,
                              std::stop_token stop) {
  if (auto version = ports_.worlds.earlier_version()) {
    json grade = not_gradable(*version, run_id).to_json();
    TRY(ports_.scope.catalogue.put_grade(run_id, grade));
    return grade;
  }
  auto world = TRY(ports_.worlds.the_world());
  CutsMs graded;
  for (const auto& [table, hub] : TRY(grade_scope(ports_.scope)).inputs.hubs) {
    auto cut = cuts.find(hub->name());
    graded[hub->name()] = cut == cuts.end() ? world->epoch_ms() : cut->second;
  }
  TRY(wait_for(graded, stop));
  GradeScope scope = TRY(grade_scope(ports_.scope));  // with the jobs' state now
  scope.inputs.cuts_ms = std::move(graded);
  scope.inputs.world = world.get();
  scope.inputs.run_id = run_id;
  scope.inputs.graded_at = base::SystemClock().now();
  scope.inputs.stop = stop;
  json grade = TRY(grade_changed(scope.inputs, anew)).to_json();
  TRY(ports_.scope.catalogue.put_grade(run_id, grade));
  return grade;
}

Result<json> Grades::now(const std::string& run_id, std::stop_token gone) {
  runs::EitherStop stop(std::move(gone), ports_.stop);
  // Half of a run is no state to grade.
  runs::RunTurns::Turn turn(ports_.turns, "the grade");
  TRY(take_turn(
      ports_.waiting, "the grade", turn, [&] { return turn.try_grade(); }, stop.token()));
  return grade_at(run_id, TRY(ports_.cuts.stored()), true, stop.token());
}

Status Grades::after_run(const std::string& run_id, const CutsMs& its_cuts, bool anew,
                         std::stop_token stop) {
  CutsMs cuts = TRY(ports_.cuts.stored());
  for (const auto& [hub, cut] : its_cuts) cuts[hub] = std::max(cuts[hub], cut);
  TRY(wait_for(cuts, stop));
  auto& catalogue = ports_.scope.catalogue;
  std::string state = TRY(graded_state(ports_.scope.folder, catalogue, ports_.scope.jobs, cuts));
  json same = anew ? json() : grade_of(catalogue, ports_.damages, state);
  if (same.is_object()) {
    same["run_id"] = run_id;
    return catalogue.put_grade(run_id, same);
  }
  TRY(grade_at(run_id, cuts, anew, stop));
  return note_graded(catalogue, state, run_id);
}

}  // namespace control
