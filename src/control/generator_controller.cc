// hriste_generator: brings one table of the world to the lake, a database or a hub.
//
// How far it is stands in its sink, not here: each load looks there and goes on.
#include <algorithm>

#include "base/log.h"
#include "catalogue/claims.h"
#include "catalogue/definitions.h"
#include "control/adapter.h"
#include "control/all_controllers.h"
#include "control/clock_release.h"
#include "control/folder.h"
#include "control/generator_files.h"
#include "control/live.h"
#include "kinds/generator.h"
#include "lake/lake.h"
#include "load/load.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using kinds::Generator;

namespace {

class GeneratorController final : public Adapter<Generator> {
 public:
  explicit GeneratorController(GeneratorPorts ports) : ports_(ports) {}

  Status check(const Generator& wanted) override {
    if (!wanted.event_hub || ports_.loads.get(wanted.name)) return {};
    auto world = ports_.worlds.of(wanted.world);
    auto hub = ports_.broker.hub(wanted.event_hub->name());
    // Of what is absent apply() speaks.
    return world && hub ? hub->check_generator((*world)->backfill_start_ms()) : Status();
  }

  Status apply(Generator& wanted, const Generator*, std::stop_token stop) override {
    auto world = TRY(ports_.worlds.of(wanted.world));
    auto table = TRY(world::table_from_name(wanted.table));
    auto progress = std::make_shared<load::Progress>();
    progress_.put(wanted.name, progress);
    if (wanted.event_hub) return start(wanted);
    if (wanted.database) {
      auto database = TRY(ports_.databases.of(*wanted.database));
      return load::load_database(*world, table, *database, *progress, stop);
    }
    base::Env& env = ports_.folder.env;
    TRY(ports_.definitions.tier_of(*wanted.lake));
    TRY(load::load_lake(*world, table, ports_.folder.lake(), env, *progress, stop));
    // A world without VIP users still has the table.
    if (table != world::Table::kVipUsers) return {};
    return lake::declare_columns(env, folder_of(wanted), {{{"id", model::Type::kInt64, false}}});
  }

  Status start(const Generator& generator) override {
    if (!generator.event_hub) return remember(generator);
    if (ports_.loads.get(generator.name)) return {};
    auto world = TRY(ports_.worlds.of(generator.world));
    load::LiveLoad::Options options;
    options.hub = TRY(hub_of(ports_.broker, ports_.failures, *generator.event_hub));
    options.stream = generator.table == "stars" ? world::Stream::kStars : world::Stream::kPageviews;
    options.clock = &ports_.clock.clock();
    options.mode =
        generator.mode == "endless" ? load::LiveLoad::Mode::kEndless : load::LiveLoad::Mode::kOnce;
    options.on_backfilled = [this] { release_clock(); };
    ports_.loads.put(generator.name, load::LiveLoad::start(*world, std::move(options)));
    return {};
  }

  Result<bool> exists(const Generator& generator) override {
    if (generator.lake) {
      if (!ports_.folder.env.exists(path_of(generator))) return false;
      return generator.table != "products" || TRY(has_all_products(generator));
    }
    if (generator.database) {
      auto database = ports_.databases.of(*generator.database);
      if (!database) return false;
      auto tables = TRY((*database)->tables());
      return std::ranges::find(tables, generator.table) != tables.end();
    }
    return ports_.loads.get(generator.name) != nullptr;
  }

  Status remove(const Generator& left) override {
    progress_.take(left.name);
    if (auto load = ports_.loads.take(left.name)) load->stop();
    if (left.table.empty()) return {};  // damaged: nobody knows what it made
    if (left.lake) {
      if (TRY(is_shared(left, {"folder", "bronze/" + left.table, {}}))) return {};
      return ports_.folder.env.remove_tree(folder_of(left));
    }
    if (left.database) {
      auto database = ports_.databases.of(*left.database);
      if (!database) return {};  // gone, and the table with it
      std::string place = left.database->name() + "/" + left.table;
      if (TRY(is_shared(left, {"database table", place, {}}))) return {};
      return (*database)->drop_table(left.table);
    }
    return {};
  }

  std::string failure(const Generator& generator) override {
    auto load = ports_.loads.get(generator.name);
    if (!load) return {};
    auto state = load->state();
    return state.ended ? state.error : std::string();
  }

  std::string damage(const Generator& generator) override {
    auto table = world::table_from_name(generator.table);
    if (!generator.lake || !table) return {};
    auto spoilt = load::spoilt_files(*table, ports_.folder.lake(), ports_.folder.env);
    if (spoilt.empty()) return {};
    return fmt::format(
        "{}{} not as written; the next run makes {} again", spoilt.front(),
        spoilt.size() > 1 ? fmt::format(" and {} files more are", spoilt.size() - 1) : " is",
        spoilt.size() > 1 ? "them" : "it");
  }

  std::vector<MapNode> nodes(const Generator& generator) override {
    MapNode node{.id = node_id<Generator>(generator.name),
                 .label = "gen." + generator.name,
                 .kind = Generator::kKind,
                 .tier = "source"};
    if (auto load = ports_.loads.get(generator.name)) {
      describe_live(*load, node);
      return {node};
    }
    auto progress = progress_.get(generator.name);
    node.total = progress ? progress->rows.load() : 0;
    node.status = "loaded";
    if (generator.lake) return {node, table_node(generator)};
    return {node};
  }

 private:
  /// What was loaded before the daemon's start counts as loaded.
  Status remember(const Generator& generator) {
    if (progress_.get(generator.name)) return {};
    auto world = TRY(ports_.worlds.of(generator.world));
    auto table = TRY(world::table_from_name(generator.table));
    auto progress = std::make_shared<load::Progress>();
    if (generator.database) {
      // A table that somebody has dropped is drift, and the next plan's.
      auto database = TRY(ports_.databases.of(*generator.database));
      progress->rows = database->count(generator.table).value_or(0);
    } else {
      progress->rows = file_rows(*world, table);
    }
    progress_.put(generator.name, progress);
    return {};
  }

  /// Of a table that goes to the lake.
  static std::int64_t file_rows(const world::World& world, world::Table table) {
    switch (table) {
      case world::Table::kUsers:
        return world.settings().users;
      case world::Table::kVipUsers:
        return world.settings().vip_users;
      case world::Table::kProducts:
        return world.settings().products;
      default:
        return std::ssize(world.towns());
    }
  }

  /// A file each. Of a world that has failed nobody knows how many.
  Result<bool> has_all_products(const Generator& generator) {
    auto world = ports_.worlds.of(generator.world);
    if (!world) return true;
    auto files = TRY(ports_.folder.env.list(path_of(generator)));
    auto found = std::ranges::count_if(
        files, [](const base::DirEntry& file) { return file.name.ends_with(".json"); });
    return found >= (*world)->settings().products;
  }

  Result<bool> is_shared(const Generator& generator, const kinds::Claim& claim) {
    return catalogue::is_claimed_by_others(ports_.catalogue, Generator::kKind, generator.name,
                                           claim);
  }

  /// What a load leaves when it is whole: the file, or for products their folder.
  std::string path_of(const Generator& generator) const {
    return ports_.folder.lake() + "/bronze/" + generated_file(generator.table);
  }

  std::string folder_of(const Generator& generator) const {
    return ports_.folder.lake() + "/bronze/" + generator.table;
  }

  /// Not of this load alone: the clock runs once all have their back-fill in.
  void release_clock() {
    if (auto status = ports_.release.when_due(); !status) {
      base::log_error("control", "clock", "{}", status.error().message);
    }
  }

  static void describe_live(const load::LiveLoad& load, MapNode& node) {
    auto state = load.state();
    node.total = state.rows;
    node.status = !state.backfilled ? "back-fill" : state.ended ? "done" : "live";
    node.facts = {{"events", state.rows},
                  {"position", base::format_millis(base::from_millis(state.position_ms))}};
    if (state.error.empty()) return;
    node.health = "fail";
    node.status = state.error;
  }

  /// The bronze files that a lake generator writes.
  static MapNode table_node(const Generator& generator) {
    return {.id = "bronze." + generator.table,
            .label = "bronze." + generator.table,
            .kind = "table",
            .tier = "bronze",
            .status = "files",
            .facts = {{"path", "bronze/" + generated_file(generator.table)}},
            .inputs = {node_id<Generator>(generator.name)}};
  }

  const GeneratorPorts ports_;
  Registry<load::Progress> progress_;
};

}  // namespace

std::unique_ptr<Adapter<Generator>> make_generator_controller(GeneratorPorts ports) {
  return std::make_unique<GeneratorController>(ports);
}

}  // namespace control
