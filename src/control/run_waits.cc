#include "control/run_waits.h"

#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "control/declared.h"
#include "kinds/generator.h"
#include "sqlfile/header.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr std::string_view kCaptureTables = "bronze.capture";

/// The tables that the pipeline's statements read; nullopt: it can't be told.
std::optional<std::set<std::string>> tables_read(const flow::Pipeline& pipeline) {
  std::set<std::string> tables;
  for (const auto& activity : pipeline.activities) {
    if (activity.type == "notebook") return std::nullopt;
    const auto query = declared(activity).query;
    if (!query) continue;
    auto header = sqlfile::parse_header(*query);
    if (!header) return std::nullopt;  // the activity itself will say what is wrong
    if (!*header) continue;            // then it reads nothing: see the pipeline's checks
    for (const auto& need : (*header)->needs) tables.insert(need.table);
  }
  return tables;
}

runs::Wait wait_for_load(const std::string& who, const std::string& name,
                         std::shared_ptr<load::LiveLoad> load) {
  auto done = [name, load]() -> Result<bool> {
    auto state = load->state();
    if (state.backfilled) return true;
    if (!state.ended) return false;
    return base::error(Code::kFailedPrecondition, "generator {} has stopped: {}", name,
                       state.error.empty() ? "it was removed" : state.error);
  };
  auto progress = [load] { return std::to_string(load->state().position_ms); };
  return {.who = who,
          .what = fmt::format("the back-fill of generator {}", name),
          .done = std::move(done),
          .progress = std::move(progress)};
}

/// How far a job is, and what holds it.
std::string progress_of(const stream::JobStatus& status) {
  std::string text = stream::state_name(status.state);
  for (const auto& [alias, input] : status.inputs) {
    std::int64_t read = 0;
    for (const auto& partition : input.partitions) read += partition.offset;
    text += fmt::format(" {}: {} read, committed to {}", alias, read, input.committed_cut_ms);
  }
  return status.error.empty() ? text : text + ": " + status.error;
}

runs::Wait wait_for_job(const std::string& who, const std::string& name,
                        std::shared_ptr<stream::Job> job, std::int64_t cut_ms) {
  auto done = [name, job, cut_ms]() -> Result<bool> {
    std::stop_source at_once;  // only says what is wanted, so that the job commits it
    at_once.request_stop();
    if (job->wait_committed(cut_ms, at_once.get_token())) return true;
    auto status = job->status();
    using State = stream::JobStatus::State;
    if (status.state != State::kFailed && status.state != State::kStopped) return false;
    return base::error(Code::kFailedPrecondition, "stream job {} has stopped: {}", name,
                       status.error);
  };
  auto progress = [job] { return progress_of(job->status()); };
  auto status = job->status();
  std::string reason = status.error.empty() ? status.waits_for : status.error;
  return {.who = who,
          .what = fmt::format("stream job {}, until it has committed what came before {}{}", name,
                              base::format_millis(base::from_millis(cut_ms)),
                              reason.empty() ? "" : " (it says: " + reason + ")"),
          .done = std::move(done),
          .progress = std::move(progress)};
}

}  // namespace

/// Whether rows that go there go into one of `tables`.
bool RunWaits::feeds(const kinds::RefTo<kinds::Lake>& lake, std::string path,
                     const std::set<std::string>& tables) const {
  auto tier = ports_.definitions.tier_of(lake);
  if (!tier) return true;  // nobody knows where it goes
  std::ranges::replace(path, '/', '_');
  return tables.contains(*tier + "." + path);
}

bool RunWaits::feeds(const kinds::StreamJob& job, const std::set<std::string>& tables) const {
  for (const auto& [name, output] : job.outputs) {
    if (output.lake && feeds(*output.lake, output.path.value_or(""), tables)) return true;
  }
  return job.dead_letter && feeds(job.dead_letter->lake, job.dead_letter->path, tables);
}

/// All loads and jobs.
RunInputs RunWaits::everything() const {
  RunInputs all;
  for (const auto& [name, load] : ports_.loads.all()) all.loads.insert(name);
  for (const auto& [name, job] : ports_.jobs.all()) all.jobs.insert(name);
  return all;
}

RunInputs RunWaits::inputs_of(const flow::Pipeline& pipeline) const {
  auto tables = tables_read(pipeline);
  auto jobs = ports_.definitions.all<kinds::StreamJob>();
  auto generators = ports_.definitions.all<kinds::Generator>();
  if (!tables || !jobs || !generators) return everything();
  RunInputs inputs;
  std::set<std::string> hubs;
  for (const auto& job : *jobs) {
    if (!feeds(job, *tables)) continue;
    inputs.jobs.insert(job.name);
    for (const auto& [alias, hub] : job.inputs) hubs.insert(hub.name());
  }
  bool captured = std::ranges::any_of(
      *tables, [](const std::string& table) { return table.starts_with(kCaptureTables); });
  for (const auto& generator : *generators) {
    const auto& hub = generator.event_hub;
    if (hub && (captured || hubs.contains(hub->name()))) inputs.loads.insert(generator.name);
  }
  return inputs;
}

Status RunWaits::for_loads(const std::string& who, const RunInputs& inputs, std::stop_token stop) {
  for (const auto& name : inputs.loads) {
    auto load = ports_.loads.get(name);
    if (load) TRY(ports_.waiting.wait(wait_for_load(who, name, load), stop));
  }
  return {};
}

/// Below it every hub of the job has to be committed. By its definition: a job that has just begun
/// again doesn't say yet what it reads.
std::int64_t RunWaits::cut_for(const std::string& job, const Until& until) const {
  auto found = ports_.definitions.find<kinds::StreamJob>(job).value_or(std::nullopt);
  if (!found) return until.epoch_ms;
  std::int64_t lowest = INT64_MAX;
  for (const auto& [alias, hub] : found->inputs) {
    auto cut = until.cuts_ms.find(hub.name());
    lowest = std::min(lowest, cut == until.cuts_ms.end() ? until.epoch_ms : cut->second);
  }
  return lowest == INT64_MAX ? until.epoch_ms : std::max(lowest, until.epoch_ms);
}

Status RunWaits::for_jobs(const std::string& who, const RunInputs& inputs, const Until& until,
                          std::stop_token stop) {
  for (const auto& name : inputs.jobs) {
    auto job = ports_.jobs.get(name);
    if (job) {
      TRY(ports_.waiting.wait(wait_for_job(who, name, job, cut_for(name, until)), stop));
      continue;
    }
    std::string why = ports_.failures.why(kinds::StreamJob::kKind, name);
    if (why.empty()) continue;  // begun: another apply makes it
    return base::error(Code::kFailedPrecondition, "stream job {} is failed: {}", name, why);
  }
  return {};
}

}  // namespace control
