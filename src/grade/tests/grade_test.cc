// The grade of a whole playground, and that it can fail: every layer is damaged in turn, and
// exactly the checks that this touches turn red, with the difference shown.
#include "grade/grade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "grade/found_alerts.h"
#include "grade/tests/fake_playground.h"
#include "wire/record_batch.h"

namespace grade {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class GradeTest : public ::testing::Test {
 protected:
  static Report grade_now(const Inputs& inputs) {
    auto report = grade(inputs);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *std::move(report) : Report{};
  }
  static std::vector<std::string> with(const Report& report, Verdict verdict) {
    std::vector<std::string> names;
    for (const auto& check : report.checks) {
      if (check.verdict == verdict) names.push_back(check.layer + " " + check.name);
    }
    return names;
  }
  static std::string detail(const Report& report, const std::string& name) {
    for (const auto& check : report.checks) {
      if (check.layer + " " + check.name == name) return check.detail;
    }
    return "no such check";
  }
  static std::vector<std::string> wrong(const Report& report) {
    return with(report, Verdict::kWrong);
  }
};

class Grade : public GradeTest {
 protected:
  using GradeTest::grade_now;
  Report grade_now() { return grade_now(playground_.inputs()); }

  FakePlayground playground_;
};

/// With silver and gold, made once: who damages it repairs it again. In the tests of damages the
/// rest is left out.
class GradeRefined : public GradeTest {
 protected:
  static void SetUpTestSuite() {
    playground_ = new FakePlayground;
    playground_->make_silver();
  }
  static void TearDownTestSuite() { delete std::exchange(playground_, nullptr); }
  static Report grade_refined() {
    Inputs in = playground_->inputs();
    in.tables = {std::begin(FakePlayground::kRefined), std::end(FakePlayground::kRefined)};
    in.database_tables.clear();
    in.alerts.clear();
    return grade_now(in);
  }
  static void repair(const std::string& table) {
    playground_->overwrite(table, FakePlayground::statement(table));
  }

  static inline FakePlayground* playground_ = nullptr;
};

TEST_F(GradeRefined, AWholePlaygroundIsAllRight) {
  Report report = grade_now(playground_->inputs());
  for (const auto& check : report.checks) {
    EXPECT_EQ(check.verdict, Verdict::kRight)
        << check.layer << " " << check.name << "\n  expected " << check.expected << "\n  found    "
        << check.found << "\n  " << check.detail;
    if (check.name.ends_with(" score")) continue;  // near the best possible is right
    EXPECT_EQ(check.expected, check.found);
  }
  // bronze, sql, hub, capture, raw, stream, silver and its figures, gold
  EXPECT_EQ(report.total(), 6 + 2 + 4 + 8 + 9 + 6 + 7 + 5 + 8);
  json out = report.to_json();
  EXPECT_EQ(out["run_id"], "run-1");
  EXPECT_EQ(out["all_right"], true);
  EXPECT_EQ(out["passed"], report.total());
  EXPECT_EQ(out["checks"][0]["layer"], "bronze");
  EXPECT_EQ(out["checks"][0]["verdict"], "right");
}

TEST_F(Grade, BronzeFilesByteForByte) {
  std::string users = *playground_.env.read_file(playground_.path("bronze/users/users.json"));
  users[users.find("\"city\":\"") + 8] ^= 1;
  ASSERT_TRUE(playground_.env.write_file(playground_.path("bronze/users/users.json"), users));
  ASSERT_TRUE(playground_.env.remove_file(playground_.path("bronze/products/product_7.json")));
  std::string towns = *playground_.env.read_file(playground_.path("bronze/towns/towns.csv"));
  towns.pop_back();  // the last line end
  ASSERT_TRUE(playground_.env.write_file(playground_.path("bronze/towns/towns.csv"), towns));
  Report report = grade_now();
  EXPECT_THAT(wrong(report), ElementsAre("bronze users", "bronze products", "bronze towns"));
  EXPECT_THAT(detail(report, "bronze users"),
              HasSubstr("different 1 in text; first: line 1: text"));
  EXPECT_THAT(detail(report, "bronze products"), HasSubstr("missing 1"));
  EXPECT_THAT(detail(report, "bronze products"), HasSubstr("id 7 is missing"));
  EXPECT_THAT(detail(report, "bronze towns"), HasSubstr("different 1"));
}

TEST_F(Grade, AbsentThingsAreWrongAndUnnamedOnesLeftOut) {
  ASSERT_TRUE(playground_.env.remove_tree(playground_.path("bronze/vipusers")));
  ASSERT_TRUE(playground_.database->drop_table("items"));
  Report report = grade_now();
  EXPECT_THAT(wrong(report), ElementsAre("bronze vipusers", "sql items"));
  Inputs fewer = playground_.inputs();
  fewer.tables = {"bronze.users"};
  fewer.database_tables.clear();
  fewer.hubs.clear();
  fewer.alerts.clear();
  report = grade_now(fewer);
  EXPECT_EQ(report.total(), 1);
  EXPECT_TRUE(report.all_right());
}

TEST_F(Grade, SqlRows) {
  model::Batch one(world::World::orders_schema());
  playground_.world.orders(0, 1, one);
  one.columns[0].ints[0] = 100'000;
  ASSERT_TRUE(playground_.database->append("orders", one));
  Report report = grade_now();
  EXPECT_THAT(wrong(report), ElementsAre("sql orders"));
  EXPECT_THAT(detail(report, "sql orders"),
              HasSubstr("missing 0, extra 1, different 0; first: order_id 100000 is extra"));
}

TEST_F(Grade, CopiedParquet) {
  model::Batch orders(world::World::orders_schema());
  playground_.world.orders(0, 500, orders);
  orders.columns[3].ints[17] += 1;
  playground_.write_orders("bronze/orders", orders);
  Report report = grade_now();
  EXPECT_THAT(wrong(report), ElementsAre("bronze orders"));
  EXPECT_THAT(detail(report, "bronze orders"), HasSubstr("order_id 17: order_value expected"));
}

TEST_F(Grade, HubThatIsBehind) {
  Inputs in = playground_.inputs();
  in.tables.clear();
  in.alerts.clear();
  in.alerts.clear();
  // Events that the world has sent by then, and the hub doesn't hold.
  in.cuts_ms["stars"] = playground_.frontier_ms + 4 * 3'600'000;
  Report report = grade_now(in);
  EXPECT_THAT(wrong(report), ::testing::Contains("hub stars partition 0"));
  EXPECT_THAT(wrong(report), ::testing::Contains("capture stars partition 0"));
  EXPECT_THAT(wrong(report), ::testing::Not(::testing::Contains("hub pageviews partition 0")));
  EXPECT_THAT(detail(report, "hub stars partition 0"), HasSubstr("extra 0, different 0"));
}

TEST_F(Grade, OutsideEventsAreNotGradable) {
  Inputs in = playground_.inputs();
  // A record from a client, stamped at the frontier: after the cut it touches nothing.
  wire::BatchBuilder builder;
  builder.start({});
  builder.add(1, "42", "{}");
  ASSERT_TRUE(playground_.hubs["stars"]->append_outside(0, builder.finish(), false));
  EXPECT_THAT(wrong(grade_now(in)), IsEmpty());
  in.cuts_ms["stars"] = playground_.frontier_ms + 1;
  in.tables = {"bronze.stars", "bronze.users"};
  Report report = grade_now(in);
  EXPECT_THAT(with(report, Verdict::kNotGradable), ::testing::Contains("raw stars"));
  EXPECT_THAT(with(report, Verdict::kNotGradable), ::testing::Contains("hub stars partition 0"));
  EXPECT_EQ(detail(report, "raw stars"), "not gradable: 1 outside events in stars");
  EXPECT_FALSE(report.all_right());
  EXPECT_EQ(report.wrong(), 0);
}

TEST_F(Grade, CaptureFiles) {
  std::string folder = playground_.path("bronze/capture/playground/pageviews/1/2026/05/31/22");
  auto minutes = playground_.env.list(folder);
  ASSERT_TRUE(minutes);
  ASSERT_TRUE(playground_.env.remove_tree(folder + "/" + minutes->front().name));
  Report report = grade_now();
  EXPECT_THAT(wrong(report),
              ElementsAre("capture pageviews partition 1", "capture pageviews partition 1 sums"));
  EXPECT_THAT(detail(report, "capture pageviews partition 1"), HasSubstr("missing"));
}

TEST_F(Grade, RawRowsThatAreMissingDoubledOrChanged) {
  model::Batch rows = playground_.raw_batch(world::Stream::kPageviews, false);
  model::Batch damaged(rows.schema);
  auto copy = [&](std::size_t row) {
    for (std::size_t c = 0; c < rows.columns.size(); ++c) {
      const auto& from = rows.columns[c];
      auto& to = damaged.columns[c];
      if (from.type == model::Type::kString) to.add_text(from.text(row));
      if (from.type == model::Type::kDouble) to.add_double(from.doubles[row]);
      if (!from.ints.empty()) to.add_int(from.ints[row]);
    }
    ++damaged.rows;
  };
  const auto& partition = rows.columns[9].ints;
  std::size_t doubled = 200;
  while (partition[doubled] == partition[100]) ++doubled;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    if (row != 100) copy(row);
    if (row == doubled) copy(row);
  }
  damaged.columns[7].doubles[50] += 0.01;
  playground_.write_raw("pageviews_raw", "pageviews", damaged);
  Report report = grade_now();
  EXPECT_THAT(wrong(report), UnorderedElementsAre("raw pageviews", "raw pageviews partition 0 sums",
                                                  "raw pageviews partition 1 sums"));
  EXPECT_THAT(detail(report, "raw pageviews"), HasSubstr("missing 1, extra 1, different 1"));
}

TEST_F(Grade, AJobThatIsBehindIsCalledSo) {
  Inputs in = playground_.inputs();
  in.tables = {"bronze.pageviews"};
  in.cuts_ms["pageviews"] = playground_.frontier_ms + FakePlayground::kMinute;
  EXPECT_THAT(
      detail(grade_now(in), "raw pageviews"),
      HasSubstr("the job has committed arrivals below 2026-06-01T00:10:00.000Z only; missing"));
}

TEST_F(Grade, DeadLetters) {
  model::Batch none(model::Schema{{{"reason", model::Type::kString},
                                   {"input", model::Type::kString},
                                   {"EventEnqueuedUtcTime", model::Type::kTimestamp},
                                   {"PartitionId", model::Type::kInt64},
                                   {"Offset", model::Type::kInt64},
                                   {"body", model::Type::kString}}});
  playground_.write_raw("dead letters", "deadletter", none);
  Report report = grade_now();
  EXPECT_THAT(wrong(report), ::testing::Contains("raw pageviews dead letters"));
  EXPECT_THAT(wrong(report), ::testing::Contains("raw pageviews partition 0 sums"));
  EXPECT_THAT(wrong(report), ::testing::Not(::testing::Contains("raw pageviews")));
}

TEST_F(Grade, WindowsThatAreSkippedOrMiscounted) {
  std::string skipped = playground_.windows.substr(playground_.windows.find('\n') + 1);
  playground_.write_windows(skipped);
  Report report = grade_now();
  EXPECT_THAT(wrong(report), ElementsAre("stream pageviews_5min"));
  EXPECT_THAT(detail(report, "stream pageviews_5min"),
              HasSubstr("missing 1, extra 0, different 0"));

  std::string changed = playground_.windows;
  std::size_t digit = changed.find("\"count\":") + 8;
  changed[digit] = changed[digit] == '9' ? '8' : static_cast<char>(changed[digit] + 1);
  playground_.write_windows(changed);
  report = grade_now();
  EXPECT_THAT(wrong(report), ElementsAre("stream pageviews_5min"));
  EXPECT_THAT(detail(report, "stream pageviews_5min"),
              HasSubstr("different 1 in count; first: window_end 2026-"));
}

TEST_F(Grade, Alerts) {
  playground_.alerts.push_back(playground_.alerts[3]);
  Report report = grade_now();
  EXPECT_THAT(wrong(report), ElementsAre("stream slow_pages alerts"));
  EXPECT_THAT(detail(report, "stream slow_pages alerts"), HasSubstr("missing 0, extra 1"));
  playground_.alerts.erase(playground_.alerts.begin() + 3);
  playground_.alerts.erase(playground_.alerts.begin());
  EXPECT_THAT(detail(grade_now(), "stream slow_pages alerts"), HasSubstr("missing 1, extra 0"));
}

TEST_F(GradeRefined, AMissingColumnIsNamed) {
  playground_->overwrite("silver.stars", "SELECT event_id, user_id, stars FROM bronze.stars");
  EXPECT_THAT(detail(grade_refined(), "silver stars"), HasSubstr("column event_time is not there"));
  repair("silver.stars");
}

TEST_F(GradeRefined, TablesAreGradedAtTheirOwnCut) {
  std::int64_t earlier = playground_->cut_ms - 2 * FakePlayground::kMinute;
  ASSERT_TRUE(playground_->lake->overwrite_table(
      "silver.pageviews", FakePlayground::statement("silver.pageviews"), {{"pageviews", earlier}}));
  EXPECT_THAT(wrong(grade_refined()), IsEmpty());
  // But not below the epoch: the back-fill belongs to every table.
  earlier = playground_->world.epoch_ms() - 30 * FakePlayground::kMinute;
  ASSERT_TRUE(playground_->lake->overwrite_table(
      "silver.pageviews", FakePlayground::statement("silver.pageviews"), {{"pageviews", earlier}}));
  EXPECT_THAT(wrong(grade_refined()), ::testing::Contains("silver pageviews"));
  repair("silver.pageviews");
}

TEST_F(GradeRefined, EqualRowsAreRightBehindAChange) {
  Inputs in = playground_->inputs();
  in.changed = {{"silver.orders", "it says A where the shipped one says B"},
                {"stream.slow_pages", "changed"}};
  Report report = grade_now(in);
  EXPECT_EQ(report.passed(), report.total());
  EXPECT_TRUE(report.all_right());
}

/// Statements of all refined tables, as the playground was made with them.
std::map<std::string, lake::TableSpec> statements() {
  std::map<std::string, lake::TableSpec> all;
  for (const char* table : FakePlayground::kRefined) {
    if (table == std::string("gold.order_predictions")) continue;
    all[table] = {.table = table, .select = FakePlayground::statement(table)};
  }
  return all;
}

TEST_F(Grade, WhatIsChangedAndWhatFollowsFromItIsNeitherRightNorWrong) {
  playground_.make_silver();
  Inputs in = playground_.inputs();
  in.statements = statements();
  in.statements["silver.users"].select =
      "SELECT * REPLACE (upper(city) AS city, age + 10 AS age) FROM (" +
      FakePlayground::statement("silver.users") + ")";
  in.changed["silver.users"] = "it says `upper(city)` where the shipped one says `city`";
  playground_.overwrite("silver.users", in.statements["silver.users"].select);
  for (const char* table : {"gold.engagements", "gold.sales_by_day", "gold.order_features"}) {
    playground_.overwrite(table, FakePlayground::statement(table));
  }
  playground_.overwrite("gold.order_predictions",
                        FakePlayground::statement("gold.order_predictions"));
  Report report = grade_now(in);
  EXPECT_THAT(wrong(report), IsEmpty());
  EXPECT_THAT(with(report, Verdict::kChanged),
              UnorderedElementsAre("silver users", "silver users city repairs", "gold engagements",
                                   "gold order_features", "gold order_predictions",
                                   "gold order_predictions score"));
  EXPECT_THAT(
      detail(report, "silver users"),
      AllOf(HasSubstr("changed by you: it says `upper(city)` where"),
            HasSubstr("missing 0, extra 0, different 300 in city, age; first: id 0: city")));
  EXPECT_THAT(detail(report, "gold engagements"), HasSubstr("it is made of silver.users"));
  EXPECT_TRUE(report.all_right());
  EXPECT_EQ(report.changed(), 6);
  EXPECT_EQ(report.to_json()["changed"], 6);

  // Damage behind a change is found: it isn't what the statement gives.
  playground_.overwrite("gold.engagements",
                        "SELECT * REPLACE (orders + CASE WHEN id = 7 THEN 1 ELSE 0 END AS orders) "
                        "FROM (" +
                            FakePlayground::statement("gold.engagements") + ")");
  playground_.overwrite("gold.order_predictions",
                        "SELECT * REPLACE (predicted + 1 AS predicted) FROM (" +
                            FakePlayground::statement("gold.order_predictions") + ")");
  report = grade_now(in);
  EXPECT_THAT(wrong(report), UnorderedElementsAre("gold engagements", "gold order_predictions",
                                                  "gold order_predictions score"));
  EXPECT_FALSE(report.all_right());
}

TEST_F(Grade, OtherNamesAreDeclaredNotCoded) {
  playground_.make_silver();
  std::string tables;
  Inputs in = playground_.inputs();
  in.tables.clear();
  in.alerts.clear();
  for (const std::string table : FakePlayground::kRefined) {
    if (table.starts_with("gold.order_")) continue;
    std::string holds = table.substr(table.find('.') + 1), other = "gold.our_" + holds;
    bool named = holds == "quarantine";  // its rows say which table they would be in
    playground_.overwrite(
        other, named ? "SELECT * REPLACE (replace(table_name, 'silver.', 'gold.our_') AS "
                       "table_name) FROM " +
                           table
                     : "SELECT * FROM " + table);
    tables += (tables.empty() ? "\"" : ", \"") + other + R"(": {"holds": ")" + holds + "\"}";
    in.tables.insert(other);
  }
  in.declared = *Declared::parse(R"({"tables": {)" + tables + "}}");
  Report report = grade_now(in);
  EXPECT_THAT(wrong(report), IsEmpty());
  EXPECT_TRUE(report.all_right());
  auto names = with(report, Verdict::kRight);
  for (const char* name : {"gold our_users", "gold our_users city repairs", "gold our_pageviews",
                           "gold our_pageviews outliers", "gold our_quarantine",
                           "gold our_engagements", "gold our_sales_by_day", "sql orders"}) {
    EXPECT_THAT(names, ::testing::Contains(name));
  }
  EXPECT_THAT(names, ::testing::Not(::testing::Contains("silver users")));
  EXPECT_THAT(names, ::testing::Not(::testing::Contains("stream slow_pages")));
  playground_.overwrite("gold.our_users", "SELECT * FROM silver.users WHERE id > 0");
  EXPECT_THAT(wrong(grade_now(in)), ::testing::Contains("gold our_users"));
}

TEST_F(Grade, DamageBehindAChangedRawTableIsWrong) {
  playground_.make_silver();
  Inputs in = playground_.inputs();
  in.statements = statements();
  in.changed["bronze.stars"] = in.changed["bronze.deadletter"] = "changed";
  playground_.overwrite(
      "silver.stars",
      "SELECT * FROM (" + FakePlayground::statement("silver.stars") + ") WHERE event_id % 7 > 0");
  Report report = grade_now(in);
  EXPECT_THAT(wrong(report), ::testing::Contains("silver stars"));
  EXPECT_THAT(with(report, Verdict::kChanged), IsEmpty());
}

TEST_F(Grade, AChangedColumnThatIsMissingIsNoError) {
  playground_.make_silver();
  Inputs in = playground_.inputs();
  in.changed["silver.stars"] = "it says nothing where the shipped one says `stars`";
  playground_.overwrite("silver.stars", "SELECT event_id, user_id FROM bronze.stars");
  Report report = grade_now(in);
  EXPECT_THAT(with(report, Verdict::kChanged), ::testing::Contains("silver stars"));
  EXPECT_THAT(wrong(report), ::testing::Not(::testing::Contains("silver stars")));
}

TEST_F(Grade, ADamagedFileOfAChangedTableIsWrong) {
  playground_.make_silver();
  Inputs in = playground_.inputs();
  in.changed["silver.stars"] = "it says A where the shipped one says B";
  std::string folder = playground_.path("silver/stars");
  auto files = playground_.env.list(folder);
  ASSERT_TRUE(files);
  for (const auto& file : *files) {
    if (!file.name.ends_with(".parquet")) continue;
    ASSERT_TRUE(playground_.env.write_file(folder + "/" + file.name, "PAR1 and no more"));
  }
  Report report = grade_now(in);
  EXPECT_THAT(wrong(report), ::testing::Contains("silver stars"));
  EXPECT_THAT(with(report, Verdict::kChanged), IsEmpty());
}

TEST_F(Grade, AJobThatStandsIsSaid) {
  Inputs in = playground_.inputs();
  in.stopped["traffic"] = "a CAST failed";
  Report report = grade_now(in);
  EXPECT_THAT(wrong(report), ElementsAre("stream traffic runs"));
  EXPECT_THAT(detail(report, "stream traffic runs"), HasSubstr("a CAST failed"));
}

class GradeOutside : public Grade {
 protected:
  /// A record from a client, stamped at the frontier.
  void send(const std::string& hub, const std::string& value) {
    wire::BatchBuilder builder;
    builder.start({});
    builder.add(1, "42", value);
    ASSERT_TRUE(playground_.hubs[hub]->append_outside(0, builder.finish(), false));
  }
  /// The page view of the session that starts last before `ms`.
  std::int64_t event_near(std::int64_t ms) const {
    return (playground_.world.sessions_before(ms) - 1) * 32;
  }
  void alert(std::int64_t event_id, std::int64_t time_ms) {
    playground_.alerts.push_back({{"event_id", event_id},
                                  {"event_time", base::format_millis(base::from_millis(time_ms))},
                                  {"user_id", 7},
                                  {"uri", "/"},
                                  {"latency", 9000.5}});
  }
};

TEST_F(GradeOutside, AlertsOnWhatCameAfterTheCutAreNoExtraHoweverLate) {
  // The job is days ahead of the cut: at a fast clock that is the time that a grade takes.
  for (std::int64_t hours : {1, 23, 25, 24 * 30}) {
    std::int64_t ms = playground_.cut_ms + hours * 3'600'000;
    alert(event_near(ms), ms);
  }
  EXPECT_THAT(wrong(grade_now()), IsEmpty());
}

TEST_F(GradeOutside, AlertsOnOutsideEventsAfterTheCutAreNeverWrong) {
  send("pageviews", "{}");
  EXPECT_TRUE(grade_now().all_right()) << "no row of theirs is there";
  alert(event_near(playground_.world.epoch_ms()), playground_.world.epoch_ms() - 86'400'000);
  alert(123'456'789'012, playground_.cut_ms);
  Report report = grade_now();
  EXPECT_THAT(wrong(report), IsEmpty());
  EXPECT_THAT(with(report, Verdict::kNotGradable), ElementsAre("stream slow_pages alerts"));
  EXPECT_THAT(detail(report, "stream slow_pages alerts"),
              HasSubstr("1 outside events in pageviews"));
}

TEST_F(Grade, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  Inputs in = playground_.inputs();
  in.stop = source.get_token();
  auto report = grade(in);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, base::Code::kCancelled);
}

TEST(CountsAt, OneThatMayHaveComeLaterIsNoExtra) {
  std::int64_t arrivals[] = {100, 200};
  EXPECT_TRUE(counts_at(150, arrivals, 0));
  EXPECT_FALSE(counts_at(150, arrivals, 1));  // of the one that came after the cut
  EXPECT_TRUE(counts_at(150, arrivals, 2));   // one too many
  EXPECT_TRUE(counts_at(150, {}, 0));         // no such event
}

}  // namespace
}  // namespace grade
