#include "grade/key_traffic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "grade/key_tally.h"
#include "grade/tasks.h"
#include "grade/tests/small_world_internal.h"

namespace grade {
namespace {

constexpr std::int64_t kMinute = 60'000;

Event event_at(std::int64_t time_s, std::int64_t arrival_s) {
  return {.arrival_ms = arrival_s * 1000, .event_time_ms = time_s * 1000};
}

TEST(PolicyClock, LateFirstThenOutOfOrder) {
  PolicyClock clock({.late_s = 60, .out_of_order_s = 50});
  auto time_s = [&](Event event) {
    clock.apply(event);
    EXPECT_FALSE(event.dropped);
    return event.time_ms / 1000;
  };
  EXPECT_EQ(clock.watermark_ms(100'000), 40'000);  // nothing seen: frontier - 60
  EXPECT_EQ(time_s(event_at(1000, 1000)), 1000);
  EXPECT_EQ(time_s(event_at(950, 1001)), 950);    // exactly at the bound: in order enough
  EXPECT_EQ(time_s(event_at(949, 1002)), 950);    // 51 s below the largest
  EXPECT_EQ(time_s(event_at(100, 1003)), 950);    // late: 943, then below the largest - 50
  EXPECT_EQ(time_s(event_at(1100, 2000)), 1940);  // late alone: arrival - 60
  EXPECT_EQ(clock.watermark_ms(2'000'000), 1'940'000);
  EXPECT_EQ(clock.watermark_ms(1'900'000), 1'890'000);
}

TEST(PolicyClock, DropLeavesNoTrace) {
  PolicyClock clock({.late_s = 60, .out_of_order_s = 50, .drop = true});
  Event late = event_at(100, 161), early = event_at(500, 500), disordered = event_at(449, 501);
  clock.apply(late);
  clock.apply(early);
  clock.apply(disordered);
  EXPECT_TRUE(late.dropped);
  EXPECT_FALSE(early.dropped);
  EXPECT_TRUE(disordered.dropped);
}

TEST(WindowEnd, ClosedAtTheEnd) {
  EXPECT_EQ(window_end_ms(0, 300'000), 0);
  EXPECT_EQ(window_end_ms(1, 300'000), 300'000);
  EXPECT_EQ(window_end_ms(300'000, 300'000), 300'000);
  EXPECT_EQ(window_end_ms(300'001, 300'000), 600'000);
  EXPECT_EQ(window_end_ms(-1, 300'000), 0);
}

class Traffic : public ::testing::Test {
 protected:
  TrafficKey key(int partitions = 3, std::int64_t job_cut_ms = 0) {
    return TrafficKey({.world = &world_,
                       .partitions = partitions,
                       .to_ms = world_.epoch_ms() + 30 * kMinute,
                       .job_cut_ms = job_cut_ms == 0 ? world_.epoch_ms() : job_cut_ms,
                       .chunk_ms = 40 * kMinute});
  }
  world::World world_ = small_world();
};

/// By the words of the rules, on all events at once.
TEST_F(Traffic, NumbersAndTimesAreThoseOfThePlainRules) {
  world::Deliveries all;
  auto traffic = key();
  world_.deliveries(world::Stream::kPageviews, world_.backfill_start_ms(),
                    world_.epoch_ms() + 30 * kMinute, all);
  std::vector<Event> plain;
  read_events(all, world::Stream::kPageviews, 3, plain);
  std::vector<std::int64_t> offsets(3);
  for (Event& e : plain) e.offset = offsets[static_cast<std::size_t>(e.partition)]++;
  std::ranges::sort(plain, {},
                    [](const Event& e) { return std::tuple(e.arrival_ms, e.partition, e.offset); });
  std::int64_t largest = 0;
  int late = 0, disordered = 0;
  std::map<std::pair<int, std::int64_t>, std::int64_t> times;
  for (Event& e : plain) {
    if (e.malformed) continue;
    std::int64_t t = std::max(e.event_time_ms, e.arrival_ms - 60'000);
    late += t != e.event_time_ms;
    disordered += t < largest - 50'000;
    t = std::max(t, largest - 50'000);
    largest = std::max(largest, t);
    times[{e.partition, e.offset}] = t;
  }
  EXPECT_GT(late, 20);
  EXPECT_GT(disordered, 5);

  std::size_t seen = 0;
  ASSERT_TRUE(traffic.read_all(
      [&](const EventChunk& chunk) {
        for (const Event& e : chunk.events) {
          if (e.malformed) continue;
          ++seen;
          auto it = times.find({e.partition, e.offset});
          ASSERT_NE(it, times.end());
          ASSERT_EQ(it->second, e.time_ms);
        }
      },
      {}));
  EXPECT_EQ(seen, times.size());
}

TEST_F(Traffic, ChunksInParallelGiveWhatOneThreadGives) {
  auto parallel = key(), single = key();
  ASSERT_GT(parallel.chunks(), 1u);
  WindowTally windows_p(5 * kMinute, world_.epoch_ms()), windows_s(5 * kMinute, world_.epoch_ms());
  TableTally raw_p(stream_table(world_, world::Stream::kPageviews, Rows::kRaw, world_.epoch_ms()));
  TableTally raw_s(raw_p.table());
  std::vector<Task> tasks;
  for (std::size_t i = 0; i < parallel.chunks(); ++i) {
    tasks.push_back([&, i] {
      parallel.read_chunk(i, [&](const EventChunk& chunk) {
        windows_p.add(chunk);
        raw_p.add(chunk);
      });
    });
  }
  ASSERT_TRUE(run_tasks(tasks, 3, {}));
  ASSERT_TRUE(single.read_all(
      [&](const EventChunk& chunk) {
        windows_s.add(chunk);
        raw_s.add(chunk);
      },
      {}));
  EXPECT_EQ(raw_p.print(), raw_s.print());
  EXPECT_EQ(windows_p.counts(), windows_s.counts());
  EXPECT_GT(windows_p.counts().size(), 36u);
}

TEST_F(Traffic, WatermarkIsThatAtTheJobsCut) {
  std::int64_t cut = world_.epoch_ms() - 17 * kMinute - 1;
  auto traffic = key(2, cut);
  std::int64_t largest = 0;
  for (std::size_t i = 0; i < traffic.chunks(); ++i) {
    traffic.read_chunk(i, [&](const EventChunk& chunk) {
      for (const Event& e : chunk.events) {
        if (e.arrival_ms < cut && !e.malformed) largest = std::max(largest, e.time_ms);
      }
    });
  }
  EXPECT_EQ(traffic.watermark_ms(), std::max(largest - 50'000, cut - 60'000));
}

TEST_F(Traffic, BinsAddUp) {
  auto traffic = key(2);
  BinTally bins(2, world_.epoch_ms());
  ASSERT_TRUE(traffic.read_all([&](const EventChunk& chunk) { bins.add(chunk); }, {}));
  for (const Bins& bin : bins.bins()) {
    EXPECT_GT(bin.dead, 0);
    EXPECT_EQ(bin.sent, bin.raw + bin.dead + bin.dropped);
  }
}

}  // namespace
}  // namespace grade
