// Exactly once: whatever point a job is stopped, killed or changed at, the listed files hold the
// rows that one undisturbed run gives.
#include "stream/runner.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/faulty_env.h"
#include "base/random.h"
#include "base/testing/temp_dir.h"
#include "stream/tests/memory_source.h"

namespace stream {
namespace {

constexpr std::int64_t kViewsStart = 1'780'272'000'000 - 4 * 3'600'000;  // 20:00 the day before
constexpr const char* kQuery = R"(
WITH slow AS (SELECT event_id, latency FROM views TIMESTAMP BY event_time WHERE latency > 900)
SELECT CAST(event_id AS bigint) AS event_id, method, EventEnqueuedUtcTime, PartitionId, Offset
INTO raw FROM views TIMESTAMP BY event_time
SELECT method, COUNT(*) AS n, System.Timestamp() AS t INTO counts
FROM views TIMESTAMP BY event_time GROUP BY method, TumblingWindow(minute, 5)
SELECT * INTO alarms FROM slow
)";

class RunnerTest : public base::TempDirTest {
 protected:
  void SetUp() override {
    options_.name = "job";
    options_.query = kQuery;
    options_.inputs["views"] = nullptr;
    options_.outputs["raw"] = {OutputSpec::Type::kLake, "bronze", "raw", OutputSpec::Format::kJson};
    options_.outputs["counts"] = {OutputSpec::Type::kLake, "silver", "stream/counts",
                                  OutputSpec::Format::kJson};
    options_.outputs["alarms"].type = OutputSpec::Type::kAlert;
    options_.dead_letter =
        OutputSpec{OutputSpec::Type::kLake, "bronze", "deadletter", OutputSpec::Format::kJson};
    options_.lake_root = root_ + "/lake";
    options_.state_dir = root_ + "/state";
    options_.env = &env_;
    options_.on_alerts = [this](std::span<const Alert> alerts) -> base::Status {
      for (const Alert& alert : alerts) alerts_.insert(alert.key + " " + alert.fields);
      return {};
    };
    fill(1500);
  }

  /// Events over about five hours, with late, disordered, malformed and timeless ones.
  void fill(int n) {
    source_ = std::make_shared<MemorySource>("hub", 2);
    base::CounterRandom random(11, 1, 1);
    std::int64_t arrival = kViewsStart;
    for (int i = 0; i < n; i++) {
      auto row = static_cast<std::uint64_t>(i);
      arrival += static_cast<std::int64_t>(random.below(row, 24'000));
      std::int64_t back = static_cast<std::int64_t>(random.bits(row, 1) % 2000);
      if (random.bits(row, 2) % 20 == 0)
        back = static_cast<std::int64_t>(random.bits(row, 3) % 200'000);
      if (random.bits(row, 2) % 97 == 1) back = -400'000;  // early
      std::string time = base::format_millis(base::from_millis(arrival - back));
      std::string json =
          fmt::format(R"({{"event_id":{},"event_time":"{}","method":"{}","latency":{}}})", i, time,
                      i % 3 == 0 ? "POST" : "GET", random.bits(row, 4) % 1000);
      if (i % 101 == 7) json.resize(json.size() / 2);
      if (i % 103 == 8) json = fmt::format(R"({{"event_id":{}}})", i);
      source_->add(static_cast<int>(random.bits(row, 5) % 2), arrival, json);
    }
    end_ = arrival + 1;
  }

  std::unique_ptr<Runner> open() {
    auto runner = Runner::open(options_, {{"views", source_}});
    EXPECT_TRUE(runner) << (runner ? "" : runner.error().message);
    return runner ? std::move(*runner) : nullptr;
  }
  static void drain(Runner& runner) {
    while (true) {
      auto any = runner.step();
      ASSERT_TRUE(any) << any.error().message;
      if (!*any) return;
    }
  }
  void run_to(std::int64_t frontier) {
    auto runner = open();
    source_->set_frontier(frontier);
    drain(*runner);
    ASSERT_TRUE(runner->checkpoint());
  }

  /// The listed rows of an output, sorted.
  std::multiset<std::string> rows(const std::string& output) {
    std::multiset<std::string> out;
    auto manifest = lake::read_manifest(env_, options_.lake_root, "job");
    if (!manifest || !*manifest || !(*manifest)->outputs.contains(output)) return out;
    for (const lake::ManifestFile& file : (*manifest)->outputs.at(output).added) {
      std::string text = env_.read_file(options_.lake_root + "/" + file.path).value();
      std::int64_t lines = 0;
      for (std::size_t at = 0; at < text.size(); lines++) {
        std::size_t end = text.find('\n', at);
        out.insert(text.substr(at, end - at));
        at = end + 1;
      }
      EXPECT_EQ(lines, file.rows) << file.path;
    }
    return out;
  }
  std::vector<std::multiset<std::string>> all_rows() {
    std::vector<std::multiset<std::string>> out = {rows("raw"), rows("counts"), rows(kDeadLetters)};
    out.emplace_back(alerts_.begin(), alerts_.end());
    return out;
  }
  /// Data files on disk, listed or not.
  std::size_t files_on_disk() const {
    std::size_t n = 0;
    for (const char* tier : {"bronze", "silver"}) {
      std::filesystem::path dir = options_.lake_root + "/" + tier;
      if (!std::filesystem::exists(dir)) continue;
      for (const auto& entry : std::filesystem::recursive_directory_iterator(dir))
        n += entry.is_regular_file() ? 1 : 0;
    }
    return n;
  }
  std::size_t files_listed() {
    std::size_t n = 0;
    auto manifest = lake::read_manifest(env_, options_.lake_root, "job");
    for (const auto& [name, output] : (*manifest)->outputs) n += output.added.size();
    return n;
  }
  std::vector<std::multiset<std::string>> undisturbed() {
    run_to(end_);
    auto expected = all_rows();
    std::filesystem::remove_all(options_.lake_root);
    std::filesystem::remove_all(options_.state_dir);
    alerts_.clear();
    source_->set_frontier(Source::kNoFrontier);
    return expected;
  }

  base::FaultyEnv env_;
  const std::string& root_ = dir_;
  JobOptions options_;
  std::shared_ptr<MemorySource> source_;
  std::int64_t end_ = 0;
  std::set<std::string> alerts_;  // as the daemon keeps them: each key once
};

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
      auto runner = Runner::open(options_, {{"views", source_}});
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

TEST_F(RunnerTest, AChangedQueryReplacesItsOutputsInOneCommit) {
  run_to(end_ - 3'600'000);
  auto old_rows = rows("raw");
  auto old_manifest = *lake::read_manifest(env_, options_.lake_root, "job");
  options_.query = "SELECT event_id AS id INTO raw FROM views TIMESTAMP BY event_time";
  auto runner = open();
  source_->set_frontier(kViewsStart + 3'600'000);  // behind the old cut, and more is to come
  for (int i = 0; i < 3; i++) ASSERT_TRUE(runner->step());
  source_->set_frontier(end_);
  ASSERT_TRUE(runner->checkpoint());
  EXPECT_EQ(rows("raw"), old_rows);  // still the old ones
  drain(*runner);
  ASSERT_TRUE(runner->checkpoint());
  auto manifest = *lake::read_manifest(env_, options_.lake_root, "job");
  EXPECT_EQ(manifest->version, old_manifest->version + 1);
  EXPECT_NE(manifest->definition, old_manifest->definition);
  auto fresh = rows("raw");
  EXPECT_GT(fresh.size(), old_rows.size());
  EXPECT_TRUE(fresh.begin()->starts_with("{\"id\":"));
  EXPECT_FALSE(manifest->outputs.contains("counts"));
  source_->set_frontier(end_ + 1000);
  drain(*runner);
  ASSERT_TRUE(runner->checkpoint());
  EXPECT_EQ(files_on_disk(), files_listed());
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

TEST_F(RunnerTest, RowsThatCannotBeMadeAgainAreNotReplaced) {
  run_to(end_ - 3'600'000);
  auto old_rows = rows("raw");
  auto manifest = *lake::read_manifest(env_, options_.lake_root, "job");
  source_->drop_before(0, 400);
  auto refused = [&] {
    auto runner = Runner::open(options_, {{"views", source_}});
    EXPECT_FALSE(runner);
    if (runner) return std::string();
    EXPECT_EQ(runner.error().code, base::Code::kFailedPrecondition);
    EXPECT_EQ(rows("raw"), old_rows);
    return runner.error().message;
  };
  std::string query = options_.query;
  options_.query += " SELECT event_id INTO more FROM views TIMESTAMP BY event_time";
  options_.outputs["more"] = options_.outputs["raw"];
  options_.outputs["more"].path = "more";
  std::string why = refused();
  EXPECT_NE(why.find("400 events of hub 'hub' that arrived before 2026-05-31T2"), std::string::npos)
      << why;
  EXPECT_NE(why.find(fmt::format("{} raw", old_rows.size())), std::string::npos) << why;
  EXPECT_NE(why.find("keep_rows"), std::string::npos);

  // The old definition goes on as if nothing had been.
  options_.query = query;
  options_.outputs.erase("more");
  run_to(end_ - 1'800'000);
  EXPECT_GT(rows("raw").size(), old_rows.size());
  old_rows = rows("raw");

  // Without any state the rows stay as well.
  for (const auto& entry : std::filesystem::directory_iterator(options_.state_dir))
    ASSERT_TRUE(env_.remove_file(entry.path().string()));
  refused();
}

TEST_F(RunnerTest, ALostManifestMeansStartingAgainOnlyWhereAllCanBeMadeAgain) {
  auto expected = undisturbed();
  run_to(kViewsStart + 3'600'000);
  run_to(end_ - 3'600'000);
  const std::string manifests = options_.lake_root + "/_manifests/job";
  std::filesystem::rename(manifests, dir_ + "/aside");
  for (int p = 0; p < 2; p++) source_->drop_before(p, 10);
  std::size_t files = files_on_disk();
  auto refused = Runner::open(options_, {{"views", source_}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Code::kDataLoss);
  EXPECT_NE(refused.error().message.find("put the list back"), std::string::npos);
  EXPECT_EQ(files_on_disk(), files) << "the rows that are there stay";
  std::filesystem::rename(dir_ + "/aside", manifests);
  run_to(end_);
  EXPECT_EQ(all_rows(), expected);
  std::filesystem::remove_all(manifests);
  for (int p = 0; p < 2; p++) source_->drop_before(p, 0);
  run_to(end_);
  EXPECT_EQ(rows("raw"), expected[0]);
  // A removal that was cut off leaves the same, and is no loss.
  std::filesystem::remove_all(manifests);
  for (int p = 0; p < 2; p++) source_->drop_before(p, 10);
  ASSERT_TRUE(env_.write_file(options_.state_dir + "/" + kDropped, ""));
  open();
  EXPECT_FALSE(env_.exists(options_.state_dir + "/" + kDropped));
}

TEST_F(RunnerTest, RowsThatRetentionWasFasterThanAreNotReplaced) {
  run_to(end_);
  auto old_rows = rows("raw");
  options_.query += "\nSELECT event_id INTO more FROM views TIMESTAMP BY event_time";
  options_.outputs["more"] = options_.outputs["raw"];
  options_.outputs["more"].path = "more";
  source_->set_frontier(kViewsStart + 3'600'000);
  auto runner = open();
  drain(*runner);
  source_->drop_before(0, 700);  // not read yet, and its rows are there
  source_->set_frontier(end_ + 1);
  while (runner->step().value_or(false)) {
  }
  auto committed = runner->checkpoint();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, base::Code::kUnavailable);  // opened anew, it is refused
  EXPECT_EQ(rows("raw"), old_rows);
  EXPECT_FALSE(Runner::open(options_, {{"views", source_}}));
  EXPECT_EQ(rows("raw"), old_rows);
}

TEST_F(RunnerTest, KeptRowsStayBesideTheNewOnes) {
  run_to(end_);
  auto old_rows = rows("raw"), old_counts = rows("counts");
  source_->drop_before(0, 400);
  source_->drop_before(1, 300);
  options_.query = "SELECT event_id AS id INTO raw FROM views TIMESTAMP BY event_time";
  options_.keep_rows = true;
  run_to(end_ + 1000);
  auto manifest = *lake::read_manifest(env_, options_.lake_root, "job");
  auto all = rows("raw");
  EXPECT_TRUE(std::includes(all.begin(), all.end(), old_rows.begin(), old_rows.end()));
  EXPECT_GT(all.size(), old_rows.size() + 500);
  EXPECT_EQ(manifest->outputs["raw"].rows, static_cast<std::int64_t>(all.size()));
  EXPECT_EQ(rows("counts"), old_counts);  // the query doesn't make them any more

  // What can be made again is replaced as ever, and the begin of the rows isn't forgotten.
  options_.keep_rows = false;
  run_to(end_ + 2000);
  EXPECT_EQ(rows("raw"), all);
  options_.query += " WHERE 1 = 1";
  EXPECT_FALSE(Runner::open(options_, {{"views", source_}}));
}

TEST_F(RunnerTest, AJobThatBeganBehindTheRetentionMayStartThereAgain) {
  source_->drop_before(0, 400);
  run_to(end_);
  auto old_rows = rows("raw");
  options_.out_of_order_s = 51;
  run_to(end_ + 1000);
  EXPECT_EQ(rows("raw").size(), old_rows.size());
}

TEST_F(RunnerTest, AMovedLakeIsTheSameDefinition) {
  options_.references["vip"] = options_.lake_root + "/bronze/vip.json";
  options_.query =
      "SELECT v.event_id INTO raw FROM views v TIMESTAMP BY event_time JOIN vip p ON "
      "v.event_id = p.id";
  ASSERT_TRUE(env_.make_dirs(options_.lake_root + "/bronze"));
  ASSERT_TRUE(env_.write_file(options_.references["vip"], "{\"id\":2}\n"));
  run_to(end_);
  auto before = *lake::read_manifest(env_, options_.lake_root, "job");
  std::filesystem::rename(options_.lake_root, root_ + "/moved");
  options_.lake_root = root_ + "/moved";
  options_.references["vip"] = options_.lake_root + "/bronze/vip.json";
  auto runner = open();
  EXPECT_EQ(runner->status().definition, before->definition);
  EXPECT_GT(runner->status().inputs["views"].partitions[0].offset, 0);
}

TEST_F(RunnerTest, WindowsComeOutStrictlyBehindTheWatermark) {
  source_ = std::make_shared<MemorySource>("hub", 1);
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
  auto absent = Runner::open(options_, {{"views", source_}});
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
