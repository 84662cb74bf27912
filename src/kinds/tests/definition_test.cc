// Every kind's struct against its declaration: what is written is what was read.
#include "kinds/definition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "kinds/dashboard.h"
#include "kinds/database.h"
#include "kinds/event_hub.h"
#include "kinds/experiment.h"
#include "kinds/generator.h"
#include "kinds/lake.h"
#include "kinds/model.h"
#include "kinds/notebook.h"
#include "kinds/pipeline.h"
#include "kinds/stream_job.h"
#include "kinds/trigger.h"
#include "kinds/world.h"

namespace kinds {
namespace {

using testing::HasSubstr;

/// A kind with an example of its required attributes and one of all that a user can set.
template <typename D>
struct Example {
  const char* least;
  const char* full;
};

constexpr Example<World> kWorld = {
    R"({"name":"w"})",
    R"({"name":"w","seed":7,"users":1001,"vip_users":3,"products":5,"orders":9,
        "traffic_hours":1.5,"event_rate":2,"curve":"flat","epoch":"2026-06-02T00:00:00Z",
        "locale":"en","clock_speed":60,"ttl_minutes":5,
        "faults":{"missing_client_ip":0.5,"latency_outlier":0.25,"duplicate_event":0.125,
                  "late_event":0,"out_of_order":0.1,"malformed_json":0.2,"damaged_user":1},"graded":"{}"})"};
constexpr Example<Lake> kLake = {R"({"name":"b","tier":"bronze"})",
                                 R"({"name":"b","tier":"gold"})"};
constexpr Example<Database> kDatabase = {R"({"name":"d"})", R"({"name":"d","engine":"sqlite"})"};
constexpr Example<EventHub> kEventHub = {
    R"({"name":"h"})",
    R"({"name":"h","world":"w@0123456789","partitions":4,"retention_hours":24,
        "capture":{"lake":"b@0123456789","window_minutes":10}})"};
constexpr Example<Generator> kGenerator = {
    R"({"name":"g","world":"w@0123456789","table":"users","lake":"b@0123456789"})",
    R"({"name":"g","world":"w@0123456789","table":"stars","event_hub":"h@0123456789",
        "mode":"once"})"};
constexpr Example<Generator> kOrders = {
    R"({"name":"o","world":"w@0123456789","table":"orders","database":"d@0123456789"})",
    R"({"name":"o","world":"w@0123456789","table":"orders","database":"d@0123456789",
        "mode":"once"})"};
constexpr Example<StreamJob> kStreamJob = {
    R"({"name":"s","query":"SELECT a INTO o FROM i","inputs":{"i":"h@0123456789"},
        "outputs":{"o":{"alert":true}}})",
    R"({"name":"s","query":"SELECT i.a INTO o FROM i JOIN r ON i.a = r.a",
        "inputs":{"i":"h@0123456789"},
        "references":{"r":{"lake":"b@0123456789","path":"towns/towns.csv"}},
        "outputs":{"o":{"lake":"b@0123456789","path":"rows","format":"json","alert":true}},
        "late_arrival_seconds":1,"out_of_order_seconds":2,"policy":"drop",
        "on_error":"dead_letter","keep_rows":true,
        "dead_letter":{"lake":"b@0123456789","path":"dead"}})"};
constexpr Example<Pipeline> kPipeline = {
    R"({"name":"p","activities":[]})",
    R"({"name":"p","macros":"CREATE FUNCTION f(a INT) RETURNS INT RETURN a;",
        "sources":{"bronze.users":"g@0123456789"},"needs":["n@0123456789"],
        "activities":[
          {"name":"a","type":"copy","from":{"database":"d@0123456789","table":"orders"},
           "to":{"lake":"b@0123456789","path":"orders"}},
          {"name":"b","type":"sql","needs":["a"],"run_after":{"a":"completion"},"retries":3,
           "retry_seconds":0.5,"timeout_seconds":60,"table":"silver.users",
           "query":"SELECT 1 AS x","file":"users.sql"},
          {"name":"c","type":"notebook","notebook":"n@0123456789","parameters":{"k":"v"}},
          {"name":"f","type":"features","table":"gold.features","query":"SELECT 1 AS x"},
          {"name":"t","type":"train","experiment":"e@0123456789","model":"m@0123456789",
           "features":"gold.features","algorithm":"ridge","penalty":2,
           "test_from":"2026-06-01T00:00:00Z","noise":0.5},
          {"name":"u","type":"score","table":"gold.scores","model":"m@0123456789",
           "features":"gold.features","alias":"champion"}]})"};
constexpr Example<Trigger> kTrigger = {
    R"({"name":"t","pipeline":"p@0123456789"})",
    R"({"name":"t","pipeline":"p@0123456789","on":"interval","every_minutes":30,
        "start":"2026-06-01T00:00:00Z","delay_minutes":5,"grade":false,
        "missed":"merge","concurrency":2,"retries":1,"retry_seconds":0.5,"paused":true})"};
constexpr Example<Trigger> kSchedule = {
    R"({"name":"t","pipeline":"p@0123456789","on":"schedule","cron":"* * * * *"})",
    R"({"name":"t","pipeline":"p@0123456789","on":"schedule","cron":"* * * * *",
        "time_zone":"UTC"})"};
constexpr Example<Trigger> kApply = {
    R"({"name":"t","pipeline":"p@0123456789","on":"apply"})",
    R"({"name":"t","pipeline":"p@0123456789","wait":false,"show":"SELECT 1"})"};
constexpr Example<Trigger> kMoments = {
    R"({"name":"t","pipeline":"p@0123456789","on":"file","path":"bronze/x/*.json"})",
    R"({"name":"t","pipeline":"p@0123456789","on":"pipeline","after":"q@0123456789"})"};
constexpr Example<Dashboard> kDashboard = {R"({"name":"d","source":"---\ntitle: T\n---\n"})",
                                           R"({"name":"d","source":"---\ntitle: T\n---\n",
                                               "file":"d.md"})"};
constexpr Example<Experiment> kExperiment = {
    R"({"name":"e"})", R"({"name":"e","description":"what","tracking_uri":"http://127.0.0.1:5000",
                           "tracking_token":"secret"})"};
constexpr Example<Model> kModel = {R"({"name":"m"})",
                                   R"({"name":"m","description":"what","metric":"r2"})"};
constexpr Example<Notebook> kNotebook = {
    R"({"name":"n","source":"-- Databricks notebook source\nSELECT 1"})",
    R"({"name":"n","file":"n.sql",
        "source":"-- Databricks notebook source\nCREATE WIDGET TEXT k DEFAULT 'w';\nSELECT :k",
        "parameters":{"k":"v"},"run":"apply","needs":["t@0123456789"]})"};

/// Calls `visit` with each example.
template <typename Visit>
void for_each_example(const Visit& visit) {
  visit(kWorld), visit(kLake), visit(kDatabase), visit(kEventHub), visit(kGenerator);
  visit(kOrders), visit(kStreamJob), visit(kPipeline), visit(kTrigger), visit(kSchedule),
      visit(kApply), visit(kMoments);
  visit(kDashboard), visit(kExperiment), visit(kModel), visit(kNotebook);
}

template <typename D>
json normal(const Example<D>&, const char* text) {
  const json given = json::parse(text);
  const Kind& kind = *find_kind(D::kKind);
  for (const auto& problem : validate(kind, given)) {
    ADD_FAILURE() << D::kKind << " " << path_text(problem.path) << ": " << problem.message;
  }
  return normalize(kind, given);
}

TEST(Definition, EveryKindsAttributesAreMembers) {
  std::set<std::string> bound;
  for_each_example([&]<typename D>(const Example<D>&) {
    bound.insert(D::kKind);
    std::vector<std::string> declared, members;
    for (const auto& attribute : find_kind(D::kKind)->attributes)
      declared.push_back(attribute.name);
    for (const auto& field : D::fields()) members.push_back(field.attribute.name);
    EXPECT_EQ(declared, members) << D::kKind;
  });
  std::set<std::string> all;
  for (const auto& kind : all_kinds()) all.insert(kind.name);
  EXPECT_EQ(bound, all);
}

TEST(Definition, WhatIsWrittenIsWhatWasRead) {
  for_each_example([&]<typename D>(const Example<D>& example) {
    for (const char* text : {example.least, example.full}) {
      const json attributes = normal(example, text);
      auto definition = read<D>(attributes);
      ASSERT_TRUE(definition) << definition.error().message;
      EXPECT_EQ(write(*definition), attributes) << D::kKind;
      EXPECT_EQ(write(*definition).dump(), attributes.dump()) << D::kKind;  // and types
    }
  });
}

/// "hriste_pipeline.activities.noise" of all that is set in `object`.
void add_set(const std::vector<Attribute>& attributes, const json& object, const std::string& path,
             std::set<std::string>& set) {
  for (const auto& attribute : attributes) {
    const json value = object.value(attribute.name, json());
    if (value.is_null()) continue;
    set.insert(path + "." + attribute.name);
    if (attribute.nested.empty()) continue;
    const bool is_one = attribute.shape == Shape::kObject || attribute.shape == Shape::kNumberMap;
    for (const auto& part : is_one ? json::array({value}) : value) {
      add_set(attribute.nested, part, path + "." + attribute.name, set);
    }
  }
}

void add_settable(const std::vector<Attribute>& attributes, const std::string& path,
                  std::set<std::string>& all) {
  for (const auto& attribute : attributes) {
    if (attribute.presence == Presence::kComputed) continue;
    all.insert(path + "." + attribute.name);
    add_settable(attribute.nested, path + "." + attribute.name, all);
  }
}

TEST(Definition, TheExamplesSetEverything) {
  std::set<std::string> all, set;
  for (const auto& kind : all_kinds()) add_settable(kind.attributes, kind.name, all);
  for_each_example([&]<typename D>(const Example<D>& example) {
    for (const char* text : {example.least, example.full})
      add_set(find_kind(D::kKind)->attributes, json::parse(text), D::kKind, set);
  });
  std::vector<std::string> missing;
  std::ranges::set_difference(all, set, std::back_inserter(missing));
  EXPECT_EQ(missing, std::vector<std::string>{});
}

TEST(Definition, MembersHaveTheirValues) {
  auto hub = read<EventHub>(normal(kEventHub, kEventHub.full));
  ASSERT_TRUE(hub && hub->capture && hub->world);
  EXPECT_EQ(hub->partitions, 4);
  EXPECT_EQ(hub->world->name(), "w");
  EXPECT_EQ(hub->capture->lake.name(), "b");
  EXPECT_EQ(hub->capture->window_minutes, 10);
  EXPECT_EQ(hub->address, std::nullopt);
  auto world = read<World>(normal(kWorld, kWorld.least));
  ASSERT_TRUE(world);
  EXPECT_EQ(world->vip_users, 50'000);
  EXPECT_EQ(world->faults.late_event, 0.002);
  auto pipeline = read<Pipeline>(normal(kPipeline, kPipeline.full));
  ASSERT_TRUE(pipeline);
  EXPECT_EQ(pipeline->activities.at(4).penalty, 2.0);
  EXPECT_EQ(or_empty(pipeline->activities.at(1).run_after).at("a"), "completion");
}

/// Whatever stands there: an error that names the attribute, or a value; never an exception.
TEST(Definition, WhatIsDamagedIsSaidAndTheRestIsRead) {
  for_each_example([&]<typename D>(const Example<D>& example) {
    const json whole = normal(example, example.full);
    for (const auto& field : D::fields()) {
      const auto& name = field.attribute.name;
      for (const json& odd : {json(), json(7), json(-1.5), json("x"), json(true), json::object(),
                              json::array({1}), json{{"x", 1}}, unknown(), json(UINT64_MAX)}) {
        json damaged = whole;
        damaged[name] = odd;
        auto definition = read<D>(damaged);
        if (definition) {
          EXPECT_EQ(write(*definition), damaged) << D::kKind << "." << name;
        } else {
          EXPECT_EQ(definition.error().code, base::Code::kDataLoss);
          EXPECT_THAT(definition.error().message, HasSubstr("its " + name + " can't be read"));
        }
        json left = write(read_what_is_left<D>(damaged)), others = whole;
        left.erase(name), others.erase(name);
        EXPECT_EQ(left, others) << D::kKind << "." << name << " = " << odd;
      }
    }
    EXPECT_FALSE(read<D>(json("text"))) << D::kKind;
    (void)read_what_is_left<D>(json());
  });
}

}  // namespace
}  // namespace kinds
