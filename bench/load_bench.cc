// load_bench [FOLDER]: how long the default world takes into lake, database and hub.
#include <unistd.h>

#include <filesystem>

#include "load/live_load.h"
#include "load/load.h"
#include "timing.h"

namespace {

using bench::Made;
using world::Table;

void check(const base::Status& status) { CHECK(status.has_value(), "{}", status.error().message); }

void lake_files(const world::World& world, const std::string& dir) {
  for (Table table : {Table::kUsers, Table::kVipUsers, Table::kProducts, Table::kTowns}) {
    bench::measure(fmt::format("lake {}", table_name(table)), 1, [&] {
      load::Progress progress;
      check(load_lake(world, table, dir + "/lake", base::Env::real(), progress, {}));
      return Made{progress.rows, progress.bytes};
    });
  }
  load::Progress again;
  bench::measure("lake products, again", 1, [&] {
    check(load_lake(world, Table::kProducts, dir + "/lake", base::Env::real(), again, {}));
    return Made{again.rows, 0};
  });
}

void database_tables(const world::World& world, const std::string& dir) {
  auto database = sqldb::open_sqlite(base::Env::real(), dir + "/shop.db").value();
  for (Table table : {Table::kOrders, Table::kItems}) {
    bench::measure(fmt::format("sqlite {}", table_name(table)), 1, [&] {
      load::Progress progress;
      check(load_database(world, table, *database, progress, {}));
      return Made{progress.rows, 0};
    });
  }
}

void event_hubs(const world::World& world, const std::string& dir) {
  base::ManualClock clock(world.settings().epoch);
  for (world::Stream stream : {world::Stream::kPageviews, world::Stream::kStars}) {
    std::string name = stream == world::Stream::kStars ? "stars" : "pageviews";
    auto hub =
        hub::Hub::open({&base::Env::real(), &clock, nullptr}, dir + "/hub/" + name, {.name = name})
            .value();
    bench::measure("hub " + name, 1, [&] {
      auto load = load::LiveLoad::start(world, {.hub = hub, .stream = stream, .clock = &clock});
      check(load->wait_backfilled({}));
      Made made{load->state().rows, 0};
      for (int p = 0; p < hub->partitions(); ++p) made.bytes += hub->state(p).bytes;
      return made;
    });
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string dir = (argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string()) +
                    "/load_bench_" + std::to_string(::getpid());
  world::World world = world::World::create({}).value();
  lake_files(world, dir);
  database_tables(world, dir);
  event_hubs(world, dir);
  check(base::Env::real().remove_tree(dir));
}
