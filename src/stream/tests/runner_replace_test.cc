// A changed definition replaces its outputs' rows in one step, and never those that can't be made
// again.
#include <gtest/gtest.h>

#include <filesystem>

#include "stream/job.h"
#include "stream/runner.h"
#include "stream/tests/runner_fixture.h"

namespace stream {
namespace {

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

TEST_F(RunnerTest, RowsThatCannotBeMadeAgainAreNotReplaced) {
  run_to(end_ - 3'600'000);
  auto old_rows = rows("raw");
  auto manifest = *lake::read_manifest(env_, options_.lake_root, "job");
  source_->drop_before(0, 400);
  auto refused = [&] {
    auto runner = Runner::open(options_);
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
  auto refused = Runner::open(options_);
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
  EXPECT_FALSE(Runner::open(options_));
  EXPECT_EQ(rows("raw"), old_rows);
}

/// The events' ids of JSON rows: old ones name them event_id, new ones id.
std::multiset<int> ids_of(const std::multiset<std::string>& rows) {
  std::multiset<int> ids;
  for (const std::string& row : rows) {
    auto json = nlohmann::json::parse(row);
    ids.insert(json.contains("id") ? json["id"].get<int>() : json["event_id"].get<int>());
  }
  return ids;
}

std::size_t new_ones(const std::multiset<std::string>& rows) {
  return static_cast<std::size_t>(std::ranges::count_if(
      rows, [](const std::string& row) { return row.starts_with("{\"id\":"); }));
}

TEST_F(RunnerTest, KeptRowsStayBesideTheNewOnesAndEachEventHasOne) {
  for (int part = 1; part <= 10; part++) run_to(kViewsStart + part * (end_ - kViewsStart) / 10);
  run_to(end_);
  auto old_rows = rows("raw"), old_counts = rows("counts"), letters = rows(kDeadLetters);
  source_->drop_before(0, 400);
  source_->drop_before(1, 300);
  options_.query = "SELECT event_id AS id INTO raw FROM views TIMESTAMP BY event_time";
  options_.keep_rows = true;
  run_to(end_ + 1000);
  auto manifest = *lake::read_manifest(env_, options_.lake_root, "job");
  auto all = rows("raw");
  EXPECT_EQ(ids_of(all), ids_of(old_rows));
  EXPECT_GT(new_ones(all), 550u) << "of 1500; 700 are gone, and a commit's worth more stays";
  EXPECT_LT(new_ones(all), 800u);
  EXPECT_EQ(manifest->outputs["raw"].rows, static_cast<std::int64_t>(all.size()));
  EXPECT_EQ(rows("counts"), old_counts);  // the query doesn't make them any more
  EXPECT_EQ(rows(kDeadLetters), letters);

  // What can be made again is replaced as ever, and the begin of the rows isn't forgotten.
  options_.keep_rows = false;
  run_to(end_ + 2000);
  EXPECT_EQ(rows("raw"), all);
  options_.query += " WHERE 1 = 1";
  EXPECT_FALSE(Runner::open(options_));
  // Once more, with more gone; and what a later one reads is where this one's rows end.
  options_.keep_rows = true;
  run_to(end_ + 3000);
  EXPECT_EQ(ids_of(rows("raw")), ids_of(old_rows));
  source_->drop_before(0, 600);
  options_.query += " AND 2 = 2";
  run_to(end_ + 4000);
  EXPECT_EQ(ids_of(rows("raw")), ids_of(old_rows));
  EXPECT_EQ(files_on_disk() >= files_listed(), true);
}

TEST_F(RunnerTest, KeptWindowsAreThereOnceAndWhole) {
  for (int part = 1; part <= 10; part++) run_to(kViewsStart + part * (end_ - kViewsStart) / 10);
  run_to(end_);
  auto old_counts = rows("counts"), old_rows = rows("raw");
  auto old_alerts = alerts_.size();
  source_->drop_before(0, 400);
  source_->drop_before(1, 300);
  options_.query += " SELECT event_id INTO more FROM views TIMESTAMP BY event_time";
  options_.outputs["more"] = options_.outputs["raw"];
  options_.outputs["more"].path = "more";
  options_.keep_rows = true;
  run_to(end_);
  EXPECT_EQ(rows("counts"), old_counts);
  EXPECT_EQ(rows("raw"), old_rows);
  EXPECT_EQ(alerts_.size(), old_alerts);
  EXPECT_EQ(rows("more").empty(), false);
  auto listed = (*lake::read_manifest(env_, options_.lake_root, "job"))->outputs["counts"].added;
  EXPECT_TRUE(std::ranges::any_of(listed, [](const auto& file) {
    return lake::commit_of_file(file.path) == 11;
  })) << "some could be made again";
}

TEST_F(RunnerTest, KeptRowsOfAJobWithoutMarksAllStay) {
  for (int part = 1; part <= 4; part++) run_to(kViewsStart + part * (end_ - kViewsStart) / 4);
  auto old_rows = rows("raw");
  const std::string log = options_.lake_root + "/_manifests/job/";
  auto manifest = **lake::read_manifest(env_, options_.lake_root, "job");
  // As an older version left it: folded, without marks.
  for (int v = 0; v < 3; v++) ASSERT_TRUE(env_.remove_file(fmt::format("{}{:020}.json", log, v)));
  auto text = env_.read_file(fmt::format("{}{:020}.json", log, 3)).value();
  auto json = nlohmann::json::parse(text);
  for (auto& [name, output] : json["outputs"].items()) {
    output["added"] = nlohmann::json::array();
    for (const auto& file : manifest.outputs[name].added)
      output["added"].push_back({{"path", file.path}, {"rows", file.rows}, {"bytes", file.bytes}});
  }
  ASSERT_TRUE(env_.write_file(fmt::format("{}{:020}.snapshot.json", log, 3), json.dump() + "\n"));
  source_->drop_before(0, 10);
  options_.query = "SELECT event_id AS id INTO raw FROM views TIMESTAMP BY event_time";
  options_.keep_rows = true;
  run_to(end_ + 1000);
  EXPECT_EQ(ids_of(rows("raw")), ids_of(old_rows));
}

TEST_F(RunnerTest, RowsOfAHubThatIsReadNoMoreAreNotReplaced) {
  run_to(end_);
  auto old_rows = rows("raw"), old_counts = rows("counts");
  auto first = source_;
  auto other = std::make_shared<MemorySource>("other", 2, "o");
  for (int i = 0; i < 200; i++)
    other->add(
        i % 2, kViewsStart + i * 1000,
        fmt::format(R"({{"event_id":{},"event_time":"{}","method":"PUT","latency":1}})", 10'000 + i,
                    base::format_millis(base::from_millis(kViewsStart + i * 1000))));
  other->set_frontier(end_);
  options_.inputs["views"] = other;
  auto checked = Job::check_change(options_);
  auto refused = Runner::open(options_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Code::kFailedPrecondition);
  EXPECT_NE(refused.error().message.find("1500 events of hub 'hub' that arrived before 20"),
            std::string::npos)
      << refused.error().message;
  EXPECT_NE(refused.error().message.find("input 'views' is hub 'other' now"), std::string::npos);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message, refused.error().message);
  EXPECT_EQ(rows("raw"), old_rows);
  // Another name for the same hub is no other hub.
  options_.inputs = {{"v", source_}};
  std::string query = options_.query;
  for (std::size_t at = 0; (at = options_.query.find("views", at)) != std::string::npos;)
    options_.query.replace(at, 5, "v");
  EXPECT_TRUE(Job::check_change(options_));
  options_.query = query;

  options_.inputs = {{"views", other}};
  options_.keep_rows = true;
  source_ = other;
  run_to(end_);
  auto all = rows("raw");
  EXPECT_EQ(all.size(), old_rows.size() + 200);
  EXPECT_TRUE(std::includes(all.begin(), all.end(), old_rows.begin(), old_rows.end()));
  auto counts = rows("counts");
  EXPECT_TRUE(std::includes(counts.begin(), counts.end(), old_counts.begin(), old_counts.end()));
  // A change of what the new hub can make again makes it again, once.
  options_.query += " SELECT event_id INTO more FROM views TIMESTAMP BY event_time";
  options_.outputs["more"] = options_.outputs["raw"];
  options_.outputs["more"].path = "more";
  options_.keep_rows = false;
  EXPECT_FALSE(Runner::open(options_));
  options_.keep_rows = true;
  run_to(end_);
  EXPECT_EQ(rows("raw"), all);
  EXPECT_EQ(rows("more").size(), 200u);
}

TEST_F(RunnerTest, AnotherHubOfTheSameNameDoesNotStandForTheOneBefore) {
  run_to(end_);
  auto old_rows = rows("raw");
  fill(1800, "second");  // replaced, with more events than the first had
  options_.revision = "another ref";
  options_.query += " SELECT event_id INTO more FROM views TIMESTAMP BY event_time";
  options_.outputs["more"] = options_.outputs["raw"];
  options_.outputs["more"].path = "more";
  auto checked = Job::check_change(options_);
  auto refused = Runner::open(options_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Code::kFailedPrecondition);
  EXPECT_NE(refused.error().message.find("1500 events of the hub 'hub' that was there before"),
            std::string::npos)
      << refused.error().message;
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message, refused.error().message);
  EXPECT_EQ(rows("raw"), old_rows);

  options_.keep_rows = true;
  EXPECT_TRUE(Job::check_change(options_));
  run_to(end_);
  auto all = rows("raw");
  EXPECT_GT(all.size(), old_rows.size() + 1000);
  EXPECT_TRUE(std::includes(all.begin(), all.end(), old_rows.begin(), old_rows.end()));
  // The rows that were kept are still those of the first hub.
  options_.keep_rows = false;
  options_.query += " WHERE 1 = 1";
  EXPECT_FALSE(Runner::open(options_));
  EXPECT_EQ(rows("raw"), all);
}

TEST_F(RunnerTest, WhatAChangeWouldLoseIsKnownBeforeAndChangesNothing) {
  run_to(end_ - 3'600'000);
  EXPECT_TRUE(Job::check_change(options_));  // no change
  std::string query = options_.query;
  options_.query = "SELECT event_id AS id INTO raw FROM views TIMESTAMP BY event_time";
  EXPECT_TRUE(Job::check_change(options_));  // all can be made again
  source_->drop_before(0, 400);
  auto files = files_on_disk();
  auto manifest = *lake::read_manifest(env_, options_.lake_root, "job");
  auto would_lose = Job::check_change(options_);
  ASSERT_FALSE(would_lose);
  EXPECT_NE(would_lose.error().message.find("400 events of hub 'hub'"), std::string::npos);
  EXPECT_EQ(files_on_disk(), files);
  EXPECT_EQ((*lake::read_manifest(env_, options_.lake_root, "job"))->version, manifest->version);
  options_.keep_rows = true;
  EXPECT_TRUE(Job::check_change(options_));
  options_.keep_rows = false;
  options_.query = query;
  EXPECT_TRUE(Job::check_change(options_));
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

}  // namespace
}  // namespace stream
