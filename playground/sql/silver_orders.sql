-- table: silver.orders
-- needs: bronze.orders
--
-- Orders under the names that the rest of the lake uses. Money is DECIMAL, never a binary fraction:
-- sums must come out to the last haléř.
WITH typed AS (
  SELECT
    orderId AS order_id,
    userId AS user_id,
    orderDate AS order_date,
    CAST(orderValue AS DECIMAL(12,2)) AS order_value,
    -- People order by the clock on their wall, so questions about evenings and weekends need it.
    CAST(from_utc_timestamp(orderDate, 'Europe/Prague') AS TIMESTAMP_NTZ) AS local_time
  FROM bronze.orders
)
SELECT
  order_id,
  user_id,
  order_date,
  order_value,
  local_time,
  CAST(weekday(local_time) + 1 AS INT) AS day_of_week,  -- 1 = Monday … 7 = Sunday
  weekday(local_time) >= 5 AS is_weekend
FROM typed
