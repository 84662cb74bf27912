// hriste_trigger: runs a pipeline on apply, waits if asked to, and keeps what came out of that run;
// or hands its moments to triggers.h.
#include <algorithm>
#include <set>
#include <thread>

#include "base/card_json.h"
#include "base/guarded.h"
#include "base/log.h"
#include "catalogue/definitions.h"
#include "control/adapter.h"
#include "control/all_controllers.h"
#include "control/run.h"
#include "control/run_repairs.h"
#include "kinds/trigger.h"
#include "lake/lake.h"
#include "runs/triggers.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using kinds::Trigger;

namespace {

constexpr int kShownRows = 5;
constexpr int kRunsSearched = 50;

class TriggerController final : public Adapter<Trigger> {
 public:
  explicit TriggerController(TriggerPorts ports) : ports_(ports) {}
  ~TriggerController() override {
    for (auto& thread : background_) thread.join();
  }

  /// Pipelines that start each other would never end.
  Status check(const Trigger& wanted) override {
    TRY(check_files(wanted));
    if (!wanted.after) return {};
    std::set<std::string> started{wanted.pipeline.name()};
    auto triggers = TRY(ports_.definitions.all<Trigger>());
    for (bool more = true; more;) {
      more = false;
      for (const auto& other : triggers) {
        if (other.name == wanted.name || !other.after) continue;
        if (!started.contains(other.after->name())) continue;
        more = started.insert(other.pipeline.name()).second || more;
      }
    }
    if (!started.contains(wanted.after->name())) return {};
    return base::error(Code::kInvalidArgument,
                       "after: pipeline {} would start itself again and again by way of other "
                       "triggers",
                       wanted.after->name());
  }

  Status apply(Trigger& wanted, const Trigger* before, std::stop_token stop) override {
    using Taken = runs::Triggers::Taken;
    TRY(ports_.triggers.put(wanted, before == nullptr ? Taken::kNew : Taken::kChanged));
    wanted.run_id = "";
    wanted.result.emplace();
    wanted.shown.emplace();
    wanted.engagements_head.emplace();
    bool starts = wanted.on == "apply" && !wanted.paused;
    return starts ? run_now(wanted, std::move(stop)) : Status();
  }

  Status start(const Trigger& trigger) override {
    return ports_.triggers.put(trigger, runs::Triggers::Taken::kUp);
  }

  /// A table that somebody deleted or damaged is drift: the next apply runs the pipeline again.
  Result<bool> exists(const Trigger& trigger) override {
    if (trigger.on != "apply") return true;
    auto found = ports_.definitions.get(trigger.pipeline);
    if (!found) return false;
    auto pipeline = flow::Pipeline::parse(found->name, kinds::write<kinds::Pipeline>(*found));
    if (!pipeline) return true;  // the pipeline says what is wrong
    for (const auto& activity : pipeline->activities) {
      if (!ports_.repairs.damage_of(activity, true).empty()) return false;
    }
    return true;
  }

  /// Where the last apply's run failed, tables may be of what it was given, also when that is taken
  /// back: no definition is the one that they were made by, so that the next apply runs it again.
  std::optional<Trigger> as_read(const Trigger& kept) override {
    if (kept.on != "apply" || !last_apply_failed(kept.pipeline.name())) return std::nullopt;
    Trigger shown = kept;
    shown.pipeline.text = kept.pipeline.name() + "@failed";
    return shown;
  }

  Status remove(const Trigger& left) override { return ports_.triggers.remove(left.name); }

 private:
  /// Files that its own pipeline writes would start it again and again.
  Status check_files(const Trigger& wanted) {
    if (!wanted.path) return {};
    auto pipeline = ports_.definitions.get(wanted.pipeline);
    if (!pipeline) return {};
    for (const auto& activity : pipeline->activities) {
      std::string folder = activity.table.value_or("");
      std::ranges::replace(folder, '.', '/');
      if (folder.empty() || !runs::may_lie_below(*wanted.path, folder)) continue;
      return base::error(Code::kInvalidArgument,
                         "path: {} matches files of {}, which pipeline {} itself writes: it would "
                         "start itself again and again",
                         *wanted.path, *activity.table, wanted.pipeline.name());
    }
    return {};
  }

  /// And no whole run has mended it since.
  bool last_apply_failed(const std::string& pipeline) {
    auto runs = ports_.catalogue.runs(kRunsSearched, pipeline)
                    .value_or(std::vector<catalogue::StoredRun>{});
    for (const auto& run : runs) {
      const json parameters = run.record.value("parameters", json::object());
      bool whole = run.state == "succeeded" && !parameters.contains("only");
      if (whole || run.state == "running") return false;
      if (run.state == "failed" && run.record.value("trigger", "") == "apply") return true;
    }
    return false;
  }

  Status run_now(Trigger& made, std::stop_token stop) {
    RunRequest request{.pipeline = made.pipeline.text, .trigger = "apply", .grade = made.grade};
    if (!made.wait) {
      run_in_background(std::move(request));
      return {};
    }
    request.stop = std::move(stop);
    json run = TRY(ports_.runs.run(request));
    if (run.at("state") != "succeeded") {
      return std::unexpected(failure_of_run(made.pipeline.name(), run));
    }
    made.run_id = run.at("id").get<std::string>();
    made.result = result_of(run);
    made.shown = made.engagements_head = rows_of(made.show);
    return {};
  }

  /// With the card of the activity that the run failed for.
  static base::Error failure_of_run(const std::string& pipeline, const json& run) {
    const std::string where = fmt::format("pipeline {}, {}", pipeline, run.value("id", ""));
    const std::string why = run.value("error", "");
    base::Error error{Code::kFailedPrecondition, where + ": " + why};
    for (const auto& activity : run.at("activities")) {
      const std::string name = activity.value("name", "");
      if (!why.starts_with(fmt::format("activity {}: ", name))) continue;
      error.card = base::card_from(activity.value("card", json()));
      if (error.card == nullptr) break;
      return base::with_card(std::move(error), [&](base::Card& card) {
        card.problem = fmt::format("{} ({}, activity {})", card.problem, where, name);
      });
    }
    return error;
  }

  void run_in_background(RunRequest request) {
    auto run = [this, request = std::move(request)](std::stop_token) -> Status {
      TRY(ports_.runs.run(request));
      return {};
    };
    auto thread = base::guarded_thread("a run that nobody waits for", std::move(run));
    if (thread) background_.push_back(std::move(*thread));
  }

  /// Counts by table and the grade, as text: what the outputs show.
  std::map<std::string, std::string> result_of(const json& run) {
    std::map<std::string, std::string> result;
    for (const auto& activity : run.at("activities")) {
      result["rows." + activity.at("name").get<std::string>()] =
          std::to_string(activity.at("rows").get<std::int64_t>());
    }
    auto id = run.at("id").get<std::string>();
    if (auto grade = ports_.catalogue.latest_grade(id).value_or(std::nullopt)) {
      result["grade.passed"] = std::to_string(grade->value("passed", 0));
      result["grade.total"] = std::to_string(grade->value("total", 0));
    }
    return result;
  }

  /// The first rows of the SELECT, one line each; none where it can't be answered.
  std::vector<std::string> rows_of(const std::optional<std::string>& show) {
    std::vector<std::string> lines;
    if (!show) return lines;
    auto answer = ports_.lake.query(*show, {.max_rows = kShownRows});
    if (!answer) return lines;
    for (const auto& row : answer->rows) {
      std::string line;
      for (const auto& value : row) {
        if (!line.empty()) line += " | ";
        line += value.is_string() ? value.get<std::string>() : value.dump();
      }
      lines.push_back(line);
    }
    return lines;
  }

  const TriggerPorts ports_;
  std::vector<std::jthread> background_;
};

}  // namespace

std::unique_ptr<Adapter<Trigger>> make_trigger_controller(TriggerPorts ports) {
  return std::make_unique<TriggerController>(ports);
}

}  // namespace control
