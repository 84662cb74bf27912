// What is kept of a grade is what a whole one would say, and whatever a check reads moves its
// standing: each part of a playground is touched in turn.
#include "grade/standing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <utility>

#include "grade/tests/fake_playground.h"

namespace grade {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using Units = std::set<std::string>;

class StandingTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    playground_ = new FakePlayground;
    playground_->make_silver();
  }
  static void TearDownTestSuite() { delete std::exchange(playground_, nullptr); }

  static Inputs inputs() {
    Inputs in = playground_->inputs();
    in.key = "a world and a program";
    return in;
  }
  static Report grade_now(const Inputs& in) {
    auto report = grade(in);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *std::move(report) : Report{};
  }
  /// The grade as it is recorded.
  static json recorded(const Inputs& in) {
    auto now = standings(in);
    Report report = grade_now(in);
    for (auto& check : report.checks) {
      EXPECT_TRUE(now.contains(check.unit)) << check.unit << " of " << check.name;
      check.standing = now[check.unit];
    }
    return report.to_json();
  }
  /// Units that stand otherwise than they did, or can't be told any more.
  static Units moved(const Standings& before, const Inputs& in) {
    auto now = standings(in);
    Units units;
    for (const auto& [unit, standing] : before) {
      auto found = now.find(unit);
      if (found == now.end() || found->second != standing) units.insert(unit);
    }
    return units;
  }
  static Units kept_of(const json& earlier) {
    return still_graded(inputs(), earlier, standings(inputs()));
  }
  static Units all_units() {
    Units units;
    for (const auto& [unit, standing] : standings(inputs())) units.insert(unit);
    return units;
  }
  /// As somebody who writes the same bytes again.
  static void touch(const std::string& below) {
    namespace fs = std::filesystem;
    fs::path file = playground_->path(below);
    fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(1));
  }
  static std::string file_in(const std::string& folder) {
    const auto entries = *playground_->env.list(playground_->path(folder));
    for (const auto& entry : entries) {
      if (!entry.is_dir && !entry.name.starts_with("_")) return folder + "/" + entry.name;
    }
    ADD_FAILURE() << "no file in " << folder;
    return "";
  }
  static json without_times(json check) {
    for (const char* member : {"standing", "graded_by", "graded_at"}) check.erase(member);
    return check;
  }

  static inline FakePlayground* playground_ = nullptr;
};

TEST_F(StandingTest, NothingMovesByItself) {
  auto first = standings(inputs());
  EXPECT_GE(first.size(), 30u);
  grade_now(inputs());
  EXPECT_THAT(moved(first, inputs()), IsEmpty());
}

TEST_F(StandingTest, WithoutAKeyNothingIsKept) {
  Inputs in = inputs();
  in.key.clear();
  EXPECT_TRUE(standings(in).empty());
}

TEST_F(StandingTest, EachUnitAloneSaysWhatTheWholeGradeSays) {
  const json whole = recorded(inputs());
  for (const std::string& unit : all_units()) {
    Inputs in = inputs();
    in.kept = all_units();
    in.kept.erase(unit);
    in.run_id = "run-2";
    Report alone = grade_now(in);
    ASSERT_FALSE(alone.checks.empty()) << unit;
    for (const auto& check : alone.checks) EXPECT_EQ(check.unit, unit);
    json merged = with_kept(std::move(alone), whole, in.kept).to_json();
    ASSERT_EQ(merged["checks"].size(), whole["checks"].size()) << unit;
    for (std::size_t i = 0; i < whole["checks"].size(); ++i) {
      const json& check = merged["checks"][i];
      EXPECT_EQ(without_times(check), without_times(whole["checks"][i])) << unit;
      EXPECT_EQ(check["graded_by"], check["unit"] == unit ? "run-2" : "run-1");
    }
    EXPECT_EQ(merged["passed"], whole["passed"]);
  }
}

TEST_F(StandingTest, WhatIsWrongIsKeptAsItWas) {
  playground_->overwrite("gold.sales_by_day",
                         "SELECT * FROM gold.sales_by_day ORDER BY day LIMIT 3");
  const json whole = recorded(inputs());
  EXPECT_GT(whole["wrong"], 0);
  Inputs in = inputs();
  in.kept = kept_of(whole);
  EXPECT_EQ(in.kept, all_units());
  json merged = with_kept(grade_now(in), whole, in.kept).to_json();
  EXPECT_EQ(merged["checks"], whole["checks"]);
  playground_->overwrite("gold.sales_by_day", FakePlayground::statement("gold.sales_by_day"));
  EXPECT_THAT(kept_of(whole), Not(Contains("gold.sales_by_day")));
}

TEST_F(StandingTest, AnEarlierVersionsGradeKeepsNothing) {
  json whole = recorded(inputs());
  for (auto& check : whole["checks"]) check["standing"] = "";
  EXPECT_THAT(kept_of(whole), IsEmpty());
  for (auto& check : whole["checks"]) check.erase("unit");
  EXPECT_THAT(kept_of(whole), IsEmpty());
  EXPECT_THAT(kept_of(json::object()), IsEmpty());
}

TEST_F(StandingTest, ATouchedFileMovesWhatReadsIt) {
  auto before = standings(inputs());
  auto moves = [&](const std::string& file) {
    touch(file);
    Units units = moved(before, inputs());
    before = standings(inputs());
    return units;
  };
  EXPECT_THAT(moves("bronze/users/users.json"), UnorderedElementsAre("bronze.users"));
  EXPECT_THAT(moves("bronze/towns/towns.csv"), UnorderedElementsAre("bronze.towns"));
  EXPECT_THAT(moves(file_in("silver/users")), UnorderedElementsAre("silver.users"));
  EXPECT_THAT(moves(file_in("gold/sessions")), UnorderedElementsAre("gold.sessions"));
  EXPECT_THAT(moves(file_in("gold/engagements/_delta_log")),
              UnorderedElementsAre("gold.engagements"));
  // Raw rows are counted by the conservation of the hub and by the duplicates of silver.
  EXPECT_THAT(moves(file_in("bronze/pageviews")),
              UnorderedElementsAre("bronze.pageviews", "hub pageviews", "silver.pageviews"));
}

TEST_F(StandingTest, AFileThatGoesOrComesMovesItsTable) {
  auto before = standings(inputs());
  std::string file = playground_->path("silver/items/extra.parquet");
  ASSERT_TRUE(playground_->env.write_file(file, "x"));
  EXPECT_THAT(moved(before, inputs()), UnorderedElementsAre("silver.items"));
  ASSERT_TRUE(playground_->env.remove_file(file));
  std::string users = playground_->path("bronze/vipusers/vipusers.json");
  std::string text = *playground_->env.read_file(users);
  ASSERT_TRUE(playground_->env.remove_file(users));
  EXPECT_THAT(moved(before, inputs()), UnorderedElementsAre("bronze.vipusers"));
  ASSERT_TRUE(playground_->env.write_file(users, text));
}

TEST_F(StandingTest, AHubMovesBelowItsCutOnly) {
  auto before = standings(inputs());
  Inputs in = inputs();
  in.cuts_ms["pageviews"] += 1000;
  Units units = moved(before, in);
  EXPECT_THAT(units, IsSupersetOf({"hub pageviews", "silver.pageviews", "gold.engagements",
                                   "silver.quarantine", "bronze.deadletter", "gold.sessions",
                                   "silver.stream_pageviews_5min", "alerts slow_pages"}));
  EXPECT_THAT(units, Not(Contains("silver.users")));
  EXPECT_THAT(units, Not(Contains("gold.sales_by_day")));
  EXPECT_THAT(units, Not(Contains("sql orders")));
  // What arrives behind the cut is nothing to this grade.
  auto& hub = *playground_->hubs["stars"];
  std::int64_t late_ms = hub.state(0).last_arrival_ms + 1;
  ASSERT_GT(late_ms, playground_->cut_ms);
  hub::Hub::WorldRecord record{.arrival_ms = late_ms, .key = "1", .value = "{}"};
  ASSERT_TRUE(hub.append_world(0, std::span(&record, 1)));
  EXPECT_THAT(moved(before, inputs()), IsEmpty());
}

TEST_F(StandingTest, ADamagedHubIsGradedAgain) {
  auto before = standings(inputs());
  const std::string folder = playground_->hubs["stars"]->dir() + "/1";
  std::string log;
  const auto entries = *playground_->env.list(folder);
  for (const auto& entry : entries) {
    if (entry.name.ends_with(".log")) log = folder + "/" + entry.name;
  }
  // In place: a hub that is open reads on in a file that was replaced.
  auto flip = [&] {
    std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
    const auto at = static_cast<std::streamoff>(std::filesystem::file_size(log) / 10);
    file.seekg(at);
    const int byte = file.get();
    file.seekp(at);
    file.put(static_cast<char>(byte ^ 1));
  };
  flip();
  EXPECT_THAT(moved(before, inputs()), UnorderedElementsAre("hub stars"));
  flip();
  EXPECT_THAT(moved(before, inputs()), IsEmpty());
}

TEST_F(StandingTest, WhatIsDefinedOtherwiseMovesItAndWhatIsMadeOfIt) {
  auto before = standings(inputs());
  Inputs in = inputs();
  in.changed["silver.users"] = "another trim";
  for (const char* table : FakePlayground::kRefined) {
    if (table == std::string("gold.order_predictions")) continue;
    in.statements[table] = {.table = table, .select = FakePlayground::statement(table)};
  }
  Units units = moved(before, in);
  EXPECT_THAT(units, IsSupersetOf({"silver.users", "gold.engagements"}));
  EXPECT_THAT(units, Not(Contains("silver.products")));
  EXPECT_THAT(units, Not(Contains("bronze.users")));
  // Behind a change also what is read counts: the rows are compared with those of the statement.
  before = standings(in);
  touch(file_in("silver/users"));
  EXPECT_THAT(moved(before, in), IsSupersetOf({"silver.users", "gold.engagements"}));
  EXPECT_THAT(moved(before, inputs()), Contains("silver.users"));
}

TEST_F(StandingTest, WhatIsRightStaysSoWhateverTheUserHasChanged) {
  const json right = recorded(inputs());
  Inputs in = inputs();
  in.changed["gold.sessions"] = "another way to the same rows";
  in.changed["gold.new"] = "no statement for gold.new was shipped";
  EXPECT_EQ(still_graded(in, right, standings(in)), all_units());
  playground_->overwrite("gold.sessions", "SELECT * FROM gold.sessions LIMIT 3");
  const json wrong = recorded(inputs());
  ASSERT_GT(wrong["wrong"], 0);
  Units all = all_units();
  all.erase("gold.sessions");
  EXPECT_EQ(still_graded(in, wrong, standings(in)), all);
  playground_->overwrite("gold.sessions", FakePlayground::statement("gold.sessions"));
}

TEST_F(StandingTest, AnEditMovesOnlyWhatLiesBehindIt) {
  auto before = standings(inputs());
  Inputs in = inputs();
  in.changed["gold.sales_by_day"] = "another count";
  for (const char* table : FakePlayground::kRefined) {
    if (table == std::string("gold.order_predictions")) continue;
    in.statements[table] = {.table = table, .select = FakePlayground::statement(table)};
  }
  EXPECT_THAT(moved(before, in), UnorderedElementsAre("gold.sales_by_day"));
}

TEST_F(StandingTest, WhatTheJobSaysMovesItsEvents) {
  auto before = standings(inputs());
  Inputs in = inputs();
  in.lost["stars"] = 3;
  EXPECT_THAT(moved(before, in), Contains("silver.stars"));
  in = inputs();
  in.jobs["pageviews"].policies.late_s = 5;
  EXPECT_THAT(moved(before, in), IsSupersetOf({"silver.stream_first_events", "hub pageviews"}));
  in = inputs();
  in.changed["stream.slow_pages"] = "another limit";
  EXPECT_THAT(moved(before, in), UnorderedElementsAre("alerts slow_pages"));
}

TEST_F(StandingTest, OfOutputsThatGrowTheDueRowsHaveToBeTheSame) {
  const json whole = recorded(inputs());
  Units all = all_units();
  ASSERT_EQ(kept_of(whole), all);
  // A later file with the same rows below the cut is nothing to this grade, another row is.
  auto moved_by = [&](const std::string& line) {
    playground_->write_windows(playground_->windows + line);
    Units left = all;
    for (const auto& unit : kept_of(whole)) left.erase(unit);
    return left;
  };
  const std::string end = R"(:00:00.000000Z","http_method":"PUT","count":3})"
                          "\n";
  EXPECT_THAT(moved_by(R"({"window_end":"2030-01-01T00)" + end), IsEmpty());
  EXPECT_THAT(moved_by(R"({"window_end":"2026-05-31T23)" + end),
              UnorderedElementsAre("silver.stream_pageviews_5min"));
  auto alerts = std::exchange(playground_->alerts, {});
  Units left = all;
  for (const auto& unit : kept_of(whole)) left.erase(unit);
  EXPECT_THAT(left, UnorderedElementsAre("alerts slow_pages", "silver.stream_pageviews_5min"));
  playground_->alerts = std::move(alerts);
  playground_->write_windows(playground_->windows);
  EXPECT_EQ(kept_of(whole), all);
}

TEST_F(StandingTest, AnotherKeyMovesAll) {
  auto before = standings(inputs());
  Inputs in = inputs();
  in.key = "another build";
  EXPECT_EQ(moved(before, in), all_units());
}

TEST_F(StandingTest, TheDatabaseMovesItsTables) {
  auto before = standings(inputs());
  ASSERT_TRUE(playground_->database->create_table(
      {.name = "more", .schema = {{{"id", model::Type::kInt64, false}}}, .primary_key = {"id"}}));
  EXPECT_THAT(moved(before, inputs()), UnorderedElementsAre("sql items", "sql orders"));
}

}  // namespace
}  // namespace grade
