// A whole small playground in a temporary folder, made without the rooms that make real ones: every
// layer as it should be, so that a test can damage one and see what the grade says.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "base/clock.h"
#include "base/testing/temp_dir.h"
#include "grade/grade.h"
#include "grade/key_tally.h"
#include "grade/tests/small_world_internal.h"
#include "hub/capture.h"
#include "lake/lake.h"
#include "lake/manifest.h"
#include "lake/parquet.h"
#include "sqldb/database.h"

namespace grade {

class FakePlayground {
 public:
  static constexpr std::int64_t kMinute = 60'000;

  FakePlayground() : clock_(base::from_millis(world.epoch_ms())) {
    cut_ms = world.epoch_ms() + 3 * kMinute + 20'000;
    frontier_ms = world.epoch_ms() + 10 * kMinute;
    lake = *lake::Lake::open({.env = &env,
                              .clock = &clock_,
                              .root = root(),
                              .temp_dir = dir + "/tmp",
                              .memory_mb = 512});
    lake->set_world({base::from_millis(world.epoch_ms()), 42});
    make_files();
    make_database();
    for (auto stream : {world::Stream::kPageviews, world::Stream::kStars}) make_hub(stream);
    make_stream_outputs();
  }
  ~FakePlayground() {
    captures_.clear();
    hubs.clear();
    database.reset();
    lake.reset();
  }

  std::string root() const { return dir + "/lake"; }
  std::string path(const std::string& below) const { return root() + "/" + below; }

  static constexpr const char* kRefined[] = {
      "silver.users",        "silver.products",       "silver.orders",
      "silver.items",        "silver.pageviews",      "silver.stars",
      "silver.quarantine",   "gold.engagements",      "gold.sales_by_day",
      "gold.latency_5min",   "gold.sessions",         "gold.product_popularity",
      "gold.order_features", "gold.order_predictions"};
  static constexpr const char* kStream[] = {
      "silver.stream_pageviews_5min", "silver.stream_slow_pages",
      "silver.stream_slow_pages_enriched", "silver.stream_starred_pageviews",
      "silver.stream_first_events"};

  /// playground/graded.json, its files empty.
  static Declared shipped_declaration();

  /// All that there is; silver and gold when make_silver() was called.
  Inputs inputs() {
    Inputs in{.world = &world,
              .lake = lake.get(),
              .database = database.get(),
              .database_tables = {"orders", "items"},
              .declared = shipped_declaration(),
              .tables = {"bronze.users", "bronze.vipusers", "bronze.products", "bronze.towns",
                         "bronze.orders", "bronze.items", "bronze.pageviews", "bronze.stars",
                         "bronze.vip_pageviews", "bronze.deadletter"},
              .hubs = hubs,
              .cuts_ms = {{"pageviews", cut_ms}, {"stars", cut_ms}},
              .hub_namespace = "playground",
              .jobs = {{"pageviews", {"traffic", {}}}, {"stars", {"traffic", {}}}},
              .run_id = "run-1",
              .graded_at = base::from_millis(cut_ms)};
    in.tables.insert(std::begin(kStream), std::end(kStream));
    if (silver_) in.tables.insert(std::begin(kRefined), std::end(kRefined));
    in.alerts = {{.table = "silver.stream_slow_pages",
                  .fields = [this]() -> base::Result<std::vector<json>> { return alerts; }}};
    return in;
  }

  /// Replaces a Delta table by what `select` gives.
  void overwrite(const std::string& table, const std::string& select) {
    auto done = lake->overwrite_table(table, select, {{"pageviews", cut_ms}, {"stars", cut_ms}});
    ASSERT_TRUE(done) << done.error().message;
    if (table == "gold.order_predictions") name_model();
  }
  /// Says in the predictions' newest commit which model made them, as scoring does.
  void name_model();
  /// Makes a file of its rows the only one of a plain Parquet table.
  void write_orders(const std::string& folder, const model::Batch& batch) {
    ASSERT_TRUE(env.make_dirs(path(folder)));
    ASSERT_TRUE(lake::write_parquet(base::Env::real(), path(folder + "/part-0.parquet"), batch));
  }
  /// The rows of the raw output: all that arrived below the frontier.
  model::Batch raw_batch(world::Stream stream, bool vip_only);
  void commit(const std::string& output, const std::string& tier, const std::string& path,
              const std::string& format, std::int64_t rows, const std::string& file);
  void write_raw(const std::string& output, const std::string& folder, const model::Batch& batch) {
    std::string file = "bronze/" + folder + "/" + std::to_string(++files_) + ".parquet";
    ASSERT_TRUE(env.make_dirs(path("bronze/" + folder)));
    ASSERT_TRUE(lake::write_parquet(base::Env::real(), path(file), batch));
    commit(output, "bronze", folder, "parquet", static_cast<std::int64_t>(batch.rows), file);
  }
  /// An output of JSON lines below silver/stream.
  void write_lines(const std::string& output, const std::string& lines) {
    std::string folder = "stream/" + output;
    std::string file = "silver/" + folder + "/" + std::to_string(++files_) + ".json";
    ASSERT_TRUE(env.make_dirs(path("silver/" + folder)));
    ASSERT_TRUE(env.write_file(path(file), lines));
    commit(output, "silver", folder, "json", std::ranges::count(lines, '\n'), file);
  }
  void write_windows(const std::string& lines) { write_lines("pageviews_5min", lines); }

  world::World world = small_world();
  base::Env& env = base::Env::real();
  base::TempDir temp_dir;
  const std::string& dir = temp_dir.path();
  std::int64_t cut_ms = 0, frontier_ms = 0;
  std::unique_ptr<lake::Lake> lake;
  std::unique_ptr<sqldb::Database> database;
  std::map<std::string, std::shared_ptr<hub::Hub>> hubs;
  std::vector<json> alerts;
  std::string windows;                       ///< the output's lines
  std::map<std::string, std::string> lines;  ///< of the other outputs below silver/stream

  /// The statement that makes a table of kRefined from those before it.
  static const std::string& statement(const std::string& table);
  void make_silver();

 private:
  void write(const std::string& below, const std::string& text) {
    ASSERT_TRUE(env.make_dirs(path(below.substr(0, below.rfind('/')))));
    ASSERT_TRUE(env.write_file(path(below), text));
  }
  void make_files();
  void make_database();
  void make_hub(world::Stream stream);
  void make_stream_outputs();
  void make_helpers();

  base::ManualClock clock_;
  std::vector<std::shared_ptr<hub::Capture>> captures_;
  int files_ = 0;
  bool silver_ = false;
};

}  // namespace grade
