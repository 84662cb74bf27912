// The order of activities: of those that have nothing left to wait for, the one runs next that the
// longest chain of others waits for.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>

#include "base/card_json.h"
#include "base/clock.h"
#include "base/guarded.h"
#include "base/log.h"
#include "flow/attempts.h"
#include "flow/rerun.h"
#include "flow/unchanged.h"

namespace flow {

using base::Code;
using base::Result;
using base::Status;

namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds_since(SteadyClock::time_point from) {
  return std::chrono::duration<double>(SteadyClock::now() - from).count();
}

/// How many activities wait for each, one behind the other; of a pipeline without circles.
std::vector<size_t> chains_of(const Pipeline& pipeline) {
  std::vector<size_t> chains(pipeline.activities.size(), 0);
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < chains.size(); ++i) {
      for (size_t j = 0; j < chains.size(); ++j) {
        const auto& needs = pipeline.activities[j].needs;
        const std::string& name = pipeline.activities[i].name;
        bool waits = std::ranges::find(needs, name) != needs.end() ||
                     pipeline.activities[j].run_after.contains(name);
        if (!waits || chains[i] > chains[j]) continue;
        chains[i] = chains[j] + 1;
        changed = true;
      }
    }
  }
  return chains;
}

/// One run under way. Workers take ready activities until none can become ready.
class Run {
 public:
  Run(const Pipeline& pipeline, const ActivityTypes& types, const RunContext& context,
      RunRecord record, const Rerun& rerun, const std::function<void(const RunRecord&)>& on_change)
      : pipeline_(pipeline),
        types_(types),
        context_(context),
        record_(std::move(record)),
        last_(rerun.last),
        on_change_(on_change),
        chains_(chains_of(pipeline)),
        started_(SteadyClock::now()) {
    for (const auto& activity : pipeline.activities) {
      auto known = std::ranges::find(rerun.kept, activity.name, &ActivityRecord::name);
      record_.activities.push_back(known != rerun.kept.end() ? *known : waiting(activity));
    }
  }

  RunRecord work_with(int workers) {
    // A worker that fails (no memory) leaves its part to the others.
    Status worked = base::guarded_team(workers, [this](int) -> Status {
      work();
      return {};
    });
    std::lock_guard lock(mutex_);
    record_.error = worked ? outcome_locked() : worked.error().message;
    record_.seconds = seconds_since(started_);
    if (record_.error.empty() && context_.stop.stop_requested()) {
      record_.error = "the run was stopped: run it again";
    }
    record_.state = record_.error.empty() ? State::kSucceeded : State::kFailed;
    record_.cancelled = record_.state == State::kFailed && context_.stop.stop_requested();
    on_change_(record_);
    return record_;
  }

 private:
  static constexpr int kNone = -1;

  static ActivityRecord waiting(const Activity& activity) {
    return {.name = activity.name,
            .type = activity.type,
            .fingerprint = activity.fingerprint,
            .definition = activity.definition,
            .result = {.inputs = declared_inputs(activity)},
            .error = {}};
  }

  ActivityRecord& record_of(const std::string& name) {
    for (auto& activity : record_.activities) {
      if (activity.name == name) return activity;
    }
    CHECK(false, "activity {} has no record", name);
  }

  enum class Chance { kNow, kLater, kNever };

  /// Of one that runs after another, as that one stands.
  static Chance chance_after(State state, After how) {
    if (state == State::kWaiting || state == State::kRunning) return Chance::kLater;
    if (state == State::kSkipped) return Chance::kNever;
    bool succeeded = state == State::kSucceeded;
    if (how == After::kCompletion) return Chance::kNow;
    return succeeded == (how == After::kSuccess) ? Chance::kNow : Chance::kNever;
  }

  Chance chance_locked(const Activity& activity) {
    Chance all = context_.stop.stop_requested() ? Chance::kNever : Chance::kNow;
    auto add = [&](const std::string& name, After how) {
      all = std::max(all, chance_after(record_of(name).state, how));
    };
    for (const auto& need : activity.needs) add(need, After::kSuccess);
    for (const auto& [name, how] : activity.run_after) add(name, how);
    return all;
  }

  /// Why the run has failed; empty: it succeeded. Of the activities that nothing runs after each
  /// has to succeed; one that was skipped is asked for through those that it runs after: so a
  /// failure that another activity took care of is none of the run.
  std::string outcome_locked() {
    std::set<std::string> followed, asked;
    for (const auto& activity : pipeline_.activities) {
      followed.insert(activity.needs.begin(), activity.needs.end());
      for (const auto& [name, how] : activity.run_after) followed.insert(name);
    }
    for (const auto& activity : pipeline_.activities) {
      if (!followed.contains(activity.name)) ask_locked(activity, asked);
    }
    const ActivityRecord* first = nullptr;
    for (const auto& mine : record_.activities) {
      if (!asked.contains(mine.name) || mine.state != State::kFailed) continue;
      if (!first || mine.ended < first->ended) first = &mine;
    }
    return first ? fmt::format("activity {}: {}", first->name, first->error) : "";
  }

  void ask_locked(const Activity& activity, std::set<std::string>& asked) {
    if (!asked.insert(activity.name).second) return;
    if (record_of(activity.name).state != State::kSkipped) return;
    for (const auto& other : pipeline_.activities) {
      bool before = std::ranges::find(activity.needs, other.name) != activity.needs.end() ||
                    activity.run_after.contains(other.name);
      if (before) ask_locked(other, asked);
    }
  }

  /// Skips what can't run any more; returns the activity that should run now, or kNone.
  int next_locked() {
    int next = kNone;
    for (bool changed = true; changed;) {
      changed = false;
      next = kNone;
      for (size_t i = 0; i < pipeline_.activities.size(); ++i) {
        auto& mine = record_.activities[i];
        if (mine.state != State::kWaiting) continue;
        Chance chance = chance_locked(pipeline_.activities[i]);
        bool ready = chance == Chance::kNow;
        if (chance == Chance::kNever) {
          mine.state = State::kSkipped;
          changed = true;
        } else if (ready && (next == kNone || chains_[i] > chains_[static_cast<size_t>(next)])) {
          next = static_cast<int>(i);
        }
      }
    }
    return next;
  }

  bool waiting_locked() const {
    for (const auto& activity : record_.activities) {
      if (activity.state == State::kWaiting) return true;
    }
    return false;
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      int index = next_locked();
      if (index == kNone) {
        changed_.notify_all();
        if (!waiting_locked()) return;
        changed_.wait(lock);
        continue;
      }
      auto& mine = record_.activities[static_cast<size_t>(index)];
      mine.state = State::kRunning;
      mine.offset_s = seconds_since(started_);
      do_activity(lock, pipeline_.activities[static_cast<size_t>(index)], mine);
      changed_.notify_all();
    }
  }

  /// Unlocks while it works.
  void do_activity(std::unique_lock<std::mutex>& lock, const Activity& activity,
                   ActivityRecord& mine) {
    ActivityType& type = *types_.at(activity.type);
    lock.unlock();
    auto before = standing_of(type, activity, context_);
    auto last = last_.find(activity.name);
    bool same = last != last_.end() && is_unchanged(activity, last->second, before);
    lock.lock();
    if (same) {
      mine = kept_of(last->second, std::move(mine));
      return on_change_(record_);
    }
    on_change_(record_);
    lock.unlock();
    auto done = attempt(type, activity, context_);
    std::optional<Standing> after;
    if (done.result && before) after = standing_of(type, activity, context_);
    lock.lock();
    mine.attempts = done.attempts;
    if (after) mine.standing = Standing{std::move(before->reads), std::move(after->makes)};
    finish_locked(mine, done.result);
  }

  void finish_locked(ActivityRecord& mine, const Result<ActivityResult>& result) {
    mine.seconds = seconds_since(started_) - mine.offset_s;
    mine.state = result ? State::kSucceeded : State::kFailed;
    if (result) {
      json inputs = std::move(mine.result.inputs);
      inputs.update(result->inputs);
      mine.result = *result;
      mine.result.inputs = std::move(inputs);
    } else {
      mine.error = result.error().message;
      mine.card = base::card_json(base::card_of(result.error()));
      mine.ended = ++failures_;
      base::log_warn("flow", "activity_failed", "run={} activity={} error={}", record_.id,
                     mine.name, mine.error);
    }
    on_change_(record_);
  }

  const Pipeline& pipeline_;
  const ActivityTypes& types_;
  const RunContext& context_;
  RunRecord record_;
  const std::map<std::string, ActivityRecord>& last_;
  int failures_ = 0;
  const std::function<void(const RunRecord&)>& on_change_;
  const std::vector<size_t> chains_;
  const SteadyClock::time_point started_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// Every type and need is known and no needs go in a circle.
Status check(const Pipeline& pipeline, const ActivityTypes& types) {
  std::set<std::string> done, all;
  for (const auto& activity : pipeline.activities) all.insert(activity.name);
  auto before = [](const Activity& activity) {
    std::vector<std::string> names = activity.needs;
    for (const auto& [name, how] : activity.run_after) names.push_back(name);
    return names;
  };
  for (const auto& activity : pipeline.activities) {
    if (!types.contains(activity.type)) {
      return base::error(Code::kInvalidArgument, "pipeline {}: activity {} has the unknown type {}",
                         pipeline.name, activity.name, activity.type);
    }
    for (const auto& need : before(activity)) {
      if (all.contains(need)) continue;
      return base::error(Code::kInvalidArgument,
                         "pipeline {}: activity {} needs {}, which isn't in this pipeline",
                         pipeline.name, activity.name, need);
    }
  }
  for (bool moved = true; moved;) {
    moved = false;
    for (const auto& activity : pipeline.activities) {
      if (done.contains(activity.name)) continue;
      bool ready = std::ranges::all_of(before(activity),
                                       [&](const auto& need) { return done.contains(need); });
      if (ready) moved = done.insert(activity.name).second;
    }
  }
  for (const auto& activity : pipeline.activities) {
    if (done.contains(activity.name)) continue;
    return base::error(Code::kInvalidArgument,
                       "pipeline {}: the needs of activity {} go in a circle", pipeline.name,
                       activity.name);
  }
  return {};
}

}  // namespace

Result<RunRecord> Runner::run(const Pipeline& pipeline, const RunContext& context,
                              const std::string& trigger,
                              const std::function<void(const RunRecord&)>& on_change,
                              const Rerun& rerun, const json& parameters) const {
  TRY(check(pipeline, types_));
  RunRecord record{.id = context.run_id,
                   .pipeline = pipeline.name,
                   .trigger = trigger,
                   .rerun_of = rerun.of,
                   .parameters = parameters,
                   .started_ms = base::to_millis(base::SystemClock().now()),
                   .cuts_ms = context.cuts_ms,
                   .activities = {},
                   .error = {}};
  Run run(pipeline, types_, context, std::move(record), rerun, on_change);
  return run.work_with(workers_);
}

}  // namespace flow
