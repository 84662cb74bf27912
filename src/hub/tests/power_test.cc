// Loss of power: what others keep of a hub (a job's commit, a captured file) is never more durable
// than the hub itself, also where a process died between a write and its sync.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/faulty_env.h"
#include "base/testing/temp_dir.h"
#include "hub/capture.h"
#include "hub/capture_file.h"
#include "wire/record_batch.h"

namespace hub {
namespace {

constexpr std::int64_t kWindowMs = 5 * 60'000;
constexpr std::int64_t kBegin = 1'780'272'000'000;  // 2026-06-01T00:00:00Z

class PowerTest : public base::TempDirTest {
 protected:
  PowerTest() : clock_(base::from_millis(kBegin)) {}
  void SetUp() override { ASSERT_TRUE(env_.track_names(dir_ + "/covered")); }

  std::string hub_dir() const { return fmt::format("{}/hub{}", dir_, round_); }
  std::string lake_dir() const { return fmt::format("{}/lake{}", dir_, round_); }
  base::Result<std::shared_ptr<Hub>> open_hub() {
    return Hub::open(
        {&env_, &clock_, 1000}, hub_dir(),
        {.name = "views", .partitions = 1, .retention_hours = 1, .capture = {{lake_dir(), 5}}});
  }
  /// The process that held `hub` has died; another one opens it.
  std::shared_ptr<Hub> reopen(std::shared_ptr<Hub>& hub) {
    hub.reset();
    env_.revive();
    auto again = open_hub();
    EXPECT_TRUE(again) << (again ? "" : again.error().message) << ", round " << round_;
    return again ? *again : nullptr;
  }
  static base::Status world(Hub& hub, std::int64_t arrival_ms, int count = 1) {
    std::vector<Hub::WorldRecord> records(static_cast<std::size_t>(count), {arrival_ms, "k", "v"});
    return hub.append_world(0, records);
  }
  /// The offsets in all captured files; none twice.
  std::set<std::int64_t> captured() {
    std::set<std::int64_t> offsets;
    if (!std::filesystem::exists(lake_dir())) return offsets;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(lake_dir())) {
      if (entry.path().extension() != ".avro") continue;
      EXPECT_TRUE(read_capture_file(env_, entry.path().string(), [&](const CapturedEvent& event) {
        EXPECT_TRUE(offsets.insert(event.sequence_number).second) << event.sequence_number;
      }));
    }
    return offsets;
  }

  base::FaultyEnv env_;
  base::ManualClock clock_;
  int round_ = 0;
};

TEST_F(PowerTest, WhatWasSyncedStaysWithTheFrontierBehindIt) {
  auto hub = *open_hub();
  ASSERT_TRUE(world(*hub, kBegin, 3));
  hub->advance_frontier(kBegin + 1);
  ASSERT_TRUE(hub->sync());
  ASSERT_TRUE(world(*hub, kBegin + 1));
  hub->advance_frontier(kBegin + 2);
  hub.reset();
  ASSERT_TRUE(env_.drop_unsynced());
  hub = reopen(hub);
  EXPECT_EQ(hub->state(0).end_offset, 3);
  EXPECT_EQ(hub->frontier_ms(), kBegin + 1);
}

TEST_F(PowerTest, AFailedSyncOfTheFrontierIsNotForgotten) {
  auto hub = *open_hub();
  ASSERT_TRUE(world(*hub, kBegin));
  ASSERT_TRUE(hub->sync());
  hub->advance_frontier(kBegin + 7);
  env_.fail_sync(1);
  EXPECT_FALSE(hub->sync());
  ASSERT_TRUE(hub->sync());  // written anew
  hub.reset();
  ASSERT_TRUE(env_.drop_unsynced());
  hub = reopen(hub);
  EXPECT_EQ(hub->frontier_ms(), kBegin + 7);
}

TEST_F(PowerTest, AHubWhoseMakerDiedKeepsWhatItAcknowledges) {
  for (round_ = 1; round_ < 30; ++round_) {
    env_.die_after(round_);
    auto made = open_hub();
    bool died = env_.dead();
    std::shared_ptr<Hub> hub = made ? *made : nullptr;
    made = base::error(base::Code::kCancelled, "let go");
    hub = reopen(hub);
    ASSERT_TRUE(hub);
    wire::BatchBuilder builder;
    builder.start({});
    builder.add(1, {}, "acknowledged");
    ASSERT_TRUE(hub->append_outside(0, builder.finish(), true));
    hub.reset();
    ASSERT_TRUE(env_.drop_unsynced());
    hub = reopen(hub);
    ASSERT_TRUE(hub);
    EXPECT_EQ(hub->state(0).end_offset, 1) << "round " << round_;
    if (!died) break;
  }
  EXPECT_GT(round_, 5);
  EXPECT_LT(round_, 30);
}

TEST_F(PowerTest, CaptureHoldsNothingThatTheHubLost) {
  auto hub = *open_hub();
  auto capture = *Capture::open(env_, hub, "shop");
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(world(*hub, kBegin + i * kWindowMs, 2));
  hub->advance_frontier(kBegin + 4 * kWindowMs);
  ASSERT_TRUE(capture->step());
  EXPECT_EQ(captured().size(), 8u);
  capture.reset();
  hub.reset();
  ASSERT_TRUE(env_.drop_unsynced());
  hub = reopen(hub);
  EXPECT_EQ(hub->state(0).end_offset, 8);
  EXPECT_GE(hub->frontier_ms(), kBegin + 4 * kWindowMs);
  EXPECT_EQ(captured().size(), 8u);
}

TEST_F(PowerTest, WhatCaptureGoesOnFromIsThereWhenThePowerGoes) {
  bool died = true;
  for (round_ = 1; died && round_ < 80; ++round_) {
    auto hub = *open_hub();
    auto capture = *Capture::open(env_, hub, "shop");
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(world(*hub, kBegin + i * kWindowMs, 2));
    hub->advance_frontier(kBegin + 3 * kWindowMs);
    env_.die_after(round_);
    (void)capture->step();
    died = env_.dead();
    capture.reset();
    hub = reopen(hub);
    ASSERT_TRUE(env_.remove_file(hub_dir() + "/capture.json"));
    capture = *Capture::open(env_, hub, "shop");
    ASSERT_TRUE(capture->step());
    capture.reset();
    hub.reset();
    ASSERT_TRUE(env_.drop_unsynced());
    hub = reopen(hub);
    capture = *Capture::open(env_, hub, "shop");
    ASSERT_TRUE(capture->step());
    EXPECT_EQ(captured().size(), 6u) << "round " << round_;
  }
  EXPECT_FALSE(died);
}

TEST_F(PowerTest, NoWrongByteOfCapturesProgressTakesWhatIsCaptured) {
  auto hub = *open_hub();
  auto capture = *Capture::open(env_, hub, "shop");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(world(*hub, kBegin + i * kWindowMs, 2));
  hub->advance_frontier(kBegin + 3 * kWindowMs);
  ASSERT_TRUE(capture->step());
  std::string progress = env_.read_file(hub_dir() + "/capture.json").value();
  for (std::size_t at = 0; at < progress.size(); ++at) {
    std::string damaged = progress;
    damaged[at] ^= 1;  // a digit stays a digit
    capture.reset();
    ASSERT_TRUE(env_.write_file(hub_dir() + "/capture.json", damaged));
    capture = *Capture::open(env_, hub, "shop");
    ASSERT_EQ(captured().size(), 6u) << damaged;
  }
}

TEST_F(PowerTest, AWindowThatRetentionCutIsNotWrittenAgain) {
  auto hub = *open_hub();
  auto capture = *Capture::open(env_, hub, "shop");
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(world(*hub, kBegin + i, 1));
  hub->advance_frontier(kBegin + kWindowMs);
  std::string before = env_.read_file(hub_dir() + "/capture.json").value();
  ASSERT_TRUE(capture->step());
  ASSERT_EQ(captured().size(), 40u);
  // The process died before it noted how far it was, and retention was faster than the next one.
  capture.reset();
  ASSERT_TRUE(env_.write_file(hub_dir() + "/capture.json", before));
  hub->advance_frontier(kBegin + 2 * 3'600'000);
  ASSERT_TRUE(hub->apply_retention());
  ASSERT_GT(hub->state(0).start_offset, 0);
  ASSERT_LT(hub->state(0).start_offset, 40);
  capture = *Capture::open(env_, hub, "shop");
  ASSERT_TRUE(capture->step());
  EXPECT_EQ(captured().size(), 40u);
}

}  // namespace
}  // namespace hub
