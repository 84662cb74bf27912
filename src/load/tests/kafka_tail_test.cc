#include "load/kafka_tail.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "hub/hub.h"
#include "load/run.h"

namespace load {
namespace {

using base::Code;
using world::Table;
using world::World;

constexpr int kPartitions = 3;

world::Settings settings(std::uint64_t seed = 42) {
  world::Settings s;
  s.seed = seed;
  s.users = 100;
  s.vip_users = 50;
  s.products = 20;
  s.orders = 50;
  s.traffic_hours = 1;
  s.event_rate = 20;
  // Many of those whose place is hard to tell.
  s.faults.duplicate_event = 0.2;
  s.faults.malformed_json = 0.2;
  s.faults.late_event = 0.1;
  return s;
}

/// What a topic would hold of a table, and the position of each row, by partition.
struct Held {
  std::vector<KafkaTopic::Record> records;
  std::vector<std::int64_t> positions;
};
class Collect final : public Sink {
 public:
  Form form() const override { return Form::kRecords; }
  base::Result<Start> open(const World&, const Slice& slice) override {
    table_ = slice.table;
    return Start{slice, 0, 0};
  }
  base::Status write(Chunk& chunk) override {
    for (const world::Delivery& row : chunk.records.rows) {
      std::string key = std::to_string(row.user_id);
      Held& held = partitions[static_cast<std::size_t>(hub::partition_of(key, kPartitions))];
      held.positions.push_back(is_traffic(table_) ? row.arrival_ms : row.user_id);
      held.records.push_back(
          {std::ssize(held.records), key, std::string(chunk.records.value(row))});
    }
    return {};
  }
  base::Status close() override { return {}; }

  std::vector<Held> partitions{kPartitions};

 private:
  Table table_ = Table::kUsers;
};

KafkaTopic::Last last_of(const Held& held, std::size_t rows, Table table) {
  auto wanted = std::min(rows, static_cast<std::size_t>(tail_records(table)));
  auto end = held.records.begin() + static_cast<std::ptrdiff_t>(rows);
  return {0, static_cast<std::int64_t>(rows), {end - static_cast<std::ptrdiff_t>(wanted), end}};
}

TEST(KafkaTail, FindsEveryRowOfEveryTable) {
  World world = World::create(settings()).value();
  for (Table table : world::kTables) {
    Collect all;
    Progress progress;
    ASSERT_TRUE(load_slice(world, whole_table(world, table), all, {1}, progress, {}));
    std::size_t checked = 0;
    for (int p = 0; p < kPartitions; ++p) {
      const Held& held = all.partitions[static_cast<std::size_t>(p)];
      std::size_t step = table == Table::kPageviews ? 7 : table == Table::kTowns ? 17 : 1;
      for (std::size_t rows = 0; rows <= held.records.size(); rows += step, ++checked) {
        auto tail = find_tail(world, table, last_of(held, rows, table), p, kPartitions);
        ASSERT_TRUE(tail) << table_name(table) << " " << rows << ": " << tail.error().message;
        ASSERT_EQ(tail->empty, rows == 0);
        if (rows == 0) continue;
        auto end = held.positions.begin() + static_cast<std::ptrdiff_t>(rows);
        ASSERT_EQ(tail->position, end[-1]) << table_name(table) << " " << rows;
        ASSERT_EQ(tail->count, std::count(held.positions.begin(), end, end[-1]));
      }
    }
    EXPECT_GT(checked, 20u) << table_name(table);
  }
}

TEST(KafkaTail, RefusesRecordsFromElsewhere) {
  World world = World::create(settings()).value();
  Collect ours, others;
  Progress progress;
  World other = World::create(settings(43)).value();
  for (Table table : {Table::kUsers, Table::kPageviews, Table::kItems, Table::kStars}) {
    ASSERT_TRUE(load_slice(other, whole_table(other, table), others, {1}, progress, {}));
    ASSERT_TRUE(load_slice(world, whole_table(world, table), ours, {1}, progress, {}));
    for (int p = 0; p < kPartitions; ++p) {
      Held& held = others.partitions[static_cast<std::size_t>(p)];
      auto refused =
          find_tail(world, table, last_of(held, held.records.size(), table), p, kPartitions);
      ASSERT_FALSE(refused) << table_name(table);
      EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
      // One record among ours.
      Held& mixed = ours.partitions[static_cast<std::size_t>(p)];
      for (const char* value :
           {"hello", "", "{\"event_id\":99999999999999999,", "{\"event_id\":7,"}) {
        for (std::size_t at : {1, 2, 9}) {
          auto last = last_of(mixed, mixed.records.size(), table);
          if (at > last.records.size()) continue;
          last.records[last.records.size() - at].value = value;
          EXPECT_FALSE(find_tail(world, table, last, p, kPartitions)) << value << " " << at;
        }
      }
    }
    ours = {};
    others = {};
  }
  auto gone = find_tail(world, Table::kUsers, {5, 5, {}}, 0, kPartitions);
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().message.find("retention"), std::string::npos);
}

}  // namespace
}  // namespace load
