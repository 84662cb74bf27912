#include "provider/value.h"

#include <gtest/gtest.h>

namespace provider {
namespace {

const kinds::Kind& world() { return *kinds::find_kind("world"); }

std::string bytes(std::initializer_list<int> all) { return {all.begin(), all.end()}; }

TEST(MessagePack, UnknownKeepsItsKind) {
  // {"a": unknown, "b": unknown with a refinement (not null)}, as Terraform writes them
  const auto wire = bytes({0x82, 0xa1, 'a', 0xd4, 0x00, 0x00,  //
                           0xa1, 'b', 0xc7, 0x03, 0x0c, 0x81, 0x01, 0xc2});
  const auto value = from_msgpack(wire);
  ASSERT_TRUE(value);
  EXPECT_TRUE(kinds::is_unknown((*value)["a"]));
  EXPECT_TRUE(kinds::is_unknown((*value)["b"]));
  EXPECT_EQ(to_msgpack(*value), wire);
  EXPECT_EQ(to_msgpack(kinds::unknown()), bytes({0xd4, 0x00, 0x00}));
}

TEST(MessagePack, GarbageIsAnError) {
  EXPECT_FALSE(from_msgpack(bytes({0x82, 0xa1})));
  EXPECT_FALSE(from_msgpack(bytes({0xc1})));
  EXPECT_FALSE(from_msgpack(bytes({0xc0, 0xc0}))) << "one value and no more";
}

TEST(StateJson, KeepsTheDigitsOfNumbers) {
  const auto state = from_state_json(
      R"({"a":11.6,"b":3,"c":0.1234567890123456789012345678901234567890,"d":-2,
          "e":123456789012345678901234567890,"f":9223372036854775808})");
  ASSERT_TRUE(state);
  EXPECT_EQ((*state)["a"], "11.6");
  EXPECT_EQ((*state)["b"], 3);
  EXPECT_EQ((*state)["c"], "0.1234567890123456789012345678901234567890");
  EXPECT_EQ((*state)["d"], -2);
  EXPECT_EQ((*state)["e"], "123456789012345678901234567890");
  EXPECT_EQ((*state)["f"], "9223372036854775808");
  EXPECT_FALSE(from_state_json("{\"a\":"));
}

TEST(Plain, NumbersOfEverySpelling) {
  const json wire = {{"users", 7.0},
                     {"event_rate", "11.6"},
                     {"seed", "42"},
                     {"traffic_hours", 3},
                     {"faults", {{"late_event", "0.125"}}}};
  const auto plain = to_plain(world().attributes, wire);
  EXPECT_TRUE(plain["users"].is_number_integer());
  EXPECT_EQ(plain["event_rate"], 11.6);
  EXPECT_EQ(plain["seed"], 42);
  EXPECT_TRUE(plain["traffic_hours"].is_number_float());
  EXPECT_EQ(plain["faults"]["late_event"], 0.125);
}

TEST(Plain, WhatIsNoNumberStaysForValidationToSay) {
  const auto plain = to_plain(world().attributes, {{"users", "1e30"}, {"seed", "many"}});
  EXPECT_FALSE(plain["users"].is_number_integer());
  EXPECT_EQ(plain["seed"], "many");
}

TEST(Wire, SpellsNumbersAsTheyWereSpelled) {
  const std::string third = "3.86666666666666666666666666666666666666666666";
  const json spelled = {{"event_rate", third}, {"faults", {{"late_event", 0.25}}}};
  json plain = to_plain(world().attributes, spelled);
  plain["traffic_hours"] = 11.6;
  plain["clock_speed"] = 60.0;
  const auto wire = to_wire(world().attributes, plain, spelled);
  EXPECT_EQ(wire["event_rate"], third);
  EXPECT_EQ(wire["faults"]["late_event"], 0.25);
  EXPECT_EQ(wire["traffic_hours"], "11.6") << "not the double, which is a little more";
  EXPECT_TRUE(wire["clock_speed"].is_number_integer());
  EXPECT_EQ(wire["users"], nullptr) << "every attribute is there";
}

TEST(Wire, ChangedNumbersAreSpelledAnew) {
  const auto wire =
      to_wire(world().attributes, {{"event_rate", 0.1}}, {{"event_rate", "3.866666666"}});
  EXPECT_EQ(wire["event_rate"], "0.1");
}

TEST(Reshape, DropsWhatIsGoneAndAddsWhatIsNew) {
  const auto& job = *kinds::find_kind("stream_job");
  const auto state =
      reshape(job.attributes,
              {{"name", "j"}, {"gone", 1}, {"outputs", {{"o", {{"path", "x"}, {"gone", 2}}}}}});
  EXPECT_FALSE(state.contains("gone"));
  EXPECT_EQ(state["query"], nullptr);
  EXPECT_FALSE(state["outputs"]["o"].contains("gone"));
  EXPECT_EQ(state["outputs"]["o"]["alert"], nullptr);
  EXPECT_EQ(state["outputs"]["o"]["path"], "x");
}

}  // namespace
}  // namespace provider
