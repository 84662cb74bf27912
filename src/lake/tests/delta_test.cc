#include "lake/delta.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/faulty_env.h"
#include "base/testing/temp_dir.h"
#include "lake/delta_internal.h"
#include "lake/parquet.h"

namespace lake {
namespace {

using base::Code;
using base::Env;
using model::Batch;
using model::Type;

class DeltaTest : public base::TempDirTest {
 protected:
  DeltaTest() { (void)Env::real().make_dirs(table_.path()); }

  /// Writes a file of one row and describes it.
  DataFile file(std::int64_t id) {
    Batch batch(schema_);
    batch.columns[0].add_int(id);
    batch.rows = 1;
    DataFile file;
    file.path = DeltaTable::new_file_name();
    auto info = *write_parquet(base::Env::real(), table_.path() + "/" + file.path, batch);
    file.rows = info.rows;
    file.bytes = info.bytes;
    return file;
  }
  Commit commit(Commit::Mode mode, std::int64_t id) {
    return {.mode = mode, .schema = delta_schema(schema_), .files = {file(id)}};
  }
  std::string log(std::int64_t version, std::string_view suffix = ".json") {
    return table_.path() + "/_delta_log/" + version_name(version, suffix);
  }

  model::Schema schema_{{{"id", Type::kInt64}}};
  base::ManualClock clock_{base::from_millis(1'780'272'000'000)};
  base::FaultyEnv env_;
  DeltaTable table_{env_, clock_, path("users")};
};

TEST_F(DeltaTest, AppendsAndOverwritesMakeVersions) {
  EXPECT_FALSE(table_.exists());
  EXPECT_EQ(table_.snapshot().error().code, Code::kNotFound);
  EXPECT_EQ(*table_.commit({.schema = delta_schema(schema_)}), 0);
  EXPECT_TRUE(table_.exists());
  EXPECT_EQ(table_.snapshot()->commit_info["operation"], "CREATE TABLE");
  EXPECT_EQ(*table_.commit(commit(Commit::Mode::kAppend, 1)), 1);
  EXPECT_EQ(*table_.commit(commit(Commit::Mode::kAppend, 2)), 2);
  auto two = *table_.snapshot();
  EXPECT_EQ(two.files.size(), 2u);
  EXPECT_EQ(two.rows(), 2);
  EXPECT_GT(two.bytes(), 0);
  auto last = commit(Commit::Mode::kOverwrite, 3);
  last.info = {{"hriste.cuts", {{"pageviews", 17}}}};
  EXPECT_EQ(*table_.commit(last), 3);
  auto three = *table_.snapshot();
  ASSERT_EQ(three.files.size(), 1u);
  EXPECT_EQ(three.files[0].path, last.files[0].path);
  EXPECT_EQ(three.files[0].modified_ms, 1'780'272'000'000);
  EXPECT_EQ(three.commit_info["hriste.cuts"]["pageviews"], 17);
  EXPECT_EQ(three.commit_info["operation"], "WRITE");
  EXPECT_EQ(three.commit_info["engineInfo"].get<std::string>().substr(0, 7), "hriste/");
  EXPECT_EQ(three.table_id, two.table_id);
  EXPECT_EQ(table_.snapshot(1)->files.size(), 1u);
  EXPECT_EQ(table_.snapshot(4).error().code, Code::kNotFound);
}

TEST_F(DeltaTest, AnOverwriteMayChangeTheSchemaAnAppendMustNot) {
  ASSERT_TRUE(table_.commit(commit(Commit::Mode::kAppend, 1)));
  auto other = commit(Commit::Mode::kAppend, 2);
  other.schema = delta_schema({{{"id", Type::kString}}});
  EXPECT_EQ(table_.commit(other).error().code, Code::kInvalidArgument);
  other.mode = Commit::Mode::kOverwrite;
  other.schema = delta_schema({{{"local_time", Type::kTimestampNtz}}});
  ASSERT_TRUE(table_.commit(other));
  EXPECT_EQ(table_.snapshot()->schema, other.schema);
  auto state = *read_log(env_, table_.path() + "/_delta_log", -1);
  EXPECT_EQ(state.protocol["readerFeatures"][0], "timestampNtz");
  EXPECT_EQ(state.protocol["minWriterVersion"], 7);
  EXPECT_EQ(state.protocol["writerFeatures"], Json({"timestampNtz", "appendOnly", "invariants"}));
}

TEST_F(DeltaTest, TheProtocolListsWhatTheColumnsUse) {
  auto nullable = delta_schema({{{"t", Type::kTimestampNtz}}});
  auto required = delta_schema({{{"t", Type::kTimestampNtz, false}}});
  auto plain = delta_schema({{{"id", Type::kInt64, false}}});
  EXPECT_EQ(protocol_with({}, plain), Json({{"minReaderVersion", 1}, {"minWriterVersion", 2}}));
  Json old = {{"minReaderVersion", 3},
              {"minWriterVersion", 7},
              {"readerFeatures", {"timestampNtz"}},
              {"writerFeatures", {"timestampNtz"}}};
  EXPECT_EQ(protocol_with(old, nullable), old);
  Json with = old;
  with["writerFeatures"].push_back("invariants");
  EXPECT_EQ(protocol_with(old, required), with);
  EXPECT_EQ(protocol_with(old, plain), with);
  EXPECT_EQ(protocol_with(with, required), with);
  Json first = {{"minReaderVersion", 1}, {"minWriterVersion", 1}};
  EXPECT_EQ(protocol_with(first, plain)["minWriterVersion"], 2);
  EXPECT_EQ(protocol_with(first, required)["writerFeatures"],
            Json({"timestampNtz", "appendOnly", "invariants"}));
}

TEST_F(DeltaTest, EveryTenthVersionHasACheckpointThatStandsForTheLog) {
  for (int i = 0; i <= 8; ++i) ASSERT_TRUE(table_.commit(commit(Commit::Mode::kAppend, i)));
  auto over = commit(Commit::Mode::kOverwrite, 9);
  over.files[0].partition_values = {{"day", std::nullopt}};
  ASSERT_TRUE(table_.commit(over));
  auto tenth = commit(Commit::Mode::kAppend, 10);
  tenth.files[0].stats = {{"minValues", {{"id", 10}}}};
  ASSERT_EQ(*table_.commit(tenth), 10);
  EXPECT_TRUE(env_.exists(log(10, ".checkpoint.parquet")));
  auto last = Json::parse(*env_.read_file(table_.path() + "/_delta_log/_last_checkpoint"));
  EXPECT_EQ(last["version"], 10);
  EXPECT_EQ(last["size"], 2 + 2 + 9);  // protocol, metaData, adds, tombstones
  auto before = *table_.snapshot();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(env_.remove_file(log(i)));
  auto after = table_.snapshot();
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->schema, before.schema);
  EXPECT_EQ(after->table_id, before.table_id);
  ASSERT_EQ(after->files.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after->files[i].path, before.files[i].path);
    EXPECT_EQ(after->files[i].rows, before.files[i].rows);
    EXPECT_EQ(after->files[i].stats, before.files[i].stats);
    EXPECT_EQ(after->files[i].partition_values, before.files[i].partition_values);
  }
  EXPECT_EQ(*table_.commit(commit(Commit::Mode::kOverwrite, 11)), 11);
  EXPECT_EQ(table_.snapshot()->files.size(), 1u);
}

TEST_F(DeltaTest, TwoWritersNeverShareAVersion) {
  constexpr int kEach = 8;
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 2; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < kEach; ++i) {
        auto version = table_.commit(commit(Commit::Mode::kAppend, writer * 100 + i));
        EXPECT_TRUE(version) << version.error().message;
      }
    });
  }
  writers.clear();
  auto snapshot = *table_.snapshot();
  EXPECT_EQ(snapshot.version, 2 * kEach - 1);
  EXPECT_EQ(snapshot.files.size(), 2u * kEach);
}

TEST_F(DeltaTest, ATornCommitIsNeverSeen) {
  ASSERT_TRUE(table_.commit(commit(Commit::Mode::kAppend, 1)));
  auto next = commit(Commit::Mode::kOverwrite, 2);
  for (int room : {0, 1, 100, 400}) {
    env_.set_disk_bytes(room);
    auto version = table_.commit(next);
    ASSERT_FALSE(version);
    EXPECT_EQ(version.error().code, Code::kResourceExhausted);
    EXPECT_EQ(table_.snapshot()->version, 0);
  }
  env_.set_disk_bytes(1 << 30);
  EXPECT_EQ(*table_.commit(next), 1);
  // Nothing but commits is left in the log.
  EXPECT_EQ(env_.list(table_.path() + "/_delta_log")->size(), 2u);
}

TEST_F(DeltaTest, AFailedCheckpointDoesNotFailItsCommit) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(table_.commit(commit(Commit::Mode::kOverwrite, i)));
  ASSERT_TRUE(env_.make_dirs(log(10, ".checkpoint.parquet") + "/in/the/way"));
  EXPECT_EQ(*table_.commit(commit(Commit::Mode::kOverwrite, 10)), 10);
}

TEST_F(DeltaTest, DamageIsNamed) {
  ASSERT_TRUE(table_.commit(commit(Commit::Mode::kAppend, 1)));
  ASSERT_TRUE(table_.commit(commit(Commit::Mode::kAppend, 2)));
  ASSERT_TRUE(table_.commit(commit(Commit::Mode::kAppend, 3)));
  std::string good = *env_.read_file(log(1));
  ASSERT_TRUE(env_.write_file(log(1), good + "{\"add\":"));
  auto torn = table_.snapshot();
  ASSERT_FALSE(torn);
  EXPECT_EQ(torn.error().code, Code::kDataLoss);
  EXPECT_NE(torn.error().message.find(log(1) + ", line 3"), std::string::npos)
      << torn.error().message;
  ASSERT_TRUE(env_.write_file(log(1), "{\"add\":{\"size\":1}}\n"));
  EXPECT_EQ(table_.snapshot().error().code, Code::kDataLoss);
  ASSERT_TRUE(env_.remove_file(log(1)));
  auto gap = table_.snapshot();
  ASSERT_FALSE(gap);
  EXPECT_EQ(gap.error().code, Code::kDataLoss);
  EXPECT_NE(gap.error().message.find(log(1)), std::string::npos);
  ASSERT_TRUE(env_.write_file(
      log(1),
      R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"]}})"));
  auto unknown = table_.snapshot();
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::kUnimplemented);
  EXPECT_NE(unknown.error().message.find("deletionVectors"), std::string::npos);
}

TEST_F(DeltaTest, VacuumDeletesWhatWasOverwrittenLongAgo) {
  auto first = commit(Commit::Mode::kOverwrite, 1);
  ASSERT_TRUE(table_.commit(first));
  ASSERT_TRUE(table_.commit(commit(Commit::Mode::kOverwrite, 2)));
  EXPECT_EQ(*table_.vacuum(std::chrono::hours(1)), 0);
  clock_.advance(std::chrono::hours(2));
  EXPECT_EQ(*table_.vacuum(std::chrono::hours(1)), 1);
  EXPECT_FALSE(env_.exists(table_.path() + "/" + first.files[0].path));
  EXPECT_TRUE(env_.exists(table_.path() + "/" + table_.snapshot()->files[0].path));
}

TEST_F(DeltaTest, VacuumDeletesWhatWasNeverCommitted) {
  ASSERT_TRUE(table_.commit(commit(Commit::Mode::kAppend, 1)));
  auto orphan = file(2);
  ASSERT_TRUE(env_.write_file(table_.path() + "/_delta_log/.00000000000000000001.json.x.tmp", "{"));
  EXPECT_EQ(*table_.vacuum(std::chrono::hours(1)), 0);  // somebody may be at it
  EXPECT_EQ(*table_.vacuum(std::chrono::hours(0)), 2);
  EXPECT_FALSE(env_.exists(table_.path() + "/" + orphan.path));
  EXPECT_EQ(env_.list(table_.path())->size(), 2u);
  EXPECT_EQ(table_.snapshot()->rows(), 1);
}

TEST(DeltaTypes, GoBothWays) {
  for (const char* type :
       {"BIGINT", "INTEGER", "DOUBLE", "DECIMAL(12,2)", "VARCHAR", "BOOLEAN", "DATE", "BLOB",
        "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "VARCHAR[]", "BIGINT[][]",
        "STRUCT(\"a b\" BIGINT, \"c\" DECIMAL(12,2)[])", "MAP(VARCHAR, BIGINT)"}) {
    auto delta = delta_type(type);
    ASSERT_TRUE(delta) << type;
    EXPECT_EQ(*sql_type(*delta), type);
  }
  EXPECT_NE(delta_type("HUGEINT").error().message.find("cast it to BIGINT"), std::string::npos);
  EXPECT_FALSE(delta_type("INTERVAL"));
}

TEST(DeltaTypes, ColumnNamesThatDeltaRefusesAreRefused) {
  base::ManualClock clock;
  DeltaTable table(Env::real(), clock, "/tmp/hriste_delta_none");
  for (const char* name : {"a b", "a,b", "", "x=1"}) {
    auto version = table.commit({.schema = delta_schema({{{name, Type::kInt64}}})});
    ASSERT_FALSE(version);
    EXPECT_EQ(version.error().code, Code::kInvalidArgument);
  }
  EXPECT_FALSE(
      table.commit({.schema = delta_schema({{{"a", Type::kInt64}, {"A", Type::kInt64}}})}));
  (void)Env::real().remove_tree("/tmp/hriste_delta_none");
}

TEST(DeltaPaths, ArePercentEncodedOnce) {
  EXPECT_EQ(encode_path("day=2026-06-01/part 0%20.parquet"),
            "day=2026-06-01/part%200%2520.parquet");
  for (const char* path : {"a/b=c/d.parquet", "č ř%2F+", "100%"}) {
    EXPECT_EQ(decode_path(encode_path(path)), path);
  }
}

TEST(DeltaStats, BoundsAreRoundedOutward) {
  auto schema = delta_schema({{{"t", Type::kTimestamp},
                               {"s", Type::kString},
                               {"m", Type::kDecimal},
                               {"d", Type::kDouble},
                               {"b", Type::kBool}}});
  Json copy = {{"t",
                {{"min", "2026-06-01 00:00:00.123456+00"},
                 {"max", "2026-06-01 00:00:00.123456+00"},
                 {"null_count", "3"}}},
               {"s", {{"min", "a"}, {"max", std::string(65, 'z')}, {"null_count", "0"}}},
               {"m", {{"min", "-1.50"}, {"max", "1234567890.12"}, {"null_count", "0"}}},
               {"d", {{"min", "1"}, {"max", "2"}, {"has_nan", "true"}, {"null_count", "0"}}},
               {"b", {{"min", "0"}, {"max", "1"}, {"null_count", "0"}}}};
  Json stats = delta_stats(copy, schema, 7);
  EXPECT_EQ(stats.dump(), R"({"maxValues":{"m":1234567890.12,"t":"2026-06-01T00:00:00.124Z"},)"
                          R"("minValues":{"m":-1.5,"t":"2026-06-01T00:00:00.123Z"},)"
                          R"("nullCount":{"b":0,"d":0,"m":0,"s":0,"t":3},"numRecords":7})");
}

}  // namespace
}  // namespace lake
