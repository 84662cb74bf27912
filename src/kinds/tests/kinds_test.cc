#include "kinds/kinds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "kinds/world.h"

namespace kinds {
namespace {

using testing::HasSubstr;

json parse(const char* text) { return json::parse(text); }

const Kind& kind(const char* name) {
  const auto* found = find_kind(name);
  EXPECT_NE(found, nullptr) << name;
  return *found;
}

/// "path: message" of the only problem; fails when there isn't exactly one.
std::string only_problem(const char* name, const json& attributes) {
  auto problems = validate(kind(name), attributes);
  EXPECT_EQ(problems.size(), 1u) << name << " " << attributes;
  return problems.empty() ? "" : path_text(problems[0].path) + ": " + problems[0].message;
}

TEST(Kinds, AreFoundByBothNames) {
  EXPECT_EQ(find_kind("hriste_world"), find_kind("world"));
  EXPECT_NE(find_kind("world"), nullptr);
  EXPECT_EQ(find_kind("moon"), nullptr);
  EXPECT_NE(find_data_source("hriste_grade"), nullptr);
}

TEST(Kinds, EveryOneHasNameRefIdAndDocs) {
  for (const auto& each : all_kinds()) {
    EXPECT_EQ(each.attributes.front().name, "name");
    EXPECT_TRUE(each.attributes.front().forces_replacement);
    ASSERT_NE(each.find("ref"), nullptr);
    ASSERT_NE(each.find("id"), nullptr);
    for (const auto& attribute : each.attributes) {
      EXPECT_FALSE(attribute.doc.empty()) << each.name << "." << attribute.name;
      EXPECT_EQ(attribute.doc.find('\n'), std::string::npos);
    }
  }
}

TEST(Normalize, FillsDefaultsAndDerivedOnes) {
  auto world = normalize(kind("world"), parse(R"({"name":"w","users":1001})"));
  EXPECT_EQ(world["seed"], 42);
  EXPECT_EQ(world["vip_users"], 500);
  EXPECT_EQ(world["faults"]["late_event"], 0.002);
  EXPECT_EQ(world["ref"], nullptr);
  EXPECT_EQ(normalize(kind("generator"), parse(R"({"table":"stars"})"))["mode"], "endless");
  EXPECT_EQ(normalize(kind("generator"), parse(R"({"table":"towns"})"))["mode"], "once");
}

TEST(Normalize, OfAWorldKnowsWhoseRowsItHas) {
  EXPECT_EQ(normalize(kind("world"), parse(R"({"name":"w"})"))["version"], kWorldVersionMade);
  auto there = parse(R"({"name":"w","ref":"w@0123456789"})");
  EXPECT_EQ(normalize(kind("world"), there)["version"], kWorldVersionUnsaid)
      << "from the time before worlds said their version";
  there["version"] = kWorldVersionMade;
  EXPECT_EQ(normalize(kind("world"), there)["version"], kWorldVersionMade);
}

TEST(Normalize, IsIdempotent) {
  auto once = normalize(kind("world"), parse(R"({"name":"w","faults":{"late_event":0}})"));
  EXPECT_EQ(normalize(kind("world"), once), once);
}

TEST(Normalize, DerivedFromUnknownIsUnknown) {
  json attributes = {{"name", "w"}, {"users", unknown()}};
  EXPECT_TRUE(is_unknown(normalize(kind("world"), attributes)["vip_users"]));
}

TEST(Normalize, NumbersTakeTheTypeOfTheirShape) {
  auto world = normalize(kind("world"), parse(R"({"name":"w","users":7.0,"traffic_hours":3})"));
  EXPECT_TRUE(world["users"].is_number_integer());
  EXPECT_TRUE(world["traffic_hours"].is_number_float());
}

TEST(Validate, AcceptsEveryKindsMinimum) {
  EXPECT_TRUE(validate(kind("world"), parse(R"({"name":"w"})")).empty());
  EXPECT_TRUE(validate(kind("lake"), parse(R"({"name":"b","tier":"bronze"})")).empty());
  EXPECT_TRUE(validate(kind("event_hub"), parse(R"({"name":"h"})")).empty());
  EXPECT_TRUE(
      validate(kind("generator"), parse(R"({"name":"g","world":"w@0123456789","table":"users",
                                 "lake":"b@0123456789"})"))
          .empty());
}

TEST(Validate, SaysWhereAndWhat) {
  EXPECT_THAT(only_problem("world", parse(R"({"name":"w","users":-5})")),
              "users: users is -5; give at least 1");
  EXPECT_THAT(only_problem("world", parse(R"({"name":"../w"})")), HasSubstr("name: "));
  EXPECT_THAT(only_problem("world", parse(R"({"name":"w","users":10,"vip_users":11})")),
              HasSubstr("vip_users: vip_users is 11 and users is 10"));
  EXPECT_THAT(only_problem("world", parse(R"({"name":"w","epoch":"soon"})")), HasSubstr("epoch: "));
  EXPECT_THAT(only_problem("world", parse(R"({"name":"w","faults":{"late_event":2}})")),
              "faults.late_event: late_event is 2; give at most 1");
  EXPECT_THAT(only_problem("world", parse(R"({"name":"w","faults":{"late_event":null}})")),
              HasSubstr("faults.late_event: late_event is null; "));
  EXPECT_THAT(only_problem("world", parse(R"({"name":"w","epoch":"1999-12-31T23:59:59Z"})")),
              HasSubstr("years 2000 to 2049"));
  EXPECT_THAT(only_problem("world", parse(R"({"name":"w","faults":{"late_event":0.6,
                  "out_of_order":0.6}})")),
              HasSubstr("faults: "));
  EXPECT_THAT(only_problem("world", parse(R"({"name":"w","moons":2})")),
              "moons: there is no attribute moons");
  EXPECT_THAT(only_problem("lake", parse(R"({"name":"x"})")), HasSubstr("tier is missing"));
  EXPECT_THAT(only_problem("lake", parse(R"({"name":"x","tier":"tin"})")),
              "tier: tier is \"tin\"; give one of bronze, silver, gold");
}

TEST(Validate, GeneratorHasExactlyOneSinkThatFits) {
  EXPECT_THAT(
      only_problem("generator", parse(R"({"name":"g","world":"w@0123456789","table":"users"})")),
      HasSubstr("0 of lake, database and event_hub are set"));
  EXPECT_THAT(only_problem("generator", parse(R"({"name":"g","world":"w@0123456789",
                  "table":"users","lake":"l@0123456789","database":"d@0123456789"})")),
              HasSubstr("2 of lake, database and event_hub are set"));
  EXPECT_THAT(only_problem("generator", parse(R"({"name":"g","world":"w@0123456789",
                  "table":"stars","lake":"l@0123456789"})")),
              HasSubstr("goes to an event_hub"));
  EXPECT_THAT(only_problem("generator", parse(R"({"name":"g","world":"w@0123456789",
                  "table":"comets","lake":"l@0123456789"})")),
              HasSubstr("table is \"comets\"; give one of users"));
  EXPECT_THAT(only_problem("generator", parse(R"({"name":"g","world":"w","table":"users",
                  "lake":"l@0123456789"})")),
              HasSubstr("world: \"w\" is no ref"));
}

TEST(Validate, UnknownValuesSkipChecks) {
  json generator = {{"name", unknown()},
                    {"world", unknown()},
                    {"table", unknown()},
                    {"lake", unknown()},
                    {"database", unknown()}};
  EXPECT_TRUE(validate(kind("generator"), generator).empty());
  EXPECT_TRUE(validate(kind("pipeline"), {{"name", "p"}, {"activities", unknown()}}).empty());
}

json pipeline(const char* activities) {
  return {{"name", "p"}, {"activities", json::parse(activities)}};
}

TEST(Validate, PipelineNeeds) {
  EXPECT_THAT(only_problem("pipeline", pipeline(R"([{"name":"a","type":"sql",
                  "table":"silver.a","query":"SELECT 1","needs":["b"]}])")),
              "activities[0].needs[0]: there is no activity b in this pipeline");
  EXPECT_THAT(only_problem("pipeline", pipeline(R"([
                  {"name":"a","type":"sql","table":"silver.a","query":"SELECT 1","needs":["b"]},
                  {"name":"b","type":"sql","table":"silver.b","query":"SELECT 1","needs":["a"]}])")),
              HasSubstr("a → b → a"));
  EXPECT_THAT(only_problem("pipeline", pipeline(R"([{"name":"a","type":"sql",
                  "table":"bronze.a","query":"SELECT 1"}])")),
              HasSubstr("activities[0].table: \"bronze.a\" names no table to write"));
  for (const char* table : {"gold.best.days", "silver._delta_log"}) {
    EXPECT_THAT(
        only_problem(
            "pipeline",
            {{"name", "p"},
             {"activities",
              {{{"name", "a"}, {"type", "sql"}, {"query", "SELECT 1 AS x"}, {"table", table}}}}}),
        HasSubstr("can't be asked for as TIER.NAME"));
  }
  EXPECT_THAT(only_problem("pipeline", pipeline(R"([{"name":"a","type":"sql",
                  "table":"silver.a"}])")),
              HasSubstr("activities[0]: query is missing"));
}

json sql_activity(const std::string& name, const std::string& header) {
  return {{"name", name},
          {"type", "sql"},
          {"table", "silver." + name},
          {"file", name + ".sql"},
          {"query", "-- table: silver." + name + "\n" + header + "SELECT 1"}};
}

TEST(Validate, HeadersOfSqlFiles) {
  json made = {{"name", "p"},
               {"sources", {{"bronze.a", "a@0123456789"}}},
               {"activities",
                {sql_activity("x", "-- needs: bronze.a, bronze.b\n"),
                 {{"name", "copy"},
                  {"type", "copy"},
                  {"from", {{"database", "d@0123456789"}, {"table", "b"}}},
                  {"to", {{"lake", "l@0123456789"}, {"path", "b"}}}},
                 sql_activity("y", "-- needs: silver.x, meta.world\n")}}};
  EXPECT_TRUE(validate(kind("pipeline"), made).empty());
  made["sources"] = nullptr;
  EXPECT_THAT(only_problem("pipeline", made),
              HasSubstr("activities[0].query: x.sql:2: nothing makes bronze.a"));
  made["sources"] = unknown();
  EXPECT_TRUE(validate(kind("pipeline"), made).empty());
  made["sources"] = {{"bronze.a", "a@0123456789"}, {"bronze.b", "b@0123456789"}};
  made["activities"][1] = sql_activity("z", "-- needs: silver.y\n");
  made["activities"][0] = sql_activity("x", "-- needs: silver.z\n");
  EXPECT_THAT(only_problem("pipeline", made), HasSubstr("x → z → y → x"));
  made["activities"] = {sql_activity("x", "-- keys: a,\n")};
  EXPECT_THAT(only_problem("pipeline", made), HasSubstr("activities[0].query: x.sql:2: a name is"));
  made["activities"] = {sql_activity("x", "")};
  made["activities"][0]["table"] = "silver.other";
  EXPECT_THAT(only_problem("pipeline", made), HasSubstr("what the query's header says, silver.x"));
}

TEST(Validate, TrainingFollowsItsFeatures) {
  json made = {{"name", "p"},
               {"activities",
                {{{"name", "features"},
                  {"type", "features"},
                  {"table", "gold.f"},
                  {"query", "-- table: gold.f\nSELECT 1"}},
                 {{"name", "train"},
                  {"type", "train"},
                  {"experiment", "e@0123456789"},
                  {"model", "m@0123456789"},
                  {"features", "gold.f"},
                  {"algorithm", "ridge"},
                  {"penalty", 2.5}},
                 {{"name", "score"},
                  {"type", "score"},
                  {"model", "m@0123456789"},
                  {"features", "gold.f"},
                  {"table", "gold.p"}}}}};
  EXPECT_TRUE(validate(kind("pipeline"), made).empty());
  json wrong = made;
  wrong["activities"][1]["features"] = "gold.other";
  EXPECT_THAT(only_problem("pipeline", wrong),
              HasSubstr("activities[1].features: nothing makes gold.other"));
  wrong = made;
  wrong["activities"][1].erase("experiment");
  EXPECT_THAT(only_problem("pipeline", wrong), HasSubstr("experiment is missing"));
  wrong = made;
  wrong["activities"][2]["penalty"] = 1;
  EXPECT_THAT(only_problem("pipeline", wrong), HasSubstr("penalty belongs to activities of type"));
  wrong = made;
  wrong["activities"][1]["needs"] = {"score"};
  EXPECT_THAT(only_problem("pipeline", wrong), HasSubstr("train → score → train"));
  wrong = made;
  wrong["activities"][1]["algorithm"] = "forest";
  EXPECT_THAT(only_problem("pipeline", wrong), HasSubstr("activities[1].algorithm"));
}

TEST(Validate, ATrackingUriIsAnAddress) {
  for (const char* uri : {"ftp://x", "http://", "http:///x", "http://user@host", "mlflow", ""}) {
    EXPECT_THAT(only_problem("experiment", {{"name", "e"}, {"tracking_uri", uri}}),
                HasSubstr("tracking_uri"))
        << uri;
  }
  for (const char* uri : {"http://127.0.0.1:5000", "https://host/prefix"}) {
    EXPECT_TRUE(validate(kind("experiment"), {{"name", "e"}, {"tracking_uri", uri}}).empty());
  }
}

TEST(Validate, PathsStayBelowTheirTier) {
  for (const char* path : {"../x", "/etc", "a//b", "a/../../b", ""}) {
    json job = {{"name", "j"},
                {"query", "SELECT * INTO o FROM i"},
                {"inputs", {{"i", "h@0123456789"}}},
                {"outputs", {{"o", {{"lake", "l@0123456789"}, {"path", path}}}}}};
    EXPECT_THAT(only_problem("stream_job", job), HasSubstr("outputs.o.path")) << path;
  }
}

TEST(Validate, StreamingSqlIsCompiledAndLocated) {
  json job = {{"name", "j"},
              {"query", "SELECT a INTO o FROM i\n;SELECT b INTO o\n  FROM nowhere"},
              {"inputs", {{"i", "h@0123456789"}}},
              {"outputs", {{"o", {{"alert", true}}}}}};
  EXPECT_THAT(only_problem("stream_job", job), HasSubstr("query: line 3, column 8: "));
  job["query"] = "SELECT a INTO o FROM i";
  EXPECT_TRUE(validate(kind("stream_job"), job).empty());
  job["query"] = unknown();
  EXPECT_TRUE(validate(kind("stream_job"), job).empty());
  job["query"] = "SELECT i.a INTO o FROM i JOIN r ON i.a = r.a";
  EXPECT_THAT(only_problem("stream_job", job), HasSubstr("column 31"));
  job["references"] = {{"r", {{"lake", "l@0123456789"}, {"path", "r.json"}}}};
  EXPECT_TRUE(validate(kind("stream_job"), job).empty());
}

TEST(Validate, AlertsMayBeFilesToo) {
  json job = {{"name", "j"},
              {"query", "SELECT a INTO o FROM i"},
              {"inputs", {{"i", "h@0123456789"}}},
              {"outputs", {{"o", {{"alert", true}, {"lake", "l@0123456789"}, {"path", "slow"}}}}}};
  EXPECT_TRUE(validate(kind("stream_job"), job).empty());
  EXPECT_EQ(normalize(kind("stream_job"), job)["outputs"]["o"]["format"], "parquet");
  job["outputs"]["o"].erase("path");
  EXPECT_THAT(only_problem("stream_job", job), HasSubstr("path is missing"));
  job["outputs"]["o"].erase("lake");
  EXPECT_TRUE(validate(kind("stream_job"), job).empty());
  EXPECT_TRUE(normalize(kind("stream_job"), job)["outputs"]["o"]["format"].is_null());
}

TEST(Validate, ADataFolderIsAPathToEveryone) {
  auto why = [](const std::string& dir) {
    auto problems = validate(provider_settings(), {{"data_dir", dir}});
    return problems.empty() ? "" : path_text(problems[0].path) + ": " + problems[0].message;
  };
  for (const char* fine : {".hriste", "/srv/a b/.hriste", "../x~1", "a$", "a$/b", "5$", "C:/x"}) {
    EXPECT_EQ(why(fine), "") << fine;
  }
  EXPECT_THAT(why("~/x"), HasSubstr("pathexpand"));
  for (const char* shell : {"$HOME/x", "/srv/$USER", "${HOME}/x", "/srv/a$(id)/x", "$_x"}) {
    EXPECT_THAT(why(shell), HasSubstr("data_dir: ")) << shell;
    EXPECT_THAT(why(shell), HasSubstr("is a path only to a shell")) << shell;
    EXPECT_THAT(why(shell), HasSubstr("write the whole path")) << shell;
  }
  EXPECT_THAT(why("/srv/$USER/x"), HasSubstr("which knows what $USER is"));
  for (const char* odd : {"/srv/*", "a?", "[a]", "a\nb"}) {
    EXPECT_THAT(why(odd), HasSubstr("can't be a playground's folder")) << odd;
  }
}

TEST(Ref, IsStableAcrossVersions) {
  // A changed constant here replaces everything in every playground that exists.
  EXPECT_EQ(ref(kind("lake"), normalize(kind("lake"), parse(R"({"name":"b","tier":"bronze"})"))),
            "b@ad5cee7047");
  EXPECT_EQ(ref(kind("world"), normalize(kind("world"), parse(R"({"name":"w"})"))), "w@6a00d30666");
}

TEST(Ref, FollowsTheDefinitionAndNotTheInitialValues) {
  auto of = [](const char* text) {
    return ref(kind("world"), normalize(kind("world"), parse(text)));
  };
  EXPECT_EQ(of(R"({"name":"w","clock_speed":60,"ttl_minutes":5})"), of(R"({"name":"w"})"));
  EXPECT_EQ(of(R"({"name":"w","users":100000.0})"), of(R"({"name":"w","ref":"x","id":"y"})"));
  EXPECT_NE(of(R"({"name":"w","users":1})"), of(R"({"name":"w"})"));
  EXPECT_NE(of(R"({"name":"v"})"), of(R"({"name":"w"})"));
}

TEST(Ref, OfSomethingUnknownIsUnknown) {
  auto& generator = kind("generator");
  EXPECT_EQ(ref(generator, normalize(generator, {{"name", "g"}, {"world", unknown()}})),
            std::nullopt);
}

TEST(Ref, IsSplitAndFound) {
  EXPECT_EQ(split_ref("a.b@0123456789")->first, "a.b");
  EXPECT_FALSE(split_ref("a@012345678"));
  EXPECT_FALSE(split_ref("a@012345678X"));
  EXPECT_FALSE(split_ref("../a@0123456789"));
  auto uses = refs_in(kind("pipeline"), parse(R"({"needs":["g@0123456789"],"activities":[
      {"name":"c","type":"copy","from":{"database":"d@aaaaaaaaaa"}}]})"));
  ASSERT_EQ(uses.size(), 2u);
  EXPECT_EQ(path_text(uses[0].path), "activities[0].from.database");
  EXPECT_EQ(uses[0].kind, "hriste_database");
  EXPECT_EQ(uses[1].name, "g");
}

TEST(Triggers, APatternThatWouldNeverMatchIsRefused) {
  auto has_problem = [](const char* path) {
    auto problems =
        validate(*find_kind("trigger"),
                 {{"name", "t"}, {"pipeline", "p@0123456789"}, {"on", "file"}, {"path", path}});
    return std::ranges::any_of(problems,
                               [](const Problem& one) { return one.path == json{"path"}; });
  };
  for (const char* path : {"bronze/**/a.json", "bronze/[ab].json", "bronze/*.{json,csv}", "a.json",
                           "bronze/../a.json", "bronze/products/"}) {
    EXPECT_TRUE(has_problem(path)) << path;
  }
  for (const char* path : {"bronze/*/?.json", "bronze/products/*", "gold/a b/č.csv"}) {
    EXPECT_FALSE(has_problem(path)) << path;
  }
}

/// "path: message" of each problem.
std::vector<std::string> trigger_problems(json attributes) {
  attributes["name"] = "t";
  attributes["pipeline"] = "p@0123456789";
  std::vector<std::string> all;
  for (const auto& one : validate(*find_kind("trigger"), attributes)) {
    all.push_back(path_text(one.path) + ": " + one.message);
  }
  return all;
}

TEST(Triggers, WhatMeansNothingForTheMomentIsRefusedByName) {
  const json any = {{"cron", "@daily"},        {"time_zone", "UTC"},
                    {"every_minutes", 60},     {"start", "2026-06-01T00:00:00Z"},
                    {"delay_minutes", 1},      {"path", "bronze/a/*"},
                    {"after", "q@0123456789"}, {"missed", "merge"},
                    {"concurrency", 2},        {"retries", 1},
                    {"retry_seconds", 1},      {"wait", false},
                    {"show", "SELECT 1"}};
  const std::map<std::string, std::set<std::string>> meant = {
      {"apply", {"wait", "show"}},
      {"schedule", {"cron", "time_zone", "missed", "concurrency", "retries", "retry_seconds"}},
      {"interval",
       {"every_minutes", "start", "delay_minutes", "missed", "concurrency", "retries",
        "retry_seconds"}},
      {"file", {"path", "missed", "concurrency", "retries", "retry_seconds"}},
      {"pipeline", {"after", "missed", "concurrency", "retries", "retry_seconds"}}};
  for (const auto& [on, mine] : meant) {
    json attributes = {{"on", on}, {"wait", true}, {"grade", true}, {"paused", true}};
    for (const auto& name : mine) attributes[name] = any[name];
    EXPECT_EQ(trigger_problems(attributes), std::vector<std::string>{}) << on;
    for (const auto& [name, value] : any.items()) {
      if (mine.contains(name)) continue;
      json more = attributes;
      more[name] = value;
      auto problems = trigger_problems(more);
      ASSERT_EQ(problems.size(), 1u) << on << " " << name;
      EXPECT_THAT(problems[0], HasSubstr(name + ": " + name + " belongs to triggers on "));
      EXPECT_THAT(problems[0], HasSubstr("this one is on " + on));
    }
  }
  EXPECT_THAT(trigger_problems({{"cron", "@daily"}}), testing::SizeIs(1)) << "on apply by default";
  EXPECT_THAT(trigger_problems({{"on", unknown()}, {"cron", "@daily"}}), testing::IsEmpty());
}

TEST(Reference, NamesEveryKindAndAttribute) {
  const auto text = reference_markdown();
  for (const auto& each : all_kinds()) {
    EXPECT_THAT(text, HasSubstr("### `" + each.name + "`"));
    for (const auto& attribute : each.attributes)
      EXPECT_THAT(text, HasSubstr("| `" + attribute.name + "` |"));
  }
}

TEST(Reference, TheFileInDocsIsUpToDate) {
  const char* path = HRISTE_SOURCE_DIR "/docs/reference.md";
  if (std::getenv("HRISTE_UPDATE_DOCS") != nullptr) std::ofstream(path) << reference_markdown();
  std::ifstream file(path);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  EXPECT_TRUE(text == reference_markdown())
      << path << " is not what the declarations say; run `HRISTE_UPDATE_DOCS=1 kinds_test`";
}

}  // namespace
}  // namespace kinds
