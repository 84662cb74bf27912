#include "load/live_load.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/faulty_env.h"
#include "base/random.h"
#include "hub/signal.h"

namespace load {
namespace {

/// What a partition holds, as text.
std::string content(const hub::Hub& hub, int partition) {
  std::string text;
  auto reader = hub.reader(partition, 0);
  std::vector<hub::Record> records;
  do {
    records.clear();
    EXPECT_TRUE(reader->next(std::numeric_limits<std::int64_t>::max(), 1 << 20, records));
    for (const auto& record : records) {
      text += fmt::format("{} {} {}\n", record.arrival_ms, record.key, record.value);
    }
  } while (!records.empty());
  return text;
}

class LiveLoadTest : public ::testing::Test {
 protected:
  LiveLoadTest() {
    char pattern[] = "/tmp/hriste_live_XXXXXX";
    dir_ = ::mkdtemp(pattern);
    world::Settings settings{.users = 100,
                             .vip_users = 10,
                             .products = 10,
                             .orders = 0,
                             .traffic_hours = 2,
                             .event_rate = 3};
    world_ = std::make_shared<world::World>(*world::World::create(settings));
    clock_.set(settings.epoch);
  }
  ~LiveLoadTest() override { (void)base::Env::real().remove_tree(dir_); }

  std::shared_ptr<hub::Hub> open_hub(base::Env& env, const std::string& name) {
    auto signal = std::make_shared<hub::Signal>();
    return *hub::Hub::open({&env, &clock_, signal}, dir_ + "/" + name, {.name = name});
  }
  std::unique_ptr<LiveLoad> start(std::shared_ptr<hub::Hub> hub, bool endless = true) {
    return LiveLoad::start({.world = world_,
                            .stream = world::Stream::kPageviews,
                            .hub = std::move(hub),
                            .clock = &clock_,
                            .endless = endless,
                            .on_backfilled = {}});
  }
  std::string expected(int partition, std::int64_t to_ms) {
    world::Deliveries rows;
    world_->deliveries(world::Stream::kPageviews, world_->backfill_start_ms(), to_ms, rows);
    std::string text;
    for (const auto& row : rows.rows) {
      std::string key = std::to_string(row.user_id);
      if (hub::partition_of(key, 2) != partition) continue;
      text += fmt::format("{} {} {}\n", row.arrival_ms, key, rows.value(row));
    }
    return text;
  }

  std::string dir_;
  base::ManualClock clock_;
  std::shared_ptr<const world::World> world_;
};

TEST_F(LiveLoadTest, BackfillThenLiveWithoutASeam) {
  auto hub = open_hub(base::Env::real(), "views");
  auto load = start(hub);
  ASSERT_TRUE(load->wait_backfilled({}));
  EXPECT_EQ(hub->frontier_ms(), world_->epoch_ms());
  clock_.advance(std::chrono::minutes(10));
  std::int64_t now = world_->epoch_ms() + 600'000;
  ASSERT_TRUE(hub->wait_frontier(now, {}));
  load->stop();
  for (int p : {0, 1}) EXPECT_EQ(content(*hub, p), expected(p, now));
  EXPECT_FALSE(content(*hub, 0).empty());
}

TEST_F(LiveLoadTest, GoesOnExactlyWhereItWasInterrupted) {
  base::CounterRandom random(1, 2, 3);
  for (int round = 0; round < 20; ++round) {
    auto hub = open_hub(base::Env::real(), fmt::format("views{}", round));
    // As after a kill: each partition has a prefix of its own length.
    for (int p : {0, 1}) {
      world::Deliveries rows;
      world_->deliveries(world::Stream::kPageviews, world_->backfill_start_ms(), world_->epoch_ms(),
                         rows);
      std::vector<hub::Hub::WorldRecord> records;
      std::vector<std::string> keys(rows.rows.size());
      for (size_t i = 0; i < rows.rows.size(); ++i) {
        keys[i] = std::to_string(rows.rows[i].user_id);
        if (hub::partition_of(keys[i], 2) != p) continue;
        records.push_back({rows.rows[i].arrival_ms, keys[i], rows.value(rows.rows[i])});
      }
      auto row = static_cast<std::uint64_t>(round * 2 + p);
      records.resize(random.below(row, records.size() + 1));
      ASSERT_TRUE(hub->append_world(p, records));
    }
    auto load = start(hub, false);
    ASSERT_TRUE(load->wait_backfilled({}));
    for (int p : {0, 1}) ASSERT_EQ(content(*hub, p), expected(p, world_->epoch_ms()));
  }
}

TEST_F(LiveLoadTest, AFullDiskIsShownAndOvercome) {
  base::FaultyEnv env;
  auto hub = open_hub(env, "views");
  env.set_disk_bytes(100'000);
  auto load = start(hub);
  while (load->status().error.empty()) std::this_thread::yield();
  EXPECT_FALSE(load->backfilled());
  env.set_disk_bytes(std::int64_t{1} << 40);
  ASSERT_TRUE(load->wait_backfilled({}));
  load->stop();
  EXPECT_TRUE(load->status().error.empty());
  for (int p : {0, 1}) EXPECT_EQ(content(*hub, p), expected(p, world_->epoch_ms()));
}

}  // namespace
}  // namespace load
