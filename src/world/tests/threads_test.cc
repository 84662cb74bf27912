// The same bytes on any number of threads, in any order, from any range.
#include <gtest/gtest.h>

#include <barrier>
#include <functional>
#include <random>

#include "world/prague.h"
#include "world/tests/statistics_internal.h"
#include "world/world.h"

namespace world {
namespace {

World some_world() {
  Settings settings;
  settings.users = 20'000;
  settings.vip_users = 7'000;
  settings.products = 3'000;
  settings.orders = 20'000;
  settings.traffic_hours = 6;
  return World::create(settings).value();
}

/// Rows [first, last) of a table as bytes.
using Read = std::function<std::string(std::int64_t first, std::int64_t last)>;

std::string bytes_of(const model::Batch& batch) {
  std::string out;
  for (std::size_t row = 0; row < batch.rows; ++row) {
    for (const model::Column& c : batch.columns) out += std::to_string(c.ints[row]) + ",";
  }
  return out;
}

std::string bytes_of(const Deliveries& deliveries) {
  std::string out;
  for (const Delivery& d : deliveries.rows) {
    out += fmt::format("{} {} {} {}\n", d.arrival_ms, d.user_id, d.copy, deliveries.value(d));
  }
  return out;
}

struct Reader {
  std::int64_t count;
  Read read;
};

/// How each table is read; traffic by the second.
Reader reader(const World& world, Table table) {
  const Settings& s = world.settings();
  auto text = [](auto append) {
    return [append](std::int64_t first, std::int64_t last) {
      std::string out;
      append(first, last, out);
      return out;
    };
  };
  auto events = [&world](Stream stream) {
    return [&world, stream](std::int64_t first, std::int64_t last) {
      Deliveries out;
      std::int64_t start = world.backfill_start_ms();
      world.deliveries(stream, start + first * 1000, start + last * 1000, out);
      return bytes_of(out);
    };
  };
  auto seconds = static_cast<std::int64_t>(s.traffic_hours * 3600);
  switch (table) {
    case Table::kUsers:
      return {s.users, text([&world](auto a, auto b, auto& out) { world.users_jsonl(a, b, out); })};
    case Table::kVipUsers:
      return {s.users,
              text([&world](auto a, auto b, auto& out) { world.vipusers_jsonl(a, b, out); })};
    case Table::kProducts:
      return {s.products, text([&world](auto a, auto b, auto& out) {
                for (; a < b; ++a) world.product_json(a, out);
              })};
    case Table::kOrders:
      return {s.orders, [&world](auto a, auto b) {
                model::Batch batch(World::orders_schema());
                world.orders(a, b, batch);
                return bytes_of(batch);
              }};
    case Table::kItems:
      return {s.orders, [&world](auto a, auto b) {
                model::Batch batch(World::items_schema());
                world.items(a, b, batch);
                return bytes_of(batch);
              }};
    case Table::kPageviews:
      return {seconds, events(Stream::kPageviews)};
    case Table::kStars:
      return {seconds, events(Stream::kStars)};
    default:
      return {1, text([&world](auto, auto, auto& out) { world.towns_csv(out); })};
  }
}

/// Random ranges that cover [0, count), about `parts` of them.
std::vector<std::int64_t> random_borders(std::int64_t count, int parts, std::mt19937_64& random) {
  std::vector<std::int64_t> borders{0, count};
  for (int i = 1; i < parts && count > 1; ++i) {
    borders.push_back(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(count)));
  }
  std::ranges::sort(borders);
  return borders;
}

TEST(Threads, GiveTheSameBytesFromRandomRangesInAnyOrder) {
  World world = some_world();
  std::mt19937_64 random(20260601);
  for (Table table : kTables) {
    Reader reader = world::reader(world, table);
    std::string whole = reader.read(0, reader.count);
    EXPECT_GT(whole.size(), 1000u) << table_name(table);
    for (int threads : {1, 2, 7}) {
      std::vector<std::int64_t> borders = random_borders(reader.count, 13, random);
      std::vector<std::string> parts(borders.size() - 1);
      std::vector<std::size_t> order(parts.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      std::ranges::shuffle(order, random);
      std::barrier all_here(threads);  // all run at once, whatever the machine
      auto work = [&](std::size_t t) {
        all_here.arrive_and_wait();
        for (std::size_t i = t; i < order.size(); i += static_cast<std::size_t>(threads)) {
          parts[order[i]] = reader.read(borders[order[i]], borders[order[i] + 1]);
        }
      };
      std::vector<std::jthread> workers;
      for (int t = 0; t < threads; ++t) workers.emplace_back(work, static_cast<std::size_t>(t));
      workers.clear();
      std::string together;
      for (const std::string& part : parts) together += part;
      EXPECT_TRUE(together == whole) << table_name(table) << " on " << threads << " threads";
    }
  }
}

TEST(Threads, GiveTheSameHashes) {
  World world = some_world();
  for (Table table : kTables) {
    std::uint64_t one = world.hash(table);
    for (int threads : {2, 7}) EXPECT_EQ(world.hash(table, threads), one) << table_name(table);
  }
}

TEST(Threads, SharesOfACursorMakeAllEvents) {
  World world = some_world();
  std::int64_t from = world.backfill_start_ms() + kHourMs, to = world.epoch_ms();
  for (Stream stream : {Stream::kPageviews, Stream::kStars}) {
    Deliveries whole;
    world.deliveries(stream, from, to, whole);
    std::vector<std::tuple<std::int64_t, std::int64_t, int>> expected, found;
    for (const Delivery& d : whole.rows) expected.emplace_back(d.arrival_ms, d.event_id, d.copy);
    for (int share = 0; share < 3; ++share) {
      Deliveries part;
      TrafficCursor cursor = world.cursor(stream, from, share, 3);
      while (cursor.position() < to) cursor.next(std::min(cursor.position() + 777'777, to), part);
      for (const Delivery& d : part.rows) found.emplace_back(d.arrival_ms, d.event_id, d.copy);
    }
    std::ranges::sort(found);
    EXPECT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace world
