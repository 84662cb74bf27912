// The job on its thread, over a real hub.
#include "stream/job.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/testing/temp_dir.h"
#include "hub/broker.h"
#include "lake/manifest.h"
#include "stream/hub_source.h"
#include "stream/runner.h"

namespace stream {
namespace {

constexpr std::int64_t kFirstArrival = 1'780'272'000'000;

class JobTest : public base::TempDirTest {
 protected:
  void SetUp() override {
    open_broker();
    hub_->attach_generator();
    options_.name = "job";
    options_.query =
        "SELECT id INTO raw FROM views TIMESTAMP BY t "
        "SELECT COUNT(*) AS n, System.Timestamp() AS t INTO counts FROM views TIMESTAMP BY t "
        "GROUP BY TumblingWindow(second, 10) "
        "SELECT id INTO alarms FROM views TIMESTAMP BY t WHERE id % 10 = 0";
    options_.outputs["raw"] = {OutputSpec::Type::kLake, "bronze", "raw", OutputSpec::Format::kJson};
    options_.outputs["counts"] = {OutputSpec::Type::kLake, "silver", "counts",
                                  OutputSpec::Format::kJson};
    options_.outputs["alarms"].type = OutputSpec::Type::kAlert;
    options_.lake_root = root_ + "/lake";
    options_.state_dir = root_ + "/state";
    options_.on_alerts = [this](std::span<const Alert> alerts) -> base::Status {
      std::lock_guard lock(mutex_);
      for (const Alert& alert : alerts) alerts_.insert(alert.key);
      return {};
    };
  }
  void TearDown() override {
    hub_ = nullptr;
    options_.inputs.clear();
    broker_ = nullptr;
  }
  void open_broker() {
    broker_ =
        hub::Broker::open({&base::Env::real(), &clock_, root_ + "/hub", "test", 0, "key"}).value();
    hub_ = broker_->create_hub({.name = "views", .partitions = 2}).value();
    options_.inputs["views"] = source_of(hub_);
  }

  static std::shared_ptr<EventSource> source_of(std::shared_ptr<hub::Hub> hub) {
    return make_hub_source(std::move(hub), base::Env::real(), "test");
  }

  /// Events first…last-1, one a second, spread over the partitions.
  void append(int first, int last) {
    std::vector<std::string> values;
    for (int i = first; i < last; i++)
      values.push_back(
          fmt::format(R"({{"id":{},"t":"{}"}})", i,
                      base::format_millis(base::from_millis(kFirstArrival + i * 1000))));
    for (int i = first; i < last; i++) {
      hub::Hub::WorldRecord record{kFirstArrival + i * 1000, "k",
                                   values[static_cast<std::size_t>(i - first)]};
      ASSERT_TRUE(hub_->append_world(i % 2, {&record, 1}));
    }
    hub_->advance_frontier(kFirstArrival + last * 1000);
  }
  std::int64_t committed_rows(const std::string& output) {
    auto manifest = lake::read_manifest(base::Env::real(), options_.lake_root, "job");
    if (!manifest || !*manifest) return -1;
    std::int64_t rows = 0;
    for (const auto& file : (*manifest)->outputs[output].added) rows += file.rows;
    return rows;
  }
  std::unique_ptr<Job> start() {
    auto job = Job::open(options_);
    EXPECT_TRUE(job) << (job ? "" : job.error().message);
    EXPECT_TRUE((*job)->start());
    return std::move(*job);
  }

  base::ManualClock clock_{base::from_millis(kFirstArrival)};
  const std::string& root_ = dir_;
  std::unique_ptr<hub::Broker> broker_;
  std::shared_ptr<hub::Hub> hub_;
  JobOptions options_;
  std::mutex mutex_;
  std::set<std::string> alerts_;
};

TEST_F(JobTest, CommitsWhatSomebodyWaitsFor) {
  auto job = start();
  append(0, 100);
  ASSERT_TRUE(job->wait_committed(kFirstArrival + 100'000, {}));
  EXPECT_EQ(committed_rows("raw"), 100);
  EXPECT_EQ(alerts_.size(), 10u);
  JobStatus status = job->status();
  EXPECT_EQ(status.state, JobStatus::State::kRunning);
  EXPECT_EQ(status.inputs["views"].committed_cut_ms, kFirstArrival + 100'000);
  EXPECT_EQ(status.inputs["views"].partitions[0].counts.read, 50);
  EXPECT_EQ(status.inputs["views"].partitions[1].end_offset, 50);
  EXPECT_EQ(status.outputs["raw"].committed_rows, 100);
  EXPECT_EQ(status.outputs["alarms"].rows, 10);
  // A cut without events is committed too, and closes windows.
  hub_->advance_frontier(kFirstArrival + 300'000);
  ASSERT_TRUE(job->wait_committed(kFirstArrival + 300'000, {}));
  EXPECT_EQ(committed_rows("counts"), 11);
  EXPECT_EQ(to_json(job->status())["state"], "running");
}

TEST_F(JobTest, GoesOnAfterARestartOfBrokerAndJob) {
  append(0, 50);
  auto job = start();
  ASSERT_TRUE(job->wait_committed(kFirstArrival + 50'000, {}));
  append(50, 80);
  job->stop();
  EXPECT_EQ(job->status().state, JobStatus::State::kStopped);
  job = nullptr;
  hub_ = nullptr;
  options_.inputs.clear();
  broker_ = nullptr;
  open_broker();
  hub_->attach_generator();
  append(80, 100);
  job = start();
  ASSERT_TRUE(job->wait_committed(kFirstArrival + 100'000, {}));
  EXPECT_EQ(committed_rows("raw"), 100);
  EXPECT_EQ(alerts_.size(), 10u);
}

TEST_F(JobTest, AWaiterIsToldOfFailureAndStartGoesOn) {
  options_.query = "SELECT CAST(id AS bigint) AS id INTO raw FROM views TIMESTAMP BY t";
  append(0, 10);
  auto job = start();
  ASSERT_TRUE(job->wait_committed(kFirstArrival + 10'000, {}));
  std::string bad = R"({"id":"x","t":"2026-06-01T00:00:10.000Z"})";
  hub::Hub::WorldRecord record{kFirstArrival + 10'000, "k", bad};
  ASSERT_TRUE(hub_->append_world(0, {&record, 1}));
  hub_->advance_frontier(kFirstArrival + 20'000);
  EXPECT_FALSE(job->wait_committed(kFirstArrival + 20'000, {}));
  EXPECT_EQ(job->status().state, JobStatus::State::kFailed);
  EXPECT_NE(job->status().error.find("line 1, column 8"), std::string::npos);
  EXPECT_TRUE(job->start());  // and fails at the same event again
  EXPECT_FALSE(job->wait_committed(kFirstArrival + 20'000, {}));
  EXPECT_EQ(committed_rows("raw"), 10);
}

TEST_F(JobTest, WaitsForReferenceDataThatComesLater) {
  options_.references["vip"] = root_ + "/vip.json";
  options_.query = "SELECT v.id INTO raw FROM views v TIMESTAMP BY t JOIN vip p ON v.id = p.id";
  append(0, 10);
  auto job = start();
  while (job->status().state != JobStatus::State::kWaiting) std::this_thread::yield();
  EXPECT_NE(job->status().error.find("vip.json"), std::string::npos);
  ASSERT_TRUE(base::Env::real().write_file(options_.references["vip"], "{\"id\":3}\n"));
  ASSERT_TRUE(job->wait_committed(kFirstArrival + 10'000, {}));
  EXPECT_EQ(committed_rows("raw"), 1);
}

TEST_F(JobTest, AJobWithoutEventsSaysWhatItWaitsFor) {
  auto silent = broker_->create_hub({.name = "silent", .partitions = 1}).value();
  options_.inputs["views"] = source_of(silent);
  auto job = start();
  while (job->status().waits_for.empty()) std::this_thread::yield();
  EXPECT_EQ(job->status().state, JobStatus::State::kRunning);
  EXPECT_NE(job->status().waits_for.find("hub 'silent'"), std::string::npos);
  silent->settle();
  while (!job->status().waits_for.empty()) std::this_thread::yield();
}

TEST_F(JobTest, AnUnknownNameIsAnErrorWithItsPlace) {
  options_.query = "SELECT id INTO rw FROM views";
  auto job = Job::open(options_);
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error().code, base::Code::kInvalidArgument);
  EXPECT_NE(job.error().message.find("line 1, column 16"), std::string::npos);
}

TEST_F(JobTest, AnErrorMayBeADeadLetterAlsoOverARestart) {
  options_.query =
      "SELECT CAST(id AS bigint) AS id INTO raw FROM views TIMESTAMP BY t "
      "SELECT m, COUNT(*) AS n INTO counts FROM views TIMESTAMP BY t "
      "GROUP BY m, TumblingWindow(second, 10)";
  options_.outputs.erase("alarms");
  options_.errors_are_dead_letters = true;
  options_.dead_letter = {OutputSpec::Type::kLake, "bronze", "dead", OutputSpec::Format::kJson};
  append(0, 10);
  auto job = start();
  std::string bad = R"([{"id":10,"m":{"a":1},"t":"2026-06-01T00:00:10Z"},)"
                    R"({"id":11,"t":"2026-06-01T00:00:10Z"},{"id":"x"}])";
  hub::Hub::WorldRecord record{kFirstArrival + 10'000, "k", bad};
  ASSERT_TRUE(hub_->append_world(0, {&record, 1}));
  hub_->advance_frontier(kFirstArrival + 11'000);
  ASSERT_TRUE(job->wait_committed(kFirstArrival + 11'000, {}));
  job = nullptr;
  append(11, 20);
  job = start();
  ASSERT_TRUE(job->wait_committed(kFirstArrival + 20'000, {}));
  JobStatus status = job->status();
  EXPECT_EQ(status.state, JobStatus::State::kRunning);
  std::int64_t read = 0, failed = 0;
  for (const PartitionStatus& partition : status.inputs["views"].partitions) {
    read += partition.counts.read;
    failed += partition.counts.bins[static_cast<std::size_t>(Bin::kFailed)];
  }
  EXPECT_EQ(read, 22);
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(committed_rows("raw"), 20);
  EXPECT_EQ(committed_rows(kDeadLetters), 2);  // the third of the body has no time
  EXPECT_EQ(status.failed_results, 0);
}

/// Retention removes the older of two segments; capture still has its records.
TEST_F(JobTest, WhatTheHubNoLongerHasComesFromCapture) {
  constexpr int kEvents = 150, kMinute = 60'000;
  hub::HubOptions options{.name = "big", .partitions = 1, .retention_hours = 1};
  options.capture = hub::CaptureOptions{options_.lake_root + "/bronze/capture", 5};
  auto big = broker_->create_hub(options).value();
  std::string padding(900'000, 'x');
  for (int i = 0; i < kEvents; i++) {
    std::string value = fmt::format(R"({{"id":{},"pad":"{}"}})", i, padding);
    hub::Hub::WorldRecord record{kFirstArrival + i * kMinute, "k", value};
    ASSERT_TRUE(big->append_world(0, {&record, 1}));
  }
  std::int64_t end = kFirstArrival + kEvents * kMinute;
  big->advance_frontier(end);
  ASSERT_TRUE(broker_->wait_captured("big", end, {}));
  ASSERT_TRUE(big->apply_retention());
  ASSERT_GT(big->state(0).start_offset, 50);
  options_.inputs = {{"views", source_of(big)}};
  options_.query = "SELECT id INTO raw FROM views";
  options_.outputs.erase("counts");
  options_.outputs.erase("alarms");
  auto job = start();
  ASSERT_TRUE(job->wait_committed(end, {}));
  EXPECT_EQ(committed_rows("raw"), kEvents);
  job = nullptr;
  options_.query = "SELECT id + 1 AS id INTO raw FROM views";
  job = start();
  ASSERT_TRUE(job->wait_committed(end, {}));
  EXPECT_EQ(committed_rows("raw"), kEvents);
  EXPECT_EQ(job->status().inputs["views"].partitions[0].lost, 0);
  job = nullptr;
  // One file is gone: what it and those before it held can't be read again.
  std::filesystem::remove(options_.lake_root +
                          "/bronze/capture/test/big/0/2026/06/01/00/10/00.avro");
  options_.query = "SELECT id + 2 AS id INTO raw FROM views";
  auto refused = Job::open(options_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("15 events of hub 'big' that arrived before "
                                         "2026-06-01T00:15:00"),
            std::string::npos)
      << refused.error().message;
  EXPECT_EQ(committed_rows("raw"), kEvents);
}

TEST_F(JobTest, DropLeavesNothing) {
  append(0, 10);
  auto job = start();
  ASSERT_TRUE(job->wait_committed(kFirstArrival + 10'000, {}));
  job = nullptr;
  ASSERT_TRUE(Job::drop(base::Env::real(), options_.lake_root, options_.state_dir, "job"));
  EXPECT_FALSE(std::filesystem::exists(options_.state_dir));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.lake_root))
    EXPECT_FALSE(entry.is_regular_file()) << entry.path();
}

}  // namespace
}  // namespace stream
