-- table: gold.sales_by_day
-- keys: day, kraj
-- needs: silver.orders, silver.items, silver.users
-- expect: orders_have_items: items >= orders -> warn
--
-- What was sold on each day in each kraj. A day is the customers' day, not that of UTC.
WITH pieces AS (
  -- Counted before they are joined: an order must not be there once for every piece of it.
  SELECT order_id, count(*) AS items
  FROM silver.items
  GROUP BY order_id
)
SELECT
  CAST(o.local_time AS DATE) AS day,
  u.administrative_unit AS kraj,
  count(*) AS orders,
  CAST(coalesce(sum(p.items), 0) AS BIGINT) AS items,
  CAST(sum(o.order_value) AS DECIMAL(12,2)) AS value,
  sum(CASE WHEN o.after_dark THEN 1 ELSE 0 END) AS after_dark_orders,
  CAST(sum(CASE WHEN u.is_vip THEN o.order_value ELSE 0 END) AS DECIMAL(12,2)) AS vip_value
FROM silver.orders o
JOIN silver.users u ON u.id = o.user_id
LEFT JOIN pieces p ON p.order_id = o.order_id
GROUP BY CAST(o.local_time AS DATE), u.administrative_unit
