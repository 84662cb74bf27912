#include <fmt/format.h>

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

-- All matches, not the first; $1 in the replacement is the first group.
CREATE MACRO regexp_replace(t, pattern, r) AS system.main.regexp_replace(t, pattern,
    system.main.regexp_replace(r, '\$([0-9])', '\\\1', 'g'), 'g'),
  (t, pattern, r, options) AS CASE options
    WHEN 'g' THEN system.main.regexp_replace(t, pattern, r, 'g')
    WHEN 'i' THEN system.main.regexp_replace(t, pattern, r, 'i')
    WHEN 'gi' THEN system.main.regexp_replace(t, pattern, r, 'gi')
    ELSE error('regexp_replace: options are g, i or gi') END;
-- The first group where none is said (DuckDB's own: all of the match).
CREATE MACRO regexp_extract(t, pattern) AS system.main.regexp_extract(t, pattern, 1),
  (t, pattern, n) AS system.main.regexp_extract(t, pattern, n);
CREATE MACRO regexp_extract_all(t, pattern) AS system.main.regexp_extract_all(t, pattern, 1),
  (t, pattern, n) AS system.main.regexp_extract_all(t, pattern, n);
-- Of base e (DuckDB's own: 10).
CREATE MACRO log(x) AS ln(x), (base, x) AS system.main.log(base, x);
-- By a pattern (DuckDB's own: by a text).
CREATE MACRO split(t, pattern) AS string_split_regex(t, pattern);
-- Position 0 is 1, and a negative length none.
CREATE MACRO substring(t, p) AS system.main.substring(t, CASE WHEN p = 0 THEN 1 ELSE p END),
  (t, p, n) AS system.main.substring(t, CASE WHEN p = 0 THEN 1 ELSE p END,
                                     CASE WHEN n < 0 THEN 0 ELSE n END);
CREATE MACRO substr(t, p) AS system.main.substring(t, CASE WHEN p = 0 THEN 1 ELSE p END),
  (t, p, n) AS system.main.substring(t, CASE WHEN p = 0 THEN 1 ELSE p END,
                                     CASE WHEN n < 0 THEN 0 ELSE n END);
-- Nothing of a negative number of characters (DuckDB's own: all but the last).
CREATE MACRO "left"(t, n) AS system.main."left"(t, CASE WHEN n < 0 THEN 0 ELSE n END);
CREATE MACRO "right"(t, n) AS system.main."right"(t, CASE WHEN n < 0 THEN 0 ELSE n END);
-- "Mon" and "Jan" (DuckDB's own: "Monday", "January").
CREATE MACRO dayname(d) AS system.main."left"(system.main.dayname(d), 3);
CREATE MACRO monthname(d) AS system.main."left"(system.main.monthname(d), 3);
CREATE MACRO date_sub(d, n) AS CAST(CAST(d AS DATE) - CAST(n AS INTEGER) AS DATE),
  (part, t, u) AS system.main.date_sub(part, t, u);
CREATE MACRO datediff(u, t) AS system.main.date_diff('day', CAST(t AS DATE), CAST(u AS DATE)),
  (part, t, u) AS system.main.date_diff(part, t, u);
CREATE MACRO date_diff(u, t) AS system.main.date_diff('day', CAST(t AS DATE), CAST(u AS DATE)),
  (part, t, u) AS system.main.date_diff(part, t, u);

-- Lists count from 1; 0 is "not there" (DuckDB's own: null).
CREATE MACRO array_position(list, x) AS CASE WHEN list IS NULL OR x IS NULL THEN NULL
  ELSE coalesce(list_position(list, x), 0) END;
-- Null where a null may be it.
CREATE MACRO array_contains(list, x) AS CASE WHEN list IS NULL OR x IS NULL THEN NULL
  WHEN list_contains(list, x) THEN true
  WHEN list_position(list, NULL) IS NOT NULL THEN NULL ELSE false END;
-- In the order of the list, a null too.
CREATE MACRO array_distinct(list) AS list_filter(list, lambda x, i: i = list_position(list, x));
CREATE MACRO array_sort(list) AS list_sort(list, 'ASC', 'NULLS LAST');
CREATE MACRO sort_array(list) AS list_sort(list, 'ASC', 'NULLS FIRST'),
  (list, rising) AS CASE WHEN rising THEN list_sort(list, 'ASC', 'NULLS FIRST')
                         ELSE list_sort(list, 'DESC', 'NULLS LAST') END;
CREATE MACRO array_prepend(list, x) AS list_prepend(x, list);
CREATE MACRO array_join(list, separator) AS array_to_string(list, separator);
CREATE MACRO slice(list, first, n) AS list[first:first + n - 1];
-- Of a list from 1, of a map by key; get() counts from 0.
CREATE MACRO element_at(c, n) AS c[n];
CREATE MACRO "get"(list, n) AS list[n + 1];
CREATE MACRO bround(x) AS round_even(x, 0), (x, n) AS round_even(x, n);

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

namespace {

/// concat() of so many values: null where one of them is (DuckDB's own passes over it).
constexpr int kConcatMax = 32;
std::string concat_macro() {
  std::string macro = "CREATE MACRO concat", names, nulls;
  for (int i = 1; i <= kConcatMax; ++i) {
    names += fmt::format("{}p{}", i > 1 ? ", " : "", i);
    nulls += fmt::format("{}p{} IS NULL", i > 1 ? " OR " : "", i);
    macro += fmt::format("{}({}) AS CASE WHEN {} THEN NULL ELSE system.main.concat({}) END",
                         i > 1 ? ", " : "", names, nulls, names);
  }
  return macro + ";\n";
}

}  // namespace

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
    if (called.starts_with('"')) called = called.substr(1, called.size() - 2);
    if (lower.find(called) != std::string::npos) chosen += statement;
  }
  if (lower.find("concat(") != std::string::npos || lower.find("concat (") != std::string::npos) {
    chosen += concat_macro();
  }
  return chosen.empty() ? ";" : chosen;
}

}  // namespace lake
