// postgres_bench [ORDERS]: orders and items into a PostgreSQL server of its own, generation
// included, against COPY of rows that were built before. Alternating; the median counts.
#include <algorithm>
#include <cstdlib>

#include "load/database_sink.h"
#include "load/run.h"
#include "sqldb/tests/postgres_server.h"
#include "timing.h"

namespace {

using world::Table;
using world::World;

constexpr int kRounds = 5;

void check(const base::Status& status) { CHECK(status.has_value(), "{}", status.error().message); }

/// Rows a second of `work`, which returns its rows.
template <typename Work>
double rate(Work work) {
  auto begin = std::chrono::steady_clock::now();
  std::int64_t rows = work();
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return static_cast<double>(rows) / took.count();
}

std::int64_t generate(const World& world, sqldb::Database& database, int threads) {
  std::int64_t rows = 0;
  for (Table table : {Table::kOrders, Table::kItems}) {
    load::Progress progress;
    load::DatabaseSink sink(database);
    check(load_slice(world, load::whole_table(world, table), sink, {threads}, progress, {}));
    rows += progress.rows;
  }
  return rows;
}

struct Prebuilt {
  std::vector<model::Batch> orders, items;
};

Prebuilt build(const World& world) {
  Prebuilt built;
  for (std::int64_t first = 0; first < world.settings().orders; first += 10'000) {
    std::int64_t last = std::min(first + 10'000, world.settings().orders);
    world.orders(first, last, built.orders.emplace_back(World::orders_schema()));
    world.items(first, last, built.items.emplace_back(World::items_schema()));
  }
  return built;
}

std::int64_t copy(const Prebuilt& built, sqldb::Database& database) {
  std::size_t rows = 0;
  auto copy_table = [&](Table table, const std::vector<model::Batch>& batches) {
    check(database.create_table(load::database_table(table)));
    for (const model::Batch& batch : batches) {
      check(database.append(std::string(table_name(table)), batch));
      rows += batch.rows;
    }
  };
  copy_table(Table::kOrders, built.orders);
  copy_table(Table::kItems, built.items);
  return static_cast<std::int64_t>(rows);
}

}  // namespace

int main(int argc, char** argv) {
  world::Settings settings;
  if (argc > 1) settings.orders = std::atoll(argv[1]);
  World world = World::create(settings).value();
  auto server = sqldb::testing::PostgresServer::start();
  CHECK(server != nullptr, "PostgreSQL's server isn't installed");
  auto database = sqldb::open_postgres(server->dsn()).value();
  Prebuilt built = build(world);
  std::vector<double> ours[3], theirs;
  auto clear = [&] {
    check(database->drop_table("orders"));
    check(database->drop_table("items"));
  };
  for (int round = 0; round <= kRounds; ++round) {  // the first warms up
    for (int threads : {1, 2}) {
      clear();
      ours[threads].push_back(rate([&] { return generate(world, *database, threads); }));
    }
    clear();
    theirs.push_back(rate([&] { return copy(built, *database); }));
  }
  auto median = [](std::vector<double> rates) {
    std::sort(rates.begin() + 1, rates.end());
    return rates[1 + (rates.size() - 1) / 2];
  };
  fmt::print("postgres prebuilt rows      {:>10.0f} rows/s\n", median(theirs));
  for (int threads : {1, 2}) {
    fmt::print("postgres generated, {} thr.  {:>10.0f} rows/s  × {:.2f}\n", threads,
               median(ours[threads]), median(ours[threads]) / median(theirs));
  }
}
