// That the grade can fail: each table above bronze is damaged, and exactly the checks that this
// touches turn red, with the difference shown. Damages that don't touch each other share a round.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "grade/grade.h"
#include "grade/tests/fake_playground.h"

namespace grade {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

struct Damage {
  std::string what;
  std::string table;  ///< a Delta table, or "stream NAME" for a job's output
  std::string
      select;  ///< the damaged rows, from {} = the right ones; of an output: see damaged_lines
  std::string check;                     ///< the one that shows it
  std::string detail;                    ///< what it says
  std::vector<std::string> others = {};  ///< checks that depend on it
};

const std::vector<std::vector<Damage>> kRounds{
    {
        {"a row is dropped",
         "silver.pageviews",
         "SELECT * FROM {} WHERE event_id <> (SELECT min(event_id) FROM {} WHERE NOT "
         "is_outlier AND NOT client_ip_repaired AND client_ip IS NOT NULL)",
         "silver pageviews",
         "missing 1, extra 0, different 0",
         {"silver pageviews duplicates"}},
        {"after dark is wrong", "silver.orders",
         "SELECT * REPLACE (after_dark <> (order_id = 17) AS after_dark) FROM {}", "silver orders",
         "different 1 in after_dark; first: order_id 17: after_dark expected"},
        {"a dead letter is missing", "silver.quarantine",
         "SELECT * FROM {} WHERE origin <> (SELECT min(origin) FROM {})", "silver quarantine",
         "missing 1, extra 0"},
        {"towns aren't repaired",
         "silver.users",
         "SELECT u.* REPLACE (b.city AS city) FROM {} u JOIN bronze.users b ON b.id = u.id",
         "silver users",
         "in city; first: id",
         {"silver users city repairs"}},
        {"a session has no star", "gold.sessions",
         "SELECT * REPLACE (CASE WHEN star IS NOT NULL AND started_at = (SELECT max(started_at) "
         "FROM "
         "{} WHERE star IS NOT NULL) THEN NULL ELSE star END AS star) FROM {}",
         "gold sessions", "different 1 in star"},
        {"a percentile is off", "gold.latency_5min",
         "SELECT * REPLACE (p95_ms + CASE WHEN window_end = (SELECT min(window_end) FROM {}) AND "
         "http_method = 'GET' THEN 0.01 ELSE 0 END AS p95_ms) FROM {}",
         "gold latency_5min", "different 1 in p95_ms"},
        {"a share is off", "gold.product_popularity",
         "SELECT * REPLACE (value_share * (CASE WHEN product_id = 3 THEN 1.0000001 ELSE 1.0 END) "
         "AS "
         "value_share) FROM {}",
         "gold product_popularity", "different 1 in value_share; first: product_id 3"},
        {"a night counts as a day", "gold.sales_by_day",
         "SELECT * REPLACE (CASE WHEN day = (SELECT min(day) FROM {}) THEN after_dark_orders + 1 "
         "ELSE "
         "after_dark_orders END AS after_dark_orders) FROM {}",
         "gold sales_by_day", "in after_dark_orders; first: day 2023-"},
        {"an order too many", "gold.engagements",
         "SELECT * REPLACE (CASE WHEN id = 33 THEN orders + 1 ELSE orders END AS orders) FROM {}",
         "gold engagements", "different 1 in orders; first: id 33: orders expected"},
        {"an order is in the wrong kraj", "gold.order_features",
         "SELECT * REPLACE (CASE WHEN order_id = 9 THEN 1 - kraj_cz064 ELSE kraj_cz064 END AS "
         "kraj_cz064) FROM {}",
         "gold order_features", "different 1 in kraj_cz064; first: order_id 9"},
        {"a prediction is off", "gold.order_predictions",
         "SELECT * REPLACE (predicted + CASE WHEN order_id = 11 THEN 1e-5 ELSE 0e0 END AS "
         "predicted) FROM {}",
         "gold order_predictions", "different 1 in predicted; first: order_id 11"},
        {"a pair is lost", "stream starred_pageviews", "drop", "stream starred_pageviews",
         "missing 1, extra 0"},
        {"another view is the first", "stream first_events", "event_id", "stream first_events",
         "missing 1, extra 1"},
        {"an alert comes twice", "stream slow_pages", "double", "stream slow_pages",
         "missing 0, extra 1"},
        {"a slow page has another user's town", "stream slow_pages_enriched", "city",
         "stream slow_pages_enriched", "different 1 in city"},
        {"a window is skipped", "stream pageviews_5min", "drop", "stream pageviews_5min",
         "missing 1, extra 0, different 0"},
    },
    {
        {"a repair is wrong",
         "silver.pageviews",
         "SELECT * REPLACE (CASE WHEN client_ip_repaired AND event_id = (SELECT min(event_id) FROM "
         "{} "
         "WHERE client_ip_repaired) THEN '1.2.3.4' ELSE client_ip END AS client_ip) FROM {}",
         "silver pageviews",
         "different 1 in client_ip",
         {"silver pageviews client_ip repairs"}},
        {"a star comes twice",
         "silver.stars",
         "SELECT * FROM {} UNION ALL SELECT * FROM {} WHERE event_id = (SELECT min(event_id) FROM "
         "{})",
         "silver stars",
         "missing 0, extra 1",
         {"silver stars duplicates"}},
        {"an item is another product", "silver.items",
         "SELECT * REPLACE (CASE WHEN order_id = 5 AND row_id = 0 THEN product_id + 1 ELSE "
         "product_id "
         "END AS product_id) FROM {}",
         "silver items", "first: order_id 5, row_id 0: product_id expected"},
        {"a holiday is missed", "silver.orders",
         "SELECT * REPLACE (false AS is_holiday, local_time + INTERVAL 1 HOUR AS local_time) FROM "
         "{}",
         "silver orders", "different 500 in local_time, is_holiday"},
        {"pages are in another order", "silver.products",
         "SELECT * REPLACE (list_reverse(pages) AS pages) FROM {}", "silver products",
         "different 40 in pages"},
        {"a row that was fine is quarantined", "silver.quarantine",
         "SELECT * FROM {} UNION ALL SELECT 'silver.orders', 'value: order_value > 0', "
         "'order_id=17', "
         "'x'",
         "silver quarantine", "missing 0, extra 1"},
        {"a session is missing", "gold.sessions",
         "SELECT * FROM {} WHERE started_at <> (SELECT min(started_at) FROM {})", "gold sessions",
         "missing"},
        {"an average of none is 0", "gold.engagements",
         "SELECT * REPLACE (coalesce(avg_stars, 0) AS avg_stars) FROM {}", "gold engagements",
         "avg_stars expected null, found 0.00"},
        {"a window is skipped", "gold.latency_5min",
         "SELECT * FROM {} WHERE window_end <> (SELECT min(window_end) FROM {})",
         "gold latency_5min", "missing"},
        {"a day is doubled", "gold.sales_by_day", "SELECT * FROM {} UNION ALL SELECT * FROM {}",
         "gold sales_by_day", "missing 0"},
        {"an order has no features", "gold.order_features", "SELECT * FROM {} WHERE order_id <> 17",
         "gold order_features", "missing 1, extra 0"},
        {"predictions are another model's",
         "gold.order_predictions",
         "SELECT * REPLACE (1e0 AS predicted) FROM {}",
         "gold order_predictions",
         "different 500 in predicted",
         {"gold order_predictions score"}},
        {"a page view counts for another", "gold.product_popularity",
         "SELECT * REPLACE (pageviews + 1 - 2 * (product_id % 2) AS pageviews) FROM {}",
         "gold product_popularity", "different 40 in pageviews"},
        {"a pair comes twice", "stream starred_pageviews", "double", "stream starred_pageviews",
         "missing 0, extra 1"},
        {"a slow page is lost", "stream slow_pages_enriched", "drop", "stream slow_pages_enriched",
         "missing 1"},
    },
    {
        {"an outlier isn't found",
         "silver.pageviews",
         "SELECT * REPLACE (is_outlier AND event_id <> (SELECT min(event_id) FROM {} WHERE "
         "is_outlier) AS is_outlier, 'Chrome' AS browser) FROM {}",
         "silver pageviews",
         "in is_outlier, browser",
         {"silver pageviews outliers"}},
        {"nothing is removed",
         "silver.stars",
         "SELECT event_id, event_time, user_id, stars FROM bronze.stars",
         "silver stars",
         "missing 0, extra",
         {"silver stars duplicates"}},
        {"a prediction knows the answer",
         "gold.order_predictions",
         "SELECT * REPLACE (CAST(order_value AS DOUBLE) AS predicted) FROM {}",
         "gold order_predictions",
         "in predicted",
         {"gold order_predictions score"}},
        {"a holiday is a plain day", "gold.order_features",
         "SELECT * REPLACE (0 AS holiday) FROM {}", "gold order_features", "in holiday"},
        {"a count is off", "stream pageviews_5min", "count", "stream pageviews_5min",
         "different 1 in count; first: window_end 2026-"},
    },
    {
        {"a postcode has lost its blank", "silver.users",
         "SELECT * REPLACE (CASE WHEN id = 8 THEN replace(postcode, ' ', '') ELSE postcode END AS "
         "postcode) FROM {}",
         "silver users", "different 1 in postcode; first: id 8: postcode expected"},
    },
    {
        {"an e-mail is at another host", "silver.users",
         "SELECT * REPLACE (CASE WHEN id = 9 THEN user_name || '@shop.example' ELSE email END AS "
         "email) FROM {}",
         "silver users", "different 1 in email; first: id 9: email expected"},
    }};

std::string with(std::string text, const std::string& rows) {
  for (std::size_t at; (at = text.find("{}")) != std::string::npos;) text.replace(at, 2, rows);
  return text;
}

/// `how`: "drop" or "double" the first row, or the name of a member that is changed in it.
std::string damaged_lines(const std::string& lines, const std::string& how) {
  std::size_t end = lines.find('\n') + 1;
  if (how == "drop") return lines.substr(end);
  if (how == "double") return lines.substr(0, end) + lines;
  json row = json::parse(lines.substr(0, end));
  if (row.at(how).is_string()) {
    row[how] = row[how].get<std::string>() + "?";
  } else {
    row[how] = row[how].get<std::int64_t>() + 1;
  }
  return row.dump() + "\n" + lines.substr(end);
}

void apply(FakePlayground& playground, const Damage& damage) {
  if (damage.table.starts_with("stream ")) {
    std::string output = damage.table.substr(7);
    const std::string& lines =
        output == "pageviews_5min" ? playground.windows : playground.lines.at(output);
    return playground.write_lines(output, damaged_lines(lines, damage.select));
  }
  std::string select = damage.select;
  std::string rows = "(" + FakePlayground::statement(damage.table) + ")";
  playground.overwrite(damage.table, with(select, rows));
}

class Damages : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Damages, ExactlyWhatIsTouchedIsWrong) {
  FakePlayground playground;
  playground.make_silver();
  std::vector<std::string> touched;
  for (bool gold : {true, false}) {  // gold is made of a silver that is right
    for (const Damage& damage : kRounds[GetParam()]) {
      SCOPED_TRACE(damage.what);
      if (damage.table.starts_with("gold.") == gold) apply(playground, damage);
    }
  }
  for (const Damage& damage : kRounds[GetParam()]) {
    touched.push_back(damage.check);
    touched.insert(touched.end(), damage.others.begin(), damage.others.end());
  }
  auto report = grade(playground.inputs());
  ASSERT_TRUE(report) << report.error().message;
  std::vector<std::string> wrong;
  std::map<std::string, std::string> details;
  for (const Check& check : report->checks) {
    if (check.verdict == Verdict::kRight) continue;
    wrong.push_back(check.layer + " " + check.name);
    details[wrong.back()] = check.detail;
  }
  EXPECT_THAT(wrong, UnorderedElementsAreArray(touched));
  for (const Damage& damage : kRounds[GetParam()]) {
    EXPECT_THAT(details[damage.check], HasSubstr(damage.detail)) << damage.what;
  }
}

INSTANTIATE_TEST_SUITE_P(Rounds, Damages, ::testing::Range(std::size_t{0}, kRounds.size()));

}  // namespace
}  // namespace grade
