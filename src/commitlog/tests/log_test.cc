#include "commitlog/log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/faulty_env.h"
#include "base/testing/temp_dir.h"

namespace commitlog {
namespace {

using base::Code;
using base::Env;

class LogTest : public base::TempDirTest {
 protected:
  std::unique_ptr<Log> open(LogOptions options = {}, Env& env = Env::real()) {
    auto log = Log::open(env, dir_, options);
    EXPECT_TRUE(log) << log.error().message;
    return std::move(*log);
  }
  static std::string batch(int records, std::int64_t ms, std::int64_t producer = -1,
                           std::int32_t sequence = -1) {
    wire::BatchBuilder builder;
    builder.start({producer, 0, sequence});
    for (int i = 0; i < records; ++i) builder.add(ms, "key", "value " + std::to_string(ms));
    auto bytes = builder.finish();
    return {bytes.data(), bytes.size()};
  }
  static base::Result<std::int64_t> append(Log& log, int records, std::int64_t ms) {
    std::string bytes = batch(records, ms);
    return log.append(bytes);
  }
  /// Base timestamps of all batches from `offset`, in order.
  static std::vector<std::int64_t> times(const Log& log, std::int64_t offset,
                                         std::size_t max_bytes = 1000) {
    std::vector<std::int64_t> out;
    Cursor cursor(log, offset);
    for (;;) {
      auto chunk = cursor.next(max_bytes);
      EXPECT_TRUE(chunk) << chunk.error().message;
      if (!chunk || chunk->empty()) return out;
      for (std::string_view rest = *chunk; !rest.empty();) {
        auto header = wire::read_batch_header(rest);
        EXPECT_TRUE(header);
        out.push_back(header->base_timestamp_ms);
        rest.remove_prefix(header->bytes());
      }
    }
  }
  std::vector<base::DirEntry> files() const { return *Env::real().list(dir_); }
};

TEST_F(LogTest, AppendsReadsAndReopens) {
  auto log = open();
  EXPECT_EQ(log->end_offset(), 0);
  EXPECT_FALSE(log->max_timestamp_ms());
  EXPECT_EQ(*append(*log, 3, 10), 0);
  EXPECT_EQ(*append(*log, 2, 20), 3);
  EXPECT_EQ(times(*log, 0), (std::vector<std::int64_t>{10, 20}));
  EXPECT_EQ(times(*log, 2), (std::vector<std::int64_t>{10, 20}));  // the batch that contains 2
  EXPECT_EQ(times(*log, 3), (std::vector<std::int64_t>{20}));
  EXPECT_TRUE(times(*log, 5).empty());
  Cursor outside(*log, 6);
  EXPECT_EQ(outside.next(100).error().code, Code::kNotFound);
  log = open();
  EXPECT_EQ(log->end_offset(), 5);
  EXPECT_EQ(*append(*log, 1, 30), 5);
  EXPECT_EQ(times(*log, 0), (std::vector<std::int64_t>{10, 20, 30}));
  EXPECT_EQ(*log->max_timestamp_ms(), 30);
}

TEST_F(LogTest, RollsFindsAndRebuildsIndexes) {
  LogOptions small{.segment_bytes = 4000, .index_interval_bytes = 300};
  auto log = open(small);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(append(*log, 2, i * 10));
  auto check = [&] {
    EXPECT_EQ(log->end_offset(), 400);
    for (int i = 0; i < 400; i += 7) {
      auto found = times(*log, i, 1);
      ASSERT_FALSE(found.empty()) << i;
      ASSERT_EQ(found.front(), i / 2 * 10) << i;
      EXPECT_EQ(*log->offset_for_time(i / 2 * 10), i / 2 * 2);
      EXPECT_EQ(*log->offset_for_time(i / 2 * 10 - 9), i / 2 * 2);
    }
    EXPECT_EQ(times(*log, 0).size(), 200U);
    EXPECT_EQ(*log->offset_for_time(1991), 400);
    EXPECT_EQ(*log->offset_for_time(-5), 0);
  };
  check();
  log = open(small);
  check();
  int indexes = 0;
  for (const auto& entry : files()) {
    if (!entry.name.ends_with(".index")) continue;
    std::string path = dir_ + "/" + entry.name;
    if (++indexes % 2 == 0) {
      ASSERT_TRUE(Env::real().remove_file(path));
    } else {
      ASSERT_TRUE(Env::real().write_file(path, "not an index at all"));
    }
  }
  EXPECT_GT(indexes, 3);
  log = open(small);
  check();
}

TEST_F(LogTest, AFullSegmentIsTrustedOnlyAsFarAsItWasSynced) {
  LogOptions small{.segment_bytes = 4000, .index_interval_bytes = 300};
  {
    auto log = open(small);
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(append(*log, 2, i * 10));
  }
  std::vector<std::string> segments;
  for (const auto& entry : files()) {
    if (entry.name.ends_with(".log")) segments.push_back(dir_ + "/" + entry.name);
  }
  ASSERT_GT(segments.size(), 4u);
  const std::int64_t second = std::stoll(segments[1].substr(segments[1].size() - 24, 20));
  const std::int64_t third = std::stoll(segments[2].substr(segments[2].size() - 24, 20));
  // As after a loss of power: the size is there, the bytes are not.
  std::string bytes = *Env::real().read_file(segments[1]);
  std::fill(bytes.begin() + 1000, bytes.end(), '\0');
  ASSERT_TRUE(Env::real().write_file(segments[1], bytes));
  small.promised_end = third;
  EXPECT_EQ(open(small)->end_offset(), 400) << "it was synced: whoever reads it is told";
  small.promised_end = second;
  auto log = open(small);
  EXPECT_GT(log->end_offset(), second);
  EXPECT_LT(log->end_offset(), third);
  EXPECT_EQ(times(*log, 0).size(), static_cast<std::size_t>(log->end_offset()) / 2);
}

TEST_F(LogTest, TornTailIsCutAtEveryByteOfTheLastBatch) {
  std::uint64_t before = 0, after = 0;
  {
    auto log = open();
    ASSERT_TRUE(append(*log, 3, 10));
    before = log->bytes();
    ASSERT_TRUE(append(*log, 3, 20));
    after = log->bytes();
  }
  std::string path = dir_ + "/00000000000000000000.log";
  std::string whole = *Env::real().read_file(path);
  ASSERT_EQ(whole.size(), after);
  for (std::uint64_t cut = before; cut < after; ++cut) {
    ASSERT_TRUE(Env::real().write_file(path, std::string_view(whole).substr(0, cut)));
    auto log = open();
    ASSERT_EQ(log->end_offset(), 3) << cut;
    ASSERT_EQ(*append(*log, 1, 30), 3);
    ASSERT_EQ(times(*log, 0), (std::vector<std::int64_t>{10, 30}));
    std::string torn = whole;  // lengths right, contents not: as after loss of power
    for (std::uint64_t i = cut; i < after; ++i) torn[i] = 0;
    ASSERT_TRUE(Env::real().write_file(path, torn));
    ASSERT_EQ(open()->end_offset(), torn == whole ? 6 : 3) << cut;
  }
}

TEST_F(LogTest, SegmentsBehindDamageAreKeptAside) {
  LogOptions small{.segment_bytes = 1000};
  {
    auto log = open(small);
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(append(*log, 1, i));
  }
  std::string first = dir_ + "/00000000000000000000.log";
  std::string bytes = *Env::real().read_file(first);
  ASSERT_TRUE(Env::real().write_file(first, std::string_view(bytes).substr(0, 150)));
  auto log = open(small);
  EXPECT_EQ(log->end_offset(), 1);
  ASSERT_EQ(*append(*log, 1, 99), 1);
  EXPECT_EQ(times(*log, 0), (std::vector<std::int64_t>{0, 99}));
  int lost = 0;
  for (const auto& entry : files()) lost += entry.name.ends_with(".lost");
  EXPECT_GT(lost, 2);
  log = open(small);
  EXPECT_EQ(log->end_offset(), 2);
}

TEST_F(LogTest, DamageInTheMiddleIsReportedWithItsPlace) {
  auto log = open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(append(*log, 1, i));
  std::string path = dir_ + "/00000000000000000000.log";
  std::string bytes = *Env::real().read_file(path);
  bytes[bytes.size() / 3 + 65] ^= 1;
  {  // in place, as a bad disk does it
    auto file = Env::real().open(path, Env::Open::kAppend);
    ASSERT_TRUE((*file)->truncate(0));
    ASSERT_TRUE((*file)->append(bytes));
  }
  Cursor cursor(*log, 0);
  EXPECT_FALSE(cursor.next(1 << 20)->empty());
  auto damaged = cursor.next(1 << 20);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, Code::kDataLoss);
  EXPECT_NE(damaged.error().message.find(path), std::string::npos);
}

TEST_F(LogTest, FullDiskLeavesTheLogUnchanged) {
  base::FaultyEnv env;
  auto log = open({}, env);
  ASSERT_TRUE(append(*log, 1, 1));
  std::uint64_t bytes = log->bytes();
  for (std::int64_t room = 0; room < static_cast<std::int64_t>(bytes); room += 9) {
    env.set_disk_bytes(room);
    auto refused = append(*log, 1, 2);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kResourceExhausted);
    EXPECT_NE(refused.error().message.find(dir_), std::string::npos);
    EXPECT_EQ(log->bytes(), bytes);
    EXPECT_EQ(Env::real().read_file(dir_ + "/00000000000000000000.log")->size(), bytes);
  }
  env.set_disk_bytes(1 << 20);
  EXPECT_EQ(*append(*log, 1, 3), 1);
  EXPECT_EQ(times(*log, 0), (std::vector<std::int64_t>{1, 3}));
}

TEST_F(LogTest, WhatWasSyncedSurvivesLossOfPower) {
  base::FaultyEnv env;
  LogOptions small{.segment_bytes = 500};
  {
    auto log = open(small, env);
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(append(*log, 1, i));
    ASSERT_TRUE(log->sync(20));
    for (int i = 20; i < 40; ++i) ASSERT_TRUE(append(*log, 1, i));
  }
  ASSERT_TRUE(env.drop_unsynced());
  auto log = open(small, env);
  EXPECT_GE(log->end_offset(), 20);
  auto found = times(*log, 0);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(found[static_cast<size_t>(i)], i);
}

TEST_F(LogTest, AFailedSyncClosesForWriting) {
  base::FaultyEnv env;
  auto log = open({}, env);
  ASSERT_TRUE(append(*log, 1, 1));
  env.fail_sync(1);
  EXPECT_FALSE(log->sync(1));
  EXPECT_EQ(append(*log, 1, 2).error().code, Code::kFailedPrecondition);
  log = open({}, env);
  EXPECT_TRUE(append(*log, 1, 2));
}

TEST_F(LogTest, AFailedSyncIsForGoodAndForAll) {
  base::FaultyEnv env;
  auto log = open({}, env);
  ASSERT_TRUE(append(*log, 1, 1));
  ASSERT_TRUE(log->sync(1));
  ASSERT_TRUE(append(*log, 2, 2));
  EXPECT_TRUE(log->health());
  env.fail_sync(1);
  EXPECT_EQ(log->sync(2).error().code, Code::kFailedPrecondition);
  for (int i = 0; i < 3; ++i) {  // the disk does well again; what it dropped is dropped
    auto again = log->sync(3);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Code::kFailedPrecondition);
  }
  EXPECT_TRUE(log->sync(1)) << "that was durable before";
  EXPECT_EQ(append(*log, 1, 3).error().code, Code::kFailedPrecondition);
  ASSERT_FALSE(log->health());
  EXPECT_NE(log->health().error().message.find(dir_), std::string::npos);
  EXPECT_EQ(times(*log, 0), (std::vector<std::int64_t>{1, 2}));
}

TEST_F(LogTest, AFailedSyncFailsAllWhoWaitForIt) {
  base::FaultyEnv env;
  auto log = open({}, env);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(append(*log, 1, i));
  env.fail_sync(1);
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&, i] { failed += log->sync(i + 1) ? 0 : 1; });
    }
  }
  EXPECT_EQ(failed, 4);
}

TEST_F(LogTest, WhatAFailedSyncLeftInTheCacheIsWrittenAnewByRecovery) {
  base::FaultyEnv env;
  LogOptions small{.segment_bytes = 500};
  auto marked = [&] {
    return std::ranges::any_of(*Env::real().list(dir_), [](const base::DirEntry& entry) {
      return entry.name.ends_with(".unsynced");
    });
  };
  {
    auto log = open(small, env);
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(append(*log, 1, i));
    ASSERT_TRUE(log->sync(4));
    for (int i = 4; i < 16; ++i) ASSERT_TRUE(append(*log, 1, i));
    env.fail_sync(1);
    env.set_disk_bytes(0);  // a full disk is no reason to forget it
    EXPECT_FALSE(log->sync(16));
    env.set_disk_bytes(INT64_MAX);
    EXPECT_TRUE(marked());
  }
  // Opening alone makes it durable: afterwards nothing is dirty that a sync could find.
  auto log = open(small, env);
  EXPECT_EQ(log->end_offset(), 16);
  EXPECT_FALSE(marked());
  log.reset();
  ASSERT_TRUE(env.drop_unsynced());
  EXPECT_EQ(times(*open(small, env), 0).size(), 16U);
}

TEST_F(LogTest, MoreSegmentsThanFilesMayBeOpen) {
  LogOptions tiny{.segment_bytes = 100};
  std::vector<std::unique_ptr<Log>> logs;
  for (int n = 0; n < 8; ++n) {
    logs.push_back(*Log::open(Env::real(), fmt::format("{}/{}", dir_, n), tiny));
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(append(*logs.back(), 1, i));
  }
  Cursor early(*logs[0], 0);
  ASSERT_TRUE(early.next(1));
  for (auto& log : logs) {
    ASSERT_EQ(times(*log, 0, 1).size(), 100U);
  }
  std::size_t open_files = Env::real().list("/proc/self/fd")->size();
  EXPECT_LT(open_files, 600U);  // of 800 segments
  ASSERT_TRUE(early.next(1));
  // Who reads a log whose folder goes away reads on.
  ASSERT_TRUE(logs[1]->keep_open());
  ASSERT_TRUE(Env::real().remove_tree(fmt::format("{}/1", dir_)));
  EXPECT_EQ(times(*logs[1], 0, 1).size(), 100U);
}

TEST_F(LogTest, RetentionDropsFullSegmentsOnly) {
  LogOptions small{.segment_bytes = 1000};
  auto log = open(small);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(append(*log, 1, i));
  Cursor early(*log, 0);
  ASSERT_TRUE(early.next(1));
  ASSERT_TRUE(log->drop_before(50));
  std::int64_t start = log->start_offset();
  EXPECT_GT(start, 30);
  EXPECT_LE(start, 50);
  EXPECT_EQ(early.next(1).error().code, Code::kNotFound);
  ASSERT_TRUE(log->drop_before(1000));
  EXPECT_LT(log->start_offset(), 100);
  log = open(small);
  EXPECT_EQ(log->end_offset(), 100);
  EXPECT_EQ(times(*log, log->start_offset()).back(), 99);
}

TEST_F(LogTest, ProducersAreRememberedWhenRetentionTookTheirBatches) {
  LogOptions small{.segment_bytes = 600};
  auto log = open(small);
  std::string first = batch(2, 1, 7, 5);
  ASSERT_TRUE(log->append(first));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(append(*log, 1, 100 * round + i));
    ASSERT_TRUE(log->drop_before(100 * round + 25));
    EXPECT_GT(log->start_offset(), 2);
    log = open(small);
    auto known = log->producer(7);
    ASSERT_TRUE(known) << round;
    EXPECT_EQ(known->last().last_sequence, 6);
  }
  int indexes = 0, segments = 0;
  for (const auto& file : files()) {
    indexes += file.name.ends_with(".index") ? 1 : 0;
    segments += file.name.ends_with(".log") ? 1 : 0;
  }
  EXPECT_LE(indexes, segments);  // the last segment has none, and one of a dropped one stays
}

TEST_F(LogTest, ProducersAreRememberedWhenRetentionAndThePowerTookTheirBatches) {
  base::FaultyEnv env;
  LogOptions small{.segment_bytes = 600};
  auto log = open(small, env);
  std::string first = batch(2, 1, 7, 5);
  ASSERT_TRUE(log->append(first));
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(append(*log, 1, i));
  ASSERT_TRUE(log->sync(log->end_offset()));
  ASSERT_TRUE(log->drop_before(25));
  ASSERT_GT(log->start_offset(), 2);
  log.reset();
  ASSERT_TRUE(env.drop_unsynced());
  log = open(small, env);
  ASSERT_TRUE(log->producer(7));
  EXPECT_EQ(log->producer(7)->last().last_sequence, 6);
}

TEST_F(LogTest, TheLastTimestampIsKnownWhenRetentionAndThePowerTookAllThatHadIt) {
  base::FaultyEnv env;
  LogOptions small{.segment_bytes = 600};
  auto log = open(small, env);
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(append(*log, 1, i));  // each offset's time is the offset
  ASSERT_TRUE(log->sync(log->end_offset()));
  const std::size_t before = files().size();
  int time = 30;
  while (files().size() == before) ASSERT_TRUE(append(*log, 1, time++));
  ASSERT_TRUE(log->drop_before(1000));
  EXPECT_EQ(*log->max_timestamp_ms(), time - 1);
  log.reset();
  ASSERT_TRUE(env.drop_unsynced());
  log = open(small, env);
  ASSERT_TRUE(log->max_timestamp_ms());
  EXPECT_GE(*log->max_timestamp_ms(), log->start_offset() - 1);
}

TEST_F(LogTest, WhereverThePowerGoesWhileSegmentsAreDroppedTheLastTimestampIsKnown) {
  LogOptions small{.segment_bytes = 600};
  bool died = true;
  for (int change = 1; died; ++change) {
    ASSERT_TRUE(Env::real().remove_tree(dir_));
    base::FaultyEnv env;
    auto log = open(small, env);
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(append(*log, 1, i));  // nothing of it is synced
    env.die_after(change);
    (void)log->drop_before(1000);
    died = env.dead();
    log.reset();
    env.revive();
    ASSERT_TRUE(env.drop_unsynced());
    log = open(small, env);
    if (log->start_offset() == 0) continue;
    ASSERT_TRUE(log->max_timestamp_ms()) << change;
    EXPECT_GE(*log->max_timestamp_ms(), log->start_offset() - 1) << change;
  }
}

TEST_F(LogTest, ProducersAreRememberedAcrossSegmentsAndRestarts) {
  LogOptions small{.segment_bytes = 600, .pinned_producer = 7, .producers_max = 3};
  auto log = open(small);
  std::string first = batch(2, 1, 7, 0x7FFFFFFF);
  ASSERT_TRUE(log->append(first));
  for (int i = 0; i < 30; ++i) {
    std::string next = batch(1, i, 100 + i, 5);
    ASSERT_TRUE(log->append(next));
  }
  for (int round = 0; round < 2; ++round) {
    auto pinned = log->producer(7);
    ASSERT_TRUE(pinned);
    EXPECT_EQ(pinned->last().last_sequence, 0);  // wrapped
    EXPECT_EQ(pinned->last().last_offset, 1);
    EXPECT_EQ(log->producer(129)->last().last_offset, 31);
    EXPECT_FALSE(log->producer(100));
    log = open(small);
  }
}

TEST_F(LogTest, FiveBatchesOfAProducerAreRememberedAcrossSegmentsAndRestarts) {
  LogOptions small{.segment_bytes = 300};
  auto log = open(small);
  for (int i = 0; i < 9; ++i) {
    std::string next = batch(2, 1000 + i, 77, 2 * i);
    ASSERT_TRUE(log->append(next));
  }
  for (int round = 0; round < 3; ++round) {
    auto known = log->producer(77);
    ASSERT_TRUE(known);
    ASSERT_EQ(known->batches.size(), 5U);
    for (int i = 0; i < 5; ++i) {
      ProducerBatch expected{8 + 2 * i, 9 + 2 * i, 8 + 2 * i, 9 + 2 * i, 1004 + i};
      EXPECT_EQ(known->batches[static_cast<std::size_t>(i)], expected);
    }
    log = open(small);
    if (round == 0) continue;
    for (const auto& entry : files()) {  // the indexes are made again
      if (entry.name.ends_with(".index")) {
        ASSERT_TRUE(Env::real().remove_file(dir_ + "/" + entry.name));
      }
    }
    log = open(small);
  }
}

}  // namespace
}  // namespace commitlog
