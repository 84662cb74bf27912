-- table: gold.latency_5min
-- keys: window_end, http_method
-- needs: silver.pageviews
-- expect: in_order: p50_ms <= p95_ms + 0.001 AND p95_ms <= p99_ms + 0.001 -> fail
--
-- How long visitors waited, in windows of five minutes. A window is (start, end], as in the stream
-- job: what happened at the very end belongs to it. An average hides those who wait; percentiles
-- show them. Between two latencies a percentile is interpolated, and of two equal ones it may come out
-- smaller or larger by the last bit: a check of their order leaves a microsecond of room.
WITH windowed AS (
  SELECT
    ceil(unix_micros(event_time) / 300e6) AS window_number,
    http_method,
    latency,
    is_outlier
  FROM silver.pageviews
)
SELECT
  timestamp_millis(CAST(window_number AS BIGINT) * 300000) AS window_end,
  http_method,
  count(*) AS count,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY latency) AS p50_ms,
  percentile_cont(0.95) WITHIN GROUP (ORDER BY latency) AS p95_ms,
  percentile_cont(0.99) WITHIN GROUP (ORDER BY latency) AS p99_ms,
  sum(CASE WHEN is_outlier THEN 1 ELSE 0 END) AS outliers
FROM windowed
GROUP BY window_number, http_method
