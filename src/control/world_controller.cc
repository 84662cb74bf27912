// hriste_world: settings only; it makes nothing on disk. Its epoch starts the playground's clock.
#include "control/world_controller.h"

#include "control/disk_space.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

Result<world::Settings> world_settings(const json& attributes) {
  world::Settings settings;
  settings.seed = attributes.at("seed").get<std::uint64_t>();
  settings.users = attributes.at("users");
  settings.vip_users = attributes.at("vip_users");
  settings.products = attributes.at("products");
  settings.orders = attributes.at("orders");
  settings.traffic_hours = attributes.at("traffic_hours");
  settings.event_rate = attributes.at("event_rate");
  if (const json curve = attributes.value("curve", json()); curve.is_string()) {
    settings.curve = TRY(world::curve_from_name(curve.get<std::string>()));
  }
  settings.epoch = TRY(base::parse_instant(attributes.at("epoch").get<std::string>()));
  settings.locale = TRY(world::locale_from_name(attributes.value("locale", "cs")));
  const json& faults = attributes.at("faults");
  auto& shares = settings.faults;
  shares.missing_client_ip = faults.at("missing_client_ip");
  shares.latency_outlier = faults.at("latency_outlier");
  shares.duplicate_event = faults.at("duplicate_event");
  shares.late_event = faults.at("late_event");
  shares.out_of_order = faults.at("out_of_order");
  shares.malformed_json = faults.at("malformed_json");
  shares.damaged_user = faults.at("damaged_user");
  return settings;
}

namespace {

class WorldController final : public Controller {
 public:
  explicit WorldController(Runtime& runtime) : runtime_(runtime) {}

  Status check(const std::string& name, const json& wanted) override {
    bool is_there = false;
    for (const auto& other : TRY(runtime_.catalogue->list())) {
      if (other.kind != "hriste_world") continue;
      is_there = is_there || other.attributes.value("ref", "") == wanted.at("ref");
      if (other.name != name) {
        return base::error(Code::kFailedPrecondition,
                           "this playground has the world \"{}\" already: one playground, one "
                           "world; give the other one its own data_dir",
                           other.name);
      }
    }
    // What is there already has used its part of the disk.
    return is_there ? Status() : check_disk_space(runtime_, wanted);
  }

  Result<json> apply(const std::string& name, const json& wanted, const json& previous,
                     std::stop_token) override {
    TRY(start(name, wanted));
    double speed = wanted.at("clock_speed");
    if (previous.is_object() && previous.value("clock_speed", 0.0) != speed) {
      TRY(runtime_.clock->set_speed(speed));
    }
    return wanted;
  }

  Status start(const std::string& name, const json& attributes) override {
    auto settings = TRY(world_settings(attributes));
    auto world = TRY(world::World::create(settings));
    TRY(runtime_.clock->begin(settings.epoch, attributes.at("clock_speed")));
    runtime_.lake->set_world({.epoch = settings.epoch, .seed = settings.seed});
    runtime_.worlds.put(name, std::make_shared<const world::World>(std::move(world)));
    return {};
  }

  Result<bool> exists(const std::string&, const json&) override { return true; }

  Status remove(const std::string& name, const json&) override {
    runtime_.worlds.take(name);
    return {};
  }

  std::vector<MapNode> nodes(const std::string&, const json&) override { return {}; }

 private:
  Runtime& runtime_;
};

}  // namespace

std::unique_ptr<Controller> make_world_controller(Runtime& runtime) {
  return std::make_unique<WorldController>(runtime);
}

}  // namespace control
