// load_bench [FOLDER]: how long the default world takes into lake, database and hub, and rows of
// any table into files and /dev/null on one and on two threads, beside what plain writing takes
// there.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "load/file_sink.h"
#include "load/live_load.h"
#include "load/load.h"
#include "load/stream_sink.h"
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

Made run(const world::World& world, Table table, load::Sink& sink, int threads) {
  load::Progress progress;
  check(load_slice(world, load::whole_table(world, table), sink, {threads}, progress, {}));
  return {progress.rows, progress.bytes};
}

/// Rows through the whole machinery into nothing: what one core makes.
void into_nothing(const world::World& world) {
  int fd = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  for (Table table : {Table::kUsers, Table::kPageviews, Table::kOrders, Table::kItems}) {
    for (int threads : {1, 2}) {
      bench::measure(fmt::format("{} jsonl, {} thread(s)", table_name(table), threads), 3, [&] {
        load::StreamSink sink(fd, "/dev/null", load::Form::kJsonLines);
        return run(world, table, sink, threads);
      });
    }
  }
  ::close(fd);
}

/// Users into a new file, and what `dd` writes there; as Parquet too.
void into_files(const world::World& world, const std::string& dir) {
  auto& env = base::Env::real();
  std::string path = dir + "/out";
  check(env.make_dirs(dir));
  for (int round = 0; round < 3; ++round) {
    bench::measure("dd if=/dev/zero bs=1M", 1, [&] {
      std::string command = "dd if=/dev/zero of=" + path + " bs=1M count=620 status=none";
      CHECK(std::system(command.c_str()) == 0);
      return Made{0, 620 << 20};
    });
    check(env.remove_file(path));
    bench::measure("users, new file", 1, [&] {
      load::FileSink sink(env, {.path = path});
      return run(world, Table::kUsers, sink, 2);
    });
    check(env.remove_file(path));
  }
  for (Table table : {Table::kUsers, Table::kOrders, Table::kItems, Table::kPageviews}) {
    bench::measure(fmt::format("{} parquet", table_name(table)), 1, [&] {
      load::FileSink sink(env, {.path = path, .form = load::Form::kRowGroup});
      return run(world, table, sink, 2);
    });
    check(env.remove_file(path));
  }
}

void event_hubs(const world::World& world, const std::string& dir) {
  base::ManualClock clock(world.settings().epoch);
  for (world::Stream stream : {world::Stream::kPageviews, world::Stream::kStars}) {
    std::string name = stream == world::Stream::kStars ? "stars" : "pageviews";
    auto hub =
        hub::Hub::open({&base::Env::real(), &clock}, dir + "/hub/" + name, {.name = name}).value();
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
  world::Settings big;
  big.users = big.orders = 1'000'000;
  world::World big_world = world::World::create(big).value();
  into_nothing(big_world);
  into_files(big_world, dir + "/files");
  lake_files(world, dir);
  database_tables(world, dir);
  event_hubs(world, dir);
  check(base::Env::real().remove_tree(dir));
}
