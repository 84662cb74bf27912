-- table: gold.engagements
-- keys: id
-- needs: silver.users, silver.pageviews, silver.orders, silver.items, silver.stars
-- expect: averages_fit: (orders = 0) = (avg_order_value IS NULL) -> fail
--
-- One row per user with everything they did: the table that dashboards and models start from.
--
-- Each side is summed up by user before it is joined. Joining first and counting afterwards is the
-- classic mistake: five views and three orders of one user become fifteen rows, and every sum is
-- wrong by a factor that nobody notices.
WITH views AS (
  SELECT user_id, count(*) AS pageviews
  FROM silver.pageviews
  GROUP BY user_id
),
-- Money is added up in whole haléře (hundredths), so that an average can be rounded half up exactly.
bought AS (
  SELECT
    user_id,
    count(*) AS orders,
    sum(CAST(order_value * 100 AS BIGINT)) AS hundredths
  FROM silver.orders
  GROUP BY user_id
),
pieces AS (
  SELECT o.user_id, count(*) AS items
  FROM silver.items i
  JOIN silver.orders o ON o.order_id = i.order_id
  GROUP BY o.user_id
),
rated AS (
  SELECT user_id, count(*) AS ratings, sum(stars) AS stars
  FROM silver.stars
  GROUP BY user_id
)
SELECT
  u.id,
  u.user_name,
  u.city,
  -- Who did nothing did it 0 times …
  coalesce(v.pageviews, 0) AS pageviews,
  coalesce(b.orders, 0) AS orders,
  CAST(coalesce(b.hundredths, 0) / 100 AS DECIMAL(12,2)) AS total_orders_value,
  -- … but the average of nothing is unknown.
  CAST(floor(b.hundredths / b.orders + 0.5) / 100 AS DECIMAL(12,2)) AS avg_order_value,
  coalesce(p.items, 0) AS total_items,
  CAST(floor(100 * r.stars / r.ratings + 0.5) / 100 AS DECIMAL(12,2)) AS avg_stars,
  u.is_vip
FROM silver.users u
LEFT JOIN views v ON v.user_id = u.id
LEFT JOIN bought b ON b.user_id = u.id
LEFT JOIN pieces p ON p.user_id = u.id
LEFT JOIN rated r ON r.user_id = u.id
