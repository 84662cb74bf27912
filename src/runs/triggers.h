// What starts pipelines by itself: schedules, intervals, new files, the end of another pipeline.
// All on the playground's clock; retries are wall time.
//
// Each trigger has a state in the catalogue (meta "trigger NAME"): how far it has come, what is
// under way, whether somebody paused it. A moment is noted as begun before its run starts and as
// done when that has ended, so a daemon that dies in between starts it again. Thread-safe; one
// thread looks, each run has its own.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "runs/run_request.h"
#include "runs/trigger_plan.h"

namespace catalogue {
class Catalogue;
}

namespace runs {

class Triggers {
 public:
  struct Ports {
    catalogue::Catalogue* catalogue = nullptr;
    base::Env* env = nullptr;
    std::string lake_root;
    /// Playground time; nullopt while it stands before its beginning.
    std::function<std::optional<base::Instant>()> now;
    std::function<double()> speed;  ///< playground seconds a wall second; 0: it stands
    std::function<base::Result<json>(const RunRequest&)> run;
    /// False while an apply is under way: half of a playground is no state to run on. None: always.
    std::function<bool()> may_start = {};
    std::chrono::milliseconds look{250};       ///< between two looks
    std::chrono::milliseconds apart{60'000};   ///< two merged runs of one trigger, in wall time
    std::chrono::milliseconds settled{1'000};  ///< a new file that nobody has written for so long
  };
  explicit Triggers(Ports ports) : ports_(std::move(ports)) {}
  ~Triggers();
  Triggers(const Triggers&) = delete;
  Triggers& operator=(const Triggers&) = delete;

  /// Ends everything that is under way; nothing starts any more. The destructor does it too.
  void close();

  /// Begins to look. Errors: no thread can be had.
  base::Status start();

  enum class Taken {
    kNew,      ///< there was none of this name
    kChanged,  ///< by an apply
    kUp,       ///< after the daemon's start
  };
  /// Takes a trigger where its state left it, or anew when its moments are others. What was paused
  /// by hand stays so in any case.
  base::Status put(const kinds::Trigger& definition, Taken taken);
  /// Ends its runs.
  base::Status remove(const std::string& name);
  /// Those on `pipeline` that wait for this one are due.
  void pipeline_ended(const std::string& pipeline, const std::string& run_id);

  /// By hand, which counts before what is declared: a pause until it is taken back by hand, the
  /// taking back of a declared one until `paused` is declared otherwise. A pause also ends the
  /// tries of what has failed; what is at work goes on. Errors: kNotFound.
  base::Status pause(const std::string& name, bool paused);
  /// Ends the tries of what has failed and waits for its next; returns how many there were.
  int give_up(const std::string& pipeline);
  /// [{"name","pipeline","on","paused","paused_by": "hand"|"definition"|null,"next":
  /// instant|null,"waiting": how many moments,"running",
  ///   "last": {"what","run","state","error"}|null}], by name.
  json list();
  /// Of an interval: {"every_minutes","total","done","failed","days":[{"day","total","done",
  /// "failed"}],"failed_windows":[instant]}, windows that are due by the day on which they begin
  /// (UTC); of those that failed where the last kFailedListed begin, the newest first. Errors:
  /// kNotFound; kFailedPrecondition for other triggers.
  base::Result<json> calendar(const std::string& name);
  static constexpr std::size_t kFailedListed = 500;

  /// The trigger on intervals that starts `pipeline` and of which a window begins at `start`.
  /// Errors: kNotFound: there is none; kFailedPrecondition: there are several.
  base::Result<std::string> of_window(const std::string& pipeline, const std::string& start);
  /// Runs a window that has been before, again and alone, here and now, also while the trigger is
  /// paused: the calendar goes by how this run ends. `request`: what else is asked. Returns the
  /// run's record. Errors: kNotFound; kInvalidArgument: no window begins then, with the nearest one
  /// that does; kFailedPrecondition: the trigger has none, or this one's turn hasn't come, or it is
  /// at work; those of the run.
  base::Result<json> run_window(const std::string& name, const std::string& start,
                                RunRequest request);

 private:
  struct Work {
    std::int64_t id = 0;
    Moment moment;
    bool ended = false;
    bool waits = false;        ///< between two tries
    std::stop_source give_up;  ///< no further try
    std::jthread thread;
  };
  struct Trigger {
    std::string name, pipeline;
    bool grade = true;
    int concurrency = 1, retries = 0;
    double retry_s = 30;
    TriggerPlan plan;
    bool declared_paused = false;
    std::optional<bool> by_hand = {};  ///< paused, or let go on
    std::int64_t period_ms = 0;        ///< of its moments; 0: nobody knows
    json last = {};
    std::map<std::int64_t, std::int64_t> failed = {};  ///< first window → how many
    std::deque<Moment> interrupted = {};               ///< begun by a daemon that died
    std::list<Work> works = {};
    std::optional<std::chrono::steady_clock::time_point> started = {};  ///< its last run
    std::int64_t started_ms = 0;  ///< … in wall time, for the next daemon

    bool paused() const { return by_hand.value_or(declared_paused); }
  };
  /// What a thread of a run has to know.
  struct Task {
    std::string trigger;
    std::int64_t work = 0;
    int retries = 0;
    double retry_s = 0;
    std::stop_token give_up;
    RunRequest request;
  };

  void look(std::stop_token stop);
  Sight sight_at(base::Instant now) const;
  void look_at(Trigger& trigger) REQUIRES(mutex_);
  /// "; did you mean 'NAME'?" or nothing.
  std::string nearest_locked(const std::string& name) const REQUIRES(mutex_);
  bool may_start_locked(const Trigger& trigger, const Moment& moment) const;
  void begin_locked(Trigger& trigger, Moment moment) REQUIRES(mutex_);
  base::Result<json> run_with_retries(const Task& task);
  bool wait_for_next_try(const Task& task, const base::Result<json>& run);
  Work* work_of(const Task& task, Trigger*& trigger) REQUIRES(mutex_);
  static int end_tries(Trigger& trigger);
  static void note_last(Trigger& trigger, const Work& work, const base::Result<json>& run);
  static void note_failed(Trigger& trigger, const Moment& moment);
  static void forget_failed(Trigger& trigger, const Moment& moment);
  base::Result<Task> begin_window_locked(const std::string& name, const std::string& start)
      REQUIRES(mutex_);
  Work& add_work_locked(Trigger& trigger, Moment moment) REQUIRES(mutex_);
  void note_end(const Task& task, const base::Result<json>& run);
  base::Result<Trigger> made(const kinds::Trigger& definition) const;
  base::Result<Trigger> taken_up(const kinds::Trigger& definition, Taken taken) const;
  static void restore_by_hand(const json& state, Trigger& trigger);
  static void restore(const json& state, Trigger& trigger);
  base::Status save_locked(const Trigger& trigger) REQUIRES(mutex_);

  const Ports ports_;
  base::Mutex mutex_;
  std::map<std::string, Trigger> triggers_ GUARDED_BY(mutex_);
  std::int64_t next_work_ GUARDED_BY(mutex_) = 1;
  std::jthread looker_;  // last: ends first
};

}  // namespace runs
