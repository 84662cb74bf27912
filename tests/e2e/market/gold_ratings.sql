-- table: gold.ratings
-- keys: event_id
-- needs: bronze.ratings
WITH ranked AS (
  SELECT
    r.*,
    row_number() OVER (PARTITION BY r.event_id ORDER BY r.EventEnqueuedUtcTime, r.PartitionId, r.Offset) AS arrived
  FROM bronze.ratings r
)
SELECT event_id, event_time, user_id, stars FROM ranked WHERE arrived = 1
