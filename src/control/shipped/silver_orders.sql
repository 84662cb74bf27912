-- table: silver.orders
-- keys: order_id
-- needs: bronze.orders, bronze.towns, silver.users
-- expect: complete: order_date IS NOT NULL AND user_id IS NOT NULL -> quarantine
-- expect: costs_something: order_value > 0 -> quarantine
-- expect: place_is_known: after_dark IS NOT NULL -> warn
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
),
-- Easter takes some arithmetic: once a day is enough.
days AS (
  SELECT day, is_holiday(day) AS is_holiday
  FROM (SELECT DISTINCT CAST(local_time AS DATE) AS day FROM typed) d
),
homes AS (
  SELECT u.id, t.latitude, t.longitude
  FROM silver.users u
  JOIN bronze.towns t ON t.city = u.city AND t.administrative_unit = u.administrative_unit
)
SELECT
  o.order_id,
  o.user_id,
  o.order_date,
  o.order_value,
  o.local_time,
  CAST(weekday(o.local_time) + 1 AS INT) AS day_of_week,  -- 1 = Monday … 7 = Sunday
  weekday(o.local_time) >= 5 AS is_weekend,
  d.is_holiday,
  -- Nobody's evening is the same: the sun sets in Aš 25 minutes after Jablunkov.
  after_dark(o.order_date, h.latitude, h.longitude) AS after_dark
FROM typed o
LEFT JOIN days d ON d.day = CAST(o.local_time AS DATE)
LEFT JOIN homes h ON h.id = o.user_id
