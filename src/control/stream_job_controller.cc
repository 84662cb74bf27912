// hriste_stream_job: streaming SQL from hubs to files in the lake and to alerts.
#include <algorithm>
#include <mutex>
#include <span>
#include <utility>

#include "base/log.h"
#include "control/all_controllers.h"
#include "control/path_makers.h"
#include "control/run_repairs.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

class StreamJobController final : public Controller {
 public:
  explicit StreamJobController(Runtime& runtime) : runtime_(runtime) {}

  Result<json> apply(const std::string& name, const json& wanted, const json& previous,
                     std::stop_token stop) override {
    TRY(wait_for_makers(runtime_, name, wanted, stop));
    bool same = previous.is_object() && previous.value("ref", "") == wanted.value("ref", "") &&
                previous.value("on_error", "stop") == wanted.value("on_error", "stop");
    if (same && runtime_.jobs.get(name)) return wanted;
    if (auto old = runtime_.jobs.take(name)) old->stop();
    auto made = begin(name, wanted, previous);
    if (made) return wanted;
    // What was there before goes on.
    if (auto again = previous.is_object() ? start(name, previous) : Status{}; !again) {
      base::log_error("control", "job_not_taken_up", "job={} error={}", name,
                      again.error().message);
    }
    return std::unexpected(made.error());
  }

  Status start(const std::string& name, const json& attributes) override {
    if (runtime_.jobs.get(name)) return {};
    return begin(name, attributes, {});
  }

  Result<bool> exists(const std::string& name, const json&) override {
    return runtime_.jobs.get(name) != nullptr;
  }

  Status remove(const std::string& name, const json& attributes) override {
    if (auto job = runtime_.jobs.take(name)) job->stop();
    TRY(forget_alerts(name, attributes));
    return stream::Job::drop(runtime_.env, runtime_.lake_root(), state_dir(name), name);
  }

  std::string failure(const std::string& name, const json&) override {
    auto job = runtime_.jobs.get(name);
    if (!job) return {};
    auto status = job->status();
    return status.state == stream::JobStatus::State::kFailed ? status.error : std::string();
  }

  std::string damage(const std::string& name, const json&) override {
    std::string damage = damage_of_job(runtime_, name);
    return damage.empty() ? damage
                          : damage +
                                "; the next run that reads it makes it again, as far as the "
                                "event hub still holds the events";
  }

  std::vector<MapNode> nodes(const std::string& name, const json& attributes) override {
    auto job = runtime_.jobs.get(name);
    if (!job) return {};
    auto status = job->status();
    std::string id = "hriste_stream_job." + name;
    MapNode node{
        .id = id, .label = "stream." + name, .kind = "hriste_stream_job", .tier = "stream"};
    describe(status, node);
    node.source = {{"file", nullptr}, {"text", attributes.at("query")}};
    for (const auto& [input, hub] : attributes.at("inputs").items()) {
      node.inputs.push_back("hriste_event_hub." + ref_name(hub));
    }
    for (const auto& [alias, reference] : attributes.at("references").items()) {
      std::string path = reference.at("path");
      node.inputs.push_back("bronze." + path.substr(0, path.find('/')));
    }
    std::vector<MapNode> nodes = {node};
    for (const auto& [output, target] : attributes.at("outputs").items()) {
      auto found = status.outputs.find(output);
      std::int64_t rows = found == status.outputs.end() ? 0 : found->second.rows;
      if (target.value("alert", false)) nodes.push_back(alert_node(id, output, rows));
      if (target.at("lake").is_string()) nodes.push_back(table_node(id, output, target, rows));
    }
    return nodes;
  }

 private:
  std::string state_dir(const std::string& name) const {
    return runtime_.data_dir + "/state/" + name;
  }

  Result<std::string> folder_of(const json& target) {
    return runtime_.lake_root() + "/" + TRY(runtime_.tier_of(target.at("lake"))) + "/" +
           target.at("path").get<std::string>();
  }

  /// `previous`: what a changed definition replaces, or null.
  Status begin(const std::string& name, const json& attributes, const json& previous) {
    auto options = TRY(options_of(name, attributes));
    std::shared_ptr<stream::Job> job = TRY(stream::Job::open(std::move(options)));
    auto status = job->status();
    bool goes_on = status.version >= 0 && !status.replacing;
    bool changed = previous.is_object() && previous.at("query") != attributes.at("query");
    if (changed && !goes_on && !attributes.value("keep_rows", false)) {
      TRY(forget_alerts(name, previous));
    }
    TRY(job->start());
    runtime_.jobs.put(name, job);
    return {};
  }

  static std::string rule_of(const std::string& job, const std::string& output) {
    return job + "/" + output;
  }

  Status forget_alerts(const std::string& name, const json& attributes) {
    for (const auto& [output, target] : attributes.at("outputs").items()) {
      if (target.at("alert") == true) {
        TRY(runtime_.catalogue->clear_alerts(rule_of(name, output)));
      }
    }
    return {};
  }

  Result<stream::OutputSpec> output_of(const json& target) {
    stream::OutputSpec spec;
    if (target.value("alert", false)) {
      bool files = target.value("lake", json()).is_string();
      spec.type =
          files ? stream::OutputSpec::Type::kLakeAndAlert : stream::OutputSpec::Type::kAlert;
      if (!files) return spec;
    }
    spec.tier = TRY(runtime_.tier_of(target.at("lake")));
    spec.path = target.at("path");
    if (target.value("format", json()) == "json") spec.format = stream::OutputSpec::Format::kJson;
    return spec;
  }

  Result<stream::JobOptions> options_of(const std::string& name, const json& attributes) {
    stream::JobOptions options;
    options.name = name;
    options.query = attributes.at("query");
    options.late_s = attributes.at("late_arrival_seconds");
    options.out_of_order_s = attributes.at("out_of_order_seconds");
    options.drop = attributes.at("policy") == "drop";
    options.errors_are_dead_letters = attributes.value("on_error", "stop") == "dead_letter";
    options.keep_rows = attributes.value("keep_rows", false);
    options.capture_namespace = kNamespace;
    options.revision = attributes.at("inputs").dump();
    options.lake_root = runtime_.lake_root();
    options.state_dir = state_dir(name);
    options.env = &runtime_.env;
    for (const auto& [alias, ref] : attributes.at("inputs").items()) {
      options.inputs[alias] = TRY(hub_of(ref));
    }
    for (const auto& [alias, target] : attributes.at("references").items()) {
      options.references[alias] = TRY(folder_of(target));
    }
    for (const auto& [output, target] : attributes.at("outputs").items()) {
      options.outputs[output] = TRY(output_of(target));
    }
    if (const json& dead = attributes.at("dead_letter"); dead.is_object()) {
      options.dead_letter = TRY(output_of(dead));
    }
    options.on_alerts = [this, name, beside = options.keep_rows](auto alerts) {
      return keep(name, alerts, beside);
    };
    return options;
  }

  Result<std::shared_ptr<hub::Hub>> hub_of(const std::string& ref) {
    auto hub = runtime_.broker->hub(ref_name(ref));
    if (hub) return hub;
    return std::unexpected(runtime_.unusable("hriste_event_hub", "event hub", ref));
  }

  /// `beside`: those of other definitions stay.
  Status keep(const std::string& job, std::span<const stream::Alert> alerts, bool beside) {
    std::lock_guard lock(mutex_);
    std::vector<Alert> kept;
    for (const auto& alert : alerts) {
      std::string rule = rule_of(job, alert.output);
      std::string prefix = fmt::format("{}/{}/", rule, alert.definition);
      // A changed definition makes all its alerts again: those of the old one are out of date.
      if (!beside && std::exchange(prefixes_[rule], prefix) != prefix) {
        TRY(runtime_.catalogue->clear_other_alerts(rule, prefix));
      }
      kept.push_back({.key = prefix + alert.key,
                      .rule = rule,
                      .time_ms = alert.time_ms,
                      .fields = json::parse(alert.fields, nullptr, false)});
    }
    return runtime_.catalogue->put_alerts(kept);
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

  MapNode table_node(const std::string& job, const std::string& output, const json& target,
                     std::int64_t rows) {
    MapNode node{.total = rows, .inputs = {job}};
    node.facts = {{"rows", rows}, {"output", output}};
    std::string tier = runtime_.tier_of(target.at("lake")).value_or("bronze");
    std::string path = target.at("path");
    node.id = tier + "." + path;
    node.label = node.id;
    std::ranges::replace(node.id, '/', '_');
    node.kind = "table";
    node.tier = tier;
    node.facts["path"] = tier + "/" + path;
    return node;
  }

  Runtime& runtime_;
  std::mutex mutex_;                             // guards prefixes_: jobs have threads of their own
  std::map<std::string, std::string> prefixes_;  ///< rule → how its alerts' keys begin
};

}  // namespace

std::unique_ptr<Controller> make_stream_job_controller(Runtime& runtime) {
  return std::make_unique<StreamJobController>(runtime);
}

}  // namespace control
