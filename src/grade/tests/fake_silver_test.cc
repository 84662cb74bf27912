// How FakePlayground makes silver and gold: plain statements, other ones than the playground's. (A
// _test.cc, so that only the tests have it.) What SQL can't say shortly comes from helper tables.
#include "grade/key_sun.h"
#include "grade/tests/fake_playground.h"
#include "lake/delta.h"
#include "world/order_law.h"
#include "world/prague.h"

namespace grade {

using model::Type;

namespace {

const std::string kSessions =
    "gaps AS (SELECT *, CASE WHEN epoch_ms(moment) - epoch_ms(lag(moment) OVER w) <= 60000 THEN 0 "
    "ELSE 1 "
    "END AS starts FROM views WINDOW w AS (PARTITION BY user_id, user_agent ORDER BY moment, "
    "event_id)), visits AS (SELECT *, sum(starts) OVER (PARTITION BY user_id, user_agent ORDER BY "
    "moment, event_id ROWS UNBOUNDED PRECEDING) AS visit FROM gaps) ";

constexpr const char* kKrajCodes[] = {"010", "020", "031", "032", "041", "042", "051",
                                      "052", "053", "063", "064", "071", "072", "080"};

/// A dummy column: when it is 1, and what it is worth by the world's law.
struct Dummy {
  std::string name, condition;
  std::int64_t worth = 0;
};

std::vector<Dummy> dummies() {
  std::vector<Dummy> all{{"vip", "is_vip", world::kVipEffect},
                         {"holiday", "is_holiday", world::kHolidayEffect},
                         {"after_dark", "after_dark", 0},
                         {"sex_male", "sex = 'male'", 0}};
  for (int i = 1; i < 6; ++i) {
    all.push_back({i == 5 ? "age_65_up" : fmt::format("age_{}_{}", 15 + 10 * i, 24 + 10 * i),
                   fmt::format("age >= {} AND age < {}", 15 + 10 * i, i == 5 ? 200 : 25 + 10 * i),
                   world::kAgeEffects[i] - world::kAgeEffects[0]});
  }
  for (int i = 1; i < 14; ++i) {
    all.push_back({fmt::format("kraj_cz{}", kKrajCodes[i]),
                   fmt::format("kraj_code = 'CZ{}'", kKrajCodes[i]),
                   world::kKrajEffects[i] - world::kKrajEffects[0]});
  }
  for (int i = 1; i < 24; ++i) {
    all.push_back({fmt::format("hour_{:02}", i), fmt::format("hour(local_time) = {}", i),
                   world::kHourEffects[i] - world::kHourEffects[0]});
  }
  for (int i = 2; i <= 7; ++i) {
    all.push_back({fmt::format("weekday_{}", i), fmt::format("day_of_week = {}", i),
                   world::kWeekdayEffects[i - 1] - world::kWeekdayEffects[0]});
  }
  for (int i = 2; i <= 12; ++i) {
    all.push_back({fmt::format("month_{:02}", i), fmt::format("month(local_time) = {}", i)});
  }
  return all;
}

std::int64_t reference_worth() {
  return world::kOrderBase + world::kAgeEffects[0] + world::kKrajEffects[0] +
         world::kHourEffects[0] + world::kWeekdayEffects[0];
}

std::string features_statement() {
  std::string sql = "SELECT order_id, order_date AS ordered_at, order_value";
  for (const Dummy& dummy : dummies()) {
    sql += fmt::format(", CAST({} AS INT) AS {}", dummy.condition, dummy.name);
  }
  return sql + " FROM silver.orders JOIN silver.users ON id = user_id";
}

/// By the best model there is.
std::string predictions_statement() {
  std::string sum = std::to_string(reference_worth());
  for (const Dummy& dummy : dummies()) sum += fmt::format(" + {} * {}", dummy.worth, dummy.name);
  return fmt::format(
      "SELECT order_id, order_value, CAST({} AS DOUBLE) AS predicted, 'order_value' AS model, "
      "CAST(7 AS BIGINT) AS version FROM ({})",
      sum, features_statement());
}

const std::map<std::string, std::string> kStatements{
    {"gold.order_features", features_statement()},
    {"gold.order_predictions", predictions_statement()},

    {"silver.users",
     "SELECT u.id, u.name, coalesce(t.city, trim(u.city)) AS city, nullif(u.phone_number, '') AS "
     "phone_number, u.email, u.postcode, u.birth_number, "
     "u.born AS birth_date, CASE WHEN mm > 50 THEN 'female' ELSE 'male' END AS sex, "
     "CAST(datesub('year', u.born, DATE '2026-06-01') AS INT) AS age, u.street_address, "
     "u.description, u.user_name, u.administrative_unit, t.kraj_code, u.jobs, v.id IS NOT NULL AS "
     "is_vip FROM (SELECT *, CAST(substr(birth_number, 3, 2) AS INT) AS mm, "
     "make_date(CAST(substr(birth_number, 1, 2) AS INT) + CASE WHEN length(birth_number) = 10 OR "
     "CAST(substr(birth_number, 1, 2) AS INT) >= 54 THEN 1900 ELSE 2000 END, "
     "CAST(substr(birth_number, 3, 2) AS INT) % 50, CAST(substr(birth_number, 5, 2) AS INT)) AS "
     "born "
     "FROM bronze.users) u LEFT JOIN bronze.towns t ON lower(t.city) = lower(trim(u.city)) AND "
     "t.administrative_unit = u.administrative_unit LEFT JOIN bronze.vipusers v ON v.id = u.id"},
    {"silver.products", "SELECT id, name, description, pages FROM bronze.products"},
    {"silver.orders",
     "SELECT orderId AS order_id, userId AS user_id, orderDate AS order_date, orderValue AS "
     "order_value, local_time, CAST(weekday(local_time) + 1 AS INT) AS day_of_week, "
     "weekday(local_time) >= 5 AS is_weekend, is_holiday, after_dark FROM (SELECT *, "
     "CAST(from_utc_timestamp(orderDate, 'Europe/Prague') AS TIMESTAMP_NTZ) AS local_time FROM "
     "bronze.orders JOIN bronze.order_facts USING (orderId))"},
    {"silver.items",
     "SELECT orderId AS order_id, rowId AS row_id, productId AS product_id FROM bronze.items"},
    {"silver.pageviews",
     "WITH views AS (SELECT *, CAST(event_time AS TIMESTAMPTZ) AS moment FROM bronze.pageviews "
     "QUALIFY "
     "row_number() OVER (PARTITION BY event_id ORDER BY EventEnqueuedUtcTime, PartitionId, "
     "\"Offset\") = 1), " +
         kSessions +
         ", known AS (SELECT *, min(nullif(client_ip, '')) OVER v AS lowest, max(nullif(client_ip, "
         "'')) OVER v AS highest FROM visits WINDOW v AS (PARTITION BY user_id, user_agent, "
         "visit)) SELECT event_id, moment AS event_time, user_id, http_method, uri, CASE WHEN "
         "client_ip "
         "<> '' THEN client_ip WHEN lowest = highest THEN lowest END AS client_ip, client_ip = '' "
         "AND coalesce(lowest = highest, false) AS client_ip_repaired, user_agent, latency, "
         "latency "
         ">= 500 AS is_outlier, browser, os, device, local_time, CAST(weekday(local_time) + 1 AS "
         "INT) AS day_of_week, after_dark FROM (SELECT *, CAST(from_utc_timestamp(moment, "
         "'Europe/Prague') AS TIMESTAMP_NTZ) AS local_time FROM known) JOIN bronze.agents USING "
         "(user_agent) JOIN bronze.view_facts USING (event_id)"},
    {"silver.stars",
     "SELECT event_id, event_time, user_id, stars FROM bronze.stars QUALIFY row_number() OVER "
     "(PARTITION BY event_id ORDER BY EventEnqueuedUtcTime) = 1"},
    {"silver.quarantine",
     "SELECT 'silver.' || input AS table_name, reason, input || '/' || PartitionId || '/' || "
     "\"Offset\" AS origin, body FROM bronze.deadletter"},
    {"gold.engagements",
     "WITH v AS (SELECT user_id, count(*) AS n FROM silver.pageviews GROUP BY 1), o AS (SELECT "
     "user_id, count(*) AS n, sum(CAST(order_value * 100 AS BIGINT)) AS h FROM silver.orders GROUP "
     "BY 1), i AS (SELECT user_id, count(*) AS n FROM silver.items JOIN silver.orders USING "
     "(order_id) GROUP BY 1), s AS (SELECT user_id, count(*) AS n, sum(stars) AS s FROM "
     "silver.stars GROUP BY 1) SELECT id, user_name, city, coalesce(v.n, 0) AS pageviews, "
     "coalesce(o.n, 0) AS orders, CAST(coalesce(h, 0) / 100 AS DECIMAL(12,2)) AS "
     "total_orders_value, CAST(floor(h / o.n + 0.5) / 100 AS DECIMAL(12,2)) AS avg_order_value, "
     "coalesce(i.n, 0) AS total_items, CAST(floor(100 * s.s / s.n + 0.5) / 100 AS DECIMAL(12,2)) "
     "AS avg_stars, is_vip FROM silver.users u LEFT JOIN v ON v.user_id = u.id LEFT JOIN o ON "
     "o.user_id = u.id LEFT JOIN i ON i.user_id = u.id LEFT JOIN s ON s.user_id = u.id"},
    {"gold.sales_by_day",
     "WITH i AS (SELECT order_id, count(*) AS n FROM silver.items GROUP BY 1) SELECT "
     "CAST(local_time "
     "AS DATE) AS day, administrative_unit AS kraj, count(*) AS orders, CAST(sum(i.n) AS BIGINT) "
     "AS "
     "items, CAST(sum(order_value) AS DECIMAL(12,2)) AS value, count(*) FILTER (WHERE after_dark) "
     "AS after_dark_orders, CAST(coalesce(sum(order_value) FILTER (WHERE is_vip), 0) AS "
     "DECIMAL(12,2)) AS vip_value FROM silver.orders o JOIN silver.users u ON u.id = o.user_id "
     "JOIN "
     "i USING (order_id) GROUP BY 1, 2"},
    {"gold.latency_5min",
     "SELECT timestamp_millis(CAST(ceil(epoch_ms(event_time) / 300000.0) * 300000 AS BIGINT)) AS "
     "window_end, http_method, count(*) AS count, quantile_cont(latency, 0.5) AS p50_ms, "
     "quantile_cont(latency, 0.95) AS p95_ms, quantile_cont(latency, 0.99) AS p99_ms, count(*) "
     "FILTER (WHERE is_outlier) AS outliers FROM silver.pageviews GROUP BY 1, 2"},
    {"gold.sessions",
     "WITH views AS (SELECT *, event_time AS moment FROM silver.pageviews), " + kSessions +
         ", s AS (SELECT user_id, user_agent, visit, min(moment) AS started_at, max(moment) AS "
         "ended_at, "
         "count(*) AS pageviews FROM visits GROUP BY 1, 2, 3), g AS (SELECT t.event_id, t.stars, "
         "CAST(t.event_time AS TIMESTAMPTZ) AS given, s.user_id, s.user_agent, s.visit, "
         "row_number() "
         "OVER (PARTITION BY t.event_id ORDER BY s.ended_at DESC, s.user_agent) AS place FROM "
         "silver.stars t JOIN s ON s.user_id = t.user_id AND s.ended_at < CAST(t.event_time AS "
         "TIMESTAMPTZ) AND s.ended_at >= CAST(t.event_time AS TIMESTAMPTZ) - INTERVAL 600 SECOND), "
         "h "
         "AS (SELECT *, row_number() OVER (PARTITION BY user_id, user_agent, visit ORDER BY given, "
         "event_id) AS turn FROM g WHERE place = 1) SELECT s.user_id, s.user_agent, s.started_at, "
         "s.ended_at, s.pageviews, h.stars AS star FROM s LEFT JOIN h ON h.user_id = s.user_id AND "
         "h.user_agent = s.user_agent AND h.visit = s.visit AND h.turn = 1"},
    {"gold.product_popularity",
     "WITH pages AS (SELECT id, unnest(pages) AS uri FROM silver.products), v AS (SELECT id, "
     "count(*) AS n FROM silver.pageviews JOIN pages USING (uri) GROUP BY 1), k AS (SELECT "
     "order_id, "
     "count(*) AS k FROM silver.items GROUP BY 1), i AS (SELECT product_id, count(*) AS n, "
     "count(DISTINCT order_id) AS o, sum(CAST(order_value AS DOUBLE) / k) AS s FROM silver.items "
     "JOIN silver.orders USING (order_id) JOIN k USING (order_id) GROUP BY 1) SELECT p.id AS "
     "product_id, coalesce(v.n, 0) AS pageviews, coalesce(i.n, 0) AS items, coalesce(i.o, 0) AS "
     "orders, coalesce(i.s, 0.0) AS value_share FROM silver.products p LEFT JOIN v ON v.id = p.id "
     "LEFT JOIN i ON i.product_id = p.id"}};

}  // namespace

const std::string& FakePlayground::statement(const std::string& table) {
  return kStatements.at(table);
}

void FakePlayground::make_silver() {
  silver_ = true;
  make_helpers();
  for (const char* table : kRefined) overwrite(table, statement(table));
}

void FakePlayground::name_model() {
  json coefficients = json::array();
  for (const Dummy& dummy : dummies()) {
    coefficients.push_back({{"feature", dummy.name}, {"value", dummy.worth}});
  }
  json model{{"name", "order_value"},
             {"intercept", {{"value", reference_worth()}}},
             {"coefficients", coefficients},
             {"split", "2025-10-25T00:00:00.000000Z"},
             {"train", {{"rows", 4'000}}}};
  lake::DeltaTable table(env, clock_, path("gold/order_predictions"));
  auto committed =
      table.commit({.info = {{"hriste.model", {{"version", 7}, {"model", std::move(model)}}}}});
  ASSERT_TRUE(committed) << committed.error().message;
}

void FakePlayground::make_helpers() {
  auto places = places_of(world);
  auto dark = [&](std::int64_t user_id, std::int64_t ms) {
    auto town = static_cast<std::size_t>(world.user_facts(user_id).town);
    return is_after_dark(places[town], ms);
  };
  model::Batch orders(model::Schema{
      {{"orderId", Type::kInt64}, {"after_dark", Type::kBool}, {"is_holiday", Type::kBool}}});
  for (std::int64_t id = 0; id < world.settings().orders; ++id) {
    world::Order order = world.order(id);
    orders.columns[0].add_int(id);
    orders.columns[1].add_int(dark(order.user_id, order.time_ms));
    orders.columns[2].add_int(world::is_czech_holiday(world::prague_time(order.time_ms).day));
    ++orders.rows;
  }
  write_orders("bronze/order_facts", orders);

  model::Batch views(model::Schema{{{"event_id", Type::kInt64}, {"after_dark", Type::kBool}}});
  world::Session session;
  for (std::int64_t id = 0; id < world.sessions_before(frontier_ms); ++id) {
    world.session(id, session);
    for (const world::PageView& view : session.views) {
      views.columns[0].add_int(view.event_id);
      views.columns[1].add_int(dark(session.user_id, view.event_time_ms));
      ++views.rows;
    }
  }
  write_orders("bronze/view_facts", views);

  model::Batch agents(model::Schema{{{"user_agent", Type::kString},
                                     {"browser", Type::kString},
                                     {"os", Type::kString},
                                     {"device", Type::kString}}});
  for (const world::UserAgent& agent : world.user_agents()) {
    std::size_t c = 0;
    for (auto text : {agent.text, agent.browser, agent.os, agent.device}) {
      agents.columns[c++].add_text(text);
    }
    ++agents.rows;
  }
  write_orders("bronze/agents", agents);
}

}  // namespace grade
