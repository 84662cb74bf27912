// Whatever of the kept state is damaged harms the resource that it belongs to: the daemon starts,
// says so, serves the others, and everything can be removed.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/testing/temp_dir.h"
#include "control/playground.h"
#include "kinds/kinds.h"

namespace control {
namespace {

namespace fs = std::filesystem;

struct Made {
  std::string kind, name;
};
/// In the order in which they can be made.
const std::vector<Made> kMade = {
    {"hriste_world", "w"},     {"hriste_lake", "bronze"},  {"hriste_lake", "silver"},
    {"hriste_database", "d"},  {"hriste_event_hub", "h"},  {"hriste_generator", "users"},
    {"hriste_generator", "h"}, {"hriste_stream_job", "j"}, {"hriste_experiment", "e"},
    {"hriste_model", "m"},     {"hriste_pipeline", "p"},   {"hriste_dashboard", "b"},
    {"hriste_notebook", "n"}};

class DamageTest : public base::TempDirTest {
 protected:
  /// One playground with something of each kind, made once and copied for each damage.
  static void SetUpTestSuite() {
    sound_ = fs::temp_directory_path() / ("hriste-damage-" + std::to_string(::getpid()));
    fs::create_directories(sound_);
    make_all(*Playground::open({sound_.string(), "test"}));
  }
  static void TearDownTestSuite() { fs::remove_all(sound_); }

  static json ref(Playground& playground, const std::string& kind, const std::string& name,
                  const json& attributes) {
    auto made = playground.put(kind, name, attributes);
    EXPECT_TRUE(made) << kind << " " << name << ": " << made.error().error.message;
    return made ? (*made)["ref"] : json();
  }

  static void make_all(std::unique_ptr<Playground> p) {
    json world = ref(
        *p, "hriste_world", "w",
        {{"users", 20}, {"products", 3}, {"orders", 5}, {"traffic_hours", 1}, {"event_rate", 1}});
    json bronze = ref(*p, "hriste_lake", "bronze", {{"tier", "bronze"}});
    json silver = ref(*p, "hriste_lake", "silver", {{"tier", "silver"}});
    ref(*p, "hriste_database", "d", json::object());
    json hub =
        ref(*p, "hriste_event_hub", "h", {{"capture", {{"lake", bronze}, {"window_minutes", 5}}}});
    ref(*p, "hriste_generator", "users", {{"world", world}, {"table", "users"}, {"lake", bronze}});
    ref(*p, "hriste_generator", "h",
        {{"world", world}, {"table", "pageviews"}, {"event_hub", hub}});
    ref(*p, "hriste_stream_job", "j",
        {{"query", "SELECT user_id INTO raw FROM h"},
         {"inputs", {{"h", hub}}},
         {"outputs", {{"raw", {{"lake", bronze}, {"path", "raw"}}}}}});
    ref(*p, "hriste_experiment", "e", json::object());
    ref(*p, "hriste_model", "m", json::object());
    ref(*p, "hriste_pipeline", "p",
        {{"activities",
          {{{"name", "one"},
            {"type", "sql"},
            {"table", "silver.one"},
            {"query", "-- table: silver.one\n--\nSELECT 1 AS one"}}}}});
    ref(*p, "hriste_dashboard", "b", {{"source", "# Title\n\n```sql q\nSELECT 1 AS one\n```\n"}});
    ref(*p, "hriste_notebook", "n",
        {{"source", "-- Databricks notebook source\nSELECT 1 AS one;\n"}});
    auto run = p->run_pipeline("p", "manual");
    EXPECT_TRUE(run) << run.error().message;
    EXPECT_TRUE(p->run_notebook("n", json()));
  }

  std::string fresh_copy() {
    std::string dir = path("copy" + std::to_string(++copies_));
    fs::copy(sound_, dir, fs::copy_options::recursive);
    return dir;
  }

  static void run_sql(const std::string& dir, const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((dir + "/catalogue.db").c_str(), &db), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
    sqlite3_free(error);
    sqlite3_close(db);
  }

  /// Opens, asks for everything that is shown, and removes everything.
  /// Returns "kind name" → why, of those that are failed.
  static std::map<std::string, std::string> survey_and_remove(const std::string& dir) {
    std::map<std::string, std::string> failed;
    auto playground = Playground::open({dir, "test"});
    EXPECT_TRUE(playground) << playground.error().message;
    if (!playground) return failed;
    Playground& p = **playground;
    json listed = *p.list();
    for (const auto& one : listed) {
      if (one["state"] != "failed") continue;
      failed[one["kind"].get<std::string>() + " " + one["name"].get<std::string>()] = one["failed"];
      EXPECT_NE(one["failed"], "") << one;
    }
    json overview = p.overview(true);
    for (const auto& [what, why] : failed) {
      bool shown = std::ranges::any_of(overview["nodes"], [](const json& node) {
        return node["health"] == "fail" && node["status"] != "";
      });
      EXPECT_TRUE(shown) << what << " is failed, and the map doesn't show it: " << why;
    }
    (void)p.tables();
    (void)p.dashboards();
    (void)p.notebooks();
    (void)p.recorded_grade();
    (void)p.endpoints();
    (void)p.lease_ended();
    for (const auto& one : listed) {
      auto got = p.get(one["kind"], one["name"]);
      EXPECT_TRUE(got) << one << ": " << got.error().message;
    }
    bool none_left = false;
    for (auto it = kMade.rbegin(); it != kMade.rend(); ++it) {
      auto removed = p.remove(it->kind, it->name);
      EXPECT_TRUE(removed) << it->kind << " " << it->name << ": " << removed.error().message;
      none_left = removed.value_or(false);
    }
    EXPECT_TRUE(none_left) << *p.list();
    return failed;
  }

  static inline fs::path sound_;
  int copies_ = 0;
};

TEST_F(DamageTest, WhatIsSoundIsReadyAndGoes) {
  auto failed = survey_and_remove(fresh_copy());
  EXPECT_TRUE(failed.empty()) << json(failed);
}

bool has_required(const std::string& kind) {
  return std::ranges::any_of(kinds::find_kind(kind)->attributes, [](const auto& attribute) {
    return attribute.presence == kinds::Presence::kRequired && attribute.name != "name";
  });
}

/// Every attribute of every kind. A round damages one attribute of each: of the world and the lakes
/// in rounds of their own, since the others are made from them. Which value it gets goes round, so
/// that all kinds of values meet all kinds of attributes over the test.
TEST_F(DamageTest, EachStoredAttribute) {
  const std::vector<json> values = {nullptr,
                                    7,
                                    -1.5,
                                    "",
                                    "no such name",
                                    json::array(),
                                    json::object(),
                                    json::array({nullptr}),
                                    {{"x", json::array()}}};
  for (bool below : {true, false}) {
    bool any = true;
    for (size_t round = 0; any; ++round) {
      any = false;
      std::string dir = fresh_copy(), what;
      for (size_t i = 0; i < kMade.size(); ++i) {
        const auto& [kind, name] = kMade[i];
        bool is_below = kind == "hriste_world" || kind == "hriste_lake";
        const auto& attributes = kinds::find_kind(kind)->attributes;
        if (is_below != below || round >= attributes.size()) continue;
        any = true;
        std::string value = values[(round + i) % values.size()].dump();
        what += fmt::format("{} {}: {} = {}; ", kind, name, attributes[round].name, value);
        run_sql(dir, fmt::format("UPDATE resources SET attributes = json_set(attributes, '$.{}', "
                                 "json('{}')) WHERE kind = '{}' AND name = '{}'",
                                 attributes[round].name, value, kind, name));
      }
      SCOPED_TRACE(what);
      if (any) survey_and_remove(dir);
      fs::remove_all(dir);
    }
  }
}

TEST_F(DamageTest, EachStoredRow) {
  for (const char* row : {"", "null", "{\"activities\":[7]}"}) {
    for (const auto& [kind, name] : kMade) {
      std::string dir = fresh_copy();
      run_sql(dir, fmt::format("UPDATE resources SET attributes = '{}' WHERE kind = '{}' AND "
                               "name = '{}'",
                               row, kind, name));
      SCOPED_TRACE(fmt::format("{} {}: {}", kind, name, row));
      auto failed = survey_and_remove(dir);
      // What has no required attribute is whole without any.
      bool is_whole = std::string_view(row).starts_with("{") && !has_required(kind);
      EXPECT_NE(failed.contains(kind + " " + name), is_whole) << json(failed);
      fs::remove_all(dir);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST_F(DamageTest, AKindThatNobodyKnowsIsListedAndGoes) {
  std::string dir = fresh_copy();
  run_sql(dir,
          "INSERT INTO resources (kind, name, attributes, ready) VALUES "
          "('hriste_planet', 'mars', '{}', 1)");
  {
    auto playground = *Playground::open({dir, "test"});
    EXPECT_EQ(playground->list()->back()["state"], "failed");
    EXPECT_TRUE(playground->remove("hriste_planet", "mars"));
  }
  EXPECT_TRUE(survey_and_remove(dir).empty());
}

TEST_F(DamageTest, EachValueOfTheMetaTable) {
  for (const char* key : {"kafka_port", "http_port", "last_apply_ms", "run_number", "clock", "cuts",
                          "playground", "kafka_key"}) {
    for (const char* value : {"", "x", "[]", "{\"speed\":\"fast\"}", "99999999999999999999"}) {
      std::string dir = fresh_copy();
      run_sql(dir, fmt::format("INSERT OR REPLACE INTO meta VALUES ('{}', '{}')", key, value));
      SCOPED_TRACE(fmt::format("{} = {}", key, value));
      auto failed = survey_and_remove(dir);
      EXPECT_TRUE(failed.empty()) << json(failed);
      fs::remove_all(dir);
    }
  }
}

/// A file, and who may be failed without it; the others are ready.
struct DamagedFile {
  std::string below;  ///< a folder or file below the data folder; all files in it, one by one
  std::vector<std::string> may_fail;
};

TEST_F(DamageTest, EachStateFile) {
  const std::vector<DamagedFile> files = {
      {"lake/_manifests", {"hriste_stream_job j"}},
      {"state", {"hriste_stream_job j"}},
      {"hub/hubs/h", {"hriste_event_hub h", "hriste_generator h", "hriste_stream_job j"}},
      {"ml/tracking.db", {"hriste_experiment e", "hriste_model m"}},
      {"notebooks", {"hriste_notebook n"}},
      {"sql", {"hriste_database d"}},
      {"lake/silver/one/_delta_log", {"hriste_pipeline p"}},
  };
  for (const auto& [below, may_fail] : files) {
    std::vector<std::string> paths;
    fs::path top = sound_ / below;
    if (fs::is_regular_file(top)) paths.push_back(below);
    if (fs::is_directory(top)) {
      for (const auto& entry : fs::recursive_directory_iterator(top)) {
        if (entry.is_regular_file()) paths.push_back(fs::relative(entry, sound_));
      }
    }
    ASSERT_FALSE(paths.empty()) << below;
    if (paths.size() > 3) paths.resize(3);
    for (const auto& path : paths) {
      for (const char* damage : {"absent", "empty", "half", "{\"a\":7}"}) {
        std::string dir = fresh_copy(), file = dir + "/" + path, how = damage;
        auto size = fs::file_size(file);
        if (how == "absent") {
          fs::remove(file);
        } else if (how == "half") {
          fs::resize_file(file, size / 2);
        } else {
          std::ofstream(file, std::ios::trunc) << (how == "empty" ? "" : damage);
        }
        SCOPED_TRACE(path + ": " + how);
        for (const auto& [what, why] : survey_and_remove(dir)) {
          EXPECT_NE(std::ranges::find(may_fail, what), may_fail.end()) << what << ": " << why;
        }
        fs::remove_all(dir);
      }
    }
  }
}

TEST_F(DamageTest, ADamagedCatalogueSaysWhatToDo) {
  for (const char* how : {"garbage", "half"}) {
    std::string dir = fresh_copy(), file = dir + "/catalogue.db";
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(file + suffix);
    if (std::string_view(how) == "half") fs::resize_file(file, 5000);
    if (std::string_view(how) == "garbage") std::ofstream(file) << std::string(9000, 'x');
    auto refused = Playground::open({dir, "test"});
    ASSERT_FALSE(refused) << how;
    EXPECT_EQ(refused.error().code, base::Code::kDataLoss) << refused.error().message;
    EXPECT_NE(refused.error().message.find("move the data folder away"), std::string::npos)
        << refused.error().message;
  }
}

}  // namespace
}  // namespace control
