-- table: silver.stars
-- keys: event_id
-- needs: bronze.stars
-- expect: complete: event_id IS NOT NULL AND event_time IS NOT NULL AND user_id IS NOT NULL -> quarantine
-- expect: one_to_five: stars BETWEEN 1 AND 5 -> quarantine
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
  stars,
  concat('stars/', CAST(r.PartitionId AS STRING), '/', CAST(r.Offset AS STRING)) AS _origin
FROM ranked r
-- Without an event_id nobody can say that it is the same event: such rows go to the quarantine.
WHERE arrived = 1 OR event_id IS NULL
