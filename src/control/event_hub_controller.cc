// hriste_event_hub: a hub of the playground's broker, with capture to the lake.
#include "catalogue/definitions.h"
#include "control/adapter.h"
#include "control/all_controllers.h"
#include "control/cuts.h"
#include "control/folder.h"
#include "control/live.h"
#include "control/run_repairs.h"
#include "kinds/event_hub.h"
#include "kinds/generator.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using kinds::EventHub;

namespace {

std::string shown_frontier(const hub::Hub& hub) {
  std::int64_t ms = hub.frontier_ms();
  return ms == hub::kNoFrontier ? "none yet" : base::format_millis(base::from_millis(ms));
}

class EventHubController final : public Adapter<EventHub> {
 public:
  EventHubController(const Folder& folder, const catalogue::Definitions& definitions,
                     hub::Broker& broker, Repairs& repairs, Cuts& cuts)
      : folder_(folder),
        definitions_(definitions),
        broker_(broker),
        repairs_(repairs),
        cuts_(cuts) {}

  Status apply(EventHub& wanted, const EventHub* before, std::stop_token) override {
    if (before != nullptr && captures_into_another(*before, wanted)) TRY(forget_captured(wanted));
    TRY(broker_.create_hub(TRY(options_of(wanted))));
    return {};
  }

  json where(const std::string&) override { return {{"address", address()}}; }

  /// The broker has opened what is there; a hub that has gone isn't made anew, empty, in silence.
  Status start(const EventHub& hub) override {
    if (auto why = broker_.failure(hub.name); !why.empty()) {
      return base::error(Code::kDataLoss, "{}", why);
    }
    if (!broker_.hub(hub.name)) {
      return base::error(Code::kNotFound, "event hub \"{}\" has no files any more: apply again",
                         hub.name);
    }
    TRY(broker_.create_hub(TRY(options_of(hub))));
    return {};
  }

  /// Failed is not missing.
  Result<bool> exists(const EventHub& hub) override {
    return broker_.hub(hub.name) != nullptr || !broker_.failure(hub.name).empty();
  }

  std::string failure(const EventHub& definition) override {
    const std::string& name = definition.name;
    if (auto why = broker_.failure(name); !why.empty()) return why;
    auto hub = broker_.hub(name);
    if (!hub || !hub->options().capture) return {};
    if (auto progress = broker_.capture_progress(name)) return progress->error;
    return fmt::format("it isn't captured: {}/capture.json is damaged, or see the daemon's log",
                       hub->dir());
  }

  std::string damage(const EventHub& hub) override { return repairs_.damage_of_captures(hub.name); }

  Status remove(const EventHub& left) override {
    TRY(broker_.drop_hub(left.name));
    TRY(cuts_.forget(left.name));
    if (!left.capture) return {};
    auto tier = definitions_.tier_of(left.capture->lake);
    if (!tier) return {};  // the tier has gone, and its files with it
    return folder_.env.remove_tree(
        fmt::format("{}/{}/{}", capture_root(*tier), kNamespace, left.name));
  }

  std::vector<MapNode> nodes(const EventHub& definition) override {
    const std::string& name = definition.name;
    auto hub = broker_.hub(name);
    std::string why = failure(definition);
    if (!hub && why.empty()) return {};
    MapNode node{.id = node_id<EventHub>(name),
                 .label = "hub." + name,
                 .kind = EventHub::kKind,
                 .tier = "store"};
    if (!why.empty()) node.health = "fail";
    if (why.empty()) {  // the hub itself works
      why = broker_.groups_failure();
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
    for (const auto& generator : definitions_.all_or_none<kinds::Generator>()) {
      if (!generator.event_hub || generator.event_hub->name() != name) continue;
      node.inputs.push_back(node_id<kinds::Generator>(generator.name));
    }
    node.status = why.empty() ? fmt::format("{} partitions", hub->partitions()) : why;
    node.facts = {{"events", node.total},
                  {"bytes", bytes},
                  {"from outside", outside},
                  {"frontier", shown_frontier(*hub)},
                  {"kafka", address()}};
    return {node};
  }

 private:
  std::string address() const { return fmt::format("127.0.0.1:{}", broker_.port()); }

  Result<hub::HubOptions> options_of(const EventHub& hub) const {
    hub::HubOptions options{.name = hub.name,
                            .partitions = static_cast<int>(hub.partitions),
                            .retention_hours = static_cast<int>(hub.retention_hours),
                            .capture = {}};
    if (!hub.capture) return options;
    options.capture =
        hub::CaptureOptions{.dir = capture_root(TRY(definitions_.tier_of(hub.capture->lake))),
                            .window_minutes = static_cast<int>(hub.capture->window_minutes)};
    return options;
  }

  /// A tier that was made anew has lost the files, under the same path.
  static bool captures_into_another(const EventHub& before, const EventHub& wanted) {
    return before.capture && wanted.capture && before.capture->lake != wanted.capture->lake;
  }

  /// Ends the capture and what it knows of its files: the next one begins with the hub's first
  /// event.
  Status forget_captured(const EventHub& wanted) {
    EventHub without = wanted;
    without.capture.reset();
    TRY(broker_.create_hub(TRY(options_of(without))));
    auto hub = broker_.hub(wanted.name);
    return hub ? folder_.env.remove_file(hub->dir() + "/capture.json") : Status();
  }

  std::string capture_root(const std::string& tier) const {
    return folder_.lake() + "/" + tier + "/capture";
  }

  const Folder& folder_;
  const catalogue::Definitions& definitions_;
  hub::Broker& broker_;
  Repairs& repairs_;
  Cuts& cuts_;
};

}  // namespace

std::unique_ptr<Adapter<EventHub>> make_event_hub_controller(
    const Folder& folder, const catalogue::Definitions& definitions, hub::Broker& broker,
    Repairs& repairs, Cuts& cuts) {
  return std::make_unique<EventHubController>(folder, definitions, broker, repairs, cuts);
}

}  // namespace control
