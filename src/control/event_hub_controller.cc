// hriste_event_hub: a hub of the playground's broker, with capture to the lake.
#include "control/all_controllers.h"
#include "control/run.h"

namespace control {

using base::Result;
using base::Status;

namespace {

class EventHubController final : public Controller {
 public:
  explicit EventHubController(Runtime& runtime) : runtime_(runtime) {}

  Result<json> apply(const std::string& name, const json& wanted, const json& previous,
                     std::stop_token) override {
    if (captures_into_another(previous, wanted)) TRY(forget_captured(name, wanted));
    TRY(start(name, wanted));
    json made = wanted;
    made["address"] = fmt::format("127.0.0.1:{}", runtime_.broker->port());
    return made;
  }

  Status start(const std::string& name, const json& attributes) override {
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
    TRY(runtime_.broker->create_hub(std::move(options)));
    return {};
  }

  Result<bool> exists(const std::string& name, const json&) override {
    return runtime_.broker->hub(name) != nullptr;
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
    if (!hub) return {};
    MapNode node{.id = "hriste_event_hub." + name,
                 .label = "hub." + name,
                 .kind = "hriste_event_hub",
                 .tier = "store"};
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
    node.status = fmt::format("{} partitions", hub->partitions());
    node.facts = {{"events", node.total},
                  {"bytes", bytes},
                  {"from outside", outside},
                  {"frontier", base::format_millis(base::from_millis(hub->frontier_ms()))},
                  {"kafka", attributes.value("address", "")}};
    return {node};
  }

 private:
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
    TRY(start(name, without));
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
