-- table: silver.pageviews
-- needs: bronze.pageviews
--
-- One row per page view. The hub delivers at least once: a sender that got no answer sends again, so
-- the same event_id may be there twice. The first that arrived stays; partition and offset decide
-- between two of the same millisecond, so that everybody who runs this keeps the same row.
--
-- Few events are doubles. So those are looked for first, by their numbers alone, and only they are
-- ordered; ordering all the rows to drop one in a thousand would take many times as long.
WITH twice AS (
  SELECT event_id
  FROM bronze.pageviews
  GROUP BY event_id
  HAVING count(*) > 1
),
ranked AS (
  SELECT
    p.*,
    row_number() OVER (
      PARTITION BY p.event_id
      ORDER BY p.EventEnqueuedUtcTime, p.PartitionId, p.Offset) AS arrived
  FROM bronze.pageviews p
  WHERE p.event_id IN (SELECT event_id FROM twice)
),
kept AS (
  SELECT event_id, event_time, user_id, http_method, uri, client_ip, user_agent, latency
  FROM bronze.pageviews
  WHERE event_id NOT IN (SELECT event_id FROM twice)
  UNION ALL
  SELECT event_id, event_time, user_id, http_method, uri, client_ip, user_agent, latency
  FROM ranked
  WHERE arrived = 1
)
SELECT
  event_id,
  event_time,
  user_id,
  http_method,
  uri,
  -- An empty address is a missing one.
  nullif(client_ip, '') AS client_ip,
  user_agent,
  latency,
  -- Half a second is more than the shop ever takes when all is well.
  latency >= 500 AS is_outlier
FROM kept
