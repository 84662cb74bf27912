// Texts that read tables: one that nobody makes is refused when it is applied, with its place.
#include "control/table_makers.h"

#include <gtest/gtest.h>

#include <future>

#include "base/testing/temp_dir.h"
#include "control/playground.h"

namespace control {
namespace {

using std::chrono::milliseconds;

class TableMakersTest : public base::TempDirTest {
 protected:
  TableMakersTest() {
    playground_ = *Playground::open(
        {.data_dir = dir_, .version = "test", .patience = {.settled = milliseconds(300)}});
    bronze_ = put("hriste_lake", "bronze", {{"tier", "bronze"}});
    put("hriste_lake", "gold", {{"tier", "gold"}});
  }

  std::string put(const std::string& kind, const std::string& name, const json& attributes) {
    auto made = playground_->put(kind, name, attributes);
    EXPECT_TRUE(made) << kind << " " << name << ": " << made.error().error.message;
    return made ? (*made)["ref"].get<std::string>() : "none@0";
  }
  /// Writes gold.engagements, once it has run.
  void make_pipeline() {
    put("hriste_pipeline", "p",
        {{"activities",
          {{{"name", "a"},
            {"type", "sql"},
            {"table", "gold.engagements"},
            {"query", "-- table: gold.engagements\n--\nSELECT 1 AS n"}}}}});
  }
  /// Its job writes bronze.stream_counts, and has no event to make it of.
  void make_job() {
    std::string hub = put("hriste_event_hub", "h", json::object());
    put("hriste_stream_job", "j",
        {{"query", "SELECT user_id INTO raw FROM h"},
         {"inputs", {{"h", hub}}},
         {"outputs", {{"raw", {{"lake", bronze_}, {"path", "stream/counts"}}}}},
         {"dead_letter", {{"lake", bronze_}, {"path", "odd"}}}});
  }

  /// "" or why a dashboard with this query isn't taken.
  std::string dashboard(const std::string& sql) {
    auto made = playground_->put(
        "hriste_dashboard", "b",
        {{"source", "# Title\n\n```sql q\n" + sql + "\n```\n"}, {"file", "boards/b.md"}});
    return made ? "" : made.error().error.message;
  }
  std::string notebook(const std::string& cells) {
    auto made = playground_->put(
        "hriste_notebook", "n",
        {{"source", "-- Databricks notebook source\n" + cells}, {"file", "books/n.sql"}});
    return made ? "" : made.error().error.message;
  }

  std::unique_ptr<Playground> playground_;
  std::string bronze_;
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(TableMakersTest, AMisspeltTableIsRefusedWithItsLineAndWhatWasMeant) {
  make_pipeline();
  std::string why = dashboard("SELECT n,\n  n + 1 AS m\nFROM gold.engagments");
  EXPECT_TRUE(why.starts_with("boards/b.md:6 ")) << why;
  EXPECT_TRUE(holds(why, "there is no table gold.engagments")) << why;
  EXPECT_TRUE(holds(why, "did you mean 'gold.engagements'?")) << why;
  why = notebook("SELECT 1;\n\n-- COMMAND ----------\n\nSELECT *\nFROM bronze.engagements");
  EXPECT_TRUE(why.starts_with("books/n.sql:7 ")) << why;
  EXPECT_TRUE(holds(why, "did you mean 'gold.engagements'?")) << why;
  why = dashboard("WITH x AS (SELECT 1)\nSELECT * FROM engagements JOIN x ON true");
  EXPECT_TRUE(why.starts_with("boards/b.md:5 ")) << why;
  EXPECT_TRUE(holds(why, "write gold.engagements")) << why;
  EXPECT_TRUE(holds(dashboard("SELECT * FROM meta.words"), "did you mean 'meta.world'?"));
  for (const char* table : {"silver.nothing_like_it", "gold.x", "x"}) {
    why = dashboard(fmt::format("SELECT * FROM {}", table));
    EXPECT_TRUE(holds(why, "there are gold.engagements, meta.rejected and meta.world")) << why;
  }
}

TEST_F(TableMakersTest, ATableThatSomebodyWillMakeIsFine) {
  make_pipeline();
  make_job();
  std::string world = put("hriste_world", "w", {{"users", 5}, {"products", 2}, {"orders", 1}});
  put("hriste_generator", "towns", {{"world", world}, {"table", "towns"}, {"lake", bronze_}});
  for (const char* table : {"gold.engagements", "Gold.Engagements", "bronze.stream_counts",
                            "bronze.odd", "bronze.towns", "meta.world", "meta.rejected"}) {
    EXPECT_EQ(dashboard(fmt::format("SELECT * FROM {}", table)), "") << table;
    EXPECT_EQ(notebook(fmt::format("SELECT * FROM {}", table)), "") << table;
  }
  EXPECT_EQ(dashboard("WITH x AS (SELECT * FROM gold.engagements) SELECT * FROM x"), "");
  EXPECT_NE(dashboard("WITH x AS (SELECT * FROM gold.engagement) SELECT * FROM x"), "");
}

TEST_F(TableMakersTest, WhatTheSameApplyMakesIsWaitedFor) {
  auto early =
      std::async(std::launch::async, [&] { return dashboard("SELECT * FROM gold.engagements"); });
  std::this_thread::sleep_for(milliseconds(100));
  make_pipeline();
  EXPECT_EQ(early.get(), "");
}

TEST_F(TableMakersTest, ARefusedTextLeavesTheOneBefore) {
  make_pipeline();
  EXPECT_EQ(dashboard("SELECT * FROM gold.engagements"), "");
  EXPECT_NE(dashboard("SELECT * FROM gold.engagments"), "");
  auto board = playground_->dashboard("b");
  ASSERT_TRUE(board);
  EXPECT_EQ((*board)["queries"][0]["sql"], "SELECT * FROM gold.engagements\n");
}

}  // namespace
}  // namespace control
