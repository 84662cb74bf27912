// Exactly once: whatever point a job is stopped or killed at, the listed files hold the rows that
// one undisturbed run gives.
#include "stream/runner.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "stream/job.h"
#include "stream/tests/runner_fixture.h"

namespace stream {
namespace {

TEST_F(RunnerTest, EveryEventIsInOneBin) {
  run_to(end_);
  auto manifest = *lake::read_manifest(env_, options_.lake_root, "job");
  ASSERT_TRUE(manifest);
  std::int64_t read = 0, delivered = 0, dead = 0, dropped = 0;
  for (const auto& [partition, counts] : manifest->counts["views"].items()) {
    std::int64_t sum = 0;
    for (int bin = 0; bin < kBins; bin++)
      sum += counts[bin_name(static_cast<Bin>(bin))].get<std::int64_t>();
    EXPECT_EQ(counts["read"], sum) << partition;
    EXPECT_EQ(counts["read"], manifest->inputs["views"].offsets[std::stoul(partition)]);
    read += counts["read"].get<std::int64_t>();
    delivered += counts["delivered"].get<std::int64_t>();
    dead += counts["malformed"].get<std::int64_t>() + counts["bad_time"].get<std::int64_t>();
    dropped += counts["early"].get<std::int64_t>();
    EXPECT_GT(counts["adjusted"], 0);
  }
  EXPECT_EQ(read, 1500);
  EXPECT_GT(dropped, 0);
  EXPECT_EQ(rows("raw").size(), static_cast<std::size_t>(delivered));
  EXPECT_EQ(rows(kDeadLetters).size(), static_cast<std::size_t>(dead));
  EXPECT_EQ(read, delivered + dead + dropped);
  EXPECT_EQ(manifest->outputs["raw"].rows, delivered);
  EXPECT_EQ(manifest->outputs["alarms"].hubs, std::vector<std::string>{"hub"});
  EXPECT_EQ(manifest->outputs["alarms"].rows, static_cast<std::int64_t>(alerts_.size()));
  EXPECT_GT(alerts_.size(), 50u);
}

TEST_F(RunnerTest, CheckpointAndRestartAnywhereGivesTheSameRows) {
  auto expected = undisturbed();
  base::CounterRandom random(5, 1, 1);
  for (std::uint64_t round = 0; round < 6; round++) {
    std::int64_t frontier = kViewsStart;
    for (std::uint64_t i = 0; frontier < end_; i++) {
      frontier += static_cast<std::int64_t>(random.bits(round, i) % 2'000'000);
      run_to(std::min(frontier, end_));
      if (HasFatalFailure()) return;
    }
    EXPECT_EQ(all_rows(), expected) << "round " << round;
    EXPECT_EQ(files_on_disk(), files_listed());
    undisturbed();
  }
}

TEST_F(RunnerTest, KilledAnywhereGivesTheSameRowsAndNoLeftovers) {
  auto expected = undisturbed();
  base::CounterRandom random(6, 1, 1);
  std::int64_t frontier = kViewsStart;
  for (std::uint64_t i = 0; frontier < end_; i++) {
    frontier += static_cast<std::int64_t>(random.bits(1, i) % 2'000'000);
    auto runner = open();
    source_->set_frontier(std::min(frontier, end_));
    drain(*runner);
    // A disk that ends somewhere within the checkpoint leaves what a kill there leaves.
    env_.set_disk_bytes(static_cast<std::int64_t>(random.bits(2, i) % 40'000));
    bool committed = runner->checkpoint().has_value();
    runner.reset();
    env_.set_disk_bytes(INT64_MAX);
    if (!committed) frontier -= 500'000;
  }
  run_to(end_);
  EXPECT_EQ(all_rows(), expected);
  EXPECT_EQ(files_on_disk(), files_listed());
}

TEST_F(RunnerTest, KillMinusNineAtAnyMomentLosesNothing) {
  auto expected = undisturbed();
  expected.pop_back();  // alerts stay in the child
  base::CounterRandom random(8, 1, 1);
  int killed = 0;
  for (std::uint64_t round = 0; round < 12; round++) {
    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {  // commits as often as it can
      auto runner = Runner::open(options_);
      for (std::int64_t t = kViewsStart; runner && t < end_; t += 100'000) {
        source_->set_frontier(t);
        while ((*runner)->step().value_or(false)) {
        }
        if (!(*runner)->checkpoint()) _exit(1);
      }
      _exit(0);
    }
    usleep(static_cast<useconds_t>(2000 + random.below(round, 40'000)));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    killed += WIFSIGNALED(status) ? 1 : 0;
    ASSERT_FALSE(WIFEXITED(status) && WEXITSTATUS(status) == 1);
  }
  EXPECT_GT(killed, 0);
  run_to(end_);
  auto actual = all_rows();
  actual.pop_back();
  EXPECT_EQ(actual, expected);
  EXPECT_EQ(files_on_disk(), files_listed());
}

TEST_F(RunnerTest, FilesOfACrashAreRemovedAndThoseOfOthersStay) {
  run_to(kViewsStart + 3'600'000);
  std::string day = options_.lake_root + "/bronze/raw/year=2026/month=05/day=31/";
  for (const char* name :
       {"job-9-0.json", "job-9-1.json.tmp77-3", "job-2-9-0.json", "other-1-0.json", "mine.json"})
    ASSERT_TRUE(env_.write_file(day + name, "{}\n"));
  open();
  EXPECT_FALSE(env_.exists(day + "job-9-0.json"));
  EXPECT_FALSE(env_.exists(day + "job-9-1.json.tmp77-3"));
  for (const char* name : {"job-2-9-0.json", "other-1-0.json", "mine.json"})
    EXPECT_TRUE(env_.exists(day + name)) << name;
}

TEST_F(RunnerTest, ALostStateMeansStartingAgainNotLosing) {
  auto expected = undisturbed();
  run_to(end_ - 3'600'000);
  for (const auto& entry : std::filesystem::directory_iterator(options_.state_dir))
    ASSERT_TRUE(env_.write_file(entry.path().string(), "damaged"));
  run_to(end_);
  EXPECT_EQ(all_rows(), expected);
}

TEST_F(RunnerTest, ADamagedCheckpointMeansGoingOnFromTheOneBefore) {
  auto expected = undisturbed();
  for (const char* damage : {"damaged", "", "hriste-stream-9\nof a later version"}) {
    run_to(kViewsStart + 3'600'000);
    run_to(end_ - 3'600'000);
    auto manifest = *lake::read_manifest(env_, options_.lake_root, "job");
    ASSERT_TRUE(env_.write_file(options_.state_dir + "/" + manifest->state, damage));
    source_->set_frontier(kViewsStart);
    auto runner = open();
    for (int p = 0; p < 2; p++)
      EXPECT_GT(runner->status().inputs["views"].partitions[static_cast<std::size_t>(p)].offset, 0);
    source_->set_frontier(kViewsStart + 7'200'000);
    drain(*runner);
    ASSERT_TRUE(runner->checkpoint());
    runner.reset();
    run_to(end_);
    EXPECT_EQ(all_rows(), expected) << damage;
    run_to(end_ + 1000);
    EXPECT_EQ(files_on_disk(), files_listed());
    undisturbed();
  }
}

TEST_F(RunnerTest, GoingOnFromTheCheckpointBeforeTakesNoRowsBack) {
  fill(14'000);  // commits come in the middle of the stretch up to the frontier
  source_->set_frontier(end_);
  auto runner = open();
  for (int steps : {1, 2}) {
    for (int i = 0; i < steps; i++) ASSERT_TRUE(runner->step());
    ASSERT_TRUE(runner->checkpoint());
  }
  auto committed = rows("raw");
  auto manifest = *lake::read_manifest(env_, options_.lake_root, "job");
  ASSERT_TRUE(env_.write_file(options_.state_dir + "/" + manifest->state, "damaged"));
  runner = open();
  ASSERT_TRUE(runner->step());  // not yet as far as the damaged one was
  ASSERT_TRUE(runner->checkpoint());
  EXPECT_EQ(rows("raw"), committed);
  drain(*runner);
  ASSERT_TRUE(runner->checkpoint());
  auto all = rows("raw");
  EXPECT_GT(all.size(), committed.size());
  EXPECT_TRUE(std::includes(all.begin(), all.end(), committed.begin(), committed.end()));
}

TEST_F(RunnerTest, TheCheckpointBeforeCountsAlsoWhereTheHubHasNothingOlder) {
  auto expected = undisturbed();
  run_to(kViewsStart + 3'600'000);
  auto first = *lake::read_manifest(env_, options_.lake_root, "job");
  run_to(end_ - 3'600'000);
  auto second = *lake::read_manifest(env_, options_.lake_root, "job");
  for (int p = 0; p < 2; p++)
    source_->drop_before(p, first->inputs["views"].offsets[static_cast<std::size_t>(p)]);
  ASSERT_TRUE(env_.remove_file(options_.state_dir + "/" + second->state));
  run_to(end_);
  EXPECT_EQ(all_rows(), expected);
}

TEST_F(RunnerTest, WindowsComeOutStrictlyBehindTheWatermark) {
  source_ = std::make_shared<MemorySource>("hub", 1);
  options_.inputs["views"] = source_;
  std::int64_t t = kViewsStart;  // on a window's end
  source_->add(0, t,
               fmt::format(R"({{"event_time":"{}","method":"A"}})",
                           base::format_millis(base::from_millis(t))));
  auto runner = open();
  auto counts_at = [&](std::int64_t frontier) {
    source_->set_frontier(frontier);
    drain(*runner);
    EXPECT_TRUE(runner->checkpoint());
    return rows("counts").size();
  };
  EXPECT_EQ(counts_at(t + 1), 0u);
  EXPECT_EQ(counts_at(t + 60'000), 0u);  // the watermark is at the end, not behind it
  EXPECT_EQ(counts_at(t + 60'001), 1u);
}

TEST_F(RunnerTest, WaitsForReferenceData) {
  options_.references["vip"] = root_ + "/vip.json";
  options_.query =
      "SELECT v.event_id INTO raw FROM views v TIMESTAMP BY event_time JOIN vip p ON "
      "v.event_id = p.id";
  auto absent = Runner::open(options_);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, base::Code::kNotFound);
  ASSERT_TRUE(env_.write_file(options_.references["vip"], "{\"id\":2}\n{\"id\":4}\n{\"id\":6}\n"));
  run_to(end_);
  EXPECT_EQ(rows("raw").size(), 3u);
}

TEST_F(RunnerTest, ParquetFilesLieUnderTheirDay) {
  options_.outputs["raw"].format = OutputSpec::Format::kParquet;
  run_to(end_);
  auto manifest = *lake::read_manifest(env_, options_.lake_root, "job");
  std::int64_t n = 0;
  std::set<std::string> days;
  for (const lake::ManifestFile& file : manifest->outputs["raw"].added) {
    n += file.rows;
    EXPECT_GT(file.bytes, 0);
    days.insert(file.path.substr(0, file.path.rfind('/')));
    EXPECT_TRUE(env_.exists(options_.lake_root + "/" + file.path));
  }
  EXPECT_EQ(n, manifest->outputs["raw"].rows);
  EXPECT_TRUE(days.contains("bronze/raw/year=2026/month=05/day=31"));
  EXPECT_TRUE(days.contains("bronze/raw/year=2026/month=06/day=01"));
}

TEST_F(RunnerTest, AFailingCastStopsWithItsPlace) {
  options_.query =
      "SELECT CAST(method AS bigint) AS m\nINTO raw FROM views TIMESTAMP BY event_time";
  auto runner = open();
  source_->set_frontier(end_);
  auto any = runner->step();
  ASSERT_FALSE(any);
  EXPECT_EQ(any.error().code, base::Code::kFailedPrecondition);
  EXPECT_NE(any.error().message.find("line 1, column 8"), std::string::npos) << any.error().message;
  EXPECT_NE(any.error().message.find("TRY_CAST"), std::string::npos);
}

}  // namespace
}  // namespace stream
