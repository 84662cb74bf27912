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
#include "hub/signal.h"
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
    lake = *lake::Lake::open(
        {.env = &env, .clock = &clock_, .root = root(), .temp_dir = dir + "/tmp"});
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

  static constexpr const char* kRefined[] = {"silver.users",    "silver.products",  "silver.orders",
                                             "silver.items",    "silver.pageviews", "silver.stars",
                                             "gold.engagements"};

  /// All that there is; silver and gold when make_silver() was called.
  Inputs inputs() {
    Inputs in{
        .world = &world,
        .lake = lake.get(),
        .database = database.get(),
        .database_tables = {"orders", "items"},
        .tables = {"bronze.users", "bronze.vipusers", "bronze.products", "bronze.towns",
                   "bronze.orders", "bronze.items", "bronze.pageviews", "bronze.stars",
                   "bronze.vip_pageviews", "bronze.deadletter", "silver.stream_pageviews_5min"},
        .hubs = hubs,
        .cuts_ms = {{"pageviews", cut_ms}, {"stars", cut_ms}},
        .hub_namespace = "playground",
        .stream_job = "traffic",
        .run_id = "run-1",
        .graded_at = base::from_millis(cut_ms)};
    if (silver_) in.tables.insert(std::begin(kRefined), std::end(kRefined));
    in.alerts =
        AlertInputs{.fields = [this]() -> base::Result<std::vector<json>> { return alerts; }};
    return in;
  }

  /// Replaces a Delta table by what `select` gives.
  void overwrite(const std::string& table, const std::string& select) {
    auto done = lake->overwrite_table(table, select, {{"pageviews", cut_ms}, {"stars", cut_ms}});
    ASSERT_TRUE(done) << done.error().message;
  }
  /// Makes a file of its rows the only one of a plain Parquet table.
  void write_orders(const std::string& folder, const model::Batch& batch) {
    ASSERT_TRUE(env.make_dirs(path(folder)));
    ASSERT_TRUE(lake::write_parquet(path(folder + "/part-0.parquet"), batch));
  }
  /// The rows of the raw output: all that arrived below the frontier.
  model::Batch raw_batch(world::Stream stream, bool vip_only);
  void commit(const std::string& output, const std::string& tier, const std::string& path,
              const std::string& format, std::int64_t rows, const std::string& file);
  void write_raw(const std::string& output, const std::string& folder, const model::Batch& batch) {
    std::string file = "bronze/" + folder + "/" + std::to_string(++files_) + ".parquet";
    ASSERT_TRUE(env.make_dirs(path("bronze/" + folder)));
    ASSERT_TRUE(lake::write_parquet(path(file), batch));
    commit(output, "bronze", folder, "parquet", static_cast<std::int64_t>(batch.rows), file);
  }
  void write_windows(const std::string& lines) {
    std::string file = "silver/stream/pageviews_5min/" + std::to_string(++files_) + ".json";
    ASSERT_TRUE(env.make_dirs(path("silver/stream/pageviews_5min")));
    ASSERT_TRUE(env.write_file(path(file), lines));
    commit("pageviews_5min", "silver", "stream/pageviews_5min", "json",
           std::ranges::count(lines, '\n'), file);
  }

  world::World world = small_world();
  base::Env& env = base::Env::real();
  base::TempDir temp_dir;
  const std::string& dir = temp_dir.path();
  std::int64_t cut_ms = 0, frontier_ms = 0;
  std::unique_ptr<lake::Lake> lake;
  std::unique_ptr<sqldb::Database> database;
  std::map<std::string, std::shared_ptr<hub::Hub>> hubs;
  std::vector<json> alerts;
  std::string windows;  ///< the output's lines

  void make_silver() {
    silver_ = true;
    overwrite("silver.users",
              "SELECT u.id, u.name, coalesce(t.city, trim(u.city)) AS city, "
              "nullif(u.phone_number, '') AS phone_number, u.birth_number, u.user_name, "
              "t.kraj_code, u.jobs, v.id IS NOT NULL AS is_vip FROM bronze.users u "
              "LEFT JOIN bronze.towns t ON lower(t.city) = lower(trim(u.city)) "
              "AND t.administrative_unit = u.administrative_unit "
              "LEFT JOIN bronze.vipusers v ON v.id = u.id");
    overwrite("silver.products", "SELECT id, name, description, pages FROM bronze.products");
    overwrite("silver.orders", kSilverOrders);
    overwrite("silver.items",
              "SELECT orderId AS order_id, rowId AS row_id, productId AS product_id "
              "FROM bronze.items");
    overwrite("silver.pageviews", kSilverPageviews);
    overwrite(
        "silver.stars",
        "SELECT event_id, event_time, user_id, stars FROM bronze.stars "
        "QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY EventEnqueuedUtcTime) = 1");
    overwrite("gold.engagements", kEngagements);
  }
  static constexpr const char* kSilverOrders =
      "SELECT orderId AS order_id, userId AS user_id, orderDate AS order_date, "
      "orderValue AS order_value, local_time, CAST(weekday(local_time) + 1 AS INT) AS day_of_week, "
      "weekday(local_time) >= 5 AS is_weekend FROM (SELECT *, "
      "CAST(from_utc_timestamp(orderDate, 'Europe/Prague') AS TIMESTAMP_NTZ) AS local_time "
      "FROM bronze.orders)";
  static constexpr const char* kSilverPageviews =
      "SELECT event_id, CAST(event_time AS TIMESTAMPTZ) AS event_time, user_id, http_method, uri, "
      "nullif(client_ip, '') AS client_ip, user_agent, latency, latency >= 500 AS is_outlier "
      "FROM bronze.pageviews "
      "QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY EventEnqueuedUtcTime) = 1";
  static constexpr const char* kEngagements =
      "WITH v AS (SELECT user_id, count(*) AS n FROM silver.pageviews GROUP BY 1), "
      "o AS (SELECT user_id, count(*) AS n, sum(CAST(order_value * 100 AS BIGINT)) AS h "
      "FROM silver.orders GROUP BY 1), "
      "i AS (SELECT user_id, count(*) AS n FROM silver.items JOIN silver.orders USING (order_id) "
      "GROUP BY 1), "
      "s AS (SELECT user_id, count(*) AS n, sum(stars) AS s FROM silver.stars GROUP BY 1) "
      "SELECT id, user_name, city, coalesce(v.n, 0) AS pageviews, coalesce(o.n, 0) AS orders, "
      "CAST(coalesce(h, 0) / 100 AS DECIMAL(12,2)) AS total_orders_value, "
      "CAST(floor(h / o.n + 0.5) / 100 AS DECIMAL(12,2)) AS avg_order_value, "
      "coalesce(i.n, 0) AS total_items, "
      "CAST(floor(100 * s.s / s.n + 0.5) / 100 AS DECIMAL(12,2)) AS avg_stars, is_vip "
      "FROM silver.users u LEFT JOIN v ON v.user_id = u.id LEFT JOIN o ON o.user_id = u.id "
      "LEFT JOIN i ON i.user_id = u.id LEFT JOIN s ON s.user_id = u.id";

 private:
  void write(const std::string& below, const std::string& text) {
    ASSERT_TRUE(env.make_dirs(path(below.substr(0, below.rfind('/')))));
    ASSERT_TRUE(env.write_file(path(below), text));
  }
  void make_files();
  void make_database();
  void make_hub(world::Stream stream);
  void make_stream_outputs();

  base::ManualClock clock_;
  std::vector<std::shared_ptr<hub::Capture>> captures_;
  int files_ = 0;
  bool silver_ = false;
};

}  // namespace grade
