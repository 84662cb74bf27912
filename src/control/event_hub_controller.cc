// hriste_event_hub: a hub of the playground's broker, with capture to the lake.
#include "control/all_controllers.h"
#include "control/run.h"
#include "control/run_repairs.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

std::string shown_frontier(const hub::Hub& hub) {
  std::int64_t ms = hub.frontier_ms();
  return ms == hub::kNoFrontier ? "none yet" : base::format_millis(base::from_millis(ms));
}

class EventHubController final : public Controller {
 public:
  explicit EventHubController(Runtime& runtime) : runtime_(runtime) {}

  Result<json> apply(const std::string& name, const json& wanted, const json& previous,
                     std::stop_token) override {
    if (captures_into_another(previous, wanted)) TRY(forget_captured(name, wanted));
    TRY(runtime_.broker->create_hub(TRY(options_of(name, wanted))));
    json made = wanted;
    made["address"] = fmt::format("127.0.0.1:{}", runtime_.broker->port());
    return made;
  }

  /// The broker has opened what is there; a hub that has gone isn't made anew, empty, in silence.
  Status start(const std::string& name, const json& attributes) override {
    if (auto why = runtime_.broker->failure(name); !why.empty()) {
      return base::error(Code::kDataLoss, "{}", why);
    }
    if (!runtime_.broker->hub(name)) {
      return base::error(Code::kNotFound, "event hub \"{}\" has no files any more: apply again",
                         name);
    }
    TRY(runtime_.broker->create_hub(TRY(options_of(name, attributes))));
    return {};
  }

  /// Failed is not missing.
  Result<bool> exists(const std::string& name, const json&) override {
    return runtime_.broker->hub(name) != nullptr || !runtime_.broker->failure(name).empty();
  }

  std::string failure(const std::string& name, const json&) override {
    if (auto why = runtime_.broker->failure(name); !why.empty()) return why;
    auto hub = runtime_.broker->hub(name);
    if (!hub || !hub->options().capture) return {};
    if (auto progress = runtime_.broker->capture_progress(name)) return progress->error;
    return fmt::format("it isn't captured: {}/capture.json is damaged, or see the daemon's log",
                       hub->dir());
  }

  std::string damage(const std::string& name, const json&) override {
    return damage_of_captures(runtime_, name);
  }

  Status remove(const std::string& name, const json& attributes) override {
    TRY(runtime_.broker->drop_hub(name));
    TRY(forget_cut(runtime_, name));
    const json& capture = attributes.value("capture", json());
    if (!capture.is_object()) return {};
    auto tier = runtime_.tier_of(capture.at("lake"));
    if (!tier) return {};  // the tier has gone, and its files with it
    return runtime_.env.remove_tree(fmt::format("{}/{}/{}", capture_root(*tier), kNamespace, name));
  }

  std::vector<MapNode> nodes(const std::string& name, const json& attributes) override {
    auto hub = runtime_.broker->hub(name);
    std::string why = failure(name, attributes);
    if (!hub && why.empty()) return {};
    MapNode node{.id = "hriste_event_hub." + name,
                 .label = "hub." + name,
                 .kind = "hriste_event_hub",
                 .tier = "store"};
    if (!why.empty()) node.health = "fail";
    if (why.empty()) {  // the hub itself works
      why = runtime_.broker->groups_failure();
      if (!why.empty()) node.health = "warn";
    }
    if (!hub) {
      node.status = why;
      return {node};
    }
    std::int64_t outside = 0, bytes = 0;
    for (int p = 0; p < hub->partitions(); ++p) {
      auto state = hub->state(p);
      node.total += state.end_offset - state.start_offset;
      outside += state.outside_records;
      bytes += state.bytes;
    }
    for (const auto& resource : runtime_.catalogue->list().value_or(std::vector<Resource>{})) {
      if (resource.kind != "hriste_generator") continue;
      const json& sink = resource.attributes["event_hub"];
      if (!sink.is_string() || ref_name(sink) != name) continue;
      node.inputs.push_back("hriste_generator." + resource.name);
    }
    node.status = why.empty() ? fmt::format("{} partitions", hub->partitions()) : why;
    node.facts = {{"events", node.total},
                  {"bytes", bytes},
                  {"from outside", outside},
                  {"frontier", shown_frontier(*hub)},
                  {"kafka", attributes.value("address", "")}};
    return {node};
  }

 private:
  Result<hub::HubOptions> options_of(const std::string& name, const json& attributes) const {
    hub::HubOptions options{.name = name,
                            .partitions = attributes.at("partitions"),
                            .retention_hours = attributes.at("retention_hours"),
                            .capture = {}};
    const json& capture = attributes.at("capture");
    if (capture.is_object()) {
      std::string tier = TRY(runtime_.tier_of(capture.at("lake")));
      options.capture = hub::CaptureOptions{.dir = capture_root(tier),
                                            .window_minutes = capture.at("window_minutes")};
    }
    return options;
  }

  /// A tier that was made anew has lost the files, under the same path.
  static bool captures_into_another(const json& previous, const json& wanted) {
    if (!previous.is_object()) return false;
    const json before = previous.value("capture", json()), after = wanted.at("capture");
    return before.is_object() && after.is_object() && before.value("lake", "") != after.at("lake");
  }

  /// Ends the capture and what it knows of its files: the next one begins with the hub's first
  /// event.
  Status forget_captured(const std::string& name, const json& wanted) {
    json without = wanted;
    without["capture"] = nullptr;
    TRY(runtime_.broker->create_hub(TRY(options_of(name, without))));
    auto hub = runtime_.broker->hub(name);
    return hub ? runtime_.env.remove_file(hub->dir() + "/capture.json") : Status();
  }

  std::string capture_root(const std::string& tier) const {
    return runtime_.lake_root() + "/" + tier + "/capture";
  }
  Runtime& runtime_;
};

}  // namespace

std::unique_ptr<Controller> make_event_hub_controller(Runtime& runtime) {
  return std::make_unique<EventHubController>(runtime);
}

}  // namespace control
