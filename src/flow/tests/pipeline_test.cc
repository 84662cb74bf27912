#include "flow/pipeline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <stdexcept>

namespace flow {
namespace {

/// Notes the order, and fails where told.
class Noting final : public ActivityType {
 public:
  base::Result<ActivityResult> run(const Activity& activity, const RunContext&) override {
    std::lock_guard lock(mutex);
    order.push_back(activity.name);
    if (activity.settings.value("throw", false)) throw std::runtime_error("not as expected");
    if (activity.settings.value("fail", false)) {
      return base::error(base::Code::kInvalidArgument, "no such table");
    }
    return ActivityResult{.rows = 10, .bytes = 100};
  }
  std::mutex mutex;
  std::vector<std::string> order;
};

Pipeline pipeline(json activities) { return *Pipeline::parse("p", {{"activities", activities}}); }

TEST(Pipeline, RunsInTheOrderOfNeeds) {
  auto type = std::make_shared<Noting>();
  Runner runner({{"note", type}});
  auto record = runner.run(pipeline({{{"name", "c"}, {"type", "note"}, {"needs", {"a", "b"}}},
                                     {{"name", "b"}, {"type", "note"}, {"needs", {"a"}}},
                                     {{"name", "a"}, {"type", "note"}}}),
                           {.run_id = "1", .cuts_ms = {{"hub", 5}}, .stop = {}}, "manual",
                           [](const RunRecord&) {});
  ASSERT_TRUE(record);
  EXPECT_EQ(type->order, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(record->state, State::kSucceeded);
  json shown = record->to_json();
  EXPECT_EQ(shown["rows"], 30);
  EXPECT_EQ(shown["cuts_ms"]["hub"], 5);
}

TEST(Pipeline, WhatTheLongestChainWaitsForGoesFirst) {
  auto type = std::make_shared<Noting>();
  Runner runner({{"note", type}}, /*workers=*/1);
  auto record =
      runner.run(pipeline({{{"name", "alone"}, {"type", "note"}},
                           {{"name", "short"}, {"type", "note"}},
                           {{"name", "long"}, {"type", "note"}},
                           {{"name", "last"}, {"type", "note"}, {"needs", {"middle"}}},
                           {{"name", "middle"}, {"type", "note"}, {"needs", {"long"}}},
                           {{"name", "next"}, {"type", "note"}, {"needs", {"short"}}}}),
                 {.run_id = "1", .cuts_ms = {}, .stop = {}}, "manual", [](const RunRecord&) {});
  ASSERT_TRUE(record);
  EXPECT_EQ(type->order,
            (std::vector<std::string>{"long", "short", "middle", "alone", "last", "next"}));
}

TEST(Pipeline, WhatAHeaderNeedsComesFirst) {
  auto type = std::make_shared<Noting>();
  Runner runner({{"sql", type}, {"copy", type}});
  auto record = runner.run(
      pipeline(
          {{{"name", "c"}, {"type", "sql"}, {"query", "-- table: gold.c\n-- needs: silver.b\n"}},
           {{"name", "b"},
            {"type", "sql"},
            {"query", "-- table: silver.b\n-- needs: bronze.a, meta.world\nSELECT 1"}},
           {{"name", "a"}, {"type", "copy"}, {"to", {{"path", "a"}}}}}),
      {.run_id = "1", .cuts_ms = {}, .stop = {}}, "manual", [](const RunRecord&) {});
  ASSERT_TRUE(record);
  EXPECT_EQ(type->order, (std::vector<std::string>{"a", "b", "c"}));
  auto wrong = Pipeline::parse(
      "p",
      {{"activities",
        json::array({{{"name", "a"}, {"type", "sql"}, {"query", "-- table: silver.b\n-- x\n"}}})}});
  EXPECT_TRUE(wrong.error().message.starts_with("activity a: line 2: "));
}

TEST(Pipeline, WhatAnActivityThrowsFailsItAlone) {
  auto type = std::make_shared<Noting>();
  Runner runner({{"note", type}});
  auto record =
      runner.run(pipeline({{{"name", "a"}, {"type", "note"}, {"throw", true}},
                           {{"name", "b"}, {"type", "note"}, {"needs", {"a"}}},
                           {{"name", "c"}, {"type", "note"}}}),
                 {.run_id = "1", .cuts_ms = {}, .stop = {}}, "manual", [](const RunRecord&) {});
  ASSERT_TRUE(record);
  EXPECT_EQ(record->state, State::kFailed);
  EXPECT_EQ(record->error, "activity a: not as expected");
  EXPECT_EQ(record->activities[1].state, State::kSkipped);
  EXPECT_EQ(record->activities[2].state, State::kSucceeded);
}

TEST(Pipeline, AFailureSkipsWhatNeedsItAndTheRestGoesOn) {
  auto type = std::make_shared<Noting>();
  Runner runner({{"note", type}});
  auto record =
      runner.run(pipeline({{{"name", "a"}, {"type", "note"}, {"fail", true}},
                           {{"name", "b"}, {"type", "note"}, {"needs", {"a"}}},
                           {{"name", "c"}, {"type", "note"}, {"needs", {"b"}}},
                           {{"name", "d"}, {"type", "note"}}}),
                 {.run_id = "1", .cuts_ms = {}, .stop = {}}, "manual", [](const RunRecord&) {});
  ASSERT_TRUE(record);
  EXPECT_EQ(record->state, State::kFailed);
  EXPECT_EQ(record->error, "activity a: no such table");
  EXPECT_EQ(record->activities[1].state, State::kSkipped);
  EXPECT_EQ(record->activities[2].state, State::kSkipped);
  EXPECT_EQ(record->activities[3].state, State::kSucceeded);
}

TEST(Pipeline, IndependentActivitiesOverlap) {
  struct Meeting final : ActivityType {
    base::Result<ActivityResult> run(const Activity&, const RunContext&) override {
      arrived.fetch_add(1);
      arrived.notify_all();
      for (int n = arrived.load(); n < 2; n = arrived.load()) arrived.wait(n);  // hangs when serial
      return ActivityResult{};
    }
    std::atomic<int> arrived = 0;
  };
  Runner runner({{"meet", std::make_shared<Meeting>()}});
  auto record =
      runner.run(pipeline({{{"name", "a"}, {"type", "meet"}}, {{"name", "b"}, {"type", "meet"}}}),
                 {.run_id = "1", .cuts_ms = {}, .stop = {}}, "manual", [](const RunRecord&) {});
  EXPECT_EQ(record->state, State::kSucceeded);
}

TEST(Pipeline, RefusesCirclesAndUnknownNames) {
  Runner runner({{"note", std::make_shared<Noting>()}});
  auto message = [&](json activities) {
    return runner.run(pipeline(std::move(activities)), {}, "manual", [](const RunRecord&) {})
        .error()
        .message;
  };
  EXPECT_EQ(message({{{"name", "a"}, {"type", "note"}, {"needs", {"b"}}},
                     {{"name", "b"}, {"type", "note"}, {"needs", {"a"}}}}),
            "pipeline p: the needs of activity a go in a circle");
  EXPECT_EQ(message(json::array({{{"name", "a"}, {"type", "note"}, {"needs", {"x"}}}})),
            "pipeline p: activity a needs x, which isn't in this pipeline");
  EXPECT_EQ(message(json::array({{{"name", "a"}, {"type", "bake"}}})),
            "pipeline p: activity a has the unknown type bake");
}

TEST(Pipeline, NoActivityChangesWithAFunctionThatItDoesntCall) {
  const std::string functions = "CREATE FUNCTION half(x INT) RETURNS INT RETURN x / 2;";
  auto definitions = [](const std::string& macros) {
    json activities = json::array(
        {{{"name", "a"}, {"type", "sql"}, {"table", "silver.a"}, {"query", "SELECT half(1) AS x"}},
         {{"name", "b"}, {"type", "sql"}, {"table", "silver.b"}, {"query", "SELECT 1 AS x"}},
         {{"name", "c"}, {"type", "copy"}, {"from", {{"table", "t"}}}, {"to", {{"path", "t"}}}}});
    auto parsed = *Pipeline::parse("p", {{"activities", activities}, {"macros", macros}});
    std::vector<std::string> all;
    for (const auto& activity : parsed.activities) all.push_back(activity.definition);
    return all;
  };
  auto before = definitions(functions);
  EXPECT_EQ(definitions("-- Functions of our own\n" + functions), before);
  auto after = definitions("CREATE FUNCTION half(x INT) RETURNS INT RETURN x / 4;");
  EXPECT_NE(after[0], before[0]);
  EXPECT_EQ(after[1], before[1]);
  EXPECT_EQ(after[2], before[2]);
}

TEST(Pipeline, AStoppedRunSkipsWhatHasNotBegun) {
  auto type = std::make_shared<Noting>();
  std::stop_source source;
  source.request_stop();
  Runner runner({{"note", type}});
  auto record = runner.run(pipeline(json::array({{{"name", "a"}, {"type", "note"}}})),
                           {.run_id = "1", .cuts_ms = {}, .stop = source.get_token()}, "manual",
                           [](const RunRecord&) {});
  EXPECT_EQ(record->activities[0].state, State::kSkipped);
  EXPECT_EQ(record->state, State::kFailed);
  EXPECT_EQ(record->to_json()["cancelled"], true);
  EXPECT_TRUE(type->order.empty());
}

}  // namespace
}  // namespace flow
