// hriste_generator: brings one table of the world to the lake, a database or a hub.
//
// How far it is stands in its sink, not here: each load looks there and goes on.
#include <algorithm>

#include "base/log.h"
#include "control/all_controllers.h"
#include "control/claims.h"
#include "control/clock_release.h"
#include "control/generator_files.h"
#include "load/load.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

class GeneratorController final : public Controller {
 public:
  explicit GeneratorController(Runtime& runtime) : runtime_(runtime) {}

  Status check(const std::string& name, const json& wanted) override {
    if (!wanted.at("event_hub").is_string() || runtime_.loads.get(name)) return {};
    auto world = world_of(wanted);
    auto hub = runtime_.broker->hub(ref_name(wanted.at("event_hub")));
    // Of what is absent apply() speaks.
    return world && hub ? hub->check_generator((*world)->backfill_start_ms()) : Status();
  }

  Result<json> apply(const std::string& name, const json& wanted, const json&,
                     std::stop_token stop) override {
    auto world = TRY(world_of(wanted));
    auto table = TRY(world::table_from_name(wanted.at("table").get<std::string>()));
    auto progress = std::make_shared<load::Progress>();
    progress_.put(name, progress);
    if (wanted.at("lake").is_string()) {
      TRY(runtime_.tier_of(wanted.at("lake")));
      TRY(load::load_lake(*world, table, runtime_.lake_root(), runtime_.env, *progress, stop));
      if (table == world::Table::kVipUsers) {
        // A world without VIP users still has the table.
        TRY(lake::declare_columns(runtime_.env, folder_of(wanted),
                                  {{{"id", model::Type::kInt64, false}}}));
      }
    } else if (wanted.at("database").is_string()) {
      auto database = TRY(database_of(wanted));
      TRY(load::load_database(*world, table, *database, *progress, stop));
    } else {
      TRY(start(name, wanted));
    }
    return wanted;
  }

  Status start(const std::string& name, const json& attributes) override {
    if (!attributes.at("event_hub").is_string()) return remember(name, attributes);
    if (runtime_.loads.get(name)) return {};
    auto world = TRY(world_of(attributes));
    std::string hub_name = ref_name(attributes.at("event_hub"));
    auto hub = runtime_.broker->hub(hub_name);
    if (!hub) {
      return std::unexpected(runtime_.unusable("hriste_event_hub", "event hub", hub_name));
    }
    load::LiveLoad::Options options;
    options.hub = hub;
    options.stream =
        attributes.at("table") == "stars" ? world::Stream::kStars : world::Stream::kPageviews;
    options.clock = &runtime_.clock->clock();
    options.mode = attributes.at("mode") == "endless" ? load::LiveLoad::Mode::kEndless
                                                      : load::LiveLoad::Mode::kOnce;
    options.on_backfilled = [this] { release_clock(); };
    runtime_.loads.put(name, load::LiveLoad::start(*world, std::move(options)));
    return {};
  }

  Result<bool> exists(const std::string& name, const json& attributes) override {
    if (attributes.at("lake").is_string()) {
      if (!runtime_.env.exists(path_of(attributes))) return false;
      return attributes.at("table") != "products" || TRY(has_all_products(attributes));
    }
    if (attributes.at("database").is_string()) {
      auto database = database_of(attributes);
      if (!database) return false;
      auto tables = TRY((*database)->tables());
      return std::ranges::find(tables, attributes.at("table").get<std::string>()) != tables.end();
    }
    return runtime_.loads.get(name) != nullptr;
  }

  Status remove(const std::string& name, const json& attributes) override {
    progress_.take(name);
    if (auto load = runtime_.loads.take(name)) load->stop();
    if (!attributes.at("table").is_string()) return {};  // damaged: nobody knows what it made
    const std::string table = attributes.at("table");
    if (attributes.at("lake").is_string()) {
      if (TRY(is_shared(name, {"folder", "bronze/" + table, {}}))) return {};
      return runtime_.env.remove_tree(folder_of(attributes));
    }
    if (attributes.at("database").is_string()) {
      auto database = database_of(attributes);
      if (!database) return {};  // gone, and the table with it
      std::string place = ref_name(attributes.at("database")) + "/" + table;
      if (TRY(is_shared(name, {"database table", place, {}}))) return {};
      return (*database)->drop_table(table);
    }
    return {};
  }

  std::string failure(const std::string& name, const json&) override {
    auto load = runtime_.loads.get(name);
    if (!load) return {};
    auto state = load->state();
    return state.ended ? state.error : std::string();
  }

  std::vector<MapNode> nodes(const std::string& name, const json& attributes) override {
    MapNode node{.id = "hriste_generator." + name,
                 .label = "gen." + name,
                 .kind = "hriste_generator",
                 .tier = "source"};
    if (auto load = runtime_.loads.get(name)) {
      describe_live(*load, node);
      return {node};
    }
    auto progress = progress_.get(name);
    node.total = progress ? progress->rows.load() : 0;
    node.status = "loaded";
    if (attributes.at("lake").is_string()) return {node, table_node(name, attributes)};
    return {node};
  }

 private:
  /// What was loaded before the daemon's start counts as loaded.
  Status remember(const std::string& name, const json& attributes) {
    if (progress_.get(name)) return {};
    auto world = TRY(world_of(attributes));
    auto table = TRY(world::table_from_name(attributes.at("table").get<std::string>()));
    auto progress = std::make_shared<load::Progress>();
    if (attributes.at("database").is_string()) {
      // A table that somebody has dropped is drift, and the next plan's.
      progress->rows = TRY(database_of(attributes))->count(attributes.at("table")).value_or(0);
    } else {
      progress->rows = file_rows(*world, table);
    }
    progress_.put(name, progress);
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
  Result<bool> has_all_products(const json& attributes) {
    auto world = world_of(attributes);
    if (!world) return true;
    auto files = TRY(runtime_.env.list(path_of(attributes)));
    auto found = std::ranges::count_if(
        files, [](const base::DirEntry& file) { return file.name.ends_with(".json"); });
    return found >= (*world)->settings().products;
  }

  Result<std::shared_ptr<const world::World>> world_of(const json& attributes) {
    std::string name = ref_name(attributes.at("world"));
    auto world = runtime_.worlds.get(name);
    if (world) return world;
    return std::unexpected(runtime_.unusable("hriste_world", "world", name));
  }

  Result<std::shared_ptr<sqldb::Database>> database_of(const json& attributes) {
    std::string name = ref_name(attributes.at("database"));
    auto database = runtime_.databases.get(name);
    if (database) return database;
    return std::unexpected(runtime_.unusable("hriste_database", "database", name));
  }

  Result<bool> is_shared(const std::string& name, const kinds::Claim& claim) {
    return is_claimed_by_others(*runtime_.catalogue, "hriste_generator", name, claim);
  }

  /// What a load leaves when it is whole: the file, or for products their folder.
  std::string path_of(const json& attributes) const {
    return runtime_.lake_root() + "/bronze/" + generated_file(attributes.at("table"));
  }

  std::string folder_of(const json& attributes) const {
    return runtime_.lake_root() + "/bronze/" + attributes.at("table").get<std::string>();
  }

  /// Not of this load alone: the clock runs once all have their back-fill in.
  void release_clock() {
    if (auto status = release_clock_when_due(runtime_); !status) {
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
  MapNode table_node(const std::string& name, const json& attributes) const {
    std::string table = attributes.at("table");
    return {.id = "bronze." + table,
            .label = "bronze." + table,
            .kind = "table",
            .tier = "bronze",
            .status = "files",
            .facts = {{"path", "bronze/" + generated_file(table)}},
            .inputs = {"hriste_generator." + name}};
  }

  Runtime& runtime_;
  Registry<load::Progress> progress_;
};

}  // namespace

std::unique_ptr<Controller> make_generator_controller(Runtime& runtime) {
  return std::make_unique<GeneratorController>(runtime);
}

}  // namespace control
