// A job's commit is never more durable than the hub that it was made from.
#include <gtest/gtest.h>

#include "base/faulty_env.h"
#include "base/testing/temp_dir.h"
#include "stream/hub_source.h"
#include "stream/runner.h"

namespace stream {
namespace {

constexpr std::int64_t kArrival = 1'780'272'000'000;

class JobPowerTest : public base::TempDirTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(env_.track_names(dir_ + "/covered"));
    options_.name = "job";
    options_.query = "SELECT a INTO raw FROM views";
    options_.outputs["raw"] = {OutputSpec::Type::kLake, "bronze", "raw", OutputSpec::Format::kJson};
    options_.lake_root = dir_ + "/lake";
    options_.state_dir = dir_ + "/state";
    options_.env = &env_;
  }
  std::shared_ptr<hub::Hub> open_hub() {
    auto hub = hub::Hub::open({&env_, &clock_}, dir_ + "/hub", {.name = "views", .partitions = 2});
    EXPECT_TRUE(hub) << (hub ? "" : hub.error().message);
    return hub ? *hub : nullptr;
  }
  std::unique_ptr<Runner> open_job(const std::shared_ptr<hub::Hub>& hub) {
    options_.inputs["views"] = make_hub_source(hub, env_, "shop");
    auto runner = Runner::open(options_);
    EXPECT_TRUE(runner) << (runner ? "" : runner.error().message);
    return runner ? std::move(*runner) : nullptr;
  }
  static void send(hub::Hub& hub, std::int64_t arrival_ms) {
    for (int p = 0; p < 2; ++p) {
      hub::Hub::WorldRecord record{arrival_ms, "k", R"({"a":1})"};
      ASSERT_TRUE(hub.append_world(p, {&record, 1}));
    }
    hub.advance_frontier(arrival_ms + 1);
  }

  base::FaultyEnv env_;
  base::ManualClock clock_;
  JobOptions options_;
};

TEST_F(JobPowerTest, WhatIsCommittedIsStillInTheHub) {
  auto hub = open_hub();
  auto job = open_job(hub);
  for (int i = 0; i < 5; ++i) {
    send(*hub, kArrival + i);
    while (*job->step()) {
    }
    ASSERT_TRUE(job->checkpoint());
  }
  send(*hub, kArrival + 5);  // nobody was promised these
  job.reset();
  hub.reset();
  ASSERT_TRUE(env_.drop_unsynced());
  env_.revive();
  hub = open_hub();
  ASSERT_TRUE(hub);
  for (int p = 0; p < 2; ++p) EXPECT_EQ(hub->state(p).end_offset, 5) << p;
  EXPECT_GE(hub->frontier_ms(), kArrival + 5);
  // Other records come in the place of the lost ones, and are read.
  job = open_job(hub);
  send(*hub, kArrival + 7);
  while (*job->step()) {
  }
  ASSERT_TRUE(job->checkpoint());
  EXPECT_EQ((*lake::read_manifest(env_, options_.lake_root, "job"))->outputs["raw"].rows, 12);
}

TEST_F(JobPowerTest, WhatTheDiskRefusesIsNotCommitted) {
  auto hub = open_hub();
  auto job = open_job(hub);
  send(*hub, kArrival);
  while (*job->step()) {
  }
  env_.fail_sync(1, 1000);
  EXPECT_FALSE(job->checkpoint());
  env_.fail_sync(0);
  EXPECT_FALSE(lake::read_manifest(env_, options_.lake_root, "job")->has_value());
}

TEST_F(JobPowerTest, WhatAJobGoesOnFromIsThereWhenThePowerGoes) {
  auto hub = open_hub();
  bool died = true;
  for (int round = 1; died && round < 60; ++round) {
    auto job = open_job(hub);
    ASSERT_TRUE(job);
    send(*hub, kArrival + round);
    while (*job->step()) {
    }
    env_.die_after(round);
    (void)job->checkpoint();
    died = env_.dead();
    job.reset();
    hub.reset();
    env_.revive();
    hub = open_hub();
    job = open_job(hub);
    ASSERT_TRUE(job);
    std::int64_t version = job->status().version;
    job.reset();
    hub.reset();
    ASSERT_TRUE(env_.drop_unsynced());
    hub = open_hub();
    job = open_job(hub);
    ASSERT_TRUE(job);
    EXPECT_EQ(job->status().version, version) << "round " << round;
  }
  EXPECT_FALSE(died);
}

}  // namespace
}  // namespace stream
