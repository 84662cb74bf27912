-- table: gold.sessions
-- keys: user_id, user_agent, started_at
-- needs: silver.pageviews, silver.stars
-- expect: goes_forward: started_at <= ended_at -> fail
--
-- Visits: what one user looks at with one browser, until a minute passes without another page; and
-- the star that the visit ended with.
--
-- One pass over the views marks where a visit begins and where one ends, and numbers the rows. The
-- marked ones are few; two that follow each other are a visit, and their numbers say how many pages
-- lie between.
WITH agents AS (
  -- Browsers by number, in the order of their texts: a million rows are sorted by it below, and
  -- numbers are compared faster than texts.
  SELECT user_agent, row_number() OVER (ORDER BY user_agent) AS agent
  FROM (SELECT DISTINCT user_agent FROM silver.pageviews) a
),
numbered AS (
  SELECT p.user_id, a.agent, unix_micros(p.event_time) AS us
  FROM silver.pageviews p
  JOIN agents a ON a.user_agent = p.user_agent
),
views AS (
  SELECT
    user_id,
    agent,
    us,
    row_number() OVER (PARTITION BY user_id, agent ORDER BY us) AS number,
    coalesce(us - lag(us) OVER (PARTITION BY user_id, agent ORDER BY us) > 60000000, true) AS begins,
    coalesce(lead(us) OVER (PARTITION BY user_id, agent ORDER BY us) - us > 60000000, true) AS ends
  FROM numbered
),
marked AS (
  SELECT
    v.*,
    lead(us) OVER (PARTITION BY user_id, agent ORDER BY number) AS next_us,
    lead(number) OVER (PARTITION BY user_id, agent ORDER BY number) AS next_number
  FROM views v
  WHERE begins OR ends
),
visits AS (
  SELECT
    user_id,
    agent,
    us AS started_at,
    CASE WHEN ends THEN us ELSE next_us END AS ended_at,
    CAST(CASE WHEN ends THEN 1 ELSE next_number - number + 1 END AS BIGINT) AS pageviews
  FROM marked
  WHERE begins
),

-- A star belongs to its user's visit that ended last, at most ten minutes before …
belongs AS (
  SELECT
    s.event_id,
    s.stars,
    unix_micros(s.event_time) AS us,
    v.user_id,
    v.agent,
    v.started_at,
    row_number() OVER (PARTITION BY s.event_id ORDER BY v.ended_at DESC, v.agent) AS choice
  FROM silver.stars s
  JOIN visits v
    ON v.user_id = s.user_id
    AND v.ended_at < unix_micros(s.event_time)
    AND v.ended_at >= unix_micros(s.event_time) - 600000000
),
-- … and a visit has one star: its first.
stars AS (
  SELECT
    user_id,
    agent,
    started_at,
    stars,
    row_number() OVER (PARTITION BY user_id, agent, started_at ORDER BY us, event_id) AS choice
  FROM belongs
  WHERE choice = 1
)
SELECT
  v.user_id,
  a.user_agent,
  timestamp_micros(v.started_at) AS started_at,
  timestamp_micros(v.ended_at) AS ended_at,
  v.pageviews,
  s.stars AS star
FROM visits v
JOIN agents a ON a.agent = v.agent
LEFT JOIN stars s
  ON s.user_id = v.user_id AND s.agent = v.agent AND s.started_at = v.started_at AND s.choice = 1
