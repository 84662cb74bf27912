#include "provider/change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kinds/world.h"

namespace provider {
namespace {

using kinds::is_unknown;
using kinds::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Kind& kind(const char* name) { return *kinds::find_kind(name); }

/// A configuration as Terraform sends it: every attribute, null where not set.
json config(const char* name, const json& set) { return reshape(kind(name).attributes, set); }

/// The state after `set` was applied, as the daemon answers with `computed`.
json state(const char* name, const json& set, const json& computed = json::object()) {
  const auto planned = plan_change(kind(name), nullptr, config(name, set)).planned;
  auto answer = wanted(kind(name), planned);
  answer.update(computed);
  return state_after(kind(name), planned, answer, {.playground = "p1"});
}

TEST(Plan, OfACreationFillsDefaultsAndKnowsTheNameInTheRef) {
  const auto change = plan_change(kind("event_hub"), nullptr, config("event_hub", {{"name", "h"}}));
  EXPECT_EQ(change.planned["partitions"], 2);
  EXPECT_EQ(change.planned["ref"], kinds::unknown_ref("h"));
  EXPECT_TRUE(is_unknown(change.planned["address"]));
  EXPECT_TRUE(is_unknown(change.planned["id"]));
  EXPECT_THAT(change.requires_replace, IsEmpty());
}

TEST(Plan, IsEmptyWhenNothingChanged) {
  const json set = {{"name", "w"}, {"users", 10}, {"event_rate", "3.8666666666666666666666"}};
  const auto before = state("world", set);
  const auto change = plan_change(kind("world"), before, config("world", set));
  EXPECT_EQ(change.planned, before);
  EXPECT_THAT(change.requires_replace, IsEmpty());
}

TEST(Plan, ForgettingAnAttributeGoesBackToItsDefault) {
  const auto before = state("world", {{"name", "w"}, {"clock_speed", 60}});
  const auto change = plan_change(kind("world"), before, config("world", {{"name", "w"}}));
  EXPECT_EQ(change.planned["clock_speed"], 1);
  EXPECT_THAT(change.requires_replace, IsEmpty());
}

TEST(Plan, OfAnUpdateKeepsComputedValuesThatStay) {
  const auto before = state("event_hub", {{"name", "h"}}, {{"address", "127.0.0.1:9"}});
  const auto change = plan_change(kind("event_hub"), before,
                                  config("event_hub", {{"name", "h"}, {"retention_hours", 5}}));
  EXPECT_EQ(change.planned["address"], "127.0.0.1:9");
  EXPECT_EQ(change.planned["id"], "p1/hriste_event_hub/h");
  EXPECT_EQ(change.planned["ref"], before["ref"]) << "retention makes no other hub";
  EXPECT_EQ(change.planned["retention_hours"], 5);
}

TEST(Plan, OfAReplacementSaysWhyAndForgetsComputedValues) {
  const auto before = state("event_hub", {{"name", "h"}}, {{"address", "127.0.0.1:9"}});
  const auto change = plan_change(kind("event_hub"), before,
                                  config("event_hub", {{"name", "h"}, {"partitions", 3}}));
  EXPECT_THAT(change.requires_replace, ElementsAre(json::array({"partitions"})));
  EXPECT_TRUE(is_unknown(change.planned["address"]));
  EXPECT_EQ(change.planned["ref"], kinds::unknown_ref("h")) << "it will be another one";
}

TEST(Plan, OfAWorldOfAnEarlierVersionReplacesIt) {
  auto before = state("world", {{"name", "w"}});
  EXPECT_EQ(before["version"], kinds::kWorldVersionMade);
  before["version"] = nullptr;  // as Terraform gives it to a provider that has the attribute
  auto change = plan_change(kind("world"), before, config("world", {{"name", "w"}}));
  EXPECT_THAT(change.requires_replace, ElementsAre(json::array({"version"})));
  EXPECT_EQ(change.planned["version"], kinds::kWorldVersionMade);
  EXPECT_EQ(change.planned["ref"], kinds::unknown_ref("w"));
}

TEST(Plan, OfAChangeInPlaceKnowsTheRefOfItsIncarnation) {
  const auto& hub = kind("event_hub");
  const json set = {{"name", "h"}, {"retention_hours", 1}};
  const auto planned = plan_change(hub, nullptr, config("event_hub", set)).planned;
  const auto before = state_after(hub, planned, wanted(hub, planned),
                                  {.playground = "p1", .incarnation = "00ff00ff00"});
  EXPECT_EQ(before["id"], "p1/hriste_event_hub/h/00ff00ff00");
  EXPECT_EQ(before["ref"], *kinds::ref(hub, wanted(hub, planned), "00ff00ff00"));
  EXPECT_NE(before["ref"], *kinds::ref(hub, wanted(hub, planned)));
  const auto change = plan_change(hub, before, config("event_hub", {{"name", "h"}}));
  EXPECT_EQ(change.planned["ref"], before["ref"]);
  EXPECT_EQ(change.planned["id"], before["id"]);
}

TEST(Plan, AnUnknownRefReplacesOnlyWhereTheAttributeForcesIt) {
  const auto hub = kinds::unknown_ref("h");
  const json set = {
      {"name", "g"}, {"world", "w@0123456789"}, {"table", "stars"}, {"event_hub", "h@0123456789"}};
  json anew = set;
  anew["event_hub"] = hub;
  EXPECT_THAT(plan_change(kind("generator"), state("generator", set), config("generator", anew))
                  .requires_replace,
              ElementsAre(json::array({"event_hub"})));
  const auto change =
      plan_change(kind("trigger"), state("trigger", {{"name", "t"}, {"pipeline", "p@0123456789"}}),
                  config("trigger", {{"name", "t"}, {"pipeline", kinds::unknown_ref("p")}}));
  EXPECT_THAT(change.requires_replace, IsEmpty());
  EXPECT_EQ(change.planned["ref"], kinds::unknown_ref("t"));
}

TEST(Plan, FaultsStayAsTheyWereWritten) {
  const auto planned = [](const json& prior, const json& faults) {
    json set = {{"name", "w"}};
    if (!faults.is_null()) set["faults"] = faults;
    return plan_change(kind("world"), prior, config("world", set));
  };
  const auto some = planned(nullptr, {{"late_event", "0.05"}}).planned;
  EXPECT_EQ(some["faults"], json({{"late_event", "0.05"}}))
      << "Terraform refuses what isn't written";
  EXPECT_EQ(wanted(kind("world"), some)["faults"]["late_event"], 0.05);
  EXPECT_EQ(wanted(kind("world"), some)["faults"]["out_of_order"], 0.01);
  // What an object of an earlier version has more is no change.
  json before = state("world", {{"name", "w"}, {"faults", {{"late_event", "0.05"}}}});
  before["faults"] = {
      {"late_event", "0.05"}, {"out_of_order", "0.01"}, {"malformed_json", "0.0001"}};
  EXPECT_EQ(planned(before, {{"late_event", "0.05"}}).planned, before);
  const auto change = planned(before, {{"late_event", "0.06"}});
  EXPECT_THAT(change.requires_replace, ElementsAre(json::array({"faults"})));
  EXPECT_EQ(change.planned["faults"], json({{"late_event", "0.06"}}));
}

TEST(Plan, AnUpdatedTriggerRunsAgain) {
  const json computed = {{"run_id", "r1"}, {"result", {{"rows", 3}}}, {"engagements_head", {"a"}}};
  const json set = {{"name", "t"}, {"pipeline", "p@0123456789"}};
  const auto before = state("trigger", set, computed);
  EXPECT_EQ(before["result"]["rows"], "3") << "a map of strings";
  EXPECT_EQ(plan_change(kind("trigger"), before, config("trigger", set)).planned, before);
  const auto change = plan_change(kind("trigger"), before,
                                  config("trigger", {{"name", "t"}, {"pipeline", "p@9876543210"}}));
  for (const char* computed : {"run_id", "result", "engagements_head"})
    EXPECT_TRUE(is_unknown(change.planned[computed])) << computed;
  EXPECT_EQ(change.planned["id"], before["id"]);
  EXPECT_THAT(change.requires_replace, IsEmpty());
}

TEST(Plan, UnknownValuesStayAndMakeTheRefUnknown) {
  const auto refined = json::binary({0x81, 0x01, 0xc2}, 12);
  const auto change =
      plan_change(kind("world"), nullptr, config("world", {{"name", "w"}, {"users", refined}}));
  EXPECT_EQ(change.planned["users"], refined) << "as Terraform sent it";
  EXPECT_TRUE(is_unknown(change.planned["vip_users"]));
  EXPECT_TRUE(is_unknown(change.planned["ref"]));
}

TEST(Plan, ShowsTheEstimateBeforeAnythingIsMade) {
  const auto small = plan_change(kind("world"), nullptr, config("world", {{"name", "w"}}));
  EXPECT_THAT(small.planned["estimate"].get<std::string>(), testing::StartsWith("about "));
  const auto large = plan_change(kind("world"), state("world", {{"name", "w"}}),
                                 config("world", {{"name", "w"}, {"orders", 1'000'000}}));
  EXPECT_NE(large.planned["estimate"], small.planned["estimate"]);
  const auto open = plan_change(kind("world"), nullptr,
                                config("world", {{"name", "w"}, {"users", kinds::unknown()}}));
  EXPECT_TRUE(is_unknown(open.planned["estimate"]));
}

TEST(Plan, OfADestructionIsNull) {
  EXPECT_TRUE(plan_change(kind("lake"), state("lake", {{"name", "b"}, {"tier", "bronze"}}), nullptr)
                  .planned.is_null());
}

TEST(Plan, AStateFromBeforeAnAttributeExistedIsNotReplaced) {
  auto before = state("world", {{"name", "w"}});
  before["faults"] = nullptr;
  const auto change = plan_change(kind("world"), before, config("world", {{"name", "w"}}));
  EXPECT_THAT(change.requires_replace, IsEmpty());
  EXPECT_EQ(change.planned["faults"]["late_event"], "0.002");
}

TEST(Wanted, HasNoComputedValues) {
  const auto planned = plan_change(kind("trigger"), nullptr,
                                   config("trigger", {{"name", "t"}, {"pipeline", "p@0123456789"}}))
                           .planned;
  const auto body = wanted(kind("trigger"), planned);
  EXPECT_FALSE(kinds::has_unknown(body));
  for (const char* name : {"id", "ref", "run_id", "result"}) EXPECT_FALSE(body.contains(name));
  EXPECT_EQ(body["wait"], true);
}

TEST(State, AgreesWithThePlanInEveryKnownValue) {
  const json set = {
      {"name", "j"},
      {"query", "SELECT * INTO o FROM i"},
      {"inputs", {{"i", "h@0123456789"}}},
      {"outputs", {{"o", {{"lake", "l@0123456789"}, {"path", "x"}}}, {"a", {{"alert", true}}}}}};
  const auto planned = plan_change(kind("stream_job"), nullptr, config("stream_job", set)).planned;
  const auto after = state("stream_job", set);
  for (const auto& [name, value] : planned.items()) {
    if (is_unknown(value)) continue;
    EXPECT_EQ(after[name], value) << name;
  }
  EXPECT_FALSE(kinds::has_unknown(after));
  EXPECT_EQ(after["outputs"]["o"]["format"], "parquet");
  EXPECT_EQ(after["outputs"]["a"]["format"], nullptr);
}

TEST(State, ShowsDriftAndFillsAnImport) {
  auto answer = wanted(kind("lake"), state("lake", {{"name", "b"}, {"tier", "bronze"}}));
  const auto imported =
      state_after(kind("lake"), config("lake", {{"name", "b"}}), answer, {.playground = "p1"});
  EXPECT_EQ(imported, state("lake", {{"name", "b"}, {"tier", "bronze"}}));
  answer["tier"] = "gold";
  EXPECT_EQ(state_after(kind("lake"), imported, answer, {.playground = "p1"})["tier"], "gold");
}

TEST(State, WhatTheDaemonDoesNotGiveIsNull) {
  EXPECT_EQ(state("database", {{"name", "d"}})["address"], nullptr);
}

TEST(DataState, OfAnAbsentPlaygroundIsNulls) {
  const auto& source = *kinds::find_data_source("grade");
  const auto absent = data_state(source, reshape(source.attributes, json::object()), nullptr);
  EXPECT_EQ(
      absent,
      json::parse(R"({"passed":null,"total":null,"changed":null,"all_right":null,"checks":null})"));
}

TEST(DataState, CellsBecomeText) {
  const auto& source = *kinds::find_data_source("query");
  const auto state = data_state(source, {{"sql", "SELECT 1"}}, json::parse(R"({"columns":["n","s"],
                                                "rows":[{"n":1.5,"s":"x"},{"n":null,"s":true}]})"));
  EXPECT_EQ(state["rows"], json::parse(R"([{"n":"1.5","s":"x"},{"n":null,"s":"true"}])"));
  EXPECT_EQ(state["sql"], "SELECT 1");
}

TEST(Id, NamesThePlayground) {
  EXPECT_EQ(playground_of(state("lake", {{"name", "b"}, {"tier", "bronze"}})), "p1");
  EXPECT_EQ(playground_of(config("lake", {{"name", "b"}})), "");
  EXPECT_EQ(playground_of(nullptr), "");
}

}  // namespace
}  // namespace provider
