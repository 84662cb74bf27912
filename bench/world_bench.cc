// world_bench: how fast one core makes the world's rows, at the default volumes.
#include <algorithm>

#include "timing.h"
#include "world/world.h"

namespace {

using bench::Made;
using world::Stream;
using world::World;

constexpr int kRounds = 5;

template <typename Rows>
Made in_chunks(std::int64_t count, std::int64_t chunk, Rows rows) {
  Made made;
  std::string text;
  for (std::int64_t first = 0; first < count; first += chunk) {
    text.clear();
    rows(first, std::min(first + chunk, count), text);
    made.bytes += static_cast<std::int64_t>(text.size());
  }
  made.rows = count;
  return made;
}

Made traffic(const World& world, Stream stream, std::int64_t step_ms) {
  Made made;
  world::Deliveries chunk;
  auto cursor = world.cursor(stream, world.backfill_start_ms());
  while (cursor.position() < world.epoch_ms()) {
    chunk.clear();
    cursor.next(std::min(cursor.position() + step_ms, world.epoch_ms()), chunk);
    made.rows += static_cast<std::int64_t>(chunk.rows.size());
    made.bytes += static_cast<std::int64_t>(chunk.bytes.size());
  }
  return made;
}

Made batches(std::int64_t orders, model::Batch batch, auto append) {
  Made made;
  for (std::int64_t first = 0; first < orders; first += 10'000) {
    batch.clear();
    append(first, std::min(first + 10'000, orders), batch);
    made.rows += static_cast<std::int64_t>(batch.rows);
    made.bytes += static_cast<std::int64_t>(batch.rows * batch.columns.size() * 8);
  }
  return made;
}

void people_and_goods(const World& world) {
  const world::Settings& s = world.settings();
  bench::measure("users", kRounds, [&] {
    return in_chunks(s.users, 1000,
                     [&](auto a, auto b, auto& out) { world.users_jsonl(a, b, out); });
  });
  bench::measure("vipusers (of all users)", kRounds, [&] {
    return in_chunks(s.users, 1000,
                     [&](auto a, auto b, auto& out) { world.vipusers_jsonl(a, b, out); });
  });
  bench::measure("products", kRounds, [&] {
    return in_chunks(s.products, 1, [&](auto id, auto, auto& out) { world.product_json(id, out); });
  });
}

void sales(const World& world) {
  std::int64_t orders = world.settings().orders;
  bench::measure("orders", kRounds, [&] {
    return batches(orders, model::Batch(World::orders_schema()),
                   [&](auto a, auto b, auto& out) { world.orders(a, b, out); });
  });
  bench::measure("items", kRounds, [&] {
    return batches(orders, model::Batch(World::items_schema()),
                   [&](auto a, auto b, auto& out) { world.items(a, b, out); });
  });
}

}  // namespace

int main() {
  bench::measure("World::create", kRounds, [] {
    (void)World::create({});
    return Made{1, 0};
  });
  World world = World::create({}).value();
  people_and_goods(world);
  sales(world);
  for (Stream stream : {Stream::kPageviews, Stream::kStars}) {
    const char* name = stream == Stream::kPageviews ? "pageviews" : "stars";
    for (std::int64_t step_ms : {3'600'000, 60'000, 250}) {
      bench::measure(fmt::format("{}, {} s a step", name, static_cast<double>(step_ms) / 1000),
                     step_ms < 1000 ? 1 : kRounds, [&] { return traffic(world, stream, step_ms); });
    }
  }
  for (world::Table table : world::kTables) {
    bench::measure(fmt::format("hash {}", table_name(table)), 1, [&] {
      (void)world.hash(table);
      return Made{1, 0};
    });
  }
}
