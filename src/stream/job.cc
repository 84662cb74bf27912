#include "stream/job.h"

#include <algorithm>

#include "base/guarded.h"
#include "base/log.h"
#include "stream/runner.h"

namespace stream {
namespace {

using std::chrono::milliseconds;
using Wall = std::chrono::steady_clock;

constexpr milliseconds kIdleWaitMax{200};
constexpr milliseconds kAwaitedWaitMax{10};  // while somebody waits for a commit
constexpr milliseconds kRetryWait{1000};
/// Without events a commit tells only how far the job has read; that need not be often.
constexpr milliseconds kQuietCommit{60'000};

/// Errors that go away by themselves: reference data to come, a full disk, a slow peer.
bool is_temporary(base::Code code) {
  return code == base::Code::kNotFound || code == base::Code::kResourceExhausted ||
         code == base::Code::kUnavailable;
}

}  // namespace

const char* state_name(JobStatus::State state) {
  static constexpr const char* kNames[] = {"stopped", "waiting", "running", "failed"};
  return kNames[static_cast<int>(state)];
}

Job::Job(JobOptions options) : options_(std::move(options)) {}
Job::~Job() { stop(); }

base::Result<std::unique_ptr<Job>> Job::open(JobOptions options) {
  std::unique_ptr<Job> job(new Job(std::move(options)));
  auto runner = Runner::open(job->options_);
  if (runner) {
    job->status_ = (*runner)->status();
    job->prepared_ = std::move(*runner);
  } else if (!is_temporary(runner.error().code)) {
    return std::unexpected(runner.error());
  }
  return job;
}

base::Status Job::check_again() const { return Runner::check_again(options_); }

base::Status Job::check_change(const JobOptions& options) { return Runner::check_change(options); }

base::Status Job::start() {
  std::lock_guard alone(lifecycle_);
  {
    std::lock_guard lock(mutex_);
    if (thread_.joinable() && status_.state != JobStatus::State::kFailed &&
        status_.state != JobStatus::State::kStopped)
      return {};
  }
  if (thread_.joinable()) thread_.join();
  if (!prepared_) {
    // What was committed may have been dropped since: it counts again once it has been read.
    std::lock_guard lock(mutex_);
    status_.inputs.clear();
  }
  set_state(JobStatus::State::kRunning, "");
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
  return {};
}

void Job::stop() {
  std::lock_guard alone(lifecycle_);
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Job::set_state(JobStatus::State state, std::string error) {
  std::lock_guard lock(mutex_);
  status_.state = state;
  status_.error = std::move(error);
  changed_.notify_all();
}

/// Whatever goes wrong here, an exception too, is this job's failure and nobody else's.
void Job::run(std::stop_token stop) {
  base::Status status;
  while (!stop.stop_requested()) {
    status = base::guarded([&] { return work(stop); });
    if (status) break;
    if (!is_temporary(status.error().code)) {
      base::log_error("stream", "job failed", "job={} error={}", options_.name,
                      status.error().message);
      return set_state(JobStatus::State::kFailed, status.error().message);
    }
    wait_for(status.error(), stop);
  }
  set_state(JobStatus::State::kStopped, "");
}

/// A while for what goes away by itself. Said once for each reason.
void Job::wait_for(const base::Error& error, std::stop_token stop) {
  JobStatus before = status();
  if (before.state != JobStatus::State::kWaiting || before.error != error.message)
    base::log_warn("stream", "job waits", "job={} for={}", options_.name, error.message);
  set_state(JobStatus::State::kWaiting, error.message);
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, kRetryWait, [this] { return wake_; });
  wake_ = false;
}

/// Opens the job, waiting for reference data that isn't there yet.
base::Result<std::unique_ptr<Runner>> Job::open_runner(std::stop_token stop) {
  if (prepared_) return std::move(prepared_);
  while (true) {
    auto runner = Runner::open(options_);
    if (runner || runner.error().code != base::Code::kNotFound || stop.stop_requested())
      return runner;
    wait_for(runner.error(), stop);
  }
}

base::Status Job::work(std::stop_token stop) {
  auto runner = open_runner(stop);
  if (stop.stop_requested()) return {};
  if (!runner) return std::unexpected(runner.error());
  set_state(JobStatus::State::kRunning, "");
  last_commit_ = Wall::now();
  milliseconds idle{1};
  while (!stop.stop_requested()) {
    bool any = TRY((*runner)->step());
    if (commit_is_due(**runner, any)) {
      TRY((*runner)->checkpoint());
      last_commit_ = Wall::now();
    }
    publish(**runner);
    if (any) {
      idle = milliseconds{1};
      continue;
    }
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, idle, [&] { return wake_; });
    wake_ = false;
    bool awaited = wanted_cut_ms_ > committed_cut_locked();
    idle = std::min(idle * 2, awaited ? kAwaitedWaitMax : kIdleWaitMax);
  }
  if ((*runner)->dirty()) TRY((*runner)->checkpoint());
  publish(**runner);
  return {};
}

/// While catching up: by events. When caught up: at intervals, and as soon as somebody waits for
/// what is read.
bool Job::commit_is_due(const Runner& runner, bool any) const {
  if (runner.rows_since_commit() >= options_.checkpoint_rows) return true;
  if (any) return false;
  std::lock_guard lock(mutex_);
  std::int64_t cut = runner.cut_ms();
  if (wanted_cut_ms_ > committed_cut_locked() && cut >= wanted_cut_ms_) return true;
  auto since = Wall::now() - last_commit_;
  if (runner.dirty() && since >= milliseconds{options_.live_checkpoint_ms}) return true;
  return runner.cut_moved() && since >= kQuietCommit;
}

std::int64_t Job::committed_cut_locked() const {
  std::int64_t lowest = status_.inputs.empty() ? EventSource::kNoFrontier : INT64_MAX;
  for (const auto& [name, input] : status_.inputs)
    lowest = std::min(lowest, input.committed_cut_ms);
  return lowest;
}

void Job::publish(const Runner& runner) {
  auto now = Wall::now();
  if (now - last_publish_ < milliseconds{20} && runner.rows_since_commit() > 0) return;
  JobStatus fresh = runner.status();
  std::lock_guard lock(mutex_);
  double seconds = std::chrono::duration<double>(now - rate_from_).count();
  bool measure = seconds >= 2;
  for (auto& [name, input] : fresh.inputs) {
    std::int64_t read = 0;
    for (const PartitionStatus& partition : input.partitions) read += partition.counts.read;
    Rate& rate = rates_[name];
    if (measure) {
      rate.per_second = std::max(0.0, static_cast<double>(read - rate.read) / seconds);
      rate.read = read;
    }
    input.events_per_second = rate.per_second;
  }
  if (measure) rate_from_ = now;
  fresh.state = status_.state;
  fresh.error = status_.error;
  status_ = std::move(fresh);
  last_publish_ = now;
  changed_.notify_all();
}

JobStatus Job::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

bool Job::wait_committed(std::int64_t cut_ms, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  wanted_cut_ms_ = std::max(wanted_cut_ms_, cut_ms);
  wake_ = true;
  changed_.notify_all();
  auto ended = [this] {
    return status_.state == JobStatus::State::kFailed ||
           status_.state == JobStatus::State::kStopped;
  };
  changed_.wait(lock, stop, [&] { return committed_cut_locked() >= cut_ms || ended(); });
  return committed_cut_locked() >= cut_ms;
}

base::Status Job::drop(base::Env& env, const std::string& lake_root, const std::string& state_dir,
                       const std::string& name) {
  // So that states without a manifest are known as those of a removal that was cut off.
  if (env.exists(state_dir)) TRY(env.write_file(state_dir + "/" + kDropped, ""));
  TRY(lake::drop_manifest(env, lake_root, name));
  return env.remove_tree(state_dir);
}

nlohmann::json to_json(const JobStatus& status) {
  nlohmann::json out = {
      {"state", state_name(status.state)},  {"error", status.error},
      {"version", status.version},          {"failed_results", status.failed_results},
      {"inputs", nlohmann::json::object()}, {"outputs", nlohmann::json::object()}};
  for (const auto& [name, input] : status.inputs) {
    nlohmann::json partitions = nlohmann::json::array();
    for (const PartitionStatus& partition : input.partitions) {
      nlohmann::json json = {{"offset", partition.offset},
                             {"end_offset", partition.end_offset},
                             {"lost", partition.lost},
                             {"read", partition.counts.read},
                             {"adjusted", partition.counts.adjusted}};
      for (int bin = 0; bin < kBins; bin++)
        json[bin_name(static_cast<Bin>(bin))] =
            partition.counts.bins[static_cast<std::size_t>(bin)];
      partitions.push_back(std::move(json));
    }
    out["inputs"][name] = {{"hub", input.hub},
                           {"frontier_ms", input.frontier_ms},
                           {"cut_ms", input.cut_ms},
                           {"committed_cut_ms", input.committed_cut_ms},
                           {"watermark_ms", input.watermark_ms},
                           {"events_per_second", input.events_per_second},
                           {"partitions", partitions}};
  }
  for (const auto& [name, output] : status.outputs)
    out["outputs"][name] = {{"rows", output.rows},
                            {"committed_rows", output.committed_rows},
                            {"files", output.files},
                            {"bytes", output.bytes}};
  return out;
}

}  // namespace stream
