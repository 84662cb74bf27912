// hriste_stream_job: streaming SQL from hubs to files in the lake and to alerts.
#include <algorithm>
#include <span>
#include <utility>

#include "base/log.h"
#include "base/mutex.h"
#include "catalogue/definitions.h"
#include "control/adapter.h"
#include "control/all_controllers.h"
#include "control/folder.h"
#include "control/live.h"
#include "control/path_makers.h"
#include "control/run_repairs.h"
#include "stream/capped_source.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using kinds::StreamJob;

namespace {

std::string rule_of(const std::string& job, const std::string& output) {
  return job + "/" + output;
}

class StreamJobController final : public Adapter<StreamJob> {
 public:
  explicit StreamJobController(StreamJobPorts ports) : ports_(ports) {}

  Status apply(StreamJob& wanted, const StreamJob* before, std::stop_token stop) override {
    TRY(ports_.makers.wait_for_references(wanted, stop));
    bool same =
        before != nullptr && before->ref == wanted.ref && before->on_error == wanted.on_error;
    if (same && ports_.jobs.get(wanted.name)) return {};
    if (auto old = ports_.jobs.take(wanted.name)) old->stop();
    auto made = begin(wanted, before);
    if (made) return {};
    // What was there before goes on.
    if (auto again = before != nullptr ? start(*before) : Status{}; !again) {
      base::log_error("control", "job_not_taken_up", "job={} error={}", wanted.name,
                      again.error().message);
    }
    return made;
  }

  Status start(const StreamJob& job) override {
    if (ports_.jobs.get(job.name)) return {};
    return begin(job, nullptr);
  }

  Result<bool> exists(const StreamJob& job) override {
    return ports_.jobs.get(job.name) != nullptr;
  }

  Status remove(const StreamJob& left) override {
    if (auto job = ports_.jobs.take(left.name)) job->stop();
    TRY(forget_alerts(left));
    const Folder& folder = ports_.options.folder;
    return stream::Job::drop(folder.env, folder.lake(), folder.job_state(left.name), left.name);
  }

  std::string failure(const StreamJob& definition) override {
    auto job = ports_.jobs.get(definition.name);
    if (!job) return {};
    auto status = job->status();
    return status.state == stream::JobStatus::State::kFailed ? status.error : std::string();
  }

  std::string damage(const StreamJob& job) override {
    std::string damage = ports_.repairs.damage_of_job(job.name);
    return damage.empty() ? damage
                          : damage +
                                "; the next run that reads it makes it again, as far as the "
                                "event hub still holds the events";
  }

  /// Rows that a changed query, or one of other hubs, couldn't make again. A hub that is still to
  /// be made has none of the events.
  std::vector<std::string> warnings(const StreamJob& wanted) override {
    StreamJob of_hubs = wanted;
    std::erase_if(of_hubs.inputs,
                  [](const auto& input) { return kinds::is_to_come(input.second.text); });
    auto options = options_of(of_hubs);
    if (!options) return {};
    for (const auto& [alias, ref] : wanted.inputs) {
      if (!options->inputs.contains(alias))
        options->inputs[alias] = stream::make_source_to_come(ref.name());
    }
    auto change = stream::Job::check_change(*options);
    if (change || change.error().code != Code::kFailedPrecondition) return {};
    return {change.error().message};
  }

  std::vector<MapNode> nodes(const StreamJob& definition) override {
    auto job = ports_.jobs.get(definition.name);
    if (!job) return {};
    auto status = job->status();
    std::string id = node_id<StreamJob>(definition.name);
    MapNode node{
        .id = id, .label = "stream." + definition.name, .kind = StreamJob::kKind, .tier = "stream"};
    describe(status, node);
    node.source = {{"file", nullptr}, {"text", definition.query}};
    for (const auto& [input, hub] : definition.inputs) {
      node.inputs.push_back(node_id<kinds::EventHub>(hub.name()));
    }
    for (const auto& [alias, reference] : kinds::or_empty(definition.references)) {
      node.inputs.push_back("bronze." + reference.path.substr(0, reference.path.find('/')));
    }
    std::vector<MapNode> nodes = {node};
    for (const auto& [name, output] : definition.outputs) {
      auto found = status.outputs.find(name);
      std::int64_t rows = found == status.outputs.end() ? 0 : found->second.rows;
      if (output.alert) nodes.push_back(alert_node(id, name, rows));
      if (output.lake) nodes.push_back(table_node(id, name, output, rows));
    }
    return nodes;
  }

 private:
  /// `before`: what a changed definition replaces, or null.
  Status begin(const StreamJob& definition, const StreamJob* before) {
    std::shared_ptr<stream::Job> job = TRY(stream::Job::open(TRY(options_of(definition))));
    auto status = job->status();
    bool goes_on = status.version >= 0 && !status.replacing;
    bool changed = before != nullptr &&
                   (before->query != definition.query || before->inputs != definition.inputs);
    if (changed && !goes_on && !status.keeping) TRY(forget_alerts(*before));
    TRY(job->start());
    ports_.jobs.put(definition.name, job);
    return {};
  }

  Status forget_alerts(const StreamJob& job) {
    for (const auto& [name, output] : job.outputs) {
      if (output.alert) TRY(ports_.options.catalogue.clear_alerts(rule_of(job.name, name)));
    }
    return {};
  }

  Result<stream::JobOptions> options_of(const StreamJob& job) {
    auto options = TRY(stream_options(ports_.options, job));
    options.on_alerts = [this, name = job.name](auto alerts) { return keep(name, alerts); };
    return options;
  }

  Status keep(const std::string& job, std::span<const stream::Alert> alerts) {
    base::MutexLock lock(mutex_);
    std::vector<catalogue::Alert> kept;
    for (const auto& alert : alerts) {
      std::string rule = rule_of(job, alert.output);
      std::string prefix = fmt::format("{}/{}/", rule, alert.definition);
      // A changed definition makes all its alerts again: those of the old one are out of date.
      if (alert.replaces && std::exchange(prefixes_[rule], prefix) != prefix) {
        TRY(ports_.options.catalogue.clear_other_alerts(rule, prefix));
      }
      kept.push_back({.key = prefix + alert.key,
                      .rule = rule,
                      .time_ms = alert.time_ms,
                      .fields = json::parse(alert.fields, nullptr, false)});
    }
    return ports_.options.catalogue.put_alerts(kept);
  }

  /// Rate, lag and the bins in which events ended.
  static void describe(const stream::JobStatus& status, MapNode& node) {
    using State = stream::JobStatus::State;
    node.status = status.error.empty() ? stream::state_name(status.state) : status.error;
    if (status.error.empty() && !status.waits_for.empty()) {
      node.status = "waits for " + status.waits_for;
    }
    node.health = status.state == State::kFailed    ? "fail"
                  : status.state == State::kRunning ? "ok"
                                                    : "warn";
    for (const auto& [alias, input] : status.inputs) {
      std::int64_t backlog = 0, lost = 0;
      for (const auto& partition : input.partitions) {
        lost += partition.lost;
        node.total += partition.offset;
        backlog += partition.end_offset - partition.offset;
      }
      node.facts[alias + " backlog"] = backlog;
      if (lost > 0) {
        node.facts[alias + " lost to retention"] = lost;
        if (node.health == "ok") node.health = "warn";
      }
      if (input.watermark_ms > 0) {
        node.facts[alias + " watermark"] =
            base::format_millis(base::from_millis(input.watermark_ms));
      }
      if (input.frontier_ms > 0 && input.cut_ms > 0) {
        node.lag_ms = std::max(node.lag_ms, input.frontier_ms - input.cut_ms);
      }
    }
  }

  static MapNode alert_node(const std::string& job, const std::string& output, std::int64_t rows) {
    MapNode node{.total = rows, .inputs = {job}};
    node.facts = {{"rows", rows}, {"output", output}};
    node.id = job + "." + output;
    node.label = "alert." + output;
    node.kind = "alert";
    node.tier = "serve";
    return node;
  }

  MapNode table_node(const std::string& job, const std::string& name,
                     const StreamJob::Output& output, std::int64_t rows) {
    MapNode node{.total = rows, .inputs = {job}};
    node.facts = {{"rows", rows}, {"output", name}};
    std::string tier = ports_.options.definitions.tier_of(*output.lake).value_or("bronze");
    std::string path = output.path.value_or("");
    node.id = tier + "." + path;
    node.label = node.id;
    std::ranges::replace(node.id, '/', '_');
    node.kind = "table";
    node.tier = tier;
    node.facts["path"] = tier + "/" + path;
    return node;
  }

  const StreamJobPorts ports_;
  base::Mutex mutex_;  // jobs have threads of their own
  std::map<std::string, std::string> prefixes_
      GUARDED_BY(mutex_);  ///< rule → how its alerts' keys begin
};

}  // namespace

std::unique_ptr<Adapter<StreamJob>> make_stream_job_controller(StreamJobPorts ports) {
  return std::make_unique<StreamJobController>(ports);
}

}  // namespace control
