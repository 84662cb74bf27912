// Pipelines: activities with `needs`, run in parallel where the needs allow it, each run recorded.
//
// Main types: Pipeline (what to do), ActivityType (how one type of activity is done; types register
// by name), Runner (does it), RunRecord (what came out).
// Invariants: an activity starts when all that it needs have succeeded; when one fails, what needs
// it is skipped and the rest goes on. Each activity is atomic by itself (a table or a folder
// changes whole or not at all), so a run that dies in the middle leaves whole tables, and running
// again is always right. Threads: Runner is immutable; a run uses its own workers and returns when
// they have ended. Read first: tests/pipeline_test.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"

namespace flow {

using json = nlohmann::json;

struct Activity {
  std::string name;
  std::string type;  ///< "copy", "sql", "train", …: a registered ActivityType
  std::vector<std::string> needs;
  json settings;  ///< the activity as declared
  /// Of the settings and of who brings what the pipeline finds: another text or another source
  /// gives another one.
  std::string fingerprint = {};
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

class ActivityType {
 public:
  virtual ~ActivityType() = default;
  /// Thread: several activities of one type may run at once.
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
  bool kept = false;  ///< made by the run that this one goes on from
  std::string fingerprint = {};
  ActivityResult result;
  std::string error;
};

struct RunRecord {
  std::string id, pipeline;
  std::string trigger;   ///< "apply" | "manual"
  std::string rerun_of;  ///< the run that this one goes on from; empty: none
  State state = State::kRunning;
  std::int64_t started_ms = 0;  ///< wall time
  double seconds = 0;
  std::map<std::string, std::int64_t> cuts_ms;
  std::vector<ActivityRecord> activities;
  std::string error;  ///< "activity NAME: …" of the first failure

  /// {"id","pipeline","trigger","rerun_of","state","started_ms","seconds","rows","bytes","error",
  /// "cuts_ms","activities":[{"name","type","state","kept","fingerprint","offset_s","seconds",
  /// "rows","bytes","error","note","inputs":{"file","parameters","tables":{name: version|null}},
  /// "expectations":[{"name","action","failed"}]}]}.
  json to_json() const;
};

/// What a run takes over from an earlier one (rerun.h).
struct Rerun {
  std::string of;  ///< its id
  std::vector<ActivityRecord> kept;
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
                              const Rerun& rerun = {}) const;

 private:
  ActivityTypes types_;
  int workers_;
};

}  // namespace flow
