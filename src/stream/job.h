// Stream jobs: a streaming SQL text at work between event hubs and the lake. The room's front door.
//
//   Job      a query, its inputs, references and outputs, on a thread of its own (this file)
//   Runner   the same without the thread: read, checkpoint, restore (runner.h)
//   Engine   the plan over events in memory: no files, no threads, no clock (engine.h)
//
// What a job promises: every record of its hubs that arrived below the committed cut has had its
// effect on the outputs exactly once, whatever happened on the way, kill -9 included. How: every
// checkpoint writes the outputs' new files and the state, then commits both in one manifest
// (lake/manifest.h); what a crash leaves behind is listed nowhere and removed at the next open. The
// same events give the same rows however the reading was cut: partitions are merged by (arrival,
// partition, offset) before time policies see them.
// Every event read is counted in one bin per input and partition: delivered, malformed, bad_time,
// early, late, out_of_order, failed; read is their sum. Delivered ones are rows of outputs;
// malformed, bad_time and failed (the query has no value for them, and errors don't stop the job)
// are dead letters; the others are dropped by policy. A record's body may hold several events.
//
// Files: {lake_root}/{tier}/{path}/year=YYYY/month=MM/day=DD/{job}-{checkpoint}-{n}.parquet|json by
//   System.Timestamp (UTC), Parquet with ZSTD or JSON lines; state in {state_dir}.
// Columns of Parquet files have one type: what the query says (CAST, functions), else what the
//   values are: bigint widens to float, anything else that mixes becomes text. A column that is
//   only NULL so far is text. Once seen, a type stays for the job's later files.
// A changed definition (query, inputs, policy, outputs, revision) starts again at the earliest
//   record that a hub or its capture has; its rows replace the old ones in one commit, once it has
//   caught up with the old cut (or with the hubs, where they end earlier). Rows that can't be made
//   again are never replaced: where the old ones began with records that are gone, open() refuses,
//   unless keep_rows says that they stay, and only what can be made again is made again. Then each
//   event's rows are there once, old or new; what stays is whole files, so up to one checkpoint's
//   worth more than is gone, and windows and joins that have a part in what is gone. Alerts stay.
//   Of a hub that the job reads no more, or that another has replaced, what came from outside can't
//   be made again either; generators send theirs again.
// Checkpoints: the states of the last two commits are kept. Where the last one is lost, damaged or
//   of another format the job goes on from the one before and makes the rows between them again; a
//   job without any starts again as a changed one does.
// Dead letters have the columns reason, input, EventEnqueuedUtcTime, PartitionId, Offset, body.
// Failure: an error of the query on an event (a CAST that fails; see errors_are_dead_letters) or of
// a
//   disk stops the job with status().error; start() goes on from the last commit.
// Threads: Job is thread-safe; its work is done on one thread.
// Tests to read first: tests/runner_test.cc, tests/job_test.cc.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/env.h"
#include "base/result.h"
#include "stream/engine.h"
#include "stream/event_source.h"

namespace stream {

/// Where a statement's rows go: into files, to on_alerts, or both.
struct OutputSpec {
  enum class Type { kLake, kAlert, kLakeAndAlert };
  enum class Format { kParquet, kJson };
  Type type = Type::kLake;
  std::string tier;  ///< kLake: "bronze", "silver", "gold"
  std::string path;  ///< kLake: folder below the tier, e.g. "pageviews", "stream/counts"
  Format format = Format::kParquet;
  bool is_lake() const { return type != Type::kAlert; }
  bool is_alert() const { return type != Type::kLake; }
};

inline const char* format_name(OutputSpec::Format format) {
  return format == OutputSpec::Format::kJson ? "json" : "parquet";
}

/// A row of an alert output. (job, output, key) is the same whenever the row is made again, so that
/// whoever keeps alerts can keep each once.
struct Alert {
  std::string output;        ///< the rule
  std::string definition;    ///< hash; alerts of other definitions of the job are out of date
  std::string key;           ///< "{arrival ms}/{partition}/{offset}/{n}"
  std::int64_t time_ms = 0;  ///< System.Timestamp
  std::string fields;        ///< the row as JSON
  /// Alerts of other definitions of the output are out of date, and made again or kept by nobody.
  bool replaces = false;
};

struct JobOptions {
  std::string name;
  std::string query;
  std::map<std::string, std::shared_ptr<EventSource>> inputs;  ///< by the query's name for it
  std::map<std::string, std::string> references;  ///< name → JSON file, or folder of such files
  std::map<std::string, OutputSpec> outputs;
  std::optional<OutputSpec> dead_letter;  ///< absent: counted only
  int late_s = 60;                        ///< -1: any age is fine
  int out_of_order_s = 50;
  bool drop = false;  ///< policy: drop instead of adjust
  /// An event (a row) on which the query fails: it stops the job, or becomes a dead letter. Not
  /// part of the definition.
  bool errors_are_dead_letters = false;
  std::string revision;  ///< part of the definition: what else decides the results (worlds, …)
  /// Rows that can't be made again stay beside the new. Not part of the definition.
  bool keep_rows = false;
  /// Events that didn't come from outside are sent again where their hub is made anew, so that
  /// their rows may be replaced. Not part of the definition.
  bool generated_come_again = false;
  std::string lake_root;
  std::string state_dir;  ///< the job's own
  base::Env* env = &base::Env::real();
  /// Called on the job's thread, in order, before the commit that counts them; an error stops the
  /// job, and the same alerts come again.
  std::function<base::Status(std::span<const Alert>)> on_alerts;

  std::size_t checkpoint_rows = 120'000;  ///< while catching up: events between commits
  int live_checkpoint_ms = 5'000;         ///< when caught up: at least this long between commits
};

struct PartitionStatus {
  std::int64_t offset = 0;      ///< next to read
  std::int64_t lost = 0;        ///< records that retention removed before the job read them
  std::int64_t end_offset = 0;  ///< of the hub: the difference is the lag
  BinCounts counts;
};
struct InputStatus {
  std::string hub;
  std::vector<PartitionStatus> partitions;
  std::int64_t frontier_ms = EventSource::kNoFrontier;
  std::int64_t cut_ms = EventSource::kNoFrontier;            ///< read below it
  std::int64_t committed_cut_ms = EventSource::kNoFrontier;  ///< committed below it
  std::int64_t watermark_ms = EventSource::kNoFrontier;
  double events_per_second = 0;  ///< over the last seconds of wall time
};
struct OutputStatus {
  std::int64_t rows = 0;  ///< made
  std::int64_t committed_rows = 0;
  std::int64_t files = 0;  ///< committed
  std::int64_t bytes = 0;
};
struct JobStatus {
  /// Rows of windows and joins that became dead letters: beside the bins, which count events.
  std::int64_t failed_results = 0;
  /// kWaiting: for reference data that isn't there yet (see error).
  enum class State { kStopped, kWaiting, kRunning, kFailed };
  State state = State::kStopped;
  std::string error;
  std::string waits_for;  ///< of a running job that reads nothing: what has to come first
  std::string definition;
  std::int64_t version = -1;  ///< of the manifest
  bool replacing = false;     ///< rows of an older definition are still the listed ones
  bool keeping = false;       ///< as replacing; those that can't be made again stay
  std::map<std::string, InputStatus> inputs;
  std::map<std::string, OutputStatus> outputs;  ///< with "dead letters"
};
const char* state_name(JobStatus::State state);
/// {"state","error","waits_for","version","failed_results","inputs":{…},"outputs":{…}}.
nlohmann::json to_json(const JobStatus& status);

class Runner;

class Job {
 public:
  /// Compiles the query and takes up the last commit; the thread is not started. Errors:
  /// kInvalidArgument with line and column; kNotFound, kDataLoss from the job's files.
  static base::Result<std::unique_ptr<Job>> open(JobOptions options);
  /// Whether open() would be refused now because rows can't be made again: kFailedPrecondition,
  /// with rows and times. Changes nothing, also while the job runs.
  static base::Status check_change(const JobOptions& options);
  /// As stop().
  ~Job();

  /// Whether all rows that are there could be made again, from the hubs or their captures:
  /// kFailedPrecondition, with rows and times; without a readable manifest kDataLoss where anything
  /// of the hubs is gone. Changes nothing, also while the job runs.
  base::Status check_again() const;

  /// Also after a failure: goes on from the last commit.
  base::Status start();
  /// Commits what is read, unless the job has failed, and ends the thread.
  void stop();
  JobStatus status() const;
  /// Waits until every input hub is committed up to `cut_ms`. False when `stop` was requested, or
  /// the job failed or was stopped.
  bool wait_committed(std::int64_t cut_ms, std::stop_token stop);

  /// Removes what a job left in lake and state folder. The job must not be running.
  static base::Status drop(base::Env& env, const std::string& lake_root,
                           const std::string& state_dir, const std::string& name);

 private:
  explicit Job(JobOptions options);
  void run(std::stop_token stop);
  base::Status work(std::stop_token stop);
  base::Result<std::unique_ptr<Runner>> open_runner(std::stop_token stop);
  bool commit_is_due(const Runner& runner, bool any) const;
  void publish(const Runner& runner);
  void set_state(JobStatus::State state, std::string error);
  void wait_for(const base::Error& error, std::stop_token stop);
  std::int64_t committed_cut_locked() const;

  const JobOptions options_;
  std::mutex lifecycle_;  ///< start() and stop(); taken before mutex_
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  JobStatus status_;
  std::int64_t wanted_cut_ms_ = EventSource::kNoFrontier;  ///< the highest that somebody waits for
  bool wake_ = false;                                      ///< somebody began to wait
  struct Rate {
    std::int64_t read = 0;
    double per_second = 0;
  };
  std::map<std::string, Rate> rates_;
  std::chrono::steady_clock::time_point rate_from_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_commit_, last_publish_;
  std::unique_ptr<Runner> prepared_;  ///< from open() until start()
  std::jthread thread_;               ///< last: ends before the rest goes
};

}  // namespace stream
