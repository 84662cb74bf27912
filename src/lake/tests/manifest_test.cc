#include "lake/manifest.h"

#include <gtest/gtest.h>

#include "base/faulty_env.h"
#include "base/testing/temp_dir.h"

namespace lake {
namespace {

class ManifestTest : public base::TempDirTest {
 protected:
  std::unique_ptr<ManifestLog> open() {
    auto log = ManifestLog::open(env_, dir_, "job");
    EXPECT_TRUE(log) << (log ? "" : log.error().message);
    return log ? std::move(*log) : nullptr;
  }
  static ManifestCommit adding(const std::string& path, std::int64_t cut = 0) {
    ManifestCommit commit;
    commit.definition = "d1";
    commit.state = "s";
    commit.outputs["raw"] = {"bronze", "pageviews", "parquet", 0, {{path, 10, 100}}, {}};
    commit.outputs["raw"].hubs = {"pageviews"};
    commit.inputs["pageviews"] = {"pageviews", cut, {1, 2}, cut - 60'000};
    commit.counts["pageviews"] = {{"read", 3}};
    return commit;
  }

  base::FaultyEnv env_;
};

TEST_F(ManifestTest, FoldsAddedAndRemovedFiles) {
  auto log = open();
  EXPECT_EQ(log->current().version, -1);
  ASSERT_TRUE(log->commit(adding("bronze/a", 100)));
  ASSERT_TRUE(log->commit(adding("bronze/b", 200)));
  ManifestCommit compacted = adding("bronze/c", 200);
  compacted.outputs["raw"].removed = {"bronze/a", "bronze/b"};
  compacted.outputs["raw"].rows = 20;
  ASSERT_TRUE(log->commit(compacted));

  for (const Manifest& m :
       {log->current(), **read_manifest(env_, dir_, "job"), open()->current()}) {
    EXPECT_EQ(m.version, 2);
    EXPECT_EQ(m.job, "job");
    ASSERT_EQ(m.outputs.at("raw").added.size(), 1u);
    EXPECT_EQ(m.outputs.at("raw").added[0], (ManifestFile{"bronze/c", 10, 100}));
    EXPECT_EQ(m.outputs.at("raw").rows, 20);
    EXPECT_EQ(m.outputs.at("raw").hubs, std::vector<std::string>{"pageviews"});
    EXPECT_EQ(m.inputs.at("pageviews").offsets, (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(m.inputs.at("pageviews").cut_ms, 200);
    EXPECT_EQ(m.counts["pageviews"]["read"], 3);
  }
}

TEST_F(ManifestTest, MarksSayHowTheFilesDivide) {
  auto log = open();
  for (int i = 0; i < 120; i++) ASSERT_TRUE(log->commit(adding("bronze/" + std::to_string(i), i)));
  auto marks = *open()->current().marks;
  ASSERT_EQ(marks.size(), 120u);
  EXPECT_EQ(marks[7].version, 7);
  EXPECT_EQ(marks[7].inputs.at("pageviews").cut_ms, 7);
  EXPECT_EQ(marks[7].inputs.at("pageviews").offsets, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(marks[7].inputs.at("pageviews").watermark_ms, 7 - 60'000);
  // Where files go only those that the commit names stay right.
  ManifestCommit some = adding("bronze/n", 121);
  some.outputs["raw"].removed = {"bronze/119"};
  some.marks = std::vector(marks.begin(), marks.begin() + 3);
  ASSERT_TRUE(log->commit(some));
  EXPECT_EQ(open()->current().marks->size(), 4u);
  some = adding("bronze/m", 122);
  some.outputs["raw"].removed = {"bronze/n"};
  ASSERT_TRUE(log->commit(some));
  EXPECT_EQ(open()->current().marks->size(), 1u);
  EXPECT_EQ(commit_of_file("bronze/raw/year=2026/month=06/day=01/my-job-17-3.parquet"), 17);
  EXPECT_FALSE(commit_of_file("bronze/raw/other.parquet"));
}

TEST_F(ManifestTest, MarksAreManyButNotWithoutEnd) {
  auto log = open();
  for (int i = 0; i < 1200; i++) ASSERT_TRUE(log->commit(adding("bronze/" + std::to_string(i), i)));
  const auto& marks = *log->current().marks;
  EXPECT_LE(marks.size(), ManifestMark::kMost);
  EXPECT_EQ(marks.back().version, 1199);
  EXPECT_EQ(marks.front().version, 0);
}

TEST_F(ManifestTest, SnapshotsKeepTheFolderSmallAndTheAnswerSame) {
  auto log = open();
  for (int i = 0; i < 230; i++) ASSERT_TRUE(log->commit(adding("bronze/" + std::to_string(i), i)));
  EXPECT_LT(env_.list(dir_ + "/_manifests/job")->size(), 110u);
  auto read = read_manifest(env_, dir_, "job");
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->version, 229);
  EXPECT_EQ((*read)->outputs.at("raw").added.size(), 230u);
  EXPECT_EQ(open()->current().outputs.at("raw").added[7].path, "bronze/7");
}

TEST_F(ManifestTest, TornLastCommitIsNoCommit) {
  ASSERT_TRUE(open()->commit(adding("bronze/a")));
  std::string torn = dir_ + "/_manifests/job/00000000000000000001.json";
  ASSERT_TRUE(env_.write_file(torn, "{\"version\":1,"));
  EXPECT_EQ((*read_manifest(env_, dir_, "job"))->version, 0);
  auto log = open();
  EXPECT_EQ(log->current().version, 0);
  ASSERT_TRUE(log->commit(adding("bronze/b")));
  EXPECT_EQ(open()->current().outputs.at("raw").added.size(), 2u);
}

TEST_F(ManifestTest, AGapIsDataLoss) {
  auto log = open();
  for (int i = 0; i < 3; i++) ASSERT_TRUE(log->commit(adding("bronze/a")));
  ASSERT_TRUE(env_.remove_file(dir_ + "/_manifests/job/00000000000000000001.json"));
  auto reopened = ManifestLog::open(env_, dir_, "job");
  ASSERT_FALSE(reopened);
  EXPECT_EQ(reopened.error().code, base::Code::kDataLoss);
}

TEST_F(ManifestTest, TheSecondWriterLoses) {
  auto first = open(), second = open();
  ASSERT_TRUE(first->commit(adding("bronze/a")));
  auto lost = second->commit(adding("bronze/b"));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, base::Code::kAlreadyExists);
}

TEST_F(ManifestTest, FullDiskChangesNothing) {
  auto log = open();
  ASSERT_TRUE(log->commit(adding("bronze/a")));
  env_.set_disk_bytes(20);
  auto full = log->commit(adding("bronze/b"));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, base::Code::kResourceExhausted);
  env_.set_disk_bytes(1 << 20);
  ASSERT_TRUE(log->commit(adding("bronze/c")));
  EXPECT_EQ(open()->current().outputs.at("raw").added.size(), 2u);
}

TEST_F(ManifestTest, ANewDefinitionTakesOldOutputsAway) {
  auto log = open();
  ASSERT_TRUE(log->commit(adding("bronze/a")));
  ManifestCommit changed;
  changed.definition = "d2";
  changed.outputs["raw"].removed = {"bronze/a"};
  changed.outputs["other"] = {"silver", "x", "json", 1, {{"silver/x/1", 1, 1}}, {}};
  ASSERT_TRUE(log->commit(changed));
  EXPECT_FALSE(log->current().outputs.contains("raw"));
  EXPECT_TRUE(open()->current().outputs.contains("other"));
}

TEST_F(ManifestTest, AnOutputWithoutRowsUnderANewDefinitionIsThere) {
  auto log = open();
  ASSERT_TRUE(log->commit(adding("bronze/a")));
  ManifestCommit changed = adding("bronze/a");
  changed.definition = "d2";
  changed.outputs["raw"].added.clear();
  changed.outputs["raw"].removed = {"bronze/a"};
  changed.outputs["gone"].removed = {"bronze/b"};  // the query has it no more
  ASSERT_TRUE(log->commit(changed));
  for (const Manifest& m : {log->current(), open()->current()}) {
    ASSERT_TRUE(m.outputs.contains("raw"));
    EXPECT_EQ(m.outputs.at("raw").tier, "bronze");
    EXPECT_TRUE(m.outputs.at("raw").added.empty());
    EXPECT_FALSE(m.outputs.contains("gone"));
  }
}

TEST_F(ManifestTest, DropRemovesManifestsAndListedFiles) {
  ASSERT_TRUE(env_.make_dirs(dir_ + "/bronze"));
  ASSERT_TRUE(env_.write_file(dir_ + "/bronze/a", "x"));
  ASSERT_TRUE(env_.write_file(dir_ + "/bronze/theirs", "x"));
  ASSERT_TRUE(open()->commit(adding("bronze/a")));
  EXPECT_EQ(read_manifests(env_, dir_)->size(), 1u);
  ASSERT_TRUE(drop_manifest(env_, dir_, "job"));
  EXPECT_FALSE(env_.exists(dir_ + "/bronze/a"));
  EXPECT_TRUE(env_.exists(dir_ + "/bronze/theirs"));
  EXPECT_TRUE(read_manifests(env_, dir_)->empty());
  EXPECT_TRUE(drop_manifest(env_, dir_, "job"));
}

}  // namespace
}  // namespace lake
