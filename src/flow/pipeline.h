// Pipelines: activities with `needs`, run in parallel where the needs allow it, each run recorded.
//
// Main types: Pipeline (what to do), ActivityType (how one type of activity is done; types register
// by name), Runner (does it), RunRecord (what came out).
// Invariants: an activity starts when all that it needs have succeeded, and what it runs after has
// ended as it asks; when one fails, what needs it is skipped and the rest goes on. What is
// unchanged since it last succeeded is kept (unchanged.h). Each activity is atomic by itself (a
// table or a folder changes whole or not at all), so a run that dies in the middle leaves whole
// tables, and running again is always right. Threads: Runner is immutable; a run uses its own
// workers and returns when they have ended. Read first: tests/pipeline_test.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"

namespace flow {

using json = nlohmann::json;

/// How another activity has to end for one that runs after it.
enum class After { kSuccess, kFailure, kCompletion };

/// What is done when an activity fails or takes long, all in wall time.
struct Endurance {
  int retries = 0;       ///< further tries
  double wait_s = 1;     ///< before the first of them; twice as long before each next
  double timeout_s = 0;  ///< of one try; 0: its type's
};

struct Activity {
  std::string name;
  std::string type;  ///< "copy", "sql", "train", …: a registered ActivityType
  std::vector<std::string> needs;
  std::map<std::string, After> run_after = {};  ///< beside the needs, by name
  Endurance endurance = {};
  json settings;           ///< the activity as declared
  std::string makes = {};  ///< "silver.users"; empty: no table
  /// Tables that it reads; nullopt: only running it tells.
  std::optional<std::vector<std::string>> reads = {};
  /// Of the settings and of who brings what the pipeline finds: another text or another source
  /// gives another one.
  std::string fingerprint = {};
  /// Of what decides its results alone: another source of a table that it doesn't read, or another
  /// number of retries, gives the same one.
  std::string definition = {};
};

struct Pipeline {
  std::string name;
  std::vector<Activity> activities;

  /// From a hriste_pipeline's attributes. An activity also waits for those that make what its SQL
  /// header needs. Errors: kInvalidArgument.
  static base::Result<Pipeline> parse(const std::string& name, const json& attributes);
};

/// What every activity of one run shares.
struct RunContext {
  std::string run_id;
  std::map<std::string, std::int64_t> cuts_ms;  ///< per hub: arrivals below this one are read
  std::stop_token stop;
  /// What the run was asked for, for those that take parameters.
  json parameters = json::object();
  /// Waits until so many megabytes are free for an activity; they are its own as long as what is
  /// returned lives. None: there is no end of memory.
  std::function<base::Result<std::shared_ptr<void>>(const Activity& activity, int mb,
                                                    std::stop_token stop)>
      take_memory = {};
};

/// How many rows failed something that a SQL file expects of its table.
struct ExpectationResult {
  std::string name;
  std::string action;  ///< "warn", "drop", "quarantine", "fail"
  std::int64_t failed = 0;
};

struct ActivityResult {
  std::int64_t rows = 0;   ///< written
  std::int64_t bytes = 0;  ///< written
  std::vector<ExpectationResult> expectations = {};
  std::string note = {};  ///< what else came out, in a sentence
  /// What it worked on, beside what is declared: {"tables": {"silver.users": 3, "bronze.towns":
  /// null}}, with the version of a Delta table.
  json inputs = json::object();
};

/// What an activity would read now and what stands where it writes: values that change when these
/// do.
struct Standing {
  json reads, makes;
  bool operator==(const Standing&) const = default;
};

class ActivityType {
 public:
  virtual ~ActivityType() = default;
  /// nullopt: it can't be told, and the activity runs each time.
  virtual base::Result<std::optional<Standing>> standing(const Activity&, const RunContext&) {
    return std::nullopt;
  }
  /// How long a try may take, where its activity doesn't say: nothing waits without end.
  virtual double usual_timeout_s() const { return kUsualTimeout_s; }
  static constexpr double kUsualTimeout_s = 3600, kQueryTimeout_s = 600;
  /// What a try may need, beside what the daemon has.
  virtual int memory_mb() const { return 64; }
  /// Ends soon after a request of the context's stop. Thread: several activities of one type may
  /// run at once.
  virtual base::Result<ActivityResult> run(const Activity& activity, const RunContext& context) = 0;
};
using ActivityTypes = std::map<std::string, std::shared_ptr<ActivityType>>;

enum class State { kWaiting, kRunning, kSucceeded, kFailed, kSkipped };
std::string_view state_name(State state);

struct ActivityRecord {
  std::string name, type;
  State state = State::kWaiting;
  double offset_s = 0;  ///< from the run's start
  double seconds = 0;
  int attempts = 0;
  bool kept = false;           ///< made by an earlier run
  std::string kept_from = {};  ///< which; empty: the one that this run goes on from
  std::string fingerprint = {}, definition = {};
  std::optional<Standing> standing = {};  ///< after it succeeded
  ActivityResult result;
  std::string error;
  json card;      ///< of the error (base/card_json.h); null: it succeeded
  int ended = 0;  ///< of those that failed, in their order; not kept
};

struct RunRecord {
  std::string id, pipeline;
  std::string trigger;               ///< "apply" | "manual"
  std::string rerun_of;              ///< the run that this one goes on from; empty: none
  json parameters = json::object();  ///< what it was asked for: {"only": "+gold.sales"}
  State state = State::kRunning;
  bool cancelled = false;       ///< it failed because somebody stopped it
  std::int64_t started_ms = 0;  ///< wall time
  double seconds = 0;
  std::map<std::string, std::int64_t> cuts_ms;
  std::vector<ActivityRecord> activities;
  std::string error;  ///< "activity NAME: …" of the first failure

  /// {"id","pipeline","trigger","rerun_of","parameters","state","cancelled","started_ms","seconds",
  /// "rows","bytes" (of what it made
  /// itself),"error","cuts_ms","activities":[{"name","type","state",
  /// "kept","kept_from","attempts","fingerprint","definition","standing":{"reads","makes"}|null,
  /// "offset_s","seconds","rows","bytes","error","note","inputs":{"file","parameters",
  /// "tables":{name: version|null}},"expectations":[{"name","action","failed"}]}]}.
  json to_json() const;
};

/// What a run takes over from earlier ones.
struct Rerun {
  std::string of;                    ///< the one that it goes on from; empty: none
  std::vector<ActivityRecord> kept;  ///< of that one (rerun.h)
  /// When each activity last succeeded, by name: what is unchanged since then is kept. Their
  /// kept_from says in which run.
  std::map<std::string, ActivityRecord> last = {};
};

class Runner {
 public:
  explicit Runner(ActivityTypes types, int workers = 2)
      : types_(std::move(types)), workers_(workers) {}

  /// Runs to the end; `on_change` gets the record whenever an activity starts or ends (from the
  /// workers' threads, one at a time). A failed activity is in the record, not an error.
  /// Errors: kInvalidArgument for an unknown type, an unknown need or a circle of needs.
  base::Result<RunRecord> run(const Pipeline& pipeline, const RunContext& context,
                              const std::string& trigger,
                              const std::function<void(const RunRecord&)>& on_change,
                              const Rerun& rerun = {},
                              const json& parameters = json::object()) const;

 private:
  ActivityTypes types_;
  int workers_;
};

}  // namespace flow
