// The playground's own rules: clock, idempotent requests, what survives a restart.
#include "control/playground.h"

#include <gtest/gtest.h>

#include "base/env.h"
#include "base/testing/temp_dir.h"
#include "catalogue/catalogue.h"
#include "control/playground_clock.h"
#include "world/world.h"

namespace control {
namespace {

class PlaygroundTest : public base::TempDirTest {
 protected:
  std::unique_ptr<Playground> open() { return *Playground::open({dir_, "test"}); }
  json world_ = {
      {"users", 50}, {"products", 5}, {"orders", 20}, {"traffic_hours", 1}, {"event_rate", 1}};
};

TEST_F(PlaygroundTest, PutIsIdempotentAndSurvivesARestart) {
  json first;
  {
    auto playground = open();
    first = *playground->put("hriste_lake", "bronze", {{"tier", "bronze"}});
    EXPECT_EQ(*playground->put("hriste_lake", "bronze", {{"tier", "bronze"}}), first);
    EXPECT_EQ(first["name"], "bronze");
    EXPECT_TRUE(first["ref"].get<std::string>().starts_with("bronze@"));
  }
  auto playground = open();
  EXPECT_EQ(**playground->get("hriste_lake", "bronze"), first);
  EXPECT_TRUE(*playground->remove("hriste_lake", "bronze"));
  EXPECT_FALSE(playground->get("hriste_lake", "bronze")->has_value());
}

TEST_F(PlaygroundTest, WrongAttributesNameTheirPath) {
  auto playground = open();
  auto wrong = playground->put("hriste_world", "w", {{"users", -1}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().error.code, base::Code::kInvalidArgument);
  EXPECT_EQ(wrong.error().path, json({"users"}));
  EXPECT_FALSE(playground->put("hriste_planet", "x", {}));
  EXPECT_FALSE(playground->get("hriste_world", "w")->has_value());
  EXPECT_TRUE(playground->list()->empty());
}

TEST_F(PlaygroundTest, ARefToNothingSaysWhatIsMissing) {
  auto playground = open();
  ASSERT_TRUE(playground->put("hriste_world", "w", world_));
  auto wrong = playground->put(
      "hriste_generator", "users",
      {{"world", "nowhere@0123456789"}, {"table", "users"}, {"lake", "bronze@0123456789"}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().error.code, base::Code::kFailedPrecondition);
  EXPECT_NE(wrong.error().error.message.find("nowhere"), std::string::npos);
}

/// What is there was made by another version: nothing of it can be made or graded any more.
TEST_F(PlaygroundTest, AWorldOfAnEarlierVersionGeneratesNothingUntilItIsMadeAnew) {
  std::string world, hub;
  {
    auto playground = open();
    world = (*playground->put("hriste_world", "w", world_))["ref"];
    hub = (*playground->put("hriste_event_hub", "h", json::object()))["ref"];
    ASSERT_TRUE(playground->put("hriste_generator", "stars",
                                {{"world", world}, {"table", "stars"}, {"event_hub", hub}}));
    ASSERT_EQ((*playground->grade("g-1"))["not_gradable"], 0);
  }
  {
    auto catalogue = *catalogue::Catalogue::open(dir_ + "/catalogue.db");
    auto stored = **catalogue->get("hriste_world", "w");
    EXPECT_EQ(stored.attributes["version"], world::kWorldVersion);
    stored.attributes["version"] = 2;
    ASSERT_TRUE(catalogue->put(stored));
  }
  auto playground = open();
  auto states = *playground->list();
  for (const auto& resource : states) {
    bool fails = resource["kind"] != "hriste_event_hub";
    EXPECT_EQ(resource["state"], fails ? "failed" : "ready") << resource;
    if (fails) {
      EXPECT_NE(resource["failed"].get<std::string>().find("version 2"), std::string::npos);
    }
  }
  EXPECT_TRUE(playground->get("hriste_world", "w")->has_value()) << "it is there";
  EXPECT_EQ((**playground->get("hriste_world", "w"))["version"], 2);
  json grade = *playground->grade("g-2");
  ASSERT_EQ(grade["checks"].size(), 1u);
  EXPECT_EQ(grade["not_gradable"], 1);
  EXPECT_TRUE(grade["checks"][0]["detail"].get<std::string>().starts_with("not gradable: world 2"));
  auto again = playground->put("hriste_world", "w", world_);
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)["version"], world::kWorldVersion);
  EXPECT_NE((*again)["ref"], world) << "another creation";
}

TEST_F(PlaygroundTest, FilesThatGoMissingAreDriftAndComeBack) {
  auto playground = open();
  std::string world = (*playground->put("hriste_world", "w", world_))["ref"];
  std::string lake = (*playground->put("hriste_lake", "b", {{"tier", "bronze"}}))["ref"];
  json generator = {{"world", world}, {"table", "users"}, {"lake", lake}};
  ASSERT_TRUE(playground->put("hriste_generator", "users", generator));
  std::string file = dir_ + "/lake/bronze/users/users.json";
  std::string before = *base::Env::real().read_file(file);
  ASSERT_TRUE(base::Env::real().remove_file(file));
  EXPECT_FALSE(playground->get("hriste_generator", "users")->has_value());
  ASSERT_TRUE(playground->put("hriste_generator", "users", generator));
  EXPECT_EQ(*base::Env::real().read_file(file), before);
}

TEST_F(PlaygroundTest, OneTierIsOneLake) {
  auto playground = open();
  ASSERT_TRUE(playground->put("hriste_lake", "a", {{"tier", "bronze"}}));
  auto second = playground->put("hriste_lake", "b", {{"tier", "bronze"}});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().error.code, base::Code::kFailedPrecondition);
  EXPECT_NE(second.error().error.message.find("\"a\""), std::string::npos);
  EXPECT_EQ(playground->list()->size(), 1u) << "what was refused is not noted";
  ASSERT_TRUE(playground->remove("hriste_lake", "b"));
  EXPECT_TRUE(playground->get("hriste_lake", "a")->has_value()) << "its files are still there";
  EXPECT_TRUE(playground->put("hriste_lake", "b", {{"tier", "silver"}}));
}

TEST_F(PlaygroundTest, OnePlaygroundIsOneWorld) {
  auto playground = open();
  ASSERT_TRUE(playground->put("hriste_world", "w", world_));
  ASSERT_TRUE(playground->put("hriste_world", "w", world_)) << "again is fine";
  EXPECT_FALSE(playground->put("hriste_world", "v", world_));
  EXPECT_EQ(playground->list()->size(), 1u);
}

TEST_F(PlaygroundTest, AWorldThatIsLargerThanTheDiskIsRefused) {
  auto playground = open();
  auto huge = playground->put("hriste_world", "w",
                              {{"users", 1000}, {"traffic_hours", 8784}, {"event_rate", 100'000}});
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.error().error.code, base::Code::kResourceExhausted);
  EXPECT_NE(huge.error().error.message.find(dir_), std::string::npos);
  EXPECT_NE(huge.error().error.message.find("PB"), std::string::npos) << huge.error().error.message;
  EXPECT_TRUE(playground->list()->empty());
  json made = *playground->put("hriste_world", "w", world_);
  EXPECT_TRUE(made["estimate"].get<std::string>().starts_with("about ")) << made;
}

TEST_F(PlaygroundTest, TheOverviewShowsWhatIsThere) {
  auto playground = open();
  std::string world = (*playground->put("hriste_world", "w", world_))["ref"];
  std::string lake = (*playground->put("hriste_lake", "b", {{"tier", "bronze"}}))["ref"];
  ASSERT_TRUE(playground->put("hriste_generator", "users",
                              {{"world", world}, {"table", "users"}, {"lake", lake}}));
  json overview = playground->overview(true);
  ASSERT_EQ(overview["nodes"].size(), 2u) << overview["nodes"];
  EXPECT_EQ(overview["nodes"][0]["id"], "hriste_generator.users");
  EXPECT_EQ(overview["nodes"][0]["total"], 50);
  EXPECT_EQ(overview["nodes"][1]["lane"], 3);
  EXPECT_EQ(overview["edges"][0]["from"], "hriste_generator.users");
  EXPECT_EQ(overview["cards"][0]["note"], "1 generator");
  EXPECT_EQ(overview["cards"][4]["value"], "–");
  EXPECT_TRUE(overview["rate_history"].is_array());
  EXPECT_FALSE(playground->overview(false).contains("rate_history"));
}

TEST_F(PlaygroundTest, WhereThingsAreIsTrueAfterAMoveAndATakenPort) {
  const std::string before = dir_ + "/before", after = dir_ + "/after";
  ASSERT_TRUE(base::Env::real().make_dirs(before));
  json hub, database;
  auto open_in = [](const std::string& dir) {
    auto opened = Playground::open({dir, "test"});
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  };
  {
    auto playground = open_in(before);
    ASSERT_TRUE(playground);
    hub = *playground->put("hriste_event_hub", "views", {{"partitions", 1}});
    database = *playground->put("hriste_database", "shop", {{"engine", "sqlite"}});
    EXPECT_EQ(database["address"], before + "/sql/shop.db");
  }
  {
    auto playground = open_in(before);
    ASSERT_TRUE(playground);
    EXPECT_EQ(**playground->get("hriste_event_hub", "views"), hub) << "nothing has moved";
    EXPECT_EQ(**playground->get("hriste_database", "shop"), database);
  }
  const std::string address = hub["address"];
  int port = std::stoi(address.substr(address.find(':') + 1));
  auto other = base::Env::real().listen_loopback(port);
  ASSERT_TRUE(other) << other.error().message;
  ASSERT_TRUE(base::Env::real().rename(before, after));
  auto playground = open_in(after);
  ASSERT_TRUE(playground);
  EXPECT_EQ(**playground->get("hriste_database", "shop"), database) << "a moved folder plans empty";
  EXPECT_EQ((*playground->put("hriste_database", "shop", {{"engine", "sqlite"}}))["address"],
            after + "/sql/shop.db");
  json now = (**playground->get("hriste_event_hub", "views"))["address"];
  EXPECT_NE(now, address);
  EXPECT_EQ(now, playground->endpoints()["kafka"]);
  EXPECT_EQ((*playground->put("hriste_event_hub", "views", {{"partitions", 1}}))["address"], now);
  EXPECT_EQ(playground->overview(false)["nodes"][0]["facts"]["kafka"], now);
}

TEST_F(PlaygroundTest, WhatWasLoadedIsCountedAfterARestart) {
  {
    auto playground = open();
    std::string world = (*playground->put("hriste_world", "w", world_))["ref"];
    std::string lake = (*playground->put("hriste_lake", "b", {{"tier", "bronze"}}))["ref"];
    std::string shop = (*playground->put("hriste_database", "shop", {{"engine", "sqlite"}}))["ref"];
    ASSERT_TRUE(playground->put("hriste_generator", "users",
                                {{"world", world}, {"table", "users"}, {"lake", lake}}));
    ASSERT_TRUE(playground->put("hriste_generator", "orders",
                                {{"world", world}, {"table", "orders"}, {"database", shop}}));
  }
  auto playground = open();
  std::map<std::string, json> totals;
  json overview = playground->overview(false);
  for (const auto& node : overview["nodes"]) totals[node["id"]] = node["total"];
  EXPECT_EQ(totals["hriste_generator.users"], 50);
  EXPECT_EQ(totals["hriste_generator.orders"], 20);
}

TEST_F(PlaygroundTest, TheSqlConsoleCannotLeaveTheLake) {
  auto playground = open();
  EXPECT_TRUE(playground->query("SELECT 1 AS one", 10));
  EXPECT_FALSE(playground->query("SELECT * FROM read_text('/etc/passwd')", 10));
  EXPECT_FALSE(playground->query("COPY (SELECT 1) TO '/tmp/out.csv'", 10));
}

class PlaygroundClockTest : public PlaygroundTest {
 protected:
  std::unique_ptr<catalogue::Catalogue> catalogue_ =
      *catalogue::Catalogue::open(dir_ + "/clock.db");
  std::unique_ptr<PlaygroundClock> open_clock() { return *PlaygroundClock::open(*catalogue_); }
};

TEST_F(PlaygroundClockTest, StandsAtTheEpochUntilReleased) {
  auto clock = open_clock();
  base::Instant epoch = *base::parse_instant("2026-06-01");
  ASSERT_TRUE(clock->begin(epoch, 10'000));
  EXPECT_EQ(clock->clock().now(), epoch);
  EXPECT_FALSE(clock->change({{"jump_to", "2026-06-02T00:00:00Z"}})) << "not while it is held";
  ASSERT_TRUE(clock->release());
  EXPECT_TRUE(clock->clock().wait_until(epoch + std::chrono::seconds(1), {}));
}

TEST_F(PlaygroundClockTest, WithoutAWorldItStartsAtTheDefaultEpochAndDoesNotGoBackForOne) {
  auto clock = open_clock();
  ASSERT_TRUE(clock->release());
  EXPECT_GE(clock->clock().now(), default_epoch());
  EXPECT_FALSE(clock->change({{"jump_to", "9999-12-31T00:00:00Z"}})) << "all between is made";
  ASSERT_TRUE(clock->change({{"jump_to", "2026-06-03T00:00:00Z"}}));
  ASSERT_TRUE(clock->begin(default_epoch(), 1));
  EXPECT_GE(clock->clock().now(), *base::parse_instant("2026-06-03"));
  EXPECT_TRUE(clock->held()) << "for the world's back-fill";
}

TEST_F(PlaygroundClockTest, ADamagedStateIsAsIfThereHadBeenNone) {
  for (const char* state : {"", "null", "[]", "7", "{\"speed\":\"fast\"}", "{\"speed\":0}",
                            "{\"held\":3}", "{\"now_us\":\"x\"}", "{\"speed\":1e300}"}) {
    ASSERT_TRUE(catalogue_->set_meta("clock", state));
    auto clock = PlaygroundClock::open(*catalogue_);
    ASSERT_TRUE(clock) << state;
    EXPECT_TRUE((*clock)->held()) << state;
  }
}

TEST_F(PlaygroundClockTest, FreezesJumpsForwardAndIsKept) {
  auto clock = open_clock();
  ASSERT_TRUE(clock->begin(*base::parse_instant("2026-06-01"), 1));
  ASSERT_TRUE(clock->release());
  ASSERT_TRUE(clock->change({{"frozen", true}}));
  ASSERT_TRUE(clock->change({{"jump_to", "2026-06-02T00:00:00Z"}}));
  EXPECT_FALSE(clock->change({{"jump_to", "2026-06-01T00:00:00Z"}}));
  for (json wrong : {json({{"speed", 0}}), json({{"speed", "fast"}}), json({{"x", 1}}), json(1)}) {
    EXPECT_FALSE(clock->change(wrong)) << wrong;
  }
  ASSERT_TRUE(clock->save());
  auto again = open_clock();
  EXPECT_EQ(base::format_millis(again->clock().now()), "2026-06-02T00:00:00.000Z");
  EXPECT_TRUE(again->describe()["frozen"]);
  ASSERT_TRUE(again->begin(*base::parse_instant("2026-06-01"), 1)) << "the same world: goes on";
  EXPECT_EQ(base::format_millis(again->clock().now()), "2026-06-02T00:00:00.000Z");
}

TEST_F(PlaygroundTest, ExperimentsAndModelsShowTheirRunsButNoToken) {
  auto playground = open();
  ASSERT_TRUE(playground->put(
      "hriste_experiment", "orders",
      {{"tracking_uri", "http://127.0.0.1:5000"}, {"tracking_token", "secret-token"}}));
  ASSERT_TRUE(playground->put("hriste_model", "order_value", {{"description", "CZK"}}));
  json experiments = *playground->experiments();
  ASSERT_EQ(experiments.size(), 1u);
  EXPECT_EQ(experiments[0]["tracking_uri"], "http://127.0.0.1:5000");
  EXPECT_EQ(experiments.dump().find("secret-token"), std::string::npos);
  EXPECT_EQ(*playground->experiment_runs("orders"), json::array());
  EXPECT_EQ(playground->experiment_runs("x").error().code, base::Code::kNotFound);
  EXPECT_EQ((*playground->models())[0]["latest"], 0);
  EXPECT_EQ((*playground->model("order_value"))["versions"], json::array());
  EXPECT_EQ(playground->model("x").error().code, base::Code::kNotFound);
  ASSERT_TRUE(playground->remove("hriste_model", "order_value"));
  EXPECT_TRUE(playground->models()->empty());
  auto wrong = playground->put("hriste_experiment", "e", {{"tracking_uri", "ftp://host"}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().path, json({"tracking_uri"}));
}

}  // namespace
}  // namespace control
