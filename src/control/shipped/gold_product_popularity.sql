-- table: gold.product_popularity
-- keys: product_id
-- needs: silver.products, silver.pageviews, silver.orders, silver.items
-- expect: looked_up: product_id IS NOT NULL -> fail
--
-- Which products are looked at, which are bought, and what they bring in.
WITH pages AS (
  SELECT DISTINCT id, uri
  FROM (SELECT id, explode(pages) AS uri FROM silver.products) p
),
-- Views are counted by address first: a million rows become some thousands before the join.
visited AS (
  SELECT uri, count(*) AS pageviews
  FROM silver.pageviews
  GROUP BY uri
),
looked_at AS (
  SELECT p.id, sum(v.pageviews) AS pageviews
  FROM pages p
  JOIN visited v ON v.uri = p.uri
  GROUP BY p.id
),
-- An order's value is that of all its items; each gets the same part of it.
shares AS (
  SELECT i.order_id, CAST(o.order_value AS DOUBLE) / count(*) AS share
  FROM silver.items i
  JOIN silver.orders o ON o.order_id = i.order_id
  GROUP BY i.order_id, o.order_value
),
bought AS (
  SELECT
    i.product_id,
    count(*) AS items,
    count(DISTINCT i.order_id) AS orders,
    sum(s.share) AS value_share
  FROM silver.items i
  LEFT JOIN shares s ON s.order_id = i.order_id
  GROUP BY i.product_id
)
SELECT
  p.id AS product_id,
  CAST(coalesce(l.pageviews, 0) AS BIGINT) AS pageviews,
  coalesce(b.items, 0) AS items,
  coalesce(b.orders, 0) AS orders,
  coalesce(b.value_share, CAST(0 AS DOUBLE)) AS value_share
FROM silver.products p
LEFT JOIN looked_at l ON l.id = p.id
LEFT JOIN bought b ON b.product_id = p.id
