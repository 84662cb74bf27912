#include <algorithm>

#include "lake/macros_internal.h"

namespace lake {

// Comments say where the two differ.
const std::string_view kSparkMacros = R"sql(
-- Spark's name of a time without zone.
CREATE TYPE timestamp_ntz AS TIMESTAMP;

-- An instant as wall-clock time of a zone. Spark calls the result TIMESTAMP: cast it to
-- TIMESTAMP_NTZ on both.
CREATE MACRO from_utc_timestamp(instant, zone) AS timezone(zone, CAST(instant AS TIMESTAMPTZ));
CREATE MACRO to_utc_timestamp(local_time, zone) AS timezone(zone, CAST(local_time AS TIMESTAMP));

-- 1 = Sunday … 7 = Saturday (DuckDB's own: 0 = Sunday), and 0 = Monday … 6 = Sunday.
CREATE MACRO dayofweek(d) AS CAST(isodow(d) % 7 + 1 AS INTEGER);
CREATE MACRO weekday(d) AS CAST(isodow(d) - 1 AS INTEGER);

CREATE MACRO to_date(d) AS TRY_CAST(d AS DATE);
CREATE MACRO to_timestamp_ntz(t) AS TRY_CAST(t AS TIMESTAMP);
CREATE MACRO date_add(d, n) AS CAST(CAST(d AS DATE) + CAST(n AS INTEGER) AS DATE);
CREATE MACRO add_months(d, n) AS CAST(CAST(d AS DATE) + to_months(CAST(n AS INTEGER)) AS DATE);
CREATE MACRO unix_micros(t) AS epoch_us(CAST(t AS TIMESTAMPTZ));
CREATE MACRO timestamp_micros(n) AS make_timestamptz(CAST(n AS BIGINT));
CREATE MACRO make_dt_interval(d, h, m, s) AS to_days(CAST(d AS INTEGER)) + to_hours(h) +
  to_minutes(m) + to_microseconds(CAST(round(s * 1000000) AS BIGINT));
CREATE MACRO unix_millis(t) AS epoch_ms(CAST(t AS TIMESTAMPTZ));
CREATE MACRO timestamp_millis(n) AS CAST(make_timestamptz(CAST(n * 1000 AS BIGINT)) AS TIMESTAMPTZ);

-- A value of a JSON text by path ('$.a.b'), as text.
CREATE MACRO get_json_object(j, path) AS json_extract_string(j, path);

CREATE MACRO nvl(a, b) AS coalesce(a, b);
CREATE MACRO size(list) AS len(list);
-- A row for every element.
CREATE MACRO explode(list) AS unnest(list);
CREATE MACRO collect_list(x) AS coalesce(list(x) FILTER (WHERE x IS NOT NULL), []);
CREATE MACRO initcap(t) AS array_to_string(list_transform(string_split(t, ' '),
  lambda w: upper(substr(w, 1, 1)) || lower(substr(w, 2))), ' ');
CREATE MACRO rlike(t, pattern) AS regexp_matches(t, pattern);
)sql";

std::string macros_for(std::string_view sql) {
  std::string lower{sql}, chosen;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  });
  std::string_view rest = kSparkMacros;
  for (std::size_t end; (end = rest.find(";\n")) != std::string_view::npos;) {
    std::string_view statement = rest.substr(0, end + 2);
    rest.remove_prefix(end + 2);
    // "CREATE MACRO name(…" or "CREATE TYPE name AS …"
    std::size_t name = statement.find("CREATE ");
    name = statement.find(' ', name + 7) + 1;
    std::string_view called = statement.substr(name, statement.find_first_of(" (", name) - name);
    if (lower.find(called) != std::string::npos) chosen += statement;
  }
  return chosen.empty() ? ";" : chosen;
}

}  // namespace lake
