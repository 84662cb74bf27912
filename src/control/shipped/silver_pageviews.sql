-- table: silver.pageviews
-- keys: event_id
-- needs: bronze.pageviews, bronze.towns, silver.users
-- expect: complete: event_id IS NOT NULL AND event_time IS NOT NULL AND user_id IS NOT NULL -> quarantine
-- expect: took_time: latency >= 0 -> quarantine
-- expect: has_address: client_ip IS NOT NULL -> warn
-- expect: known_browser: browser <> 'other' AND os <> 'other' AND device <> 'other' -> warn
-- expect: place_is_known: after_dark IS NOT NULL -> warn
--
-- One row per page view, each with an address where it can be told, with what the browser says of
-- itself, and with whether the visitor sat in the dark.
--
-- The hub delivers at least once: a sender that got no answer sends again, so the same event_id may
-- be there twice. The first that arrived stays; partition and offset decide between two of the same
-- millisecond, so that everybody who runs this keeps the same row.
--
-- Few events are doubles, and few lack their address. So those are looked for first and dealt with
-- apart; ordering all the rows for the sake of one in a hundred would take many times as long.
WITH twice AS (
  SELECT event_id
  FROM bronze.pageviews
  WHERE event_id IS NOT NULL
  GROUP BY event_id
  HAVING count(*) > 1
),
ranked AS (
  SELECT
    p.PartitionId,
    p.Offset,
    row_number() OVER (
      PARTITION BY p.event_id
      ORDER BY p.EventEnqueuedUtcTime, p.PartitionId, p.Offset) AS arrived
  FROM bronze.pageviews p
  WHERE p.event_id IN (SELECT event_id FROM twice)
),
copies AS (
  SELECT r.PartitionId, r.Offset FROM ranked r WHERE r.arrived > 1
),

-- An address is missing: everything by the same user with the same browser is looked at. These
-- pairs get numbers, because numbers are sorted faster than texts.
searched AS (
  SELECT user_id, user_agent, row_number() OVER (ORDER BY user_id, user_agent) AS visitor
  FROM (
    SELECT DISTINCT user_id, user_agent
    FROM bronze.pageviews
    WHERE coalesce(client_ip, '') = '') m
),
around AS (
  SELECT
    p.PartitionId,
    p.Offset,
    s.visitor,
    nullif(p.client_ip, '') AS client_ip,
    unix_micros(p.event_time) AS us
  FROM bronze.pageviews p
  JOIN searched s ON s.user_id = p.user_id AND s.user_agent = p.user_agent
  LEFT JOIN copies c ON c.PartitionId = p.PartitionId AND c.Offset = p.Offset
  WHERE c.Offset IS NULL
),
-- A visit goes on as long as the next page comes within a minute.
steps AS (
  SELECT
    a.*,
    CASE
      WHEN us - lag(us) OVER (PARTITION BY visitor ORDER BY us) <= 60000000 THEN 0
      ELSE 1
    END AS begins
  FROM around a
),
visits AS (
  SELECT s.*, sum(begins) OVER (PARTITION BY visitor ORDER BY us) AS visit
  FROM steps s
),
told AS (
  SELECT visitor, visit, min(client_ip) AS client_ip
  FROM visits
  GROUP BY visitor, visit
  -- Two addresses in one visit: nobody can say which of them it was.
  HAVING min(client_ip) = max(client_ip)
),
repairs AS (
  SELECT v.PartitionId, v.Offset, t.client_ip
  FROM visits v
  JOIN told t ON t.visitor = v.visitor AND t.visit = v.visit
  WHERE v.client_ip IS NULL
),

-- Clocks change at full hours only, so the zone is asked for the wall's clock once an hour and not
-- once a row.
hours AS (
  SELECT
    hour_us,
    CAST(from_utc_timestamp(timestamp_micros(hour_us), 'Europe/Prague') AS TIMESTAMP_NTZ) AS local_time
  FROM (
    SELECT DISTINCT unix_micros(event_time) - unix_micros(event_time) % 3600000000 AS hour_us
    FROM bronze.pageviews) u
),
homes AS (
  SELECT u.id, t.latitude, t.longitude
  FROM silver.users u
  JOIN bronze.towns t ON t.city = u.city AND t.administrative_unit = u.administrative_unit
),
kept AS (
  SELECT
    p.*,
    unix_micros(p.event_time) % 3600000000 AS us_in_hour,
    -- The order matters: most browsers name the ones that they descend from.
    CASE
      WHEN user_agent LIKE '%SamsungBrowser/%' THEN 'Samsung Internet'
      WHEN user_agent LIKE '%OPR/%' THEN 'Opera'
      WHEN user_agent LIKE '%Edg/%' THEN 'Edge'
      WHEN user_agent LIKE '%EdgA/%' THEN 'Edge'
      WHEN user_agent LIKE '%EdgiOS/%' THEN 'Edge'
      WHEN user_agent LIKE '%Firefox/%' THEN 'Firefox'
      WHEN user_agent LIKE '%FxiOS/%' THEN 'Firefox'
      WHEN user_agent LIKE '%Chrome/%' THEN 'Chrome'
      WHEN user_agent LIKE '%CriOS/%' THEN 'Chrome'
      WHEN user_agent LIKE '%Safari/%' THEN 'Safari'
      ELSE 'other'
    END AS browser,
    CASE
      WHEN user_agent LIKE '%Windows%' THEN 'Windows'
      WHEN user_agent LIKE '%Android%' THEN 'Android'
      WHEN user_agent LIKE '%iPad%' THEN 'iPadOS'
      WHEN user_agent LIKE '%iPhone%' THEN 'iOS'
      WHEN user_agent LIKE '%Macintosh%' THEN 'macOS'
      WHEN user_agent LIKE '%Linux%' THEN 'Linux'
      ELSE 'other'
    END AS os,
    CASE
      WHEN user_agent LIKE '%iPad%' THEN 'tablet'
      WHEN user_agent LIKE '%Mobile%' THEN 'mobile'
      WHEN user_agent LIKE '%Android%' THEN 'tablet'
      WHEN user_agent LIKE '%Windows%' THEN 'desktop'
      WHEN user_agent LIKE '%Macintosh%' THEN 'desktop'
      WHEN user_agent LIKE '%X11%' THEN 'desktop'
      ELSE 'other'
    END AS device
  FROM bronze.pageviews p
  LEFT JOIN copies c ON c.PartitionId = p.PartitionId AND c.Offset = p.Offset
  WHERE c.Offset IS NULL
)
SELECT
  k.event_id,
  k.event_time,
  k.user_id,
  k.http_method,
  k.uri,
  -- An empty address is a missing one.
  coalesce(nullif(k.client_ip, ''), r.client_ip) AS client_ip,
  r.client_ip IS NOT NULL AS client_ip_repaired,
  k.user_agent,
  k.latency,
  -- Half a second is more than the shop ever takes when all is well.
  k.latency >= 500 AS is_outlier,
  k.browser,
  k.os,
  k.device,
  h.local_time + make_dt_interval(0, 0, 0, CAST(k.us_in_hour / 1e6 AS DECIMAL(18,6))) AS local_time,
  CAST(weekday(h.local_time) + 1 AS INT) AS day_of_week,  -- 1 = Monday … 7 = Sunday
  after_dark(k.event_time, o.latitude, o.longitude) AS after_dark,
  concat('pageviews/', CAST(k.PartitionId AS STRING), '/', CAST(k.Offset AS STRING)) AS _origin
FROM kept k
LEFT JOIN repairs r ON r.PartitionId = k.PartitionId AND r.Offset = k.Offset
LEFT JOIN hours h ON h.hour_us = unix_micros(k.event_time) - k.us_in_hour
LEFT JOIN homes o ON o.id = k.user_id
