-- table: silver.stars
-- needs: bronze.stars
--
-- One row per rating (1 … 5). As with page views, of an event that came twice the first that arrived
-- stays. There are few ratings, so this is the plain way to say it.
WITH ranked AS (
  SELECT
    s.*,
    row_number() OVER (
      PARTITION BY s.event_id
      ORDER BY s.EventEnqueuedUtcTime, s.PartitionId, s.Offset) AS arrived
  FROM bronze.stars s
)
SELECT
  event_id,
  event_time,
  user_id,
  stars
FROM ranked
WHERE arrived = 1
