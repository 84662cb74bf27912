#include "load/live_load.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/faulty_env.h"
#include "base/random.h"
#include "load/tests/temp_dir.h"

namespace load {
namespace {

using world::Stream;
using world::World;

constexpr long kMinute = 60'000;

World live_world(double hours = 2) {
  world::Settings s;
  s.users = 200;
  s.vip_users = 100;
  s.products = 20;
  s.orders = 0;
  s.traffic_hours = hours;
  s.event_rate = 5;
  return World::create(s).value();
}

class LiveLoadTest : public TempDirTest {
 protected:
  std::shared_ptr<hub::Hub> open_hub(base::Env& env = base::Env::real()) {
    auto hub = hub::Hub::open({&env, &clock_}, dir_ + "/views", {.name = "views", .partitions = 3});
    EXPECT_TRUE(hub) << hub.error().message;
    return *hub;
  }
  std::unique_ptr<LiveLoad> start(const World& world, std::shared_ptr<hub::Hub> hub,
                                  LiveLoad::Mode mode = LiveLoad::Mode::kEndless) {
    return LiveLoad::start(world, {.hub = std::move(hub),
                                   .stream = stream_,
                                   .clock = &clock_,
                                   .mode = mode,
                                   .live_step = std::chrono::milliseconds(0),
                                   .retry_after = std::chrono::milliseconds(1)});
  }

  using Row = std::tuple<std::int64_t, std::string, std::string>;

  /// What partition `p` must hold of all that arrives before `to_ms`.
  std::vector<Row> expected(const World& world, const hub::Hub& hub, int p, std::int64_t to_ms) {
    world::Deliveries all;
    world.deliveries(stream_, world.backfill_start_ms(), to_ms, all);
    std::vector<Row> rows;
    for (const world::Delivery& d : all.rows) {
      std::string key = std::to_string(d.user_id);
      if (hub.partition_of(key) == p) rows.emplace_back(d.arrival_ms, key, all.value(d));
    }
    return rows;
  }
  static std::vector<Row> found(const hub::Hub& hub, int p) {
    std::vector<Row> rows;
    auto reader = hub.reader(p, 0);
    std::vector<hub::Record> records;
    for (;;) {
      EXPECT_TRUE(reader->next(INT64_MAX, 1 << 20, records));
      if (records.empty()) return rows;
      for (const hub::Record& r : records) {
        EXPECT_TRUE(r.from_world);
        rows.emplace_back(r.arrival_ms, r.key, r.value);
      }
    }
  }
  void expect_complete(const World& world, const hub::Hub& hub, std::int64_t to_ms) {
    std::size_t all = 0;
    for (int p = 0; p < hub.partitions(); ++p) {
      std::vector<Row> must = expected(world, hub, p, to_ms);
      EXPECT_EQ(found(hub, p), must) << "partition " << p;
      all += must.size();
    }
    EXPECT_GT(all, 100u);
  }

  base::ManualClock clock_{live_world().settings().epoch};
  Stream stream_ = Stream::kPageviews;
};

TEST_F(LiveLoadTest, BackfillsAndGoesOnWithTheClockWithoutASeam) {
  World world = live_world();
  for (Stream stream : {Stream::kPageviews, Stream::kStars}) {
    stream_ = stream;
    auto hub = open_hub();
    auto load = start(world, hub);
    ASSERT_TRUE(load->wait_backfilled({}));
    EXPECT_EQ(hub->frontier_ms(), world.epoch_ms());
    std::int64_t now = world.epoch_ms();
    for (std::int64_t step : {1L, 7L, 250L, 20 * kMinute, 1L, 3 * 60 * kMinute}) {
      now += step;
      clock_.set(base::from_millis(now));
      ASSERT_TRUE(hub->wait_frontier(now, {}));
      EXPECT_EQ(hub->frontier_ms(), now);
    }
    load->stop();
    expect_complete(world, *hub, now);
    LiveLoad::State state = load->state();
    EXPECT_TRUE(state.backfilled && state.ended);
    EXPECT_EQ(state.position_ms, now);
    EXPECT_EQ(state.error, "");
    (void)base::Env::real().remove_tree(dir_ + "/views");
    clock_.set(world.settings().epoch);
  }
}

TEST_F(LiveLoadTest, OnceEndsAtTheEpochAndLeavesTheFrontierToTheClock) {
  World world = live_world();
  auto hub = open_hub();
  for (int round = 0; round < 2; ++round) {
    auto load = start(world, hub, LiveLoad::Mode::kOnce);
    ASSERT_TRUE(load->wait_backfilled({}));
    clock_.advance(std::chrono::minutes(5));
    ASSERT_TRUE(hub->wait_frontier(base::to_millis(clock_.now()), {}));
  }
  expect_complete(world, *hub, world.epoch_ms());
}

TEST_F(LiveLoadTest, TheFrontierNeverPassesWhatIsAppended) {
  World world = live_world(12);
  auto hub = open_hub();
  auto load = start(world, hub);
  // Whatever F says at some moment must be in all partitions at that moment.
  for (int looks = 0; looks < 20; ++looks) {
    std::int64_t frontier = hub->frontier_ms();
    if (frontier == hub::kNoFrontier) continue;
    for (int p = 0; p < hub->partitions(); ++p) {
      std::vector<Row> have = found(*hub, p);
      std::erase_if(have, [&](const Row& row) { return std::get<0>(row) >= frontier; });
      EXPECT_EQ(have.size(), expected(world, *hub, p, frontier).size());
    }
  }
  ASSERT_TRUE(load->wait_backfilled({}));
}

TEST_F(LiveLoadTest, AFullDiskIsShownAndThenNothingIsLostOrDoubled) {
  World world = live_world();
  base::FaultyEnv env;
  auto hub = open_hub(env);
  env.set_disk_bytes(200'000);
  auto load = start(world, hub);
  auto wait_for_failures = [&](std::int64_t n) {
    while (load->state().failed_appends < n) std::this_thread::yield();
  };
  wait_for_failures(1);
  EXPECT_NE(load->state().error, "");
  EXPECT_FALSE(load->state().backfilled);
  for (std::int64_t more : {1'000, 50'000, 123'456}) {
    env.set_disk_bytes(more);
    // One failure may have been under way; the one after it has met this limit.
    wait_for_failures(load->state().failed_appends + 2);
  }
  env.set_disk_bytes(INT64_MAX);
  ASSERT_TRUE(load->wait_backfilled({}));
  EXPECT_EQ(load->state().error, "");
  load->stop();
  expect_complete(world, *hub, world.epoch_ms());
}

TEST_F(LiveLoadTest, ARemovedHubEndsTheLoad) {
  World world = live_world();
  auto hub = open_hub();
  hub->close();
  auto load = start(world, hub);
  auto waited = load->wait_backfilled({});
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, base::Code::kNotFound);
  EXPECT_TRUE(load->state().ended);
}

TEST_F(LiveLoadTest, WhatTheFrontierHasPassedIsRefused) {
  World world = live_world();
  auto hub = open_hub();
  hub->attach_generator();
  hub->advance_frontier(world.backfill_start_ms() + 90 * kMinute);
  auto load = start(world, hub);
  auto status = load->wait_ended({});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::Code::kFailedPrecondition);
  EXPECT_NE(status.error().message.find("replace the hub"), std::string::npos);
  EXPECT_NE(load->state().error.find("nothing more arrives before"), std::string::npos);
  for (int p = 0; p < hub->partitions(); ++p) EXPECT_EQ(hub->state(p).world_records, 0);
  EXPECT_EQ(hub->frontier_ms(), world.backfill_start_ms() + 90 * kMinute);
}

TEST_F(LiveLoadTest, AReplacedGeneratorGoesOnAndCountsRight) {
  World world = live_world();
  auto hub = open_hub();
  std::int64_t frontier_ms = hub::kNoFrontier, now = world.epoch_ms();
  for (int turn = 0; turn < 4; ++turn) {
    auto load = start(world, hub);
    ASSERT_TRUE(load->wait_backfilled({}));
    now += 7 * kMinute;
    clock_.set(base::from_millis(now));
    ASSERT_TRUE(hub->wait_frontier(now, {}));
    load->stop();
    EXPECT_GE(hub->frontier_ms(), frontier_ms);
    frontier_ms = hub->frontier_ms();
    std::size_t rows = 0;
    for (int p = 0; p < hub->partitions(); ++p) rows += expected(world, *hub, p, now).size();
    EXPECT_EQ(load->state().rows, static_cast<std::int64_t>(rows));
    EXPECT_EQ(load->state().position_ms, now);
    load.reset();
    clock_.set(base::from_millis(now += 3 * kMinute));  // nobody loads meanwhile
    EXPECT_EQ(hub->frontier_ms(), frontier_ms);
  }
  expect_complete(world, *hub, frontier_ms);
}

TEST_F(LiveLoadTest, AnotherGeneratorAfterOneThatHadEndedIsRefused) {
  World world = live_world();
  auto hub = open_hub();
  ASSERT_TRUE(start(world, hub, LiveLoad::Mode::kOnce)->wait_ended({}));
  clock_.set(base::from_millis(world.epoch_ms() + 30 * kMinute));
  std::int64_t frontier_ms = hub->frontier_ms();
  EXPECT_GE(frontier_ms, world.epoch_ms() + 30 * kMinute) << "it follows the clock";
  // The same again has nothing to add.
  EXPECT_TRUE(start(world, hub, LiveLoad::Mode::kOnce)->wait_ended({}));
  auto status = start(world, hub)->wait_ended({});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::Code::kFailedPrecondition);
  EXPECT_GE(hub->frontier_ms(), frontier_ms);
  expect_complete(world, *hub, world.epoch_ms());
}

TEST_F(LiveLoadTest, WaitingCanBeStopped) {
  World world = live_world(10'000);
  auto load = start(world, open_hub());
  std::stop_source stop;
  stop.request_stop();
  auto waited = load->wait_backfilled(stop.get_token());
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, base::Code::kCancelled);
}

/// Calls `load` in a process of its own and waits until that is killed.
template <typename Load>
void run_until_killed(Load load) {
  pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    load();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
}

TEST_F(LiveLoadTest, KilledAtAnyMomentItLosesAndDoublesNothing) {
  World world = live_world(6);
  base::CounterRandom random(7, 0, 0);
  std::int64_t now = world.epoch_ms(), killed_live = 0;
  auto most = static_cast<std::int64_t>(
      2 * world.expected_rows(stream_, world.backfill_start_ms(), world.epoch_ms()));
  for (std::uint64_t kill = 0; kill < 10; ++kill) {
    clock_.set(base::from_millis(now));
    // Half of the rows are live ones: the clock moves in steps as odd as they come.
    std::int64_t rows = most * static_cast<std::int64_t>(kill) / 10 +
                        static_cast<std::int64_t>(random.below(kill, most / 10));
    run_until_killed([&] {
      auto load = start(world, open_hub());
      for (std::int64_t step = 1; load->state().rows <= rows; step = step * 7 % 100'003) {
        clock_.advance(std::chrono::milliseconds(step));
      }
      ::kill(::getpid(), SIGKILL);  // while the load's thread is anywhere
    });
    auto hub = open_hub();
    now = std::max(now, hub->frontier_ms());
    killed_live += hub->frontier_ms() > world.epoch_ms();
  }
  EXPECT_TRUE(killed_live > 0 && killed_live < 10) << killed_live;
  clock_.set(base::from_millis(now));
  auto hub = open_hub();
  auto load = start(world, hub);
  ASSERT_TRUE(load->wait_backfilled({}));
  ASSERT_TRUE(hub->wait_frontier(now, {}));
  load->stop();
  std::int64_t last = now;
  for (int p = 0; p < hub->partitions(); ++p) {
    last = std::max(last, hub->state(p).last_arrival_ms + 1);
  }
  // What was appended beyond F by the last killed run is part of the world as well.
  clock_.set(base::from_millis(last));
  load = start(world, hub);
  ASSERT_TRUE(hub->wait_frontier(last, {}));
  load->stop();
  expect_complete(world, *hub, last);
}

TEST(BehindTail, LeavesOutWhatIsThere) {
  using R = hub::Hub::WorldRecord;
  std::vector<R> records{
      {10, "a", "1"}, {20, "b", "2"}, {20, "c", "3"}, {20, "d", "4"}, {30, "e", "5"}};
  auto left = [&](hub::Hub::Tail tail) { return behind_tail(records, tail).size(); };
  EXPECT_EQ(left({.empty = true}), 5u);
  EXPECT_EQ(left({5, 3, false}), 5u);
  EXPECT_EQ(left({10, 1, false}), 4u);
  EXPECT_EQ(left({20, 1, false}), 3u);
  EXPECT_EQ(left({20, 3, false}), 1u);
  EXPECT_EQ(left({25, 2, false}), 1u);
  EXPECT_EQ(left({30, 1, false}), 0u);
  EXPECT_EQ(left({99, 1, false}), 0u);
}

}  // namespace
}  // namespace load
