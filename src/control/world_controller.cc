// hriste_world: settings only; it makes nothing on disk. Its epoch starts the playground's clock.
#include "control/world_controller.h"

#include "catalogue/definitions.h"
#include "control/adapter.h"
#include "control/all_controllers.h"
#include "control/disk_space.h"
#include "control/folder.h"
#include "control/live.h"
#include "control/playground_clock.h"
#include "control/shipped.h"
#include "lake/lake.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using kinds::World;

static_assert(kinds::kWorldVersionMade == world::kWorldVersion);

namespace {

Result<world::Settings> settings_of(const World& definition) {
  world::Settings settings;
  settings.seed = static_cast<std::uint64_t>(definition.seed);
  settings.users = definition.users;
  settings.vip_users = definition.vip_users;
  settings.products = definition.products;
  settings.orders = definition.orders;
  settings.traffic_hours = definition.traffic_hours;
  settings.event_rate = definition.event_rate;
  if (definition.curve) settings.curve = TRY(world::curve_from_name(*definition.curve));
  settings.epoch = TRY(base::parse_instant(definition.epoch));
  settings.locale = TRY(world::locale_from_name(definition.locale));
  const World::Faults& faults = definition.faults;
  settings.faults = {.missing_client_ip = faults.missing_client_ip,
                     .latency_outlier = faults.latency_outlier,
                     .duplicate_event = faults.duplicate_event,
                     .late_event = faults.late_event,
                     .out_of_order = faults.out_of_order,
                     .malformed_json = faults.malformed_json,
                     .damaged_user = faults.damaged_user};
  return settings;
}

}  // namespace

Result<world::Settings> world_settings(const World& definition) {
  if (definition.version == world::kWorldVersion) return settings_of(definition);
  base::Error error = Worlds::earlier_world(definition.version);
  error.message = fmt::format("the world \"{}\": {}", definition.name, error.message);
  return std::unexpected(std::move(error));
}

namespace {

class WorldController final : public Adapter<World> {
 public:
  WorldController(const Folder& folder, const catalogue::Definitions& definitions,
                  PlaygroundClock& clock, lake::Lake& lake, Worlds& worlds)
      : folder_(folder), definitions_(definitions), clock_(clock), lake_(lake), worlds_(worlds) {}

  Status check(const World& wanted) override {
    TRY(declaration(wanted.graded));
    bool is_there = false;
    for (const auto& other : TRY(definitions_.all<World>())) {
      is_there = is_there || other.ref == wanted.ref;
      if (other.name == wanted.name) continue;
      return base::error(Code::kFailedPrecondition,
                         "this playground has the world \"{}\" already: one playground, one world; "
                         "give the other one its own data_dir",
                         other.name);
    }
    // What is there already has used its part of the disk.
    return is_there ? Status() : check_disk_space(folder_, wanted);
  }

  Status apply(World& wanted, const World* before, std::stop_token) override {
    TRY(start(wanted));
    if (before == nullptr || before->clock_speed == wanted.clock_speed) return {};
    return clock_.set_speed(wanted.clock_speed);
  }

  Status start(const World& definition) override {
    auto settings = TRY(settings_of(definition));
    auto world = TRY(world::World::create(settings));
    TRY(clock_.begin(settings.epoch, definition.clock_speed));
    lake_.set_world({.epoch = settings.epoch, .seed = settings.seed});
    if (definition.version != world::kWorldVersion) {
      // What is there can be asked, but none of it can be made: no other rows may follow.
      worlds_.set_earlier_version(definition.version);
      return std::unexpected(Worlds::earlier_world(definition.version));
    }
    worlds_.set_earlier_version(0);
    worlds_.put(definition.name, std::make_shared<const world::World>(std::move(world)));
    return {};
  }

  Status remove(const World& left) override {
    worlds_.take(left.name);
    worlds_.set_earlier_version(0);
    return {};
  }

 private:
  const Folder& folder_;
  const catalogue::Definitions& definitions_;
  PlaygroundClock& clock_;
  lake::Lake& lake_;
  Worlds& worlds_;
};

}  // namespace

std::unique_ptr<Adapter<World>> make_world_controller(const Folder& folder,
                                                      const catalogue::Definitions& definitions,
                                                      PlaygroundClock& clock, lake::Lake& lake,
                                                      Worlds& worlds) {
  return std::make_unique<WorldController>(folder, definitions, clock, lake, worlds);
}

}  // namespace control
