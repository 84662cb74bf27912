#include "control/run_waits.h"

#include <algorithm>
#include <optional>

#include "control/controller.h"
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
    const json& query = activity.settings.value("query", json());
    if (!query.is_string()) continue;
    auto header = sqlfile::parse_header(query.get_ref<const std::string&>());
    if (!header) return std::nullopt;  // the activity itself will say what is wrong
    if (!*header) continue;            // then it reads nothing: see the pipeline's checks
    for (const auto& need : (*header)->needs) tables.insert(need.table);
  }
  return tables;
}

/// Whether rows of the output go into one of `tables`. `target` has "lake" and "path".
bool feeds(Runtime& runtime, const json& target, const std::set<std::string>& tables) {
  if (!target.is_object() || !target.at("lake").is_string()) return false;
  auto tier = runtime.tier_of(target.at("lake"));
  if (!tier) return true;  // nobody knows where it goes
  std::string path = target.at("path");
  std::ranges::replace(path, '/', '_');
  return tables.contains(*tier + "." + path);
}

bool feeds(Runtime& runtime, const Resource& job, const std::set<std::string>& tables) {
  for (const auto& [output, target] : job.attributes.at("outputs").items()) {
    if (feeds(runtime, target, tables)) return true;
  }
  return feeds(runtime, job.attributes.at("dead_letter"), tables);
}

/// All loads and jobs.
RunInputs everything(Runtime& runtime) {
  RunInputs all;
  for (const auto& [name, load] : runtime.loads.all()) all.loads.insert(name);
  for (const auto& [name, job] : runtime.jobs.all()) all.jobs.insert(name);
  return all;
}

Wait wait_for_load(const std::string& who, const std::string& name,
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

/// Below it every hub of the job has to be committed. By its definition: a job that has just begun
/// again doesn't say yet what it reads.
std::int64_t cut_for(Runtime& runtime, const std::string& job, const Until& until) {
  auto found = runtime.catalogue->get("hriste_stream_job", job).value_or(std::nullopt);
  if (!found) return until.epoch_ms;
  std::int64_t lowest = INT64_MAX;
  for (const auto& [alias, hub] : found->attributes.at("inputs").items()) {
    auto cut = until.cuts_ms.find(hub.is_string() ? ref_name(hub) : std::string());
    lowest = std::min(lowest, cut == until.cuts_ms.end() ? until.epoch_ms : cut->second);
  }
  return lowest == INT64_MAX ? until.epoch_ms : std::max(lowest, until.epoch_ms);
}

Wait wait_for_job(const std::string& who, const std::string& name, std::shared_ptr<stream::Job> job,
                  std::int64_t cut_ms) {
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

RunInputs inputs_of(Runtime& runtime, const flow::Pipeline& pipeline) {
  auto tables = tables_read(pipeline);
  auto resources = runtime.catalogue->list();
  if (!tables || !resources) return everything(runtime);
  RunInputs inputs;
  std::set<std::string> hubs;
  for (const auto& job : *resources) {
    if (job.kind != "hriste_stream_job" || !feeds(runtime, job, *tables)) continue;
    inputs.jobs.insert(job.name);
    for (const auto& [alias, hub] : job.attributes.at("inputs").items()) {
      if (hub.is_string()) hubs.insert(ref_name(hub));
    }
  }
  bool captured = std::ranges::any_of(
      *tables, [](const std::string& table) { return table.starts_with(kCaptureTables); });
  for (const auto& generator : *resources) {
    if (generator.kind != "hriste_generator") continue;
    const json& hub = generator.attributes.at("event_hub");
    if (!hub.is_string()) continue;
    if (captured || hubs.contains(ref_name(hub))) inputs.loads.insert(generator.name);
  }
  return inputs;
}

Status wait_for_loads(Runtime& runtime, const std::string& who, const RunInputs& inputs,
                      std::stop_token stop) {
  for (const auto& name : inputs.loads) {
    auto load = runtime.loads.get(name);
    if (load) TRY(runtime.waiting.wait(wait_for_load(who, name, load), stop));
  }
  return {};
}

Status wait_for_jobs(Runtime& runtime, const std::string& who, const RunInputs& inputs,
                     const Until& until, std::stop_token stop) {
  for (const auto& name : inputs.jobs) {
    auto job = runtime.jobs.get(name);
    if (job) {
      TRY(runtime.waiting.wait(wait_for_job(who, name, job, cut_for(runtime, name, until)), stop));
      continue;
    }
    std::string why = runtime.failures.why("hriste_stream_job", name);
    if (why.empty()) continue;  // begun: another apply makes it
    return base::error(Code::kFailedPrecondition, "stream job {} is failed: {}", name, why);
  }
  return {};
}

}  // namespace control
